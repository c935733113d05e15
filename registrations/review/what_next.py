"""What comes after handing in, and how long it usually takes: from the reviews of the last months."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base.models import Act
from registrations.domain.registrations import RegistrationState
from registrations.domain.reviews import LETTER_WAITS
from registrations.models import Registration
from registrations.participation.next_round import next_round_on

LOOKED_BACK = timedelta(days=180)
MOST_REVIEWS = 50
FEWEST_REVIEWS = 5  # below this, a usual time would be the story of two or three people
OUT_OF_TEN = 8
HANDING_IN = ("submit_registration", "review_registration_again")


def what_next(*, now: datetime, is_written_to: bool) -> list[str]:
    """Say in a few sentences what happens to a registration that waits for review."""
    by_letter = _("You get an email when they have decided.")
    here = _("You find here and on your home page what they decide.")
    return [
        _("Somebody of the working group reads your registration."),
        usual_time(now=now),
        by_letter if is_written_to else here,
        _after_approval(now=now),
    ]


def usual_time(*, now: datetime) -> str:
    """Say how long reviews took lately, or that there were too few to tell."""
    days = days_of_review(now=now)
    if days is None:
        return _("We cannot say yet how long that takes, because there were only a few reviews lately.")
    sentence = ngettext(
        "Lately, 8 out of 10 reviews were done within %(days)d day.",
        "Lately, 8 out of 10 reviews were done within %(days)d days.",
        days,
    )
    return sentence % {"days": days}


def days_of_review(*, now: datetime) -> int | None:
    """Return within how many days, at least one, 8 out of 10 of the latest reviews were done; None if they are few."""
    waited = sorted(decided - handed_in for handed_in, decided in _reviews(since=now - LOOKED_BACK)[:MOST_REVIEWS])
    if len(waited) < FEWEST_REVIEWS:
        return None
    longest = waited[-(-len(waited) * OUT_OF_TEN // 10) - 1]
    return max(1, -(-longest // timedelta(days=1)))


def _reviews(*, since: datetime) -> QuerySet[Act, Any]:
    """Return when a registration was handed in and when it was decided about, the latest first."""
    about = Act.objects.filter(object_type=Registration._meta.label_lower)
    handed_in = about.filter(object_id=OuterRef("object_id"), verb__in=HANDING_IN, at__lte=OuterRef("at"))
    same, then = OuterRef("object_id"), OuterRef("at")
    undone = about.filter(object_id=same, verb="undo_review", at__gte=then, at__lt=then + LETTER_WAITS)
    decisions = about.filter(verb="review_registration", was=RegistrationState.SUBMITTED, at__gte=since)
    decisions = decisions.filter(~Exists(undone))
    waits = decisions.annotate(handed_in_at=Subquery(handed_in.order_by("-at").values("at")[:1]))
    return waits.filter(handed_in_at__isnull=False).order_by("-at").values_list("handed_in_at", F("at"))


def _after_approval(*, now: datetime) -> str:
    day = next_round_on(on=now.date())
    if day is None:
        return _("Once it is approved, you take part in the next round of matches. No date is set for it yet.")
    planned = _("Once it is approved, you take part in the next round of matches. It is planned for %(day)s.")
    if_later = _("If the review takes longer than that, you take part in the round after it.")
    return f"{planned % {'day': date_format(day)}} {if_later}"
