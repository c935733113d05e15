"""The letters to and about the people of a clinic: when each is still owed, and how it reads.

Each is a few sentences, what the clinic is, and one button; they share one template.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from clinics.domain.clinics import ClinicState, Venue
from clinics.domain.region_clocks import clocks_at
from clinics.models import Clinic, ClinicPerson
from clinics.notices.words import LetterWords
from clinics.people import letters
from clinics.people.calendars import invitation_for_person, may_be_in_a_calendar, read_calendars
from clinics.people.links import answer_link
from clinics.people.words import what_they_do, when_the_material_comes
from letsconnect.base.languages import speaking
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from letsconnect.base.zones import zone_or_utc
from mailings import kinds
from mailings.rendering import Rendered, render_letter

TEMPLATE = "clinics/emails/person"
BEGUN, GONE = gettext_noop("the clinic has begun"), gettext_noop("no longer among the people of the clinic")


# When they are still owed


def asked_owed(person: ClinicPerson | None, now: datetime) -> str | None:
    if person is None:
        return GONE
    if not person.is_asked:
        return gettext_noop("it has been answered")
    return _why_not_to_come(person, now)


def accepted_owed(person: ClinicPerson | None, now: datetime) -> str | None:
    if person is None or not person.is_accepted:
        return GONE
    return _why_not_to_come(person, now)


def released_owed(person: ClinicPerson | None, now: datetime) -> str | None:
    if person is None or person.may_still_come:
        return gettext_noop("the person is asked again")
    is_in_calendar = not person.clinic.is_to_come and may_be_in_a_calendar(person)
    return _why_nothing_to_take_out(person, now) if is_in_calendar else _why_not_to_come(person, now)


def cancelled_owed(person: ClinicPerson | None, now: datetime) -> str | None:
    if person is None or not person.may_still_come:
        return GONE
    return None if person.clinic.state == ClinicState.CANCELLED else gettext_noop("the clinic is not cancelled")


def answered_owed(person: ClinicPerson | None, now: datetime) -> str | None:
    if person is None or person.answered_at is None:
        return gettext_noop("the person is asked again")
    return _why_not_to_come(person, now)


def stepped_back_owed(person: ClinicPerson | None, now: datetime) -> str | None:
    if person is None or person.may_still_come:
        return gettext_noop("the person is asked again")
    if not may_be_in_a_calendar(person):
        return gettext_noop("they stepped back before they had been written to")
    return _why_nothing_to_take_out(person, now)


def left_owed(clinic: Clinic | None, now: datetime) -> str | None:
    if clinic is None or not clinic.is_to_come:
        return gettext_noop("the clinic is not to come")
    return BEGUN if now >= clinic.starts_at else None


def _why_not_to_come(person: ClinicPerson, now: datetime) -> str | None:
    return left_owed(person.clinic, now)


def _why_nothing_to_take_out(person: ClinicPerson, now: datetime) -> str | None:
    """Whoever was out of it before the clinic was called off gets no other letter that takes it out of a calendar."""
    return BEGUN if now >= person.clinic.starts_at else None


# What they say; each is called in the reader's language


def asked_words(person: ClinicPerson, title: str) -> LetterWords:
    planner = str(person.asked_by) if person.asked_by else settings.SITE_NAME
    words = {"planner": planner, "role": what_they_do(person), "clinic": title}
    return LetterWords(
        _("Can you come? “%(clinic)s”") % words,
        (_("%(planner)s asks whether you can take part in this clinic as: %(role)s.") % words,),
        (
            _material(person),
            _("On the page you say yes or no. Nothing happens before you press one of its buttons."),
        ),
        _("Say yes or no"),
        answer_link(person),
        _why_asked(),
    )


def reminder_words(person: ClinicPerson, title: str) -> LetterWords:
    words = asked_words(person, title)
    first = _("A few days ago we asked you this; there is no answer yet. We do not ask a third time.")
    subject = _("Still open: can you come? “%(clinic)s”") % {"clinic": title}
    return LetterWords(subject, (first, *words.before), words.after, words.button, words.link, words.why)


def moved_words(person: ClinicPerson, title: str) -> LetterWords:
    words = {"clinic": title, "role": what_they_do(person)}
    return LetterWords(
        _("New time: can you come? “%(clinic)s”") % words,
        (
            _("This clinic has been moved to another time. You are asked for it as: %(role)s.") % words,
            _("What you may have answered was about the old time. Please say again whether you can come."),
        ),
        (),
        _("Say yes or no"),
        answer_link(person),
        _why_asked(),
    )


def confirmed_words(person: ClinicPerson, title: str) -> LetterWords:
    words = {"clinic": title, "role": what_they_do(person)}
    is_a_call = person.clinic.venue == Venue.CALL
    return LetterWords(
        _("You are in: “%(clinic)s”") % words,
        (_("Thank you for taking part as: %(role)s. This is when the clinic is.") % words,),
        (
            _material(person),
            _("The link of the call stands on your page from half an hour before the start.") if is_a_call else "",
            _("If something comes up, step back on the same page, as early as you can.")
            if is_a_call
            else _("If something comes up, step back on your page, as early as you can."),
        ),
        _("My page"),
        answer_link(person),
        _why_asked(),
        prepares=True,
    )


def released_words(person: ClinicPerson, title: str) -> LetterWords:
    return LetterWords(
        _("You are not needed: “%(clinic)s”") % {"clinic": title},
        (
            _("The planners of this clinic do not need you there any more. There is nothing left to answer or to do."),
            _("Thank you for being ready to help."),
        ),
        (),
        _("My page"),
        answer_link(person),
        _why_asked(),
    )


def stepped_back_words(person: ClinicPerson, title: str) -> LetterWords:
    words = {"clinic": title, "role": what_they_do(person)}
    return LetterWords(
        _("You have stepped back: “%(clinic)s”") % words,
        (
            _("You take no part in this clinic any more as: %(role)s. The planners know.") % words,
            _("The file with this email takes the clinic out of your calendar."),
        ),
        (_("If you can come after all, say so on your page until the clinic begins."),),
        _("My page"),
        answer_link(person),
        _why_asked(),
    )


def cancelled_words(person: ClinicPerson, title: str) -> LetterWords:
    return LetterWords(
        _("Cancelled: “%(clinic)s”") % {"clinic": title},
        (
            _("This clinic does not take place. There is nothing left to answer or to do."),
            _("The reason: %(reason)s") % {"reason": isolated(person.clinic.cancel_reason)},
        ),
        (),
        _("My page"),
        answer_link(person),
        _why_asked(),
    )


def answered_words(person: ClinicPerson, title: str) -> LetterWords:
    words = {
        "name": person.shown_name,
        "role": what_they_do(person),
        "clinic": title,
        "answer": person.get_state_display(),
        "note": "\n".join(map(isolated, person.answer_note.splitlines())),
    }
    # Translators: the subject of a letter, as in "Ana: accepted (sharer)".
    subject = _("%(name)s: %(answer)s (%(role)s)") % words
    lines = [_("%(name)s was asked for this clinic as: %(role)s. The answer: %(answer)s.") % words]
    if person.answer_note:
        lines.append(pgettext("what somebody wrote with an answer", "They write: %(note)s") % words)
    return LetterWords(subject, tuple(lines), (), *_page_of(person.clinic), why=_why_planning())


def left_words(clinic: Clinic, title: str) -> LetterWords:
    return LetterWords(
        _("Somebody has left: “%(clinic)s”") % {"clinic": title},
        (
            _(
                "Somebody who had said yes to this clinic is gone, and had everything deleted that we knew of them. "
                "Please look who is missing."
            ),
        ),
        (),
        *_page_of(clinic),
        why=_why_planning(),
    )


def _page_of(clinic: Clinic) -> tuple[str, str]:
    return _("The page of the clinic"), absolute("clinics:clinic-detail", clinic.pk)


def _material(person: ClinicPerson) -> str:
    """Say to an interpreter when the material comes; once that is over, only to one who said yes."""
    channel = person.channel
    is_told = channel is not None and (person.is_accepted or channel.material_due_on >= timezone.localdate())
    return when_the_material_comes(channel) if channel and is_told else ""


def _why_asked() -> str:
    return _("You get this email because you were asked to take part in this clinic.")


def _why_planning() -> str:
    return _("You get this email because you plan or host this clinic.")


# Reading and rendering


def render_person(
    person: ClinicPerson, language: str, zone: str, *, words: Callable[[ClinicPerson, str], LetterWords]
) -> Rendered:
    return _render(person.clinic, language, zone, words=partial(words, person), person=person)


def render_with_calendar(
    person: ClinicPerson, language: str, zone: str, *, words: Callable[[ClinicPerson, str], LetterWords]
) -> Rendered:
    """Return a letter that brings the clinic into the reader's calendar, moves it there or takes it out."""
    part = invitation_for_person(person, language, timezone.now())
    return replace(render_person(person, language, zone, words=words), calendar=part)


