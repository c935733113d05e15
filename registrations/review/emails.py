"""The letters about a registration that is handed in, and about the result of its review."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_noop

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter
from registrations.consents.asking import agrees
from registrations.domain.registrations import RegistrationState
from registrations.domain.reviews import DECISIONS
from registrations.models import Registration
from registrations.participation.next_round import next_round, read_who_takes_part
from registrations.review.undoable import until_it_stands
from registrations.review.what_next import what_next


def _still(*states: RegistrationState) -> Callable[[Registration | None, datetime], str | None]:
    def still_owed(registration: Registration | None, now: datetime) -> str | None:
        if registration is None or registration.member is None:
            return gettext_noop("the registration is gone")
        return None if registration.state in states else gettext_noop("it was decided anew")

    return still_owed


def _still_decided_anew(registration: Registration | None, now: datetime) -> str | None:
    """A decision is taken back with a reason: without one, what the letter would tell of does not stand."""
    if registration is not None and not registration.review_note:
        return gettext_noop("it was decided anew")
    return _still(*DECISIONS)(registration, now)


def _render(template: str) -> Callable[[Registration, str, str], Rendered]:
    def render(registration: Registration, language: str, zone: str) -> Rendered:
        with speaking(language):
            sentence = next_round(registration, on=timezone.now().date())
        context = {
            "next_round": sentence,
            "registration": registration,
            "name": registration.shown_name,
            "note": registration.review_note,
            "link": absolute("registrations:registration-edit"),
            "has_agreed": agrees(registration, on=timezone.now().date()),
            "agree": absolute("registrations:agreement-list"),
        }
        return render_letter(f"registrations/emails/{template}", context, language=language, zone=zone)

    return render


_ROWS = Statement(lambda keys: Registration.objects.filter(pk__in=any_of(keys)).select_related("member"))


def _read(keys: list[int], now: datetime) -> list[Registration]:
    registrations = _ROWS.rows({"keys": keys})
    read_who_takes_part(registrations, on=now.date())
    return registrations


def _render_handed_in(registration: Registration, language: str, zone: str) -> Rendered:
    with speaking(language):
        sentences = what_next(now=timezone.now(), is_written_to=True)
    context = {
        "name": registration.shown_name,
        "what_next": sentences,
        "link": absolute("registrations:registration-edit"),
    }
    return render_letter("registrations/emails/handed_in", context, language=language, zone=zone)


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register(
        "registrations.handed_in",
        still_owed=until_it_stands(_still(RegistrationState.SUBMITTED), lambda registration: [registration]),
        render=_render_handed_in,
        reads=_read,
        keeps=kinds.kept(),
    )
    kinds.register(
        "registrations.decided_anew",
        still_owed=_still_decided_anew,
        render=_render("decided_anew"),
        reads=_read,
        keeps=kinds.kept(),
    )
    for state in DECISIONS:
        kinds.register(
            f"registrations.{state}",
            still_owed=_still(state),
            render=_render(state.value),
            reads=_read,
            keeps=kinds.kept(),
        )
