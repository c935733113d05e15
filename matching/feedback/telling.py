"""What a person is told about what they said after their hours, and what was noted about them."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from letsconnect.base.query_batches import QueryBatch
from matching.models import Concern, Feedback, Match, Session, people
from matching.words import reasons
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Listen to the questions about people."""
    events.data_asked.connect(collect)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Tell a person their own words, the thanks they got, and whether a liaison was asked to look after them.

    What the other said of the hour, or noted for themselves, is not theirs.
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
    yield events.Section("feedback", _("What I said after my hours"), [_row(said) for said in mine])
    yield events.Section(
        "thanks",
        _("Thanks I got"),
        [
            (item("by", _("From"), reasons.name_of(said.registration)), item("thanks", _("Thanks"), said.thanks))
            for said in theirs
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


def _row(said: Feedback) -> tuple[events.Item, ...]:
    item = events.Item.of
    return (
        item("starts_at", _("Hour"), said.session.starts_at),
        item("other", _("With"), reasons.name_of(said.session.person(_other(said)))),
        item("happened", _("Did you meet?"), said.happened, said.get_happened_display()),
        item("useful", _("How useful it was"), said.useful),
        item("next", _("What next"), said.next, said.get_next_display()),
        item("note", _("My notes"), said.note),
        item("thanks", _("My thanks"), said.thanks),
        item("changed_at", _("Changed"), said.changed_at),
    )


def _other(said: Feedback) -> str:
    return "sharer" if said.side == "learner" else "learner"
