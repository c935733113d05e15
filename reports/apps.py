from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from reports import catalogue
        from reports.people import today

        for report in (today.REPORT,):
            catalogue.register(report)
