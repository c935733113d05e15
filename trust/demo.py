"""A trust team of two liaisons for the demo, and one report that waits for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from registrations.models import Member
from trust.reports.handling import send_report
from trust.seats.appointing import appoint_to_trust_team


def load(*, now: datetime, team: Sequence[Member], writer: Member) -> None:
    """Appoint the team, and send it one report."""
    for member in team:
        appoint_to_trust_team(member=member, by=None, now=now)
    send_report(
        by=writer,
        who="Somebody who wrote to me after a clinic",
        description="They keep writing to me although I asked them to stop. I would like somebody to know.",
        may_contact=True,
        now=now - timedelta(hours=3),
    )
