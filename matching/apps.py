from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from matching import emails, session_emails, waiting_emails  # registers the letters and the sweeps
        from matching.actions import leaving, session_news

        emails.register()
        session_emails.register()
        waiting_emails.register()
        leaving.connect()
        session_news.connect()
