from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from matching.feedback import emails as after_emails
        from matching.feedback import telling
        from matching.matches import emails, leaving
        from matching.sessions import emails as session_emails
        from matching.sessions import pausing
        from matching.waiting import emails as waiting_emails

        emails.register()
        after_emails.register()
        telling.connect()
        session_emails.register()
        waiting_emails.register()
        leaving.connect()
        pausing.connect()
