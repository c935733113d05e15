"""What the page of a person's data shows of their feedback on hours, thanks they got and concerns about them."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from letsconnect.base.query_batches import QueryBatch
from matching.domain.matches import Side
from matching.models import Concern, Feedback, Match, Session, people
from matching.words import reasons
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Connect to the signal that asks for a person's data."""
    events.data_asked.connect(collect)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return a person's own feedback, the thanks they got, and whether a liaison was asked to look after them.

    What the other person said of the hour, or noted for themselves, is left out.
    """
    of_mine = Feedback.objects.of(member).select_related("session__learner__member", "session__sharer__member")
    thanks = Feedback.objects.filter(session__in=Session.objects.for_member(member)).exclude(thanks="")
    of_theirs = thanks.exclude(registration__member=member).select_related("registration__member")
    matches = Match.objects.filter(people.of(member))
    concerns = Concern.objects.filter(people.of(member, "registration") | Q(match__in=matches))
    mine = batch.add(of_mine.order_by("made_at", "pk"))
    theirs = batch.add(of_theirs.order_by("made_at", "pk"))
    looked_after = batch.add(concerns.order_by("raised_at", "pk"))
    yield ("matching.Feedback", "matching.Concern")
    item = events.Item.of
    yield events.Section("feedback", _("What I said after my sessions"), [_row(feedback) for feedback in mine])
    yield events.Section(
        "thanks",
        _("Thanks I got"),
        [
            (
                item("by", _("From"), reasons.name_of(feedback.registration)),
                item("thanks", _("Thanks"), feedback.thanks),
            )
            for feedback in theirs
        ],
    )
    yield events.Section(
        "concerns",
        _("What a liaison was asked to look after"),
        [
            (
                item("kind", _("What"), concern.kind, concern.get_kind_display()),
                item("raised_at", _("Since"), concern.raised_at),
                item("closed_at", _("Looked after"), concern.closed_at),
            )
            for concern in looked_after
        ],
    )


def _row(feedback: Feedback) -> tuple[events.Item, ...]:
    item = events.Item.of
    return (
        item("starts_at", _("Hour"), feedback.session.starts_at),
        item("other", _("With"), reasons.name_of(feedback.session.person(Side(feedback.side).other))),
        item("happened", _("Did you meet?"), feedback.happened, feedback.get_happened_display()),
        item("useful", _("How useful it was"), feedback.useful),
        item("next", _("What next"), feedback.next, feedback.get_next_display()),
        item("note", _("My notes"), feedback.note),
        item("thanks", _("My thanks"), feedback.thanks),
        item("changed_at", _("Changed"), feedback.changed_at),
    )
