"""What lists show of clinics: their titles, and the cards that ``clinics/_clinic_card.html`` draws."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from clinics.domain.clinics import ForWhom
from clinics.domain.region_clocks import clocks_at
from clinics.domain.texts import TextState
from clinics.models import UNTITLED, Channel, Clinic, ClinicText, Rsvp
from letsconnect.base.folding import plain
from letsconnect.base.labels import label_of
from letsconnect.base.languages import best_of, chain, direction_of, listed
from letsconnect.base.pieces import Piece, draw, link_to
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when
from letsconnect.base.zone_names import city_of
from registrations.reference.names import language_name


class Title(NamedTuple):
    """The title of a clinic in one language; one that has no text yet says so, in no language of its own."""

    text: str
    language: str

    @property
    def direction(self) -> str:
        return direction_of(self.language)


def titles_of(floor_languages: Mapping[int, str]) -> dict[int, Title]:
    """Return the title of each clinic that the reader understands best, by key, in one query.

    Of a clinic without a ready text that is a draft's, as `Clinic.text` says.
    ``floor_languages`` are the languages spoken there, by key of the clinic.
    """
    if not floor_languages:
        return {}
    texts: dict[tuple[int, str], dict[str, Title]] = defaultdict(dict)
    for clinic, language, state, title in _TITLES.rows({"clinics": list(floor_languages)}):
        texts[clinic, state][language] = Title(title, language)
    reads, untitled = get_language() or "en", Title(str(UNTITLED), "")
    return {
        key: best_of(texts[key, TextState.READY] or texts[key, TextState.DRAFT], reads, then=spoken) or untitled
        for key, spoken in floor_languages.items()
    }


_TITLES = Statement(
    lambda clinics: (
        ClinicText.objects.readable()
        .filter(clinic__in=any_of(clinics))
        .order_by("language")
        .values_list("clinic_id", "language", "state", "title")
    )
)


def interpreted_into(clinics: Iterable[int]) -> dict[int, list[str]]:
    """Return the languages into which somebody has said yes to interpret each clinic, in the active language."""
    keys, reads = list(clinics), get_language() or "en"
    languages: dict[int, list[str]] = {key: [] for key in keys}
    for key, language in _INTERPRETED.rows({"clinics": keys}) if keys else ():
        languages[key].append(language_name(language, reads))
    return {key: sorted(names, key=plain) for key, names in languages.items()}


_INTERPRETED = Statement(
    lambda clinics: (
        Channel.objects.interpreted().filter(clinic__in=any_of(clinics)).order_by().values_list("clinic_id", "language")
    )
)


def card_of(
    clinic: Clinic,
    title: Title,
    rsvp: Rsvp | None,
    *,
    now: datetime,
    interpreted: Sequence[str] = (),
    elsewhere: bool = False,
) -> Piece:
    """Return the card of a clinic with this title for a reader who has this seat, or none.

    It shows the hour ``elsewhere``, too, where the reader's own is not known.
    """
    left = clinic.places_left
    return Piece(
        shape={
            "phase": clinic.phase(now),
            "doors_open": clinic.doors_are_open(now),
            "seat": rsvp.state if rsvp else "",
            "has_text": bool(title.language),
            "is_for_some": clinic.for_whom != ForWhom.ALL,
            "is_interpreted": bool(interpreted),
            "elsewhere": elsewhere,
        },
        texts={
            "link": link_to("clinics:clinic-detail", clinic.pk),
            "text_language": title.language,
            "text_direction": title.direction,
            "title": title.text,
            "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
            "when": when(clinic.starts_at),
            "floor_language": label_of(clinic, "floor_language"),
            "interpreted": listed(interpreted),
            "clocks": _clocks(clinic.starts_at) if elsewhere else "",
            "format": label_of(clinic, "format"),
            "for_whom": clinic.for_whom_in_words,
            "places_left": ngettext("%(left)s seat left", "%(left)s seats left", left) % {"left": left},
        },
    )


def entry_of(clinic: Clinic, title: Title, rsvp: Rsvp | None, *, now: datetime, elsewhere: bool = False) -> Piece:
    """Return the line of a clinic in the calendar of a month; with the hour ``elsewhere``, as on a card."""
    return Piece(
        shape={
            "phase": clinic.phase(now),
            "doors_open": clinic.doors_are_open(now),
            "seat": rsvp.state if rsvp else "",
            "has_text": bool(title.language),
            "elsewhere": elsewhere,
        },
        texts={
            "link": link_to("clinics:clinic-detail", clinic.pk),
            "text_language": title.language,
            "text_direction": title.direction,
            "title": title.text,
            "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
            "moment": f"{clinic.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "clock": f"{timezone.localtime(clinic.starts_at):%H:%M}",
            "floor_language": label_of(clinic, "floor_language"),
            "clocks": _clocks(clinic.starts_at) if elsewhere else "",
        },
    )


def _clocks(moment: datetime) -> SafeString:
    """Draw the hour by the clocks of the eight regions, in a row."""
    here, language = timezone.get_current_timezone(), chain(get_language() or "en")[0]
    zone = here if isinstance(here, ZoneInfo) else ZoneInfo("UTC")
    pieces = [
        Piece(
            shape={"days": clock.days},
            texts={"city": city_of(clock.zone, language), "moment": clock.local.isoformat(), "shows": clock.shows},
        )
        for clock in clocks_at(moment, reader_zone=zone)
    ]
    return draw(pieces, "clinics/_clock_elsewhere.html")
