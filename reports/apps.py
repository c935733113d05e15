from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from reports import catalogue
        from reports.fairness import counted as fairness_counted
        from reports.fairness import report as fairness
        from reports.meetings import clinics
        from reports.meetings import counted as meetings_counted
        from reports.needs import counted as needs_counted
        from reports.needs import report as needs
        from reports.participation import counted as participation_counted
        from reports.participation import first_hours, who
        from reports.people import answers, today

        for report in (
            needs.REPORT,
            who.REPORT,
            first_hours.REPORT,
            clinics.REPORT,
            fairness.REPORT,
            today.REPORT,
            answers.REPORT,
        ):
            catalogue.register(report)
        for lists in (needs_counted, participation_counted, meetings_counted, fairness_counted):
            lists.register()
