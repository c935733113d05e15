"""Whether somebody takes part in the next round of matches, in one sentence: every page that says so asks here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from letsconnect.base.languages import duration_in_words
from letsconnect.base.read_ahead import RowQuestion
from letsconnect.base.statements import Statement
from registrations import documents
from registrations.consents.asking import agrees_as_read, read_who_agrees
from registrations.domain.registrations import MIN_FREE_MINUTES, UNTIL_THEY_RETURN, RegistrationState, SkillState
from registrations.models import Offer, Registration, RegistrationQuerySet, Window, Wish

# Returns the column that says for how many minutes a week the rules of matching want people to be free.
LeastMinutes = Callable[[], Any]
_rules: dict[str, LeastMinutes] = {}


def register_least_minutes(least: LeastMinutes) -> None:
    """Register what the app that matches asks of everybody's week; without it, what the form asks for counts."""
    _rules["least minutes"] = least


@dataclass(frozen=True)
class OutOfRounds:
    """What keeps somebody out of rounds, in a sentence, and the step of the registration that mends it, if one does."""

    text: str
    step: str = ""

    @property
    def text_only(self) -> str:
        """The sentence where nothing they answer would mend it."""
        return "" if self.step else self.text


NextRoundOn = Callable[[date], "date | None"]
_calendar: dict[str, NextRoundOn] = {}


def register_next_round(planned_on: NextRoundOn) -> None:
    """Register what knows on which day, if any is set, the next round of matches is."""
    _calendar["next"] = planned_on


def next_round_on(*, on: date) -> date | None:
    """Return the day set for the next round, as it stands on a day; None if none is set that is still to come."""
    planned_on = _calendar.get("next")
    return planned_on(on) if planned_on is not None else None


def takes_part(registration: Registration | None, *, on: date) -> bool:
    """Tell whether a round that begins on that day would include this person."""
    if registration is None or registration.state != RegistrationState.APPROVED:
        return False
    return _TAKES_PART.is_so(registration, on=on, versions=documents.all_counting(on=on))


def read_who_takes_part(people: Iterable[Registration], *, on: date) -> None:
    """Read of all of these people at once what `next_round` asks."""
    people = list(people)
    _TAKES_PART.read_ahead(people, on=on, versions=documents.all_counting(on=on))
    read_who_agrees(people, on=on)


def taking_part(*, on: date) -> RegistrationQuerySet:
    """Return the registrations a round of that day could do something for.

    They are matchable, have a skill for which they have a place too, and are free for as long as a match needs.
    """
    could_be_paired = Q(free_minutes__gte=F("least_minutes")) & (
        Q(wishes_something=True, can_learn_from__gt=0) | Q(shares_something=True, can_help__gt=0)
    )
    return with_what_a_match_needs(Registration.objects.matchable(on=on)).filter(could_be_paired)


def with_what_a_match_needs(people: RegistrationQuerySet) -> RegistrationQuerySet:
    """Return them with what a query may ask: ``wishes_something``, ``shares_something``, how many ``free_minutes`` they
    have a week, and how many the rules want (``least_minutes``)."""
    mine = {"registration": OuterRef("pk")}
    windows = Window.objects.filter(**mine).order_by().values("registration")
    wishes, offers = (rows.objects.filter(**mine).exclude(skill__state=SkillState.RETIRED) for rows in (Wish, Offer))
    return people.alias(
        wishes_something=Exists(wishes),
        shares_something=Exists(offers),
        free_minutes=Coalesce(Subquery(windows.annotate(sum=Sum(F("end") - F("start"))).values("sum")), 0),
        least_minutes=_rules.get("least minutes", lambda: Value(MIN_FREE_MINUTES))(),
    )


# The versions are those that count on the day: the SQL holds them.
_TAKES_PART = RowQuestion(lambda on, versions: taking_part(on=on))


def findable(*, on: date) -> RegistrationQuerySet:
    """Return the registrations of people whom others can find on that day.

    They agreed to be found, take part, share a skill and have room for somebody.
    """
    sharing = Offer.objects.exclude(skill__state=SkillState.RETIRED).values("registration")
    return Registration.objects.matchable(on=on).filter(is_findable=True, pk__in=sharing, can_help__gt=0)


