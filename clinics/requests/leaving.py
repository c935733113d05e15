"""Topic requests of somebody who leaves: what others want stays open, what nobody else wants is withdrawn."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain.requests import GOING_ON
from clinics.models import Clinic, TopicRequest, TopicSupport
from clinics.requests.asking import end_support, lock_request, withdraw
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.domain.registrations import Step
from registrations.models import Member


def connect() -> None:
    """Connect to the signals about people who leave."""
    events.erasing.connect(on_erasing)
    events.account_closed.connect(on_account_closed)
    events.effects_asked.connect(foresee)
    events.data_asked.connect(collect)


def on_account_closed(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    end_supports_of(member, by=by, now=now)


def on_erasing(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    """End what runs, and empty the words of topics that nobody else ever wanted."""
    end_supports_of(member, by=by or member, now=now)
    others = TopicSupport.objects.exclude(member=member).filter(Q(request=OuterRef("pk")) | Q(came_from=OuterRef("pk")))
    TopicRequest.objects.asked_by(member).exclude(state__in=GOING_ON).filter(~Exists(others)).update(words="")


def end_supports_of(member: Member, *, by: Member | None, now: datetime) -> None:
    """Take the member off every request that goes on, in the order of keys; the sender has locked the member's row."""
    theirs = TopicSupport.objects.filter(member=member, request__state__in=GOING_ON).order_by("request_id")
    for support in theirs.select_related("request"):
        request = lock_request(support.request)
        end_support(request, support, by=by, now=now)
        if request.is_going_on and not request.supports.exists():
            withdraw(request, by=by, now=now)


def foresee(
    sender: Any, *, member: Member, step: Step, now: datetime, batch: QueryBatch, **kwargs: Any
) -> Iterable[str]:
    """Return a sentence that says what becomes of the topics somebody wants."""
    if step != Step.ERASE:
        return ()
    wanted = TopicSupport.objects.filter(member=member, request__state__in=GOING_ON)
    return _foreseen(batch.add(wanted.values_list("pk", flat=True)))


def _foreseen(supports: Collection[int]) -> Iterator[str]:
    wanted = len(supports)
    if not wanted:
        return
    text = ngettext(
        "You no longer count among those who want a clinic on %(count)d topic. If nobody else wants it, it is "
        "withdrawn.",
        "You no longer count among those who want clinics on %(count)d topics. What nobody else wants is withdrawn.",
        wanted,
    )
    yield text % {"count": wanted}


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return every topic the person asked for or supports, for the page of their data."""
    asked = batch.add(
        TopicRequest.objects.asked_by(member)
        .with_names()
        .select_related("clinic", "merged_into__skill__merged_into")
        .prefetch_related("merged_into__skill__skill_names")
        .order_by("pk")
    )
    supported = batch.add(
        TopicSupport.objects.filter(member=member)
        .select_related("request__skill__merged_into")
        .prefetch_related("request__skill__skill_names", "request__skill__merged_into__skill_names")
        .order_by("pk")
    )
    yield ("clinics.TopicRequest", "clinics.TopicSupport")
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    yield events.Section(
        "topics_asked",
        _("Clinics I asked for"),
        [
            (
                item("skill", _("Skill"), str(request.skill) if request.skill else ""),
                item("words", _("Topic, in my words"), request.words),
                item("language", _("Language"), request.language, request.language_in_words),
                item("why", _("Why"), request.why),
                item("why_is_public", _("Others may read why"), request.why_is_public),
                item("state", _("State"), request.state, request.get_state_display()),
                item("made_at", _("Asked"), request.made_at),
                item("decided_at", _("Decided"), request.decided_at),
                item("answer", _("Answer"), request.answer),
                item("clinic", _("Clinic"), _title_of(request)),
                item("merged_into", _("Merged into"), str(request.merged_into) if request.merged_into else ""),
            )
            for request in asked
        ],
    )
    yield events.Section(
        "topics_supported",
        _("Topics for clinics that I support"),
        [
            (
                item("request", _("Topic"), str(support.request)),
                item("made_at", _("Since"), support.made_at),
            )
            for support in supported
        ],
    )


def _title_of(request: TopicRequest) -> str:
    """The title of its clinic, once people may see it."""
    clinic = request.clinic
    return str(clinic) if clinic is not None and clinic.announced_at is not None else ""
