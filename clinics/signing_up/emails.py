"""The letter to somebody who needs another language at a clinic: what came of it."""

from datetime import datetime
from typing import Any

from clinics.domain.clinics import ClinicState
from clinics.domain.wishes import LanguageNeedState
from clinics.emails import why_not_to_come
from clinics.models import LanguageNeed
from clinics.seats.links import seat_url
from clinics.signing_up.language_needs import LETTER
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.reference.names import language_name


def language_answer_owed(need: LanguageNeed | None, now: datetime) -> str | None:
    """Return why the letter is no longer owed, or None."""
    if need is None or not need.rsvp.is_active:
        return "no longer signed up"
    if need.state == LanguageNeedState.OPEN:
        return "asked for another language meanwhile"
    clinic = need.rsvp.clinic
    if need.state == LanguageNeedState.WITHOUT:
        if now < clinic.starts_at:
            return "the clinic was moved"
        return None if clinic.state != ClinicState.CANCELLED else "the clinic is cancelled"
    return why_not_to_come(clinic, now)


def what_is_told(need: LanguageNeed) -> str:
    """Return the facts the letter tells, so that none is sent twice; who asks again is answered again."""
    return f"{need.language} {need.state} {need.made_at}"


def render_language_answer(need: LanguageNeed, language: str, zone: str) -> Rendered:
    return render_letter("clinics/emails/language_answer", _context(need, language), language=language, zone=zone)


def _context(need: LanguageNeed, language: str) -> dict[str, Any]:
    clinic = need.rsvp.clinic
    text = clinic.text_in(language)
    with speaking(language):
        return {
            "clinic": clinic,
            "rsvp": need.rsvp,
            "text": text,
            "title": text.title if text else "",
            "needed": language_name(need.language, language),
            "state": need.state,
            "tells_languages": True,
            "seat_url": seat_url(need.rsvp),
            "url": absolute("clinics:clinic-detail", clinic.pk),
        }


_NEEDS = Statement(
    lambda keys: (
        LanguageNeed.objects.filter(pk__in=any_of(keys))
        .select_related("rsvp__clinic", "rsvp__member")
        .prefetch_related("rsvp__clinic__texts", "rsvp__clinic__channels__interpreters")
    )
)


def read_needs(keys: list[int], _now: datetime) -> list[LanguageNeed]:
    """Read what several such letters tell: the language, and the clinic with its texts."""
    return _NEEDS.rows({"keys": keys})


def register() -> None:
    """Register the letter with the ledger."""
    kinds.register(
        LETTER,
        still_owed=language_answer_owed,
        render=render_language_answer,
        facts=what_is_told,
        reads=read_needs,
        keeps=kinds.kept(),
    )
