from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What the desk calls the letters of this app.
LETTERS = {
    "matching.asked": pgettext_lazy("kind of letter", "a match is proposed"),
    "matching.reminder": pgettext_lazy("kind of letter", "a match waits for an answer"),
    "matching.connected": pgettext_lazy("kind of letter", "both said yes"),
    "matching.closed": pgettext_lazy("kind of letter", "a match did not come about"),
    "matching.expired": pgettext_lazy("kind of letter", "a match was not answered in time"),
    "matching.no_match": pgettext_lazy("kind of letter", "no match in this round"),
    "matching.request_answered": pgettext_lazy("kind of letter", "what became of asking for somebody"),
    "matching.session_proposed": pgettext_lazy("kind of letter", "times for a session are proposed"),
    "matching.session_agreed": pgettext_lazy("kind of letter", "a session is agreed"),
    "matching.session_moved": pgettext_lazy("kind of letter", "a session is moved"),
    "matching.session_kept": pgettext_lazy("kind of letter", "the old hour stays"),
    "matching.session_link": pgettext_lazy("kind of letter", "where the two will talk"),
    "matching.session_unlinked": pgettext_lazy("kind of letter", "the link to the call is taken away"),
    "matching.session_day": pgettext_lazy("kind of letter", "reminder of a session, a day before"),
    "matching.session_hour": pgettext_lazy("kind of letter", "reminder of a session, an hour before"),
    "matching.session_cancelled": pgettext_lazy("kind of letter", "a session is cancelled"),
    "matching.session_dropped": pgettext_lazy("kind of letter", "proposed times are taken back"),
    "matching.session_lapsed": pgettext_lazy("kind of letter", "proposed times have passed"),
    "matching.did_you_meet": pgettext_lazy("kind of letter", "did you meet?"),
    "matching.met_elsewhere": pgettext_lazy("kind of letter", "the other says that they met outside the portal"),
    "matching.missed_absent": pgettext_lazy("kind of letter", "a session was missed: to who did not come"),
    "matching.missed_waiting": pgettext_lazy("kind of letter", "a session was missed: to who waited"),
    "matching.missed_each_other": pgettext_lazy("kind of letter", "two missed each other"),
    "matching.completed": pgettext_lazy("kind of letter", "a match is completed"),
    "matching.quiet": pgettext_lazy("kind of letter", "nothing agreed for two weeks"),
    "matching.quiet_end": pgettext_lazy("kind of letter", "a match ended, because nothing was agreed"),
    "matching.thanks": pgettext_lazy("kind of letter", "thanks from the other"),
    "matching.concern": pgettext_lazy("kind of letter", "something to look after"),
}


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Make the letters and sweeps of matching known to the ledger, and agreed hours to other apps; listen for
        people who leave."""
        from mailings import kinds
        from matching.feedback import emails as feedback_emails
        from matching.feedback import my_data, quiet, settling
        from matching.matches import decided, introducing, leaving
        from matching.matches import emails as match_emails
        from matching.matches import sweeps as match_sweeps
        from matching.models import MatchingRules
        from matching.rounds import needs, overrulable
        from matching.rounds import sweeps as round_sweeps
        from matching.sessions import busy, calendars, pausing
        from matching.sessions import emails as session_emails
        from matching.sessions import sweeps as session_sweeps
        from matching.waiting import answering, no_match, requests
        from matching.waiting import emails as waiting_emails
        from matching.words import newsletters
        from registrations.answers import cards_elsewhere
        from registrations.participation import next_round
        from registrations.views import reasons

        kinds.name_kinds(LETTERS)
        overrulable.register_overrulable()
        for letters in (match_emails, session_emails, feedback_emails, waiting_emails):
            letters.register()
        for name, sweep in {
            "fallen": match_sweeps.close_fallen,
            "overdue": match_sweeps.expire_overdue,
            "reminders": match_sweeps.remind_unanswered,
            "abandoned_rounds": round_sweeps.fail_abandoned,
            "waiting_rounds": round_sweeps.nudge_overlooked,
            "old_facts": round_sweeps.delete_old_facts,
            "hours_over": settling.ask_how_it_went,
            "hours_settled": settling.settle_sessions,
            "done": quiet.complete_done,
            "quiet": quiet.nudge_quiet,
            "quiet_told": quiet.raise_quiet_concerns,
            "quiet_ended": quiet.end_quiet,
            "quiet_settled": quiet.take_back_quiet_concerns,
            "session_reminders": session_sweeps.remind_of_sessions,
            "lapsed_proposals": session_sweeps.lapse_proposals,
            "stale_requests": requests.expire_requests,
            "answered_requests": answering.answer_requests,
            "no_match": no_match.owe_no_match_letters,
        }.items():
            kinds.register_sweep(f"matching.{name}", sweep)
        reasons.register(
            _("Matches and sessions are for the two people alone. Sign in with the address to which we write to you."),
            *("matching:match-list", "matching:match-detail", "matching:feedback-give", "matching:meeting-tell"),
            *(
                "matching:session-propose",
                "matching:session-cancel",
                "matching:session-link",
                "matching:session-calendar",
            ),
            *("matching:match-decline", "matching:match-withdraw", "matching:person-block"),
            *("matching:no-match", "matching:introduction-edit", "matching:person-list"),
        )
        reasons.register(
            _("Sign in to find somebody to learn from. They are not told who looks."),
            *(f"matching:{page}" for page in ("sharer-list", "sharer-ask", "request-list")),
        )
        newsletters.register_filling()
        next_round.register_least_minutes(MatchingRules.objects.least_minutes)
        next_round.register_next_round(MatchingRules.objects.next_round_on)
        cards_elsewhere.register(introducing.CARD)
        busy.register()
        calendars.register()
        needs.register()
        for listener in (decided, leaving, my_data, pausing):
            listener.connect()
