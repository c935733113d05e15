"""What comes of the wish for another language at a clinic: whoever asked hears of it, once for each."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from clinics.domain.clinics import ACTIVE, DAY, ClinicClosed
from clinics.domain.notices import CHANGES_WAIT_AT_MOST
from clinics.domain.wishes import ANSWERS_OF_THE_DESK, STILL_HOPED_FOR, LanguageNeedState
from clinics.locking import lock_theirs
from clinics.models import Channel, Clinic, LanguageNeed, LanguageNeedQuerySet
from letsconnect.base import acts
from mailings.ledger.many import LetterOwed, owe_to_many
from registrations.models import Member
from registrations.reference.names import language_name

LETTER = "clinics.language_answer"
AT_ONCE = 500


class NeededLanguage(NamedTuple):
    """A language that people need at a clinic: how many, and how many of them have heard nothing yet."""

    language: str
    people: int
    unanswered: int
    is_asked: bool

    def name(self, reader: str) -> str:
        return language_name(self.language, reader)


def needed_languages(needs: LanguageNeedQuerySet) -> list[NeededLanguage]:
    """Return which languages these people need, that of the most people first."""
    rows = list(needs.order_by().values_list("language", "state"))
    people, unanswered = Counter(language for language, _state in rows), Counter[str]()
    unanswered.update(language for language, state in rows if state == LanguageNeedState.OPEN)
    asked = {language for language, state in rows if state == LanguageNeedState.ASKED}
    needed = [NeededLanguage(code, people[code], unanswered[code], code in asked) for code in people]
    return sorted(needed, key=lambda need: (-need.people, need.language))


@transaction.atomic
def answer_language_need(*, clinic: Clinic, language: str, answer: LanguageNeedState, by: Member, now: datetime) -> int:
    """Tell everybody who needs a language at a clinic what comes of it; return how many are told.

    Who has heard the same already is not told again. ClinicClosed once the clinic has begun.
    """
    clinic = lock_theirs(clinic, by=by)
    if answer not in ANSWERS_OF_THE_DESK:
        raise ValueError(f"{answer} is nothing the desk says")
    if now >= clinic.starts_at:
        raise ClinicClosed(_("This clinic has already begun."))
    there = LanguageNeed.objects.at(clinic).exclude(state__in=(answer, LanguageNeedState.INTERPRETED))
    # Locked, because the clock tells of interpreters without the lock on the clinic.
    rows = there.select_for_update(of=("self",)).order_by("pk")
    needs = [need for need in rows if need.language == language]  # whatever was sent as a language
    _tell(needs, answer, now=now)
    if needs:
        verb = "ask_for_language" if answer == LanguageNeedState.ASKED else "decline_language"
        acts.record(by=by, verb=verb, on=clinic, now=now, became=language)
    return len(needs)


def _tell(needs: Collection[LanguageNeed], state: LanguageNeedState, *, now: datetime) -> None:
    """Store what came of these needs, and owe the letters; one that waits tells it instead of another."""
    LanguageNeed.objects.filter(pk__in=[need.pk for need in needs]).update(state=state, answered_at=now)
    stamp = f"{now:%Y%m%dT%H%M%S.%fZ}"
    owed = [
        LetterOwed(
            need.pk,
            f"{LETTER}:{need.pk}:{need.language}:{state}:{stamp}",
            need.rsvp.member_id,
            gathering=f"language:{need.pk}",
        )
        for need in needs
    ]
    owe_to_many(
        kind=LETTER,
        table=LanguageNeed,
        letters=owed,
        now=now,
        due_at=now + settings.LETTERS_GATHER_FOR,
        wait_at_most=CHANGES_WAIT_AT_MOST,
    )


@transaction.atomic
def tell_what_came(now: datetime) -> int:
    """Tell who needs a language that somebody interprets into it, or that the clinic began without; return how many.

    That somebody interprets is good to hear after a "not this time", too. Where nobody does any more, the need is open
    again: of the loss they read in the letter about the change, and of whoever says yes next in this one. That it began
    without was true of the start it had then: of a clinic that was moved since they hear anew.
    """
    channels = Channel.objects.interpreted().filter(clinic=OuterRef("rsvp__clinic"), language=OuterRef("language"))
    announced = LanguageNeed.objects.filter(
        rsvp__member__is_active=True, rsvp__clinic__in=Clinic.objects.announced().values("pk")
    )
    has_heard = Q(state=LanguageNeedState.INTERPRETED)
    to_come = announced.filter(rsvp__clinic__starts_at__gt=now)
    interpreted = to_come.exclude(has_heard).filter(Exists(channels))
    lost = to_come.filter(has_heard).exclude(Exists(channels))
    begun = (
        announced.filter(
            Q(state__in=STILL_HOPED_FOR)
            | Q(state=LanguageNeedState.WITHOUT, answered_at__lt=F("rsvp__clinic__start_set_at"))
        )
        .filter(rsvp__clinic__starts_at__lte=now, rsvp__clinic__starts_at__gt=now - DAY)
        .exclude(Exists(channels))
    )
    count = _tell_all(interpreted, LanguageNeedState.INTERPRETED, now=now)
    keys = list(lost.select_for_update(of=("self",), skip_locked=True).order_by("pk").values_list("pk", flat=True))
    LanguageNeed.objects.filter(pk__in=keys).update(state=LanguageNeedState.OPEN, answered_at=None)
    return count + _tell_all(begun, LanguageNeedState.WITHOUT, now=now)


def _tell_all(needs: LanguageNeedQuerySet, state: LanguageNeedState, *, now: datetime) -> int:
    rows = needs.filter(rsvp__state__in=ACTIVE).select_related("rsvp").order_by("pk")
    some = list(rows.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    _tell(some, state, now=now)
    return len(some)
