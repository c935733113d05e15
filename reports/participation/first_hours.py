"""The report on the way from registering to a first session: how many come how far, and in how many days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.models import Act
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN
from matching.domain.feedback import Verdict
from matching.models import Match, SessionOutcome
from registrations.domain.registrations import RegistrationState, Source
from registrations.models import Registration
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.privacy import Sum, hidden_counts
from reports.domain.tables import HIDDEN, Cell, FigureColumn, FigureRow, FigureTable
from reports.row_names import name_rows, row_name

REGISTERED, APPROVED, ASKED, CONNECTED, MET = STEPS = ("registered", "approved", "asked", "connected", "met")
_STEP_NAMES = {
    REGISTERED: pgettext_lazy("step to a first session", "registered"),
    APPROVED: pgettext_lazy("step to a first session", "approved"),
    ASKED: pgettext_lazy("step to a first session", "matched: both were asked"),
    CONNECTED: pgettext_lazy("step to a first session", "connected: both said yes"),
    MET: pgettext_lazy("step to a first session", "met for a first session"),
}
name_rows("step", lambda step: str(_STEP_NAMES.get(step, step)))

FUNNEL = FigureTable(
    "steps",
    _("From registering to a first session"),
    (
        FigureColumn("step", pgettext_lazy("to a first session", "Step")),
        FigureColumn(
            "people",
            pgettext_lazy("took part", "people"),
            _(
                "People who registered within the time, and have come as far as this step by today. Who took over a "
                "registration from the old form counts from that day."
            ),
        ),
        FigureColumn("percent", _("in percent"), _("How many of a hundred people who registered came so far.")),
        FigureColumn(
            "median",
            _("days for half of them"),
            _("Half of those who came so far needed this many days since registering, or fewer."),
        ),
        FigureColumn(
            "ninetieth",
            _("days for nine of ten"),
            _("Nine of ten of those who came so far needed this many days since registering, or fewer."),
        ),
        FigureColumn(
            "since_step",
            _("days since the step before, for half of them"),
            _("Half of those who came so far needed this many days since the step before, or fewer."),
        ),
    ),
    (),
    _("Who registered lately has had less time. Days of fewer than five people are not shown."),
)


@dataclass(frozen=True)
class Way:
    """When one person took each step; None where they have not, or it is not known when."""

    at: tuple[datetime | None, ...]
    registration: int

    @property
    def steps_taken(self) -> int:
        """How far they came; whoever took a later step took those before it."""
        return max(place for place, moment in enumerate(self.at, 1) if moment is not None)

    def days(self, begin: int, end: int) -> int | None:
        first, last = self.at[begin], self.at[end]
        return None if first is None or last is None else max(0, (last - first).days)


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Count the steps of all who registered within the time, by seven queries."""
    ways = asked.once(ways_of)
    counts = [sum(way.steps_taken > place for way in ways) for place in range(len(STEPS))]
    hidden = _hidden(counts)
    return [replace(FUNNEL, rows=tuple(_row(place, counts, ways, hidden) for place in range(len(STEPS))))]


def _row(place: int, counts: Sequence[int], ways: Sequence[Way], hidden: Sequence[bool]) -> FigureRow:
    key = f"step:{STEPS[place]}"
    if hidden[place]:
        return FigureRow((row_name(key), *(HIDDEN for _each in FUNNEL.columns[1:])), key=key)
    percent: Cell = None
    if counts[0]:
        percent = HIDDEN if hidden[0] else (200 * counts[place] + counts[0]) // (2 * counts[0])
    since_first = [way.days(0, place) for way in ways if way.steps_taken > place]
    since_step = [way.days(place - 1, place) for way in ways if way.steps_taken > place] if place else []
    times = (_rank(since_first, 50), _rank(since_first, 90)) if place else (None, None)
    return FigureRow((row_name(key), counts[place], percent, *times, _rank(since_step, 50)), key=key)


