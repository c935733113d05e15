from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from matching import after_emails, session_emails, waiting_emails
        from matching.actions import after_news, session_news
        from matching.matches import emails, leaving

        emails.register()
        after_emails.register()
        after_news.connect()
        session_emails.register()
        waiting_emails.register()
        leaving.connect()
        session_news.connect()
