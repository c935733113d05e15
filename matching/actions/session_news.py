"""What a person is told about their sessions when they ask what is held about them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from letsconnect.base.templatetags.when import written
from matching import reasons
from matching.models import CalendarFeed, Session
from registrations import news
from registrations.models import Member


def connect() -> None:
    """Listen to the questions about people."""
    news.collecting.connect(collect)


def collect(sender: Any, *, member: Member, now: datetime, **kwargs: Any) -> list[news.Section]:
    """Tell a person all their sessions, and since when a calendar of theirs reads them."""
    sessions = Session.objects.for_member(member).with_people().order_by("-made_at", "-pk")
    item = news.Item.of
    feeds = [(item("made_at", _("Secret address made"), feed.made_at),) for feed in _feeds(member)]
    return [
        news.Section(
            "sessions",
            _("My sessions"),
            [_row(session, member) for session in sessions],
            tables=("matching.Session", "matching.ProposedTime"),
        ),
        news.Section("calendar_feed", _("My calendar’s secret address"), feeds, tables=("matching.CalendarFeed",)),
    ]


def _feeds(member: Member) -> list[CalendarFeed]:
    return list(CalendarFeed.objects.filter(member=member))


def _row(session: Session, member: Member) -> tuple[news.Item, ...]:
    side = session.side_of(member)
    times = [
        {"local_date": str(time.local_date), "local_time": str(time.local_time), "zone": time.zone}
        for time in session.times.all()
    ]
    shown = " · ".join(written(time.starts_at, time.zone) for time in session.times.all())
    item = news.Item.of
    return (
        item("skill", _("Topic"), session.match.skill.slug, str(session.match.skill)),
        item("other", _("With"), reasons.name_of(session.person(side.other)) if side else ""),
        item("state", _("State"), session.state, session.get_state_display()),
        item("starts_at", _("Starts"), session.starts_at),
        item("ends_at", _("Ends"), session.ends_at),
        item("times", _("Proposed times"), times, shown),
        item("call_link", _("Link to the call"), session.call_link),
        item("made_at", _("First proposed"), session.made_at),
        item("confirmed_at", _("Agreed"), session.confirmed_at),
        item("cancelled_at", _("Cancelled"), session.cancelled_at),
        item("cancelled_note", _("What was said about it"), session.cancelled_note),
    )
