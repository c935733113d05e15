from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrustConfig(AppConfig):
    name = "letsconnect.trust"
    label = "trust"
    verbose_name = _("Trust team")

    def ready(self) -> None:
        from letsconnect.trust import emails  # registers the letters and the sweeps
        from letsconnect.trust.actions import leaving

        emails.register()
        leaving.connect()