def render_clinic(clinic: Clinic, language: str, zone: str, *, words: Callable[[Clinic, str], LetterWords]) -> Rendered:
    return _render(clinic, language, zone, words=partial(words, clinic))


def _render(
    clinic: Clinic, language: str, zone: str, *, words: Callable[[str], LetterWords], person: ClinicPerson | None = None
) -> Rendered:
    context = part_context(person, clinic, language, zone)
    with speaking(language), timezone.override(zone_or_utc(zone)):
        said = words(context["title"])
    context |= {"said": said, "after": [line for line in said.after if line]}
    return render_letter(TEMPLATE, context, language=language, zone=zone)


def part_context(person: ClinicPerson | None, clinic: Clinic, language: str, zone: str) -> dict[str, Any]:
    """Return what a letter about somebody's part shows: the clinic, of a draft what its planners have written so far,
    and their page."""
    with speaking(language):
        text, title = clinic.text, clinic.title
    can_report = person is not None and person.has_account and clinic.is_public
    return {
        "clinic": clinic,
        "title": title,
        "text": text,
        "tells_languages": True,
        "is_a_call": clinic.venue == Venue.CALL,
        "my_page": answer_link(person) if person else "",
        "url": absolute("clinics:clinic-detail", clinic.pk),
        "rules_url": absolute("clinics:safe-space"),
        "report_url": absolute("trust:report-clinic", clinic.pk) if can_report else "",
        **clocks_for(person, clinic, zone),
    }


