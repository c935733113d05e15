"""The letter that brings what a planner wrote to those who come to a clinic."""

from datetime import datetime
from typing import Any

from clinics.models import Clinic, ClinicPerson, Notice, Rsvp
from clinics.people.links import answer_link
from clinics.seats.links import seat_url
from clinics.writing.choosing import text_for
from clinics.writing.writing import LETTER
from letsconnect.base.languages import direction_of, language_or_default
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.models import Member

TEMPLATE = "clinics/emails/from_the_host"


def still_owed(notice: Notice | None, now: datetime) -> str | None:
    """Return why it is not sent any more: its words are deleted, or they do not come any more."""
    if notice is None or notice.message is None or not list(notice.message.texts.all()):
        return "what was written is deleted"
    if notice.rsvp is not None:
        return None if notice.rsvp.is_active else "no longer signed up"
    return None if notice.person is not None and notice.person.is_accepted else "no longer among its people"


def render(notice: Notice, language: str, zone: str) -> Rendered:
    if notice.message is None:
        raise ValueError("this letter brings a message")
    texts = {text.language: (text.subject, text.text) for text in notice.message.texts.all()}
    return rendered(
        notice.clinic, by=notice.message.by, texts=texts, to=notice.rsvp or notice.person, language=language, zone=zone
    )


def rendered(
    clinic: Clinic,
    *,
    by: Member,
    texts: dict[str, tuple[str, str]],
    to: Rsvp | ClinicPerson | None,
    language: str,
    zone: str,
) -> Rendered:
    """Return the letter; before it is sent, ``to`` is None, and nobody's own link stands in it."""
    written_in = text_for(language_or_default(language), {code: code for code in texts}, clinic)
    subject, words = texts[written_in]
    about = clinic.text_or_draft_in(language)
    context: dict[str, Any] = {
        "clinic": clinic,
        "title": about.title if about else "",
        "text": about,
        "tells_languages": True,
        "author": str(by),
        "subject": subject,
        "words": words,
        "words_language": written_in,
        "words_direction": direction_of(written_in),
        "has_seat": not isinstance(to, ClinicPerson),
        "own_url": _own_url(to, clinic),
        "url": absolute("clinics:clinic-detail", clinic.pk),
    }
    return render_letter(TEMPLATE, context, language=language, zone=zone)


def _own_url(to: Rsvp | ClinicPerson | None, clinic: Clinic) -> str:
    if to is None:
        return absolute("clinics:clinic-detail", clinic.pk)
    return answer_link(to) if isinstance(to, ClinicPerson) else seat_url(to)


_NOTICES = Statement(
    lambda keys: (
        Notice.objects.filter(pk__in=any_of(keys))
        .select_related("rsvp__clinic", "person__clinic", "message__by")
        .prefetch_related(
            "message__texts",
            "rsvp__clinic__texts",
            "rsvp__clinic__channels__interpreters",
            "person__clinic__texts",
            "person__clinic__channels__interpreters",
        )
    )
)


def read_notices(keys: list[int], _now: datetime) -> list[Notice]:
    return _NOTICES.rows({"keys": keys})


def register() -> None:
    """Register the letter with the ledger; its author's name stands in it."""
    kinds.register(LETTER, still_owed=still_owed, render=render, reads=read_notices, keeps=kinds.kept("message__by"))
