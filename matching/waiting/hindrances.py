"""What keeps a learner from everybody they could ask for, and where in their registration they mend it."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from letsconnect.base.languages import duration_in_words
from matching.waiting.prospects import Prospects


class Hindrance(NamedTuple):
    """Why asking would reach nobody, in a sentence, and what mends it: the screen or card of the registration, and the
    words of the link to it. All of it is "" where nothing is in the way."""

    sentence: str = ""
    step: str = ""
    link: str = ""


def of_everybody(seen: Prospects) -> Hindrance:
    """Return what keeps this learner from everybody: too few hours, or no room for one more match."""
    if not seen.has_hours:
        text = _("A match needs people who are free for %(time)s a week. Add hours first, and then ask for somebody.")
        sentence = text % {"time": duration_in_words(seen.least_minutes)}
        return Hindrance(sentence, "hours", _("Change when I am free"))
    if not seen.has_places_to_learn:
        return Hindrance(
            _("You learn from as many people as you want already. A round finds nobody more for you."),
            "places",
            _("Change how many people I learn from"),
        )
    if not seen.has_room:
        return Hindrance(_("You have as many matches as one person may have at once. Ask again once one is over."))
    return Hindrance()
