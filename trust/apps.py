from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrustConfig(AppConfig):
    name = "trust"
    label = "trust"
    verbose_name = _("Trust team")

    def ready(self) -> None:
        from trust import emails  # registers the letters and the sweeps
        from trust.reports import leaving

        emails.register()
        leaving.connect()