def next_round(registration: Registration | None, *, on: date) -> str:
    """Say that somebody takes part in the next round, or why not."""
    return sentence(registration, on=on, is_in=takes_part(registration, on=on))


def for_template(registration: Registration | None, *, on: date) -> dict[str, Any]:
    """Return ``is_in_a_round`` and the sentence ``next_round``, for a page or letter that says more to who is in."""
    is_in = takes_part(registration, on=on)
    return {"is_in_a_round": is_in, "next_round": sentence(registration, on=on, is_in=is_in)}


def sentence(registration: Registration | None, *, on: date, is_in: bool) -> str:
    """Say what `next_round` says, for a caller who knows already whether they take part."""
    if is_in:
        return _("You take part in the next round of matches. There is nothing you need to do.")
    return why_not(registration, on=on)


def _lacks(registration: Registration, *, on: date, versions: object) -> QuerySet[Registration, Any]:
    """Whether a person agreed, and how many minutes a week they are free and should be."""
    agreed = Registration.objects.agreed(on=on).order_by().filter(pk=OuterRef("pk"))
    person = with_what_a_match_needs(Registration.objects.filter(pk=registration.pk))
    person = person.annotate(agrees=Exists(agreed), free=F("free_minutes"), least=F("least_minutes"))
    return person.values_list("agrees", "free", "least")


_LACKS = Statement(_lacks)  # the versions are those that count on the day, as above


def why_not(registration: Registration | None, *, on: date) -> str:
    """Say what keeps somebody out of rounds on that day. Call it only for somebody who does not take part."""
    return lack_of(registration, on=on).text


def lack_of(registration: Registration | None, *, on: date) -> OutOfRounds:
    """Return what `why_not` says, with the step that mends it."""
    if (text := _not_for_an_answer(registration, on=on)) or registration is None:
        return OutOfRounds(text)
    if not (registration.can_learn_from or registration.can_help):
        text = _("You are in no round of matches, because at the moment you want nobody to learn from or to help.")
        return OutOfRounds(text, "places")
    has_agreed, free, least = agrees_as_read(registration, on=on), 0, 0
    if has_agreed is not False:
        versions = documents.all_counting(on=on)
        has_agreed, free, least = _LACKS.rows({"registration": registration}, on=on, versions=versions)[0]
    if not has_agreed:
        text = _("You are in no round of matches until you agree to the code of conduct and the privacy notice.")
        return OutOfRounds(text)
    if free < least:
        text = _(
            "You are in no round of matches, because a match needs people who are free for %(time)s a week. Please add "
            "hours when you are free."
        )
        return OutOfRounds(text % {"time": duration_in_words(least)}, "hours")
    text = _(
        "You are in no round of matches, because you have named no skill for which you have room as well. Please add a "
        "skill, or change how many people you learn from or help."
    )
    return OutOfRounds(text, "skills")


def _not_for_an_answer(registration: Registration | None, *, on: date) -> str:
    """Say what keeps somebody out whatever they have answered; "" where nothing does."""
    if registration is None or registration.state in (RegistrationState.DRAFT, RegistrationState.WITHDRAWN):
        return _("You are in no round of matches, because no registration of yours is sent in.")
    if registration.state == RegistrationState.SUBMITTED:
        return _("You are in no round of matches until the working group has looked at your registration.")
    if registration.state == RegistrationState.NEEDS_CHANGES:
        return _("You are in no round of matches until you have changed your registration as the working group asked.")
    if registration.state == RegistrationState.DECLINED:
        return _("You are in no round of matches, because your registration was declined.")
    return _resting(registration, on=on)


def _resting(registration: Registration, *, on: date) -> str:
    paused, away = registration.paused_until, registration.away_until
    if paused == UNTIL_THEY_RETURN:
        return _("You are in no round of matches until you say that you are back.")
    until = max((day for day in (paused, away) if day is not None and day > on), default=None)
    if until is None:
        return ""
    return _("You are in no round of matches until %(day)s, because you are paused or away.") % {
        "day": date_format(until)
    }
