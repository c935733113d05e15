"""What becomes of a person's sessions when they pause, and what the page of their data shows of them.

A match that ends takes its sessions with it (`close_match`); a pause keeps connected matches, and only frees the
hours that lie in it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.templatetags.when import moment_in_words, when
from matching.domain.sessions import SessionState, WhyCancelled
from matching.models import CalendarFeed, Match, Session
from matching.sessions.changing import cancel, locked, owe_letter
from matching.words import reasons
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Member, Registration


def connect() -> None:
    """Connect to the signals about people who pause, ask what a step would do, or ask for their data."""
    events.registration_paused.connect(on_paused)
    events.effects_asked.connect(foresee)
    events.data_asked.connect(collect)


def on_paused(
    sender: Any, *, registration: Registration, until: date, by: Member, now: datetime, **kwargs: Any
) -> None:
    """Cancel the hours that lie in the pause, and stop looking for one; matches are locked by id, as everywhere."""
    member = registration.member
    if member is None:
        return  # only members pause
    mine = Session.objects.for_member(member).ahead(now=now).values("match_id")
    for match in Match.objects.filter(pk__in=mine).select_for_update(no_key=True).order_by("pk"):
        for session in locked(match.sessions.ahead(now=now)):
            agreed = session.state == SessionState.CONFIRMED
            if agreed and not _lies_before(session, until, registration):
                continue
            cancel(session, why=WhyCancelled.PAUSED, by=by, now=now)
            side = session.side_of(member)
            if not agreed and side is not None:
                owe_letter(session, side.other, letter="dropped", occasion="end", now=now)


def _lies_before(session: Session, until: date, person: Registration) -> bool:
    return session.starts_at is not None and person.is_not_back(session.starts_at, until=until)


def foresee(
    sender: Any, *, member: Member, step: Step, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterator[str]:
    """Return sentences that say what the step does to the hours agreed with others."""
    agreed = Session.objects.for_member(member).ahead(now=now).filter(state=SessionState.CONFIRMED)
    ahead = batch.add(agreed.select_related("learner__member", "sharer__member").order_by("starts_at"))
    return (_FORESEEN[step] % _in_words(session, member) for session in ahead)


def _in_words(session: Session, member: Member) -> dict[str, str]:
    side = session.side_of(member)
    return {"name": reasons.name_of(session.person(side.other)) if side else "", "moment": when(session.starts_at)}


_FORESEEN = {
    Step.WITHDRAW: _("Your session with %(name)s on %(moment)s is cancelled, and both of you are told."),
    Step.ERASE: _("Your session with %(name)s on %(moment)s is cancelled, and they are told."),
    Step.PAUSE: _(
        "Your session with %(name)s on %(moment)s is cancelled if it lies in the pause. We tell both of you."
    ),
    Step.AWAY: _("Your session with %(name)s on %(moment)s stays. If you cannot come, move or cancel it first."),
}


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return a person's sessions, and since when a calendar of theirs reads them, for the page of their data."""
    mine = Session.objects.for_member(member).saying_whether_live().with_people().prefetch_related(None)
    sessions = batch.add(mine.prefetch_related("times").order_by("-made_at", "-pk"))
    feeds = batch.add(CalendarFeed.objects.filter(member=member))
    yield ("matching.Session", "matching.ProposedTime", "matching.CalendarFeed")
    item = events.Item.of
    yield events.Section("sessions", str(_("My sessions")), [_row(session, member) for session in sessions])
    yield events.Section(
        "calendar_feed",
        str(_("My calendar’s secret address")),
        [(item("made_at", _("Secret address made"), feed.made_at),) for feed in feeds],
        note=str(_("The list of your matches leads to the page on which you end it or make a new one.")),
    )


def _row(session: Session, member: Member) -> tuple[events.Item, ...]:
    side = session.side_of(member)
    times = [
        {"local_date": str(time.local_date), "local_time": str(time.local_time), "zone": time.zone}
        for time in session.times.all()
    ]
    in_words = " · ".join(moment_in_words(time.starts_at, time.zone) for time in session.times.all())
    item = events.Item.of
    return (
        item("skill", _("Topic"), session.match.skill.slug, str(session.match.skill)),
        item("other", _("With"), reasons.name_of(session.person(side.other)) if side else ""),
        item("state", _("State"), session.state, session.get_state_display()),
        item("met_on", _("Met outside the portal on"), session.met_on),
        item("starts_at", _("Starts"), session.starts_at),
        item("ends_at", _("Ends"), session.ends_at),
        item("times", _("Proposed times"), times, in_words),
        item("call_link", _("Link to the call"), session.call_link if session.is_of_live_match else ""),
        item("made_at", _("First proposed"), session.made_at),
        item("confirmed_at", pgettext_lazy("a session", "Agreed"), session.confirmed_at),
        item("cancelled_at", _("Cancelled"), session.cancelled_at),
        item("cancelled_note", _("What was said about it"), session.cancelled_note),
    )
