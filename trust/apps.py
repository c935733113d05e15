from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TrustConfig(AppConfig):
    name = "trust"
    label = "trust"
    verbose_name = _("Trust team")

    def ready(self) -> None:
        from letsconnect.base import security_log
        from mailings import kinds
        from trust import emails
        from trust.reports import leaving, sweeps

        emails.register()
        security_log.name_details({"trust team": pgettext_lazy("role in the security log", "trust team")})
        kinds.register_sweep("trust.waiting", sweeps.tell_readers)
        kinds.register_sweep("trust.forgotten", sweeps.forget_old_reports)
        leaving.connect()
