"""The public list of clinics and the calendar of their months, narrowed by what the address says."""

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinics.cards import Title, card_of, entry_of, interpreted_into, titles_of
from clinics.domain.clinics import DeskSeats
from clinics.domain.listing import Month, Which, first_weekday
from clinics.listing.choices import Offered, is_likely, offered
from clinics.listing.filters import CHOSEN_NAMES, WORDS, ClinicFilters
from clinics.listing.forms import drawn_form
from clinics.listing.versions import version_of_lists
from clinics.models import Clinic, Rsvp
from letsconnect.base.kept_pages import KeptValues, kept_for_visitors, says_only
from letsconnect.base.languages import chain
from letsconnect.base.paging import page_of
from letsconnect.base.pieces import Piece, draw
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import day
from letsconnect.base.visitor_zone import chosen_zone
from letsconnect.base.wall_clock import day_begins
from letsconnect.base.zone_names import zone_in_words

# The SQL of the list holds the seats by which a reader sees drafts; it is kept for others with the same seats only.
_COMING = Statement(
    lambda now, seats, filters, zone, reader=None: filters.narrow(
        Clinic.objects.visible_with(seats, reader).upcoming(now=now), zone=zone
    ).values_list("pk", flat=True)
)
_PAST = Statement(
    lambda now, seats, filters, zone, reader=None: filters.narrow(
        Clinic.objects.visible_with(seats, reader).past(now=now), zone=zone
    ).values_list("pk", flat=True)
)
_ON_PAGE = Statement(
    lambda keys, now, seats, reader=None: (
        Clinic.objects.visible_with(seats, reader).filter(pk__in=any_of(keys)).counting_seats(now=now).order_by()
    )
)
_OWN = Statement(lambda member: Rsvp.objects.of(member).active())
_ASKS = {*CHOSEN_NAMES, "page"}
EDGE = timedelta(days=1)  # by other clocks a clinic may be a day earlier or later


class OwnClock(NamedTuple):
    """By whose clock a page is, and whether a script may know better."""

    zone: str
    is_guessed: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "OwnClock":
        is_guessed = not request.user.is_authenticated and not chosen_zone(request)
        return cls(timezone.get_current_timezone_name(), is_guessed)


def _query_of_list(request: HttpRequest) -> str | None:
    """Return what an address of the list asks for, in one spelling; None for what nobody else may ask for.

    A page that does not exist is the last one.
    """
    if not request.GET:
        return ""
    filters = _likely_filters(request, _ASKS)
    if filters is None:
        return None
    page = 1
    if request.GET.get("page"):
        coming, past = _keys(request, filters, OwnClock.of(request), now=timezone.now())
        page = page_of([*coming, *past], request).number
    return filters.as_query(page=page if page > 1 else "")


def _query_of_month(request: HttpRequest) -> str | None:
    if not request.GET:
        return ""
    filters = _likely_filters(request, CHOSEN_NAMES)
    return None if filters is None else filters.as_query()


def _likely_filters(request: HttpRequest, asks: Collection[str]) -> ClinicFilters | None:
    """Return the filters of an address, unless hardly anybody narrows to all of that, or there is no such clinic."""
    if not says_only(request, asks, own_words=[WORDS]):
        return None
    filters = _filters(request)
    return filters if is_likely(filters, offered()) else None


@require_safe
@kept_for_visitors(version_of_lists, query_of=_query_of_list)
def clinic_list(request: HttpRequest) -> HttpResponse:
    """List clinics to come first, then those that are over, page by page."""
    now, filters, clock = timezone.now(), _filters(request), OwnClock.of(request)
    content = _content(request, filters, clock, now=now)
    cards = _cards(request, content.keys, now=now, elsewhere=clock.is_guessed)
    html = SafeString("".join(part if isinstance(part, str) else cards.get(part, "") for part in content.parts))
    return _answer(request, "clinics/clinic_list.html", {"content": html}, filters)


class Content(NamedTuple):
    """What a page of the list says to all who read it in one language and zone, with keys where the cards belong."""

    keys: list[int]
    parts: list[str | int]


class Address(NamedTuple):
    """All that the template is given of a request: what it draws is kept, so nothing of the reader may stand there."""

    GET: QueryDict
    get_full_path: str


_CONTENTS: KeptValues[Content] = KeptValues(version_of_lists, most=64)
_CARD = re.compile("\0([0-9]+)\0")


def _content(request: HttpRequest, filters: ClinicFilters, clock: OwnClock, *, now: datetime) -> Content:
    """Draw the page around its cards; kept for all who see no draft, as pages are for visitors."""

    def make() -> Content:
        coming, past = _keys(request, filters, clock, now=now)
        page = page_of([*coming, *past], address)
        keys, kept = list(page), offered()
        places = {key: SafeString(f"\0{key}\0") for key in keys}
        context = _frame(kept, filters, clock) | {
            "upcoming": [places[key] for key in coming if key in places],
            "past": [places[key] for key in past if key in places],
            "page": page,
            "without": _without_each(kept, filters) if not keys else [],
            "month_link": reverse("clinics:month-now"),
            "request": address,
        }
        texts = _CARD.split(render_to_string("clinics/_clinic_list.html", context))
        return Content(keys, [int(text) if number % 2 else text for number, text in enumerate(texts)])

    query = None if DeskSeats.of(request.user).are_some else _query_of_list(request)
    if query is None:
        address = Address(request.GET, request.get_full_path())
        return make()
    address = Address(QueryDict(query), f"{request.path}?{query}" if query else request.path)
    return _CONTENTS.get((query, get_language(), clock), make)


