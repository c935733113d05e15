"""The report on clinics of a time: seats and who came, languages, what was said, and whose nights they took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicState, ForWhom
from clinics.domain.feedback import TICKED, shown_sums
from clinics.domain.finding import is_night
from clinics.domain.region_clocks import CLOCKS
from clinics.domain.texts import TextState
from clinics.models import (
    UNTITLED,
    Attendance,
    Channel,
    ChannelSum,
    Clinic,
    ClinicPerson,
    ClinicText,
    FeedbackTally,
    Rsvp,
)
from letsconnect.base.languages import best_of
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.periods import Period
from reports.domain.privacy import ALL, Key, hidden_in_table
from reports.domain.tables import HIDDEN, Cell, FigureRow, FigureTable
from reports.meetings.columns import CHANNELS, CLINICS, FEEDBACK, MONTHS, NIGHTS
from reports.meetings.hiding import Attended, hidden_languages, hidden_rows, row_of, sum_of
from reports.row_names import month_key, row_name


@dataclass(frozen=True)
class ClinicFacts:
    """One clinic that took place, and its numbers of people."""

    pk: int
    starts_at: datetime
    for_whom: str
    regions: tuple[str, ...]
    floor_language: str
    seats: int
    came_with_seat: int
    came: int

    @property
    def row(self) -> Attended:
        return row_of(seats=self.seats, came_with_seat=self.came_with_seat, came=self.came)

    def is_for(self, region: str) -> bool:
        return self.for_whom == ForWhom.ALL or region in self.regions


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Count by nine queries for any number of clinics."""
    period, over = asked.period, held_in(asked)
    seats, facts = asked.once(seats_and_facts)
    cancelled = Counter(month_key(at.date()) for at in cancelled_in(asked).values_list("starts_at", flat=True))
    by_month: dict[str, list[ClinicFacts]] = {month_key(month): [] for month in period.months()}
    for each in facts:
        by_month[month_key(each.starts_at.date())].append(each)
    hidden = hidden_rows({month: {each.pk: each.row for each in rows} for month, rows in by_month.items()})
    counted: dict[Key, Attended] = {each.pk: each.row for each in facts}
    counted |= {month: sum_of(each.row for each in rows) for month, rows in by_month.items()}
    counted[ALL] = sum_of(each.row for each in facts)

    def people(key: Key) -> Iterator[Cell]:
        row = counted[key]
        return (HIDDEN if key in hidden else count for count in (row.seats, row.came_with_seat, row.came))

    months = [
        FigureRow((row_name(key), len(rows), cancelled[key], *people(key)), key=key) for key, rows in by_month.items()
    ]
    months.append(FigureRow((row_name(ALL), len(facts), cancelled.total(), *people(ALL)), is_total=True, key=ALL))
    titles = _titles(over)
    clinics = [
        FigureRow(
            (titles.get(each.pk, str(UNTITLED)), date_format(each.starts_at.date(), "DATE_FORMAT"), *people(each.pk)),
            rows_at=reverse("clinics:clinic-detail", args=[each.pk]),
        )
        for each in sorted(facts, key=lambda each: (each.starts_at, each.pk))
    ]
    return [
        replace(MONTHS, rows=tuple(months)),
        replace(CLINICS, rows=tuple(clinics)),
        replace(CHANNELS, rows=tuple(_channels(over, facts, seats, is_hidden=ALL in hidden))),
        replace(FEEDBACK, rows=tuple(_feedback(over))),
        replace(NIGHTS, rows=tuple(_nights(facts))),
    ]


def _within(period: Period) -> QuerySet[Clinic]:
    return Clinic.objects.filter(starts_at__gte=period.starts_at, starts_at__lt=period.ends_at).order_by()


def held_in(asked: ReportQuestion) -> QuerySet[Clinic]:
    """Return the clinics of the time that took place."""
    return _within(asked.period).filter(pk__in=Clinic.objects.past(now=asked.now).order_by().values("pk"))


def cancelled_in(asked: ReportQuestion) -> QuerySet[Clinic]:
    """Return the clinics that were announced for the time, and cancelled."""
    return _within(asked.period).filter(state=ClinicState.CANCELLED, announced_at__isnull=False)


Seats = Mapping[int, Mapping[str, int]]


def _seats(clinics: QuerySet[Clinic]) -> Seats:
    """Return of each clinic how many seats listen in each language, "" for the language spoken."""
    seats: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = Rsvp.objects.going().filter(clinic__in=clinics.values("pk")).order_by()
    for clinic, language, count in rows.values_list("clinic", "channel__language").annotate(Count("pk")):
        seats[clinic][language or ""] += count
    return seats


def seats_and_facts(asked: ReportQuestion) -> tuple[Seats, list[ClinicFacts]]:
    """Return the seats of the clinics that took place, and all that is counted of each of them."""
    seats = _seats(held_in(asked))
    return seats, _facts(held_in(asked), seats)


