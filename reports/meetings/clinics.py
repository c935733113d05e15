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
from reports.domain.privacy import ALL, Sum, hidden_in_list, hidden_in_table
from reports.domain.shared_counts import SharedCounts
from reports.domain.tables import HIDDEN, Cell, FigureRow, FigureTable
from reports.meetings.columns import CAME, CAME_WITH_SEAT, CHANNELS, CLINICS, FEEDBACK, MONTHS, NIGHTS, SEATS
from reports.row_names import month_key, row_name

OF_PEOPLE = (SEATS, CAME_WITH_SEAT, CAME)


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

    def count(self, column: str) -> int:
        return {SEATS: self.seats, CAME_WITH_SEAT: self.came_with_seat, CAME: self.came}[column]

    def is_for(self, region: str) -> bool:
        return self.for_whom == ForWhom.ALL or region in self.regions


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Count by nine queries for any number of clinics."""
    period = asked.period
    within = Clinic.objects.filter(starts_at__gte=period.starts_at, starts_at__lt=period.ends_at).order_by()
    over = within.filter(pk__in=Clinic.objects.past(now=asked.now).order_by().values("pk"))
    seats = _seats(over)
    facts = _facts(over, seats)
    cancelled = _cancelled(within)
    by_month: dict[str, list[ClinicFacts]] = {month_key(month): [] for month in period.months()}
    for each in facts:
        by_month[month_key(each.starts_at.date())].append(each)
    shared = shared_counts(by_month)
    hidden, totals = shared.hidden(), shared.counts

    def people(key: object) -> Iterator[Cell]:
        return (HIDDEN if (key, column) in hidden else totals[key, column] for column in OF_PEOPLE)

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
        replace(CHANNELS, rows=tuple(_channels(over, facts, seats))),
        replace(FEEDBACK, rows=tuple(_feedback(over))),
        replace(NIGHTS, rows=tuple(_nights(facts))),
    ]


Seats = Mapping[int, Mapping[str, int]]


def _seats(clinics: QuerySet[Clinic]) -> Seats:
    """Return of each clinic how many seats listen in each language, "" for the language spoken."""
    seats: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = Rsvp.objects.going().filter(clinic__in=clinics.values("pk")).order_by()
    for clinic, language, count in rows.values_list("clinic", "channel__language").annotate(Count("pk")):
        seats[clinic][language or ""] += count
    return seats


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


def _cancelled(clinics: QuerySet[Clinic]) -> Counter[str]:
    rows = clinics.filter(state=ClinicState.CANCELLED, announced_at__isnull=False)
    return Counter(month_key(at.date()) for at in rows.values_list("starts_at", flat=True))


def shared_counts(by_month: Mapping[str, Iterable[ClinicFacts]]) -> SharedCounts:
    """Return the numbers of people of each clinic, each month, and together, and how they hang together."""
    shared = SharedCounts()
    totals: Counter[object] = Counter()
    for key, clinics in by_month.items():
        for column in OF_PEOPLE:
            totals[key, column] += 0
            for each in clinics:
                totals[each.pk, column] = each.count(column)
                totals[key, column] += each.count(column)
            totals[ALL, column] += totals[key, column]
    shared.counts |= totals
    levels: dict[str, list[object]] = {ALL: list(by_month)}
    levels |= {key: [each.pk for each in clinics] for key, clinics in by_month.items() if clinics}
    every = [ALL, *by_month, *(pk for key in by_month if key in levels for pk in levels[key])]
    for whole in (SEATS, CAME):
        rest = f"others of {whole}"
        shared.counts |= {(key, rest): totals[key, whole] - totals[key, CAME_WITH_SEAT] for key in every}
        shared.add(*(Sum((key, whole), tuple((part, whole) for part in parts)) for key, parts in levels.items()))
        for key, parts in levels.items():
            pair = (CAME_WITH_SEAT, rest)
            shared.add(
                *(Sum((row, whole), tuple((row, column) for column in pair)) for row in (key, *parts)),
                *(Sum((key, column), tuple((part, column) for part in parts)) for column in pair),
                unpublished=[(row, rest) for row in (key, *parts)],
            )
    return shared


def _titles(clinics: QuerySet[Clinic]) -> dict[int, str]:
    """Return what each clinic is called by a text the reader understands."""
    texts: defaultdict[int, dict[str, str]] = defaultdict(dict)
    rows = ClinicText.objects.filter(clinic__in=clinics.values("pk"), state=TextState.READY)
    for clinic, language, title in rows.values_list("clinic", "language", "title"):
        texts[clinic][language] = title
    reader = get_language() or "en"
    return {clinic: best_of(titles, reader, then="en") or str(UNTITLED) for clinic, titles in texts.items()}


def _channels(clinics: QuerySet[Clinic], facts: Iterable[ClinicFacts], seats: Seats) -> Iterator[FigureRow]:
    """Yield the languages by how many listened; after ninety days only sums are kept of that."""
    summed: defaultdict[int, dict[str, int]] = defaultdict(dict)
    of_these = {"clinic__in": clinics.values("pk")}
    for clinic, language, count in ChannelSum.objects.filter(**of_these).values_list("clinic", "language", "count"):
        summed[clinic][language] = count
    spoken: defaultdict[str, set[int]] = defaultdict(set)
    listened: Counter[str] = Counter()
    for each in facts:
        spoken[each.floor_language].add(each.pk)
        for language, count in (summed.get(each.pk) or seats.get(each.pk, {})).items():
            listened[language or each.floor_language] += count
            spoken[language or each.floor_language].add(each.pk)
    for clinic, language in Channel.objects.interpreted().filter(**of_these).values_list("clinic", "language"):
        spoken[language].add(clinic)
    hidden = hidden_in_list({language: listened[language] for language in spoken})
    for language in sorted(spoken, key=lambda code: (-len(spoken[code]), code)):
        key = f"language:{language}"
        cell: Cell = HIDDEN if language in hidden else listened[language]
        yield FigureRow((row_name(key), len(spoken[language]), cell), key=key)
    cell = HIDDEN if ALL in hidden else listened.total()
    yield FigureRow((row_name(ALL), len({pk for each in spoken.values() for pk in each}), cell), is_total=True, key=ALL)


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
