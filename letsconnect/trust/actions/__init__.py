"""Every change to reports and seats of the trust team."""

from letsconnect.trust.actions.reports import (
    decide_report,
    keep_note,
    name_person,
    reopen_account,
    send_report,
    step_aside,
)
from letsconnect.trust.actions.seats import appoint_to_trust_team, end_trust_seat
from letsconnect.trust.actions.sweeping import forget_old_reports, tell_readers

__all__ = [
    "appoint_to_trust_team",
    "decide_report",
    "end_trust_seat",
    "forget_old_reports",
    "keep_note",
    "name_person",
    "reopen_account",
    "send_report",
    "step_aside",
    "tell_readers",
]
