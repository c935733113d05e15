"""Ask the readers of the newsletter for what is short: skills that many want and few share."""

from datetime import UTC, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mailings.domain.newsletters import SectionKind
from mailings.newsletters.filling import FilledLine, Filling, register
from mailings.newsletters.markdown import escaped
from registrations.skills.demand import Demand, demand_for_skills
from registrations.skills.hints import FEWEST_COUNTED
from registrations.skills.names import names_of

MOST_LINES = 5
FEWEST_WISHES = 5  # of fewer people nothing is said: it could be guessed who they are
SHORT_FROM = 2  # so many people want it for each who shares it


def shortages_now(_since: datetime, now: datetime) -> list[FilledLine]:
    """Return a line for each of the skills that are shortest now, by how many more people want than share it."""
    rows = [row for row in demand_for_skills(on=now.astimezone(UTC).date()) if is_short(row)]
    worst = sorted(rows, key=lambda row: (row.shared - row.wanted, row.skill))[:MOST_LINES]
    names = names_of([row.skill for row in worst])
    return [_line(row, names[row.skill]) for row in worst]


def is_short(row: Demand) -> bool:
    """Tell whether enough people want a skill that few share."""
    return row.wanted >= FEWEST_WISHES and row.wanted >= SHORT_FROM * row.shared


def _line(row: Demand, name: str) -> FilledLine:
    # The two counts are parts of their own, because each has its own plural.
    skill = f"**{escaped(name)}**"
    wanted = ngettext(
        "%(count)d person wants to learn %(skill)s", "%(count)d people want to learn %(skill)s", row.wanted
    ) % {"count": row.wanted, "skill": skill}
    # Translators: a line of the newsletter, as in "27 people want to learn Surveys, 3 people share it: could you?". The
    # words in square brackets lead to the registration; keep the brackets around them as they are.
    line = _("%(wanted)s, %(shared)s: [could you?](%(address)s)")
    address = reverse("registrations:registration-edit")
    text = line % {"wanted": wanted, "shared": _shared(row.shared), "address": address}
    return FilledLine(text, marks=(skill, f"({address})"))


def _shared(people: int) -> str:
    if not people:
        return _("nobody shares it at the moment")
    if people < FEWEST_COUNTED:
        return _("hardly anybody shares it")
    return ngettext("%(count)d person shares it", "%(count)d people share it", people) % {"count": people}


def register_filling() -> None:
    """Register with the newsletter what it can be filled in with."""
    kinds = frozenset({SectionKind.NEWS, SectionKind.OTHER})
    register(Filling("matching.shortages", gettext_lazy("skills that are short"), kinds, shortages_now))
