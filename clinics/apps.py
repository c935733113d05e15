from functools import partial

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the desk calls the letters of this app.
LETTERS = {
    "clinics.rsvp_recorded": pgettext_lazy("kind of letter", "sign-up for a clinic"),
    "clinics.moved_up": pgettext_lazy("kind of letter", "a seat at a clinic became free"),
    "clinics.seat_given_back": pgettext_lazy("kind of letter", "a seat at a clinic is given back"),
    "clinics.seat_offered": pgettext_lazy("kind of letter", "a seat at a clinic is offered"),
    "clinics.offer_expired": pgettext_lazy("kind of letter", "an offered seat was not claimed"),
    "clinics.put_in": pgettext_lazy("kind of letter", "given a seat at a clinic by the working group"),
    "clinics.taken_out": pgettext_lazy("kind of letter", "taken out of a clinic by the working group"),
    "clinics.channel_gone": pgettext_lazy("kind of letter", "no interpretation in the language somebody chose"),
    "clinics.still_waiting": pgettext_lazy("kind of letter", "no seat at a clinic became free"),
    "clinics.clinic_cancelled": pgettext_lazy("kind of letter", "a clinic is cancelled"),
    "clinics.clinic_moved": pgettext_lazy("kind of letter", "a clinic is changed"),
    "clinics.thanks": pgettext_lazy("kind of letter", "thanks after a clinic"),
    "clinics.thanks_without_seat": pgettext_lazy("kind of letter", "thanks to somebody who came without signing up"),
    "clinics.missed": pgettext_lazy("kind of letter", "missed at a clinic"),
    "clinics.from_the_host": pgettext_lazy("kind of letter", "what planners write to those who come to a clinic"),
    "clinics.certificate_revoked": pgettext_lazy("kind of letter", "a certificate of a clinic is revoked"),
    "clinics.language_answer": pgettext_lazy("kind of letter", "what came of the wish for a language at a clinic"),
    "clinics.checklist_due": pgettext_lazy("kind of letter", "what is to be done for clinics"),
    "clinics.announced": pgettext_lazy("kind of letter", "announcement of clinics"),
    "clinics.digest": pgettext_lazy("kind of letter", "weekly list of new clinics"),
    "clinics.topic_outcome": pgettext_lazy("kind of letter", "what came of a wish for a clinic"),
    "clinics.topic_announced": pgettext_lazy("kind of letter", "a clinic somebody wished for is announced"),
    "clinics.person_asked": pgettext_lazy("kind of letter", "asked to take part in a clinic"),
    "clinics.person_reminder": pgettext_lazy("kind of letter", "reminder to answer about a clinic"),
    "clinics.person_moved": pgettext_lazy("kind of letter", "asked again about a clinic that was moved"),
    "clinics.person_confirmed": pgettext_lazy("kind of letter", "thanks for a yes to a clinic"),
    "clinics.people_changed": pgettext_lazy("kind of letter", "a clinic is changed, to its people"),
    "clinics.people_thanks": pgettext_lazy("kind of letter", "thanks to the people of a clinic"),
    "clinics.person_released": pgettext_lazy("kind of letter", "not needed at a clinic any more"),
    "clinics.person_stepped_back": pgettext_lazy("kind of letter", "somebody stepped back from a clinic, to them"),
    "clinics.person_cancelled": pgettext_lazy("kind of letter", "a clinic is cancelled, to its people"),
    "clinics.person_answered": pgettext_lazy("kind of letter", "somebody answered about a clinic"),
    "clinics.person_left": pgettext_lazy("kind of letter", "somebody of a clinic is gone"),
}


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics")

    def ready(self) -> None:
        """Register letters with mailings and busy hours with `base`, and connect to signals about people who leave."""
        from clinics import after_emails, emails, newsletters, recordings, seat_emails
        from clinics.agendas import writing
        from clinics.announcing import digests
        from clinics.announcing import emails as new_clinics
        from clinics.attendance import call_lists, figures, presses
        from clinics.attendance import my_data as attendance_data
        from clinics.certificates import emails as certificate_emails
        from clinics.certificates import leaving as leaving_certificates
        from clinics.checklists import emails as checklist_letters
        from clinics.checklists import items, people, sweeps
        from clinics.domain.notices import REMINDERS
        from clinics.feedback import leaving as leaving_feedback
        from clinics.feedback import sums
        from clinics.listing import versions
        from clinics.notices import reminding, thanking
        from clinics.notices.names import names_of_reminders
        from clinics.people import busy as people_busy
        from clinics.people import calendars as people_calendars
        from clinics.people import decided, notice_emails
        from clinics.people import emails as people_emails
        from clinics.people import leaving as people_leaving
        from clinics.people import sweeps as people_sweeps
        from clinics.planning import linked
        from clinics.requests import emails as request_emails
        from clinics.requests import leaving as leaving_requests
        from clinics.requests import overrulable
        from clinics.seats import busy, calendars, channel_sums, leaving
        from clinics.seats import sweeps as seat_sweeps
        from clinics.signing_up import emails as wish_emails
        from clinics.signing_up import language_needs
        from clinics.signing_up import leaving as leaving_wishes
        from clinics.signing_up import sweeps as wish_sweeps
        from clinics.views import signing_up
        from clinics.writing import emails as message_emails
        from clinics.writing import leaving as messages_leaving
        from clinics.writing import writing as messages
        from mailings import kinds
        from mailings.newsletters import checking
        from registrations import needs
        from registrations.catalogue import loading
        from registrations.views import reasons

        kinds.name_kinds({**LETTERS, **names_of_reminders(REMINDERS)})
        emails.register()
        kinds.register_sweep("clinics.reminders", reminding.owe_reminders)
        kinds.register_sweep("clinics.afterwards", thanking.owe_thanks)
        kinds.register_sweep("clinics.still_waiting", seat_sweeps.tell_still_waiting)
        kinds.register_sweep("clinics.digests", digests.owe_digests)
        kinds.register_sweep("clinics.list_changes", versions.forget_old_changes)
        kinds.register_sweep("clinics.checklists", sweeps.owe_checklist_letters)
        reasons.register(
            _(
                "The link to the call is for those who have a seat. Sign in with the address you gave for yours; "
                "without one, you see next whether a seat is free."
            ),
            "clinics:clinic-join",
        )
        reasons.register(
            _("This is for those who were at the clinic. Sign in with the address to which we wrote about it."),
            "clinics:feedback-give",
            "clinics:quote-give",
            "clinics:certificate-mine",
        )
        reasons.register(
            _(
                "Sign in to see which topics people want, and to ask for a clinic. Nobody else who takes part sees who "
                "asked."
            ),
            *(f"clinics:topic-{of}" for of in ("list", "detail", "mine", "ask")),
        )
        reasons.register(
            _("Certificates are shown to those who made them. Sign in to see yours."),
            "clinics:certificate-list",
            "clinics:certificate-print",
        )
        reasons.register(
            _("This is for those who help with a clinic. Sign in with the address to which we wrote about it."),
            *("clinics:person-mine", "clinics:checklist-mine", "clinics:clinic-host", "clinics:feedback-read"),
        )
        checking.register_link_check("clinics:clinic-detail", linked.why_not_to_lead_there)
        new_clinics.register()
        checklist_letters.register()
        people.connect()
        loading.register_loader("agendas", writing.load_agenda_templates)
        loading.register_loader("checklist", items.load_checklist_template)
        newsletters.register()
        recordings.connect()
        request_emails.register()
        overrulable.register_overrulable()
        kinds.register_sweep("clinics.people.remind", people_sweeps.remind_people)
        kinds.register_sweep("clinics.people.accounts", people_sweeps.hand_to_accounts)
        kinds.register_sweep("clinics.people.forget", people_sweeps.forget_addresses)
        people_emails.register()
        seat_emails.register()
        after_emails.register()
        kinds.register_sweep("clinics.seats", seat_sweeps.give_seats_on)
        kinds.register_sweep("clinics.seats.channels", channel_sums.fold_channels)
        notice_emails.register()
        message_emails.register()
        messages_leaving.connect()
        kinds.register_sweep("clinics.messages.forget", messages.forget_old_messages)
        needs.register_page(partial(reverse, "admin:clinics_topicrequest_needs"))
        busy.register()
        people_busy.register()
        calendars.register()
        people_calendars.register()
        leaving.connect()
        people_leaving.connect()
        decided.connect()
        attendance_data.connect()
        presses.connect()
        kinds.register_sweep("clinics.presses", presses.forget_old_presses)
        call_lists.connect()
        kinds.register_sweep("clinics.call_lists", call_lists.forget_old_lists)
        kinds.register_sweep("clinics.figures", figures.fix_figures)
        leaving_requests.connect()
        leaving_wishes.connect()
        signing_up.register()
        wish_emails.register()
        kinds.register_sweep("clinics.language_needs", language_needs.tell_what_came)
        kinds.register_sweep("clinics.wishes", wish_sweeps.forget_wishes)
        leaving_certificates.connect()
        certificate_emails.register()
        leaving_feedback.connect()
        kinds.register_sweep("clinics.feedback", sums.count_feedback)
