from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the desk calls the letters of this app.
LETTERS = {
    "registrations.sign_in_code": pgettext_lazy("kind of letter", "sign-in code"),
    "registrations.handed_in": pgettext_lazy("kind of letter", "registration sent"),
    "registrations.approved": pgettext_lazy("kind of letter", "registration approved"),
    "registrations.needs_changes": pgettext_lazy("kind of letter", "registration needs changes"),
    "registrations.declined": pgettext_lazy("kind of letter", "registration declined"),
    "registrations.decided_anew": pgettext_lazy("kind of letter", "registration decided anew"),
    "registrations.claim_invitation": pgettext_lazy("kind of letter", "invitation to take over the old form"),
    "registrations.claim_reminder": pgettext_lazy("kind of letter", "second invitation to take over the old form"),
    "registrations.still_in": pgettext_lazy("kind of letter", "are you still in?"),
    "registrations.paused_for_silence": pgettext_lazy("kind of letter", "paused, because nothing was heard"),
    "registrations.seat_given": pgettext_lazy("kind of letter", "a seat in the working group"),
    "registrations.overruled": pgettext_lazy("kind of letter", "somebody changed what one had decided"),
    "registrations.team_message": pgettext_lazy("kind of letter", "a message from the page of the team"),
}


class RegistrationsConfig(AppConfig):
    name = "registrations"
    verbose_name = _("Registrations")

    def ready(self) -> None:
        from letsconnect.base import access_log, security_log
        from mailings import kinds
        from registrations.accounts import activity, browser_sessions, security_details, signing_in
        from registrations.accounts import emails as account_emails
        from registrations.answers import sensitive, visitors
        from registrations.events import forgetting_in_files
        from registrations.models import Look
        from registrations.newsletters import audiences, filling
        from registrations.oldform import claims, uploads
        from registrations.oldform import emails as claim_emails
        from registrations.oldform import erasing as erasing_in_files
        from registrations.participation import inactivity, inactivity_emails
        from registrations.privacy import erasing
        from registrations.review import emails as review_emails
        from registrations.review import overrulable
        from registrations.seats import emails as seat_emails
        from registrations.seats import message_emails, messages, overruled_emails, overruling
        from registrations.skills import merging_in_steps
        from registrations.views import team

        kinds.name_kinds(LETTERS)
        team.register()
        for letters in (account_emails, claim_emails, inactivity_emails, review_emails, seat_emails, message_emails):
            letters.register()
        overruled_emails.register()
        overrulable.register_overrulable()
        kinds.register_sweep("registrations.overruled", overruling.note_overruled)
        access_log.store_with(Look.objects.keep)
        audiences.register_audiences()
        filling.register_filling()
        security_log.name_details(security_details.in_words())
        kinds.register_sweep("registrations.old_codes", signing_in.forget_old_codes)
        kinds.register_sweep("registrations.team_messages", messages.forget_old_messages)
        kinds.register_sweep("registrations.kept_answers", visitors.forget_old_answers)
        kinds.register_sweep("registrations.ended_sessions", browser_sessions.forget_ended_sessions)
        kinds.register_sweep("registrations.claim_reminders", claims.owe_claim_reminders)
        kinds.register_sweep("registrations.overlooked_uploads", uploads.nudge_overlooked)
        kinds.register_sweep("registrations.overlooked_merges", merging_in_steps.nudge_overlooked)
        kinds.register_sweep("registrations.old_uploads", uploads.forget_old_uploads)
        kinds.register_sweep("registrations.sensitive_answers", sensitive.count_old_answers)
        kinds.register_sweep("registrations.still_in", inactivity.ask_still_in)
        kinds.register_sweep("registrations.silent", inactivity.pause_silent)
        kinds.register_sweep("registrations.late_letters_of_the_erased", erasing.forget_late_letters)
        forgetting_in_files.connect(erasing_in_files.forget_in_files)
        user_logged_in.connect(activity.note_sign_in)
        user_logged_out.connect(activity.note_sign_out)
