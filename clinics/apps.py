from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the desk calls the letters of this app.
LETTERS = {
    "clinics.rsvp_recorded": pgettext_lazy("kind of letter", "sign-up for a clinic"),
    "clinics.moved_up": pgettext_lazy("kind of letter", "a seat at a clinic became free"),
    "clinics.still_waiting": pgettext_lazy("kind of letter", "no seat at a clinic became free"),
    "clinics.clinic_cancelled": pgettext_lazy("kind of letter", "a clinic is called off"),
    "clinics.clinic_moved": pgettext_lazy("kind of letter", "a clinic is moved"),
    "clinics.reminder_day": pgettext_lazy("kind of letter", "reminder of a clinic, a day before"),
    "clinics.reminder_hour": pgettext_lazy("kind of letter", "reminder of a clinic, an hour before"),
    "clinics.announced": pgettext_lazy("kind of letter", "announcement of clinics"),
    "clinics.digest": pgettext_lazy("kind of letter", "weekly list of new clinics"),
    "clinics.topic_outcome": pgettext_lazy("kind of letter", "what came of a wish for a clinic"),
    "clinics.topic_announced": pgettext_lazy("kind of letter", "a clinic somebody wished for is announced"),
}


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics")

    def ready(self) -> None:
        """Register letters with mailings and busy hours with `base`, and connect to signals about people who leave."""
        from clinics import emails, newsletters
        from clinics.announcing import digests
        from clinics.announcing import emails as new_clinics
        from clinics.people import leaving as people_leaving
        from clinics.planning import linked, notices
        from clinics.requests import emails as request_emails
        from clinics.requests import leaving as leaving_requests
        from clinics.seats import busy, leaving
        from mailings import kinds
        from mailings.newsletters import checking

        kinds.name_kinds(LETTERS)
        emails.register()
        kinds.register_sweep("clinics.reminders", notices.owe_reminders)
        kinds.register_sweep("clinics.still_waiting", notices.tell_still_waiting)
        kinds.register_sweep("clinics.digests", digests.owe_digests)
        checking.register_link_check("clinics:clinic-detail", linked.why_not_to_lead_there)
        new_clinics.register()
        newsletters.register()
        request_emails.register()
        busy.register()
        leaving.connect()
        people_leaving.connect()
        leaving_requests.connect()
