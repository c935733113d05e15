from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from reports import catalogue
        from reports.meetings import clinics
        from reports.participation import first_hours, who
        from reports.people import today

        for report in (who.REPORT, first_hours.REPORT, clinics.REPORT, today.REPORT):
            catalogue.register(report)