class OnPage(NamedTuple):
    """What a page of the list shows of its clinics, the same for all who read one language.

    ``drawn`` are cards by all they depend on: of a reader that is the zone, and the state of the seat, if any.
    """

    clinics: dict[int, Clinic]
    titles: dict[int, Title]
    interpreted: dict[int, list[str]]
    drawn: dict[tuple[object, ...], SafeString]


_MOST_CARDS = 256  # of one page
_KEYS: KeptValues[tuple[list[int], list[int]]] = KeptValues(version_of_lists)
_PAGES: KeptValues[OnPage] = KeptValues(version_of_lists, most=64)


def _keys(
    request: HttpRequest, filters: ClinicFilters, clock: OwnClock, *, now: datetime
) -> tuple[list[int], list[int]]:
    """Return the keys of the clinics to come, and of those that are over; kept for all who see no draft."""
    seats, zone = DeskSeats.of(request.user), clock.zone if filters.evenings else ""
    who = {"reader": request.user} if seats.ask_who_made_it else {}
    asked = {"seats": seats, "filters": filters.without_page_parts(), "zone": zone}

    def read() -> tuple[list[int], list[int]]:
        batch, values = QueryBatch(), {"now": now, **who}
        coming = batch.add(_COMING.queryset(values, **asked)) if filters.which != Which.PAST else ()
        past = batch.add(_PAST.queryset(values, **asked)) if filters.which != Which.COMING else ()
        batch.run()
        return list(coming), list(past)

    return read() if seats.are_some or filters.words else _KEYS.get((filters, zone), read)


def _cards(request: HttpRequest, keys: list[int], *, now: datetime, elsewhere: bool) -> dict[int, SafeString]:
    seats = DeskSeats.of(request.user)
    who = {"reader": request.user} if seats.ask_who_made_it else {}

    def read() -> OnPage:
        rows = _ON_PAGE.rows({"keys": keys, "now": now, **who}, seats=seats) if keys else []
        clinics = {clinic.pk: clinic for clinic in rows}
        titles = titles_of({key: clinic.floor_language for key, clinic in clinics.items()})
        return OnPage(clinics, titles, interpreted_into(clinics), drawn={})

    shown = read() if seats.are_some else _PAGES.get((tuple(keys), get_language()), read)
    own, zone = own_rsvps(request), timezone.get_current_timezone_name()
    return {key: _card(shown, key, own.get(key), zone=zone, now=now, elsewhere=elsewhere) for key in shown.clinics}


def _card(page: OnPage, key: int, rsvp: Rsvp | None, *, zone: str, now: datetime, elsewhere: bool) -> SafeString:
    """Return the card of a clinic, drawn once for all readers in a zone whose seat there is in the same state."""
    clinic = page.clinics[key]
    place = (key, clinic.phase(now), clinic.doors_are_open(now), rsvp.state if rsvp else "", zone, elsewhere)
    card = page.drawn.get(place)
    if card is None:
        interpreted, title = page.interpreted[key], page.titles[key]
        piece = card_of(clinic, title, rsvp, interpreted=interpreted, now=now, elsewhere=elsewhere)
        if len(page.drawn) >= _MOST_CARDS:
            page.drawn.clear()
        card = page.drawn[place] = draw([piece], "clinics/_clinic_card.html")
    return card


def own_rsvps(request: HttpRequest) -> dict[int, Rsvp]:
    """Return the reader's own seats and turns, by clinic."""
    if not request.user.is_authenticated:
        return {}
    return {rsvp.clinic_id: rsvp for rsvp in _OWN.rows({"member": request.user})}


@require_safe
@kept_for_visitors(version_of_lists, query_of=_query_of_month)
def month_now(request: HttpRequest) -> HttpResponse:
    """Show the month in which the reader is."""
    return _month(request, Month.of(timezone.localtime().date()))


