"""To whom a planner wrote, in words."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.domain.clinics import RsvpState
from clinics.domain.people import ClinicRole
from clinics.domain.writing import FLOOR, ToWhom
from letsconnect.base.languages import listed
from registrations.reference.names import language_name


def to_whom_in_words(to_whom: ToWhom) -> str:
    """Return whom it goes to, as in "going, on the waiting list, host"."""
    words = [str(RsvpState(state).label) for state in to_whom.states if state in RsvpState.values]
    words += [str(ClinicRole(role).label) for role in to_whom.roles if role in ClinicRole.values]
    if to_whom.listening == FLOOR:
        words.append(_("who listens to the language spoken there"))
    elif to_whom.listening:
        words.append(_("who listens in %(language)s") % {"language": _name(to_whom.listening)})
    if to_whom.speaking:
        words.append(_("who speaks %(language)s") % {"language": _name(to_whom.speaking)})
    return listed(words)


def _name(language: str) -> str:
    return language_name(language, get_language() or "en")
