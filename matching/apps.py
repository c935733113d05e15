from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from matching import after_emails, waiting_emails
        from matching.actions import after_news
        from matching.matches import emails, leaving
        from matching.sessions import emails as session_emails
        from matching.sessions import pausing

        emails.register()
        after_emails.register()
        after_news.connect()
        session_emails.register()
        waiting_emails.register()
        leaving.connect()
        pausing.connect()
