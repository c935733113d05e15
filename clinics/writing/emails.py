"""The letter that brings what a planner wrote to those who come to a clinic."""

from datetime import datetime

from django.utils import timezone

from clinics.domain.clinics import ClinicState, RsvpState, may_still_take_part
from clinics.emails import clinic_context, read_positions
from clinics.models import Clinic, ClinicPerson, Notice, Rsvp
from clinics.people.emails import part_context
from clinics.writing.choosing import text_for
from clinics.writing.writing import LETTER
from letsconnect.base.languages import direction_of, language_or_default
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
    to = notice.rsvp or notice.person
    if notice.message is None or to is None:
        raise ValueError("this letter brings a message to somebody")
    texts = {text.language: (text.subject, text.text) for text in notice.message.texts.all()}
    return rendered(by=notice.message.by, texts=texts, to=to, language=language, zone=zone)


def sample(clinic: Clinic, *, by: Member, texts: dict[str, tuple[str, str]], language: str, zone: str) -> Rendered:
    """Return what somebody with a seat would read; nothing is stored, and nobody's own link stands in it."""
    seat = Rsvp(clinic=clinic, member=by, state=RsvpState.GOING)
    return rendered(by=by, texts=texts, to=seat, language=language, zone=zone)


def rendered(
    *, by: Member, texts: dict[str, tuple[str, str]], to: Rsvp | ClinicPerson, language: str, zone: str
) -> Rendered:
    """Return the letter: what was written, and then what any letter to somebody who comes, or takes part, tells.

    Of a clinic that is over or cancelled there is nothing to join and no seat to give back: only its page is named.
    """
    written_in = text_for(language_or_default(language), {code: code for code in texts}, to.clinic)
    subject, words = texts[written_in]
    if isinstance(to, Rsvp):
        shape, context = "clinics/emails/_seat", clinic_context(to, language)
    else:
        shape, context = "clinics/emails/_people", part_context(to, to.clinic, language, zone)
    context |= {
        "author": str(by),
        "subject": subject,
        "words": words,
        "words_language": written_in,
        "words_direction": direction_of(written_in),
        "takes_place": may_still_take_part(state=to.clinic.state, ends_at=to.clinic.ends_at, now=timezone.now()),
        "is_cancelled": to.clinic.state == ClinicState.CANCELLED,
        "shape_html": f"{shape}.html",
        "shape_text": f"{shape}.txt",
    }
    return render_letter(TEMPLATE, context, language=language, zone=zone)


_NOTICES = Statement(
    lambda keys: (
        Notice.objects.filter(pk__in=any_of(keys))
        .select_related("rsvp__clinic", "rsvp__member", "rsvp__channel", "person__clinic", "message__by")
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
    notices = _NOTICES.rows({"keys": keys})
    read_positions([notice.rsvp for notice in notices if notice.rsvp])
    return notices


def register() -> None:
    """Register the letter with the ledger; its author's name stands in it."""
    kinds.register(LETTER, still_owed=still_owed, render=render, reads=read_notices, keeps=kinds.kept("message__by"))
