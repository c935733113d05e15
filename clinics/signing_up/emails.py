"""The letter to somebody who needs another language at a clinic: what came of it."""

from datetime import datetime
from functools import partial

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.domain.clinics import ClinicState
from clinics.domain.wishes import LanguageNeedState
from clinics.emails import read_positions, why_not_to_come
from clinics.models import LanguageNeed, Rsvp
from clinics.notices.words import LetterWords
from clinics.seat_emails import render_said
from clinics.seats.links import seat_url
from clinics.signing_up.language_needs import LETTER
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered
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
    return f"{need.language} {need.state} {need.made_at} {need.answered_at}"


def render_language_answer(need: LanguageNeed, language: str, zone: str) -> Rendered:
    return render_said(need.rsvp, language, zone, words=partial(answer_words, need))


def answer_words(need: LanguageNeed, rsvp: Rsvp, title: str) -> LetterWords:
    """Return what came of it; call it in the reader's language."""
    words = {"needed": language_name(need.language, get_language() or "en"), "title": title}
    is_interpreted = need.state == LanguageNeedState.INTERPRETED
    what_came = _KEEPS_THE_SEAT if need.state == LanguageNeedState.NOT_THIS_TIME and rsvp.is_going else None
    has_page = need.state != LanguageNeedState.WITHOUT
    return LetterWords(
        (_("Interpreted into %(needed)s: %(title)s") if is_interpreted else _("Your wish for %(needed)s: %(title)s"))
        % words,
        ((what_came or _WHAT_CAME[LanguageNeedState(need.state)]) % words,),
        button=_("My seat at this clinic") if has_page else "",
        link=seat_url(rsvp) if has_page else "",
        why=_(
            "You get this email because you signed up for this clinic and said that you would need another language."
        ),
    )


_WHAT_CAME = {
    LanguageNeedState.INTERPRETED: gettext_lazy(
        "You would need %(needed)s at this clinic. Somebody interprets into it now. Choose it on your page, so that "
        "the hosts know."
    ),
    LanguageNeedState.ASKED: gettext_lazy(
        "You would need %(needed)s at this clinic. We have asked interpreters, and write to you again when we know."
    ),
    LanguageNeedState.NOT_THIS_TIME: gettext_lazy(
        "You would need %(needed)s at this clinic. We found nobody who interprets into it this time. We are sorry. "
        "Nothing else changes for you; if you do not want to come like this, say so on your page."
    ),
    LanguageNeedState.WITHOUT: gettext_lazy(
        "You would need %(needed)s at this clinic. It has begun, and nobody interprets into it. We are sorry. The "
        "working group reads which languages are asked for when it plans clinics."
    ),
}
_KEEPS_THE_SEAT = gettext_lazy(
    "You would need %(needed)s at this clinic. We found nobody who interprets into it this time. We are sorry. Your "
    "seat stays yours; if it is of no use to you like this, give it back on your page."
)


_NEEDS = Statement(
    lambda keys: (
        LanguageNeed.objects.filter(pk__in=any_of(keys))
        .select_related("rsvp__clinic", "rsvp__member", "rsvp__channel")
        .prefetch_related("rsvp__clinic__texts", "rsvp__clinic__channels__interpreters")
    )
)


def read_needs(keys: list[int], _now: datetime) -> list[LanguageNeed]:
    """Read what several such letters tell: the language, the clinic with its texts, and their place."""
    needs = _NEEDS.rows({"keys": keys})
    read_positions([need.rsvp for need in needs])
    return needs


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