def _rank(days: Sequence[int | None], percent: int) -> Cell:
    """Return the smallest of these numbers that ``percent`` of a hundred of them do not exceed."""
    in_order = sorted(day for day in days if day is not None)
    if not in_order:
        return None
    return in_order[-(-percent * len(in_order) // 100) - 1] if len(in_order) >= SMALLEST_COUNT_SHOWN else HIDDEN


def _hidden(counts: Sequence[int]) -> list[bool]:
    """Tell which numbers are hidden: of two that are shown, the difference is not small either."""
    behind = {("behind", place): step - later for place, (step, later) in enumerate(pairwise(counts))}
    sums = [Sum(place, (place + 1, ("behind", place))) for place in range(len(counts) - 1)]
    hidden = hidden_counts({**dict(enumerate(counts)), **behind}, sums, unpublished=behind)
    return [place in hidden for place in range(len(counts))]


def ways_of(asked: ReportQuestion) -> list[Way]:
    """Return the way of each registration that came here within the time; one that nobody claimed is nobody's yet."""
    submitted, approved = _acts()
    asked_at, connected_at = _matches()
    met_at = _meetings(asked.now)
    ways = []
    columns = ("pk", "source", "state", "submitted_at", "claimed_at", "reviewed_at")
    for pk, source, state, submitted_at, claimed_at, reviewed_at in Registration.objects.filter(
        member__isnull=False
    ).values_list(*columns):
        came_at = claimed_at if source == Source.IMPORT else submitted.get(pk, submitted_at)
        if came_at is None or not asked.period.starts_at <= came_at < min(asked.period.ends_at, asked.now):
            continue
        approved_at = approved.get(pk, reviewed_at if state == RegistrationState.APPROVED else None)
        ways.append(Way((came_at, approved_at, asked_at.get(pk), connected_at.get(pk), met_at.get(pk)), pk))
    return ways


def _acts() -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Return when each registration was handed in here for the first time, and when it was approved."""
    acts = Act.objects.filter(object_type=Registration._meta.label_lower, became__in=_BECAME).order_by()
    submitted: dict[int, datetime] = {}
    approved: dict[int, datetime] = {}
    for pk, submitted_at, approved_at in acts.values_list("object_id").annotate(
        submitted=Min("at", filter=Q(became=RegistrationState.SUBMITTED, verb="submit_registration")),
        approved=Min("at", filter=Q(became=RegistrationState.APPROVED)),
    ):
        if submitted_at is not None:
            submitted[pk] = submitted_at
        if approved_at is not None:
            approved[pk] = approved_at
    return submitted, approved


_BECAME = (RegistrationState.SUBMITTED, RegistrationState.APPROVED)


def _matches() -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Return when each registration was asked about a match, and connected, for the first time in either role."""
    asked: dict[int, datetime] = {}
    connected: dict[int, datetime] = {}
    for side in ("learner", "sharer"):
        rows = Match.objects.filter(asked_at__isnull=False).order_by().values_list(side)
        for pk, asked_at, connected_at in rows.annotate(Min("asked_at"), Min("connected_at")):
            asked[pk] = min(asked_at, asked.get(pk, asked_at))
            if connected_at is not None:
                connected[pk] = min(connected_at, connected.get(pk, connected_at))
    return asked, connected


def _meetings(now: datetime) -> dict[int, datetime]:
    """Return when each registration met somebody for the first time."""
    met: dict[int, datetime] = {}
    rows = SessionOutcome.objects.filter(verdict=Verdict.MET, session__starts_at__lt=now)
    for pair in ("session__learner", "session__sharer"):
        for pk, at in rows.values_list(pair, "session__starts_at"):
            if at is not None:  # which no session has of which it is known that they met
                met[pk] = min(at, met.get(pk, at))
    return met


REPORT = ReportKind(
    name="first-sessions",
    title=_("From registering to a first session"),
    says=_("How many of those who registered were approved, matched, connected, and met; and how long it took."),
    tables=tables,
    picture="first_sessions",
    frames=(FUNNEL,),
)
