from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the desk calls the letters of this app.
LETTERS = {
    "trust.message_received": pgettext_lazy("kind of letter", "a report arrived"),
    "trust.report_waits": pgettext_lazy("kind of letter", "a report waits"),
    "trust.seat_given": pgettext_lazy("kind of letter", "a seat in the trust team"),
    "trust.team_changed": pgettext_lazy("kind of letter", "the trust team changed"),
}


class TrustConfig(AppConfig):
    name = "trust"
    label = "trust"
    verbose_name = _("Trust team")

    def ready(self) -> None:
        from letsconnect.base import security_log
        from mailings import kinds
        from registrations.views import reasons
        from trust import emails
        from trust.reports import leaving, sweeps

        kinds.name_kinds(LETTERS)
        emails.register()
        security_log.name_details({"trust team": pgettext_lazy("role in the security log", "trust team")})
        reasons.register(
            _("What you tell here goes to the trust team alone, in confidence. Sign in, so that they can answer you."),
            *(f"trust:report-{of}" for of in ("new", "match", "clinic")),
        )
        reasons.register(
            _("Reports are for the trust team alone. Sign in with the address of your account."),
            *(f"trust:report-{of}" for of in ("list", "detail")),
        )
        kinds.register_sweep("trust.waiting", sweeps.tell_readers)
        kinds.register_sweep("trust.forgotten", sweeps.forget_old_reports)
        leaving.connect()
