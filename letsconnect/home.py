"""What a person finds on their home page: their registration, their matches, their clinics."""

from datetime import datetime

from clinics.models import Clinic, Rsvp
from letsconnect.trust.models import Report
from matching import advising
from matching.models import Match
from registrations.models import Member, Registration
from registrations.skills import news_of_suggestions

SHOWN = 5


def for_member(member: Member, *, now: datetime) -> dict[str, object]:
    """Return what the home page of ``member`` shows."""
    matches = Match.objects.for_member(member)
    registration = Registration.objects.filter(member=member).first()
    return {
        "registration": registration,
        "is_resting": registration is not None and registration.is_resting(on=now.date()),
        "skill_news": news_of_suggestions(member),
        "to_answer": Match.objects.waiting_for(member),
        "waiting": advising.news_of(registration, now=now),
        "matches": [(match, match.person(match.side_of(member).other)) for match in matches.live()[:SHOWN]],
        "confided": Report.objects.readable_by(member, on=now.date()).waiting().count(),
        "rsvps": Rsvp.objects.active_for(member, now=now)[:SHOWN],
    }


def for_everybody(*, now: datetime) -> dict[str, object]:
    """Return what anybody may see on the home page."""
    return {"upcoming": Clinic.objects.announced().upcoming(now=now).for_pages()[:SHOWN]}
