"""Whether somebody takes part in the next round of matches, in one sentence: every page that says so asks here."""

from datetime import date

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from registrations.domain.registrations import UNTIL_THEY_RETURN, RegistrationState, SkillState
from registrations.models import Offer, Registration, RegistrationQuerySet


def takes_part(registration: Registration | None, *, on: date) -> bool:
    """Tell whether a round that begins on that day would include this person."""
    return registration is not None and taking_part(on=on).filter(pk=registration.pk).exists()


def taking_part(*, on: date) -> RegistrationQuerySet:
    """Return the registrations a round of that day could do something for: matchable, with a place for somebody."""
    return Registration.objects.matchable(on=on).filter(Q(can_learn_from__gt=0) | Q(can_help__gt=0))


def findable(*, on: date) -> RegistrationQuerySet:
    """Return the registrations of people whom others can find on that day.

    They agreed to be found, take part, share a skill and have room for somebody.
    """
    sharing = Offer.objects.exclude(skill__state=SkillState.RETIRED).values("registration")
    return Registration.objects.matchable(on=on).filter(is_findable=True, pk__in=sharing, can_help__gt=0)


def next_round(registration: Registration | None, *, on: date) -> str:
    """Say that somebody takes part in the next round, or why not."""
    return sentence(registration, on=on, is_in=takes_part(registration, on=on))


def sentence(registration: Registration | None, *, on: date, is_in: bool) -> str:
    """Say what `next_round` says, for a caller who knows already whether they take part."""
    if is_in:
        return _("You take part in the next round of matches. There is nothing you need to do.")
    return why_not(registration, on=on)


def why_not(registration: Registration | None, *, on: date) -> str:
    """Say what keeps somebody out of rounds on that day. Call it only for somebody who does not take part."""
    if registration is None or registration.state in (RegistrationState.DRAFT, RegistrationState.WITHDRAWN):
        return _("You are in no round of matches, because no registration of yours is sent in.")
    if registration.state == RegistrationState.SUBMITTED:
        return _("You are in no round of matches until the working group has looked at your registration.")
    if registration.state == RegistrationState.NEEDS_CHANGES:
        return _("You are in no round of matches until you have changed your registration as the working group asked.")
    if registration.state == RegistrationState.DECLINED:
        return _("You are in no round of matches, because your registration was declined.")
    if resting := _resting(registration, on=on):
        return resting
    if not (registration.can_learn_from or registration.can_help):
        return _(
            "You are in no round of matches, because you want to learn from nobody and to help nobody at the moment."
        )
    return _("You are in no round of matches until you agree to the code of conduct and the privacy notice.")


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
