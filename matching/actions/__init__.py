"""Every change to rounds and matches."""

from matching.actions.answers import accept_match, complete_match, decline_match, withdraw_from_match
from matching.actions.by_hand import Swap, make_match_by_hand, swap_match, swap_matches, unmake_match_by_hand
from matching.actions.computing import solve_round, solve_waiting_rounds
from matching.actions.concerns import close_concern
from matching.actions.drafts import change_draft, draft_round, request_round
from matching.actions.feedback import give_feedback
from matching.actions.previewing import compute_waiting_previews, preview_round
from matching.actions.publishing import Published, publish_round
from matching.actions.queue import compute_what_waits
from matching.actions.quiet import complete_done, end_quiet, nudge_quiet, tell_of_quiet
from matching.actions.repairing import Repaired, compute_repair, repair_round, repair_waiting_rounds
from matching.actions.request_answers import answer_requests
from matching.actions.requests import ask_for_sharer, expire_requests, withdraw_request
from matching.actions.reviews import Outcome, approve_match, approve_matches, refuse_match, refuse_matches
from matching.actions.rounds import cancel_round, create_round, release_undecided
from matching.actions.rules import change_rules, exclude_pair, lift_exclusion
from matching.actions.session_sweeps import lapse_proposals, remind_of_sessions
from matching.actions.sessions import cancel_session, confirm_time, keep_the_hour, propose_times, set_call_link
from matching.actions.settling import ask_how_it_went, settle_sessions
from matching.actions.sweeping import (
    close_fallen,
    delete_old_facts,
    expire_overdue,
    fail_abandoned,
    nudge_overlooked,
    remind_unanswered,
)
from matching.actions.waiting_news import tell_of_no_match

__all__ = [
    "Outcome",
    "Published",
    "Repaired",
    "Swap",
    "accept_match",
    "answer_requests",
    "approve_match",
    "approve_matches",
    "ask_for_sharer",
    "ask_how_it_went",
    "cancel_round",
    "cancel_session",
    "change_draft",
    "change_rules",
    "close_concern",
    "close_fallen",
    "complete_done",
    "complete_match",
    "compute_repair",
    "compute_waiting_previews",
    "compute_what_waits",
    "confirm_time",
    "create_round",
    "decline_match",
    "delete_old_facts",
    "draft_round",
    "end_quiet",
    "exclude_pair",
    "expire_overdue",
    "expire_requests",
    "fail_abandoned",
    "give_feedback",
    "keep_the_hour",
    "lapse_proposals",
    "lift_exclusion",
    "make_match_by_hand",
    "nudge_overlooked",
    "nudge_quiet",
    "preview_round",
    "propose_times",
    "publish_round",
    "refuse_match",
    "refuse_matches",
    "release_undecided",
    "remind_of_sessions",
    "remind_unanswered",
    "repair_round",
    "repair_waiting_rounds",
    "request_round",
    "set_call_link",
    "settle_sessions",
    "solve_round",
    "solve_waiting_rounds",
    "swap_match",
    "swap_matches",
    "tell_of_no_match",
    "tell_of_quiet",
    "unmake_match_by_hand",
    "withdraw_from_match",
    "withdraw_request",
]
