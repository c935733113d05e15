"""What a person finds on their home page: their registration, their matches, their clinics."""

from collections.abc import Iterable
from datetime import datetime

from clinics.models import Clinic, Rsvp
from letsconnect.trust.models import Report
from mailings.standing import why_not_written_to
from matching import advising, reasons
from matching.models import Match, Session
from matching.models.feedback import to_tell
from registrations.models import Member, Registration
from registrations.skills import news_of_suggestions

SHOWN = 5


def for_member(member: Member, *, now: datetime) -> dict[str, object]:
    """Return what the home page of ``member`` shows."""
    matches = Match.objects.for_member(member)
    sessions = Session.objects.of_live_matches().with_people()
    registration = Registration.objects.filter(member=member).first()
    return {
        "registration": registration,
        "suppression": why_not_written_to(member),
        "is_resting": registration is not None and registration.is_resting(on=now.date()),
        "skill_news": news_of_suggestions(member),
        "to_answer": Match.objects.waiting_for(member),
        "waiting": advising.news_of(registration, now=now),
        "matches": [(match, match.person(match.side_of(member).other)) for match in matches.live()[:SHOWN]],
        "next_sessions": _with_other(sessions.upcoming(now=now).for_member(member)[:SHOWN], member),
        "to_confirm": _with_other(sessions.open(now=now).waiting_for(member).order_by("pk")[:SHOWN], member),
        "confided": Report.objects.readable_by(member, on=now.date()).waiting().count(),
        "hours_to_tell": [
            (session, session.person(session.side_of(member).other)) for session in to_tell(member, now=now)[:SHOWN]
        ],
        "rsvps": Rsvp.objects.active_for(member, now=now)[:SHOWN],
    }


def _with_other(sessions: Iterable[Session], member: Member) -> list[tuple[Session, str]]:
    """Return each session with the name of the other person."""
    return [(one, reasons.name_of(one.person(side.other))) for one in sessions if (side := one.side_of(member))]


def for_everybody(*, now: datetime) -> dict[str, object]:
    """Return what anybody may see on the home page."""
    return {"upcoming": Clinic.objects.announced().upcoming(now=now).for_pages()[:SHOWN]}