def clocks_for(person: ClinicPerson | None, clinic: Clinic, zone: str) -> dict[str, Any]:
    """Return the clocks of all regions for somebody of whom we know no zone."""
    knows_no_zone = person is not None and not person.has_account and not person.zone
    clocks = clocks_at(clinic.starts_at, reader_zone=zone_or_utc(zone)) if knows_no_zone else []
    return {"knows_no_zone": knows_no_zone, "clocks": clocks}


def answer_told(person: ClinicPerson) -> str:
    """Return what a letter about an answer tells, so that nothing is told twice; an answer to a new question is new."""
    return f"{person.state} {person.answer_note} {person.clinic.starts_at} {person.asked_at}"


def place_told(person: ClinicPerson) -> str:
    """Return where it stands with somebody, so that nothing is told twice; whoever is asked again is told again."""
    return f"{person.state} {person.clinic.starts_at} {person.asked_at}"


_PEOPLE = Statement(
    lambda keys: (
        ClinicPerson.objects.filter(pk__in=any_of(keys))
        .select_related("clinic", "channel__clinic", "member", "asked_by")
        .prefetch_related("clinic__texts", "clinic__channels__interpreters")
    )
)
_CLINICS = Statement(
    lambda keys: Clinic.objects.filter(pk__in=any_of(keys)).prefetch_related("texts", "channels__interpreters")
)


def _read_people(keys: list[int], _now: datetime) -> list[ClinicPerson]:
    people = _PEOPLE.rows({"keys": keys})
    read_calendars(people)
    return people


def _read_clinics(keys: list[int], _now: datetime) -> list[Clinic]:
    return _CLINICS.rows({"keys": keys})


_KINDS: dict[str, tuple[Callable[..., str | None], Callable[[ClinicPerson, str], LetterWords]]] = {
    letters.ASKED: (asked_owed, asked_words),
    letters.MOVED: (asked_owed, moved_words),
    letters.REMINDER: (asked_owed, reminder_words),
    letters.CONFIRMED: (accepted_owed, confirmed_words),
    letters.RELEASED: (released_owed, released_words),
    letters.CANCELLED: (cancelled_owed, cancelled_words),
    letters.STEPPED_BACK: (stepped_back_owed, stepped_back_words),
}
_WITH_CALENDAR = {letters.MOVED, letters.CONFIRMED, letters.RELEASED, letters.CANCELLED, letters.STEPPED_BACK}


def register() -> None:
    """Register the letters with the ledger."""
    for kind, (owed, words) in _KINDS.items():
        kinds.register(
            kind,
            still_owed=owed,
            render=partial(render_with_calendar if kind in _WITH_CALENDAR else render_person, words=words),
            facts=None if kind == letters.REMINDER else place_told,
            reads=_read_people,
            keeps=kinds.kept("member", "asked_by"),
        )
    kinds.register(
        letters.ANSWERED,
        still_owed=answered_owed,
        render=partial(render_person, words=answered_words),
        facts=answer_told,
        reads=_read_people,
        keeps=kinds.kept("member", is_for_the_desk=False),
    )
    kinds.register(
        letters.LEFT,
        still_owed=left_owed,
        render=partial(render_clinic, words=left_words),
        reads=_read_clinics,
        keeps=kinds.kept(),
    )