@require_safe
@kept_for_visitors(version_of_lists, query_of=_query_of_month)
def month_detail(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show a month of the calendar; there is none before the first clinic, and none after the last."""
    if not (1 <= month <= 12 and 1 < year < 9999):
        raise Http404
    return _month(request, Month(year, month))


def _month(request: HttpRequest, month: Month) -> HttpResponse:
    filters, reader, kept = _filters(request), OwnClock.of(request), offered()
    first, last = _bounds(kept)
    if not first <= month <= last:
        raise Http404
    today, cells = timezone.localtime().date(), _cells(request, month, filters, reader)
    query, is_empty = filters.as_query(), not any(entries for on, entries in cells.items() if on in month.days)
    months = {name: month.moved(by) for name, by in (("previous", -1), ("next", 1))}
    context = _frame(kept, filters, reader) | {
        "month_name": date_format(month.first, "YEAR_MONTH_FORMAT"),
        "days": [
            {"date": on, "name": day(on), "is_today": on == today, "is_edge": on not in month.days, "entries": entries}
            for on, entries in cells.items()
        ],
        "column": month.column(first_weekday(chain(get_language() or "en")[0])),
        "weekdays": _weekdays(),
        "is_empty": is_empty,
        "links": {name: _link(at, query) for name, at in months.items() if first <= at <= last},
        "without": _without_each(kept, filters) if is_empty else [],
    }
    return _answer(request, "clinics/month.html", context, filters, may_be_listed=False)


def _bounds(kept: Offered) -> tuple[Month, Month]:
    """Return the months between which there is anything, with the present one."""
    now = timezone.localtime()
    moments = [now, *(timezone.localtime(moment) for moment in (kept.first, kept.last) if moment)]
    return Month.of(min(moments).date()), Month.of(max(moments).date())


_IN_MONTH = Statement(
    lambda begins, now, days, filters, zone: (
        filters.narrow(Clinic.objects.ever_announced(), zone=zone)
        .filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=days))
        .counting_seats(now=now)
        .order_by("starts_at", "pk")
    )
)


def _cells(request: HttpRequest, month: Month, filters: ClinicFilters, reader: OwnClock) -> dict[date, list[Piece]]:
    """Return the days of the month with what begins on each; with those around it, if a script may move clinics."""
    edge = EDGE if reader.is_guessed else timedelta(0)
    now, first, last = timezone.now(), month.first - edge, month.last + edge
    begins, days = day_begins(first, reader.zone), (last - first).days + 1
    zone = reader.zone if filters.evenings else ""
    clinics = _IN_MONTH.rows(
        {"begins": begins, "now": now}, days=days + 1, filters=filters.without_page_parts(), zone=zone
    )  # a day more, because one of them may have 25 hours
    shown = [clinic for clinic in clinics if filters.which in ("", Which.of(clinic.ends_at, now=now))]
    own, titles = own_rsvps(request), titles_of({clinic.pk: clinic.floor_language for clinic in shown})
    cells: dict[date, list[Piece]] = {first + timedelta(days=number): [] for number in range(days)}
    for clinic in shown:
        on = timezone.localtime(clinic.starts_at).date()
        if on in cells:
            entry = entry_of(clinic, titles[clinic.pk], own.get(clinic.pk), now=now, elsewhere=reader.is_guessed)
            cells[on].append(entry)
    return cells


def _weekdays() -> list[tuple[str, str]]:
    """Return the days of a week, as readers of the active language begin it: short and in full."""
    first = first_weekday(chain(get_language() or "en")[0])
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=first + number) for number in range(7)]
    return [(date_format(on, "D"), date_format(on, "l")) for on in days]


def _link(month: Month, query: str) -> str:
    path = reverse("clinics:month-detail", args=[month.year, month.number])
    return f"{path}?{query}" if query else path


def _filters(request: HttpRequest) -> ClinicFilters:
    return ClinicFilters.of(request.GET)


def _frame(kept: Offered, filters: ClinicFilters, reader: OwnClock) -> dict[str, Any]:
    clock = zone_in_words(filters.clock(reader.zone) if filters.evenings else reader.zone, timezone.now())
    form = drawn_form(filters, kept, zone_is_guessed=reader.is_guessed)
    return {
        "filters": filters,
        "filter_form": form,
        "own_zone": reader.zone,
        "zone_is_guessed": reader.is_guessed,
        "evening_clock": clock if filters.evenings else "",
        "query": filters.as_query(),
        "feed_query": filters.for_anybody(reader.zone).as_query(),
    }


def _without_each(kept: Offered, filters: ClinicFilters) -> list[tuple[str, str]]:
    """Return for each filter its words, and the query of a list without it: what to do where nothing was found."""
    named = {
        "words": _("without the words “%(words)s”") % {"words": filters.words},
        "language": _("in any language, not only in %(language)s")
        % {"language": dict(kept.languages).get(filters.language, filters.language)},
        "region": _("for any region"),
        "skill": _("on any skill, not only %(skill)s") % {"skill": dict(kept.skills).get(filters.skill, filters.skill)},
        "evenings": _("at any hour, not only in my evenings"),
        "which": pgettext("which clinics", "to come and over"),
    }
    return [(words, filters.without(name).as_query()) for name, words in named.items() if getattr(filters, name)]


def _answer(
    request: HttpRequest, template: str, context: dict[str, Any], filters: ClinicFilters, *, may_be_listed: bool = True
) -> HttpResponse:
    """Draw the page; search engines are kept from walking through all that can be asked for."""
    response = render(request, template, context)
    if not may_be_listed or filters.are_set:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
