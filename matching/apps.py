from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        """Make the letters and sweeps of matching known to the ledger, and agreed hours to other apps; listen for
        people who leave."""
        from mailings import kinds
        from matching.feedback import emails as feedback_emails
        from matching.feedback import my_data, quiet, settling
        from matching.matches import emails as match_emails
        from matching.matches import leaving
        from matching.matches import sweeps as match_sweeps
        from matching.rounds import sweeps as round_sweeps
        from matching.sessions import busy, pausing
        from matching.sessions import emails as session_emails
        from matching.sessions import sweeps as session_sweeps
        from matching.waiting import answering, no_match, requests
        from matching.waiting import emails as waiting_emails

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
        busy.register()
        for listener in (leaving, my_data, pausing):
            listener.connect()
