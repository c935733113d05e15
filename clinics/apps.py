from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics")

    def ready(self) -> None:
        """Register letters with mailings and busy hours with `base`, and connect to signals about people who leave."""
        from clinics import (
            emails,  # noqa: F401  its import registers the letters
            newsletters,
        )
        from clinics.announcing import digests
        from clinics.announcing import emails as new_clinics
        from clinics.planning import linked, notices
        from clinics.seats import busy, leaving
        from mailings import kinds
        from mailings.newsletters import checking

        kinds.register_sweep("clinics.reminders", notices.owe_reminders)
        kinds.register_sweep("clinics.still_waiting", notices.tell_still_waiting)
        kinds.register_sweep("clinics.digests", digests.owe_digests)
        checking.register_link_check("clinics:clinic-detail", linked.why_not_to_lead_there)
        new_clinics.register()
        newsletters.register()
        busy.register()
        leaving.connect()