def _facts(clinics: QuerySet[Clinic], seats: Seats) -> list[ClinicFacts]:
    of_these = {"clinic__in": clinics.values("pk")}
    seat = Rsvp.objects.going().filter(clinic=OuterRef("clinic"), member=OuterRef("member"))
    came = Attendance.objects.filter(**of_these).order_by().values_list("clinic")
    by_name = {pk: numbers for pk, *numbers in came.annotate(all=Count("pk"), seated=Count("pk", filter=Exists(seat)))}
    outside = ClinicPerson.objects.accepted().without_account().filter(**of_these).order_by().values_list("clinic")
    without_account = dict(outside.annotate(Count("address", distinct=True)))
    columns = ("starts_at", "for_whom", "region", "regions", "floor_language", "head_count")
    facts = []
    for pk, starts_at, for_whom, region, regions, floor, heads, fixed, others in clinics.values_list(
        "pk", *columns, "attendance_figures__people", "other_heads__number"
    ):
        named, seated = by_name.get(pk, (0, 0))
        counted = next(
            (number for number in (heads, fixed) if number is not None),
            named + without_account.get(pk, 0) + (others or 0),
        )
        where = (region,) if for_whom == ForWhom.REGION else tuple(regions)
        signed_up = sum(seats.get(pk, {}).values())
        facts.append(ClinicFacts(pk, starts_at, for_whom, where, floor, signed_up, seated, max(counted, seated)))
    return facts


def _titles(clinics: QuerySet[Clinic]) -> dict[int, str]:
    """Return what each clinic is called by a text the reader understands."""
    texts: defaultdict[int, dict[str, str]] = defaultdict(dict)
    rows = ClinicText.objects.filter(clinic__in=clinics.values("pk"), state=TextState.READY)
    for clinic, language, title in rows.values_list("clinic", "language", "title"):
        texts[clinic][language] = title
    reader = get_language() or "en"
    return {clinic: best_of(titles, reader, then="en") or str(UNTITLED) for clinic, titles in texts.items()}


def _channels(
    clinics: QuerySet[Clinic], facts: Iterable[ClinicFacts], seats: Seats, *, is_hidden: bool
) -> Iterator[FigureRow]:
    """Yield the languages by how many listened; after ninety days only sums are kept of that."""
    summed: defaultdict[int, dict[str, int]] = defaultdict(dict)
    of_these = {"clinic__in": clinics.values("pk")}
    for clinic, language, count in ChannelSum.objects.filter(**of_these).values_list("clinic", "language", "count"):
        summed[clinic][language] = count
    spoken: defaultdict[str, set[int]] = defaultdict(set)
    listened: dict[int, Counter[str]] = {each.pk: Counter({each.floor_language: 0}) for each in facts}
    for each in facts:
        for language, count in (summed.get(each.pk) or seats.get(each.pk, {})).items():
            listened[each.pk][language or each.floor_language] += count
    for clinic, language in Channel.objects.interpreted().filter(**of_these).values_list("clinic", "language"):
        listened[clinic][language] += 0
    together: Counter[str] = Counter()
    for clinic, by_language in listened.items():
        for language, count in by_language.items():
            spoken[language].add(clinic)
            together[language] += count
    hidden = {ALL, *spoken} if is_hidden else hidden_languages(listened, on_their_page=summed)
    for language in sorted(spoken, key=lambda code: (-len(spoken[code]), code)):
        key = f"language:{language}"
        cell: Cell = HIDDEN if language in hidden else together[language]
        yield FigureRow((row_name(key), len(spoken[language]), cell), key=key)
    cell = HIDDEN if ALL in hidden else together.total()
    yield FigureRow((row_name(ALL), len(listened), cell), is_total=True, key=ALL)


def _feedback(clinics: QuerySet[Clinic]) -> Iterator[FigureRow]:
    """Yield the answers to each question, of the clinics whose sums may be told; what is hidden there, is here too."""
    counts: defaultdict[str, defaultdict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = FeedbackTally.objects.filter(clinic__in=clinics.values("pk"), question__in=TICKED)
    for clinic, question, option, count in rows.values_list("clinic", "question", "option", "count"):
        counts[question][clinic][option] = count
    for question in TICKED:
        sums = {pk: shown_sums(question, of_one) for pk, of_one in counts[question].items()}
        of_ten = {pk: each for pk, each in sums.items() if each.answers is not None}
        cells = {
            (pk, option): counts[question][pk].get(option, 0) for pk, each in of_ten.items() for option in each.options
        }
        away = {(pk, option) for pk, each in of_ten.items() for option, count in each.options.items() if count is None}
        not_away = [*(cell for cell in cells if cell not in away), *((pk, ALL) for pk in of_ten)]
        hidden = hidden_in_table(cells, shown=not_away, hidden=away) if cells else set()
        options = next((list(each.options) for each in of_ten.values()), [])
        together = sum(cells.values())
        for option in options:
            chosen = sum(cells[pk, option] for pk in of_ten)
            numbers: tuple[Cell, Cell] = (chosen, (200 * chosen + together) // (2 * together))
            key = f"answer:{question.value}.{option}"
            yield FigureRow((row_name(key), *((HIDDEN, HIDDEN) if (ALL, option) in hidden else numbers)), key=key)


def _nights(facts: Iterable[ClinicFacts]) -> Iterator[FigureRow]:
    facts = list(facts)
    for region, zone in CLOCKS.items():
        theirs = [each for each in facts if each.is_for(region)]
        nights = sum(is_night(each.starts_at, ZoneInfo(zone)) for each in theirs)
        percent = (200 * nights + len(theirs)) // (2 * len(theirs)) if theirs else None
        key = f"region:{region.value}"
        yield FigureRow((row_name(key), len(theirs), nights, percent), key=key)


REPORT = ReportKind(
    name="clinics",
    title=_("Clinics"),
    says=_("Who signed up and who came, in which languages, what people said, and whose nights the clinics took."),
    tables=tables,
    picture="clinics",
    frames=(MONTHS, CHANNELS, FEEDBACK, NIGHTS),
)
