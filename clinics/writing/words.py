"""To whom a planner wrote, in words."""

from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from clinics.domain.clinics import RsvpState
from clinics.domain.people import ClinicRole
from clinics.domain.writing import FLOOR, ToWhom
from letsconnect.base.languages import listed
from registrations.reference.names import language_name

# Whom the choices of the form mean, said within a sentence.
_GROUPS: dict[str, Any] = {
    RsvpState.GOING: pgettext_lazy("to whom a letter goes", "those who have a seat"),
    RsvpState.WAITING: pgettext_lazy("to whom a letter goes", "those on the waiting list"),
    RsvpState.OFFERED: pgettext_lazy("to whom a letter goes", "those to whom a seat is offered"),
    ClinicRole.SHARER: pgettext_lazy("to whom a letter goes", "the sharers"),
    ClinicRole.HOST: pgettext_lazy("to whom a letter goes", "the hosts"),
    ClinicRole.HELPER: pgettext_lazy("to whom a letter goes", "the helpers"),
    ClinicRole.INTERPRETER: pgettext_lazy("to whom a letter goes", "the interpreters"),
}


def to_whom_in_words(to_whom: ToWhom) -> str:
    """Return whom it goes to, as in "those who have a seat, the hosts · only who speaks French"."""
    words = [listed([str(_GROUPS[name]) for name in (*to_whom.states, *to_whom.roles) if name in _GROUPS])]
    if to_whom.listening == FLOOR:
        words.append(_("of those who signed up only who listens to the language spoken there"))
    elif to_whom.listening:
        said = _("of those who signed up only who listens in %(language)s")
        words.append(said % {"language": _name(to_whom.listening)})
    if to_whom.speaking:
        words.append(_("only who speaks %(language)s") % {"language": _name(to_whom.speaking)})
    return " · ".join(words)


def _name(language: str) -> str:
    return language_name(language, get_language() or "en")
