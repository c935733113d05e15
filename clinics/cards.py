"""What lists show of clinics: their titles, and the cards that ``clinics/_clinic_card.html`` draws."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import get_language, ngettext

from clinics.domain.clinics import ForWhom
from clinics.domain.texts import TextState
from clinics.models import UNTITLED, Clinic, ClinicText, Rsvp
from letsconnect.base.labels import label_of
from letsconnect.base.languages import best_of, direction_of
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.templatetags.when import when


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


def card_of(clinic: Clinic, title: Title, rsvp: Rsvp | None, *, now: datetime) -> Piece:
    """Return the card of a clinic with this title for a reader who has this seat, or none."""
    left = clinic.places_left
    return Piece(
        shape={
            "phase": clinic.phase(now),
            "seat": rsvp.state if rsvp else "",
            "has_text": bool(title.language),
            "is_for_some": clinic.for_whom != ForWhom.ALL,
        },
        texts={
            "link": link_to("clinics:clinic-detail", clinic.pk),
            "text_language": title.language,
            "text_direction": title.direction,
            "title": title.text,
            "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
            "when": when(clinic.starts_at),
            "floor_language": label_of(clinic, "floor_language"),
            "format": label_of(clinic, "format"),
            "for_whom": clinic.for_whom_in_words,
            "places_left": ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left},
        },
    )
