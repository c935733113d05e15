"""The skills that are new since the last issue of the newsletter, as lines to put into it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base.models import Act
from mailings.domain.newsletters import SectionKind
from mailings.newsletters.filling import FilledLine, Filling, register
from mailings.newsletters.markdown import escaped
from registrations.domain.registrations import SkillFamily, SkillState
from registrations.models import Skill
from registrations.skills.names import names_of

MOST_LINES = 20


def new_skills(since: datetime, now: datetime) -> list[FilledLine]:
    """Return a line for each skill that came into the list everybody finds, those added first coming first.

    A retired skill that was taken back is not new; a suggested one nobody has decided about is not in the list yet.
    """
    acts = Act.objects.filter(
        object_type=Skill._meta.label_lower, verb__in=("add_skill", "accept_skill"), at__gt=since, at__lte=now
    ).exclude(was=SkillState.RETIRED)
    in_order = list(dict.fromkeys(acts.order_by("at", "pk").values_list("object_id", flat=True)))
    families = dict(Skill.objects.active().filter(pk__in=in_order).values_list("pk", "family"))
    names = names_of(list(families))
    return [_line(names[skill], families[skill]) for skill in in_order if skill in families][:MOST_LINES]


def _line(name: str, family: str) -> FilledLine:
    skill, label = f"**{escaped(name)}**", str(SkillFamily(family).label)
    # Translators: a line of the newsletter, as in "New skill: Surveys (Learning & evaluation)".
    text = _("New skill: %(skill)s (%(family)s)") % {"skill": skill, "family": label}
    return FilledLine(text, marks=(skill, label))


def register_filling() -> None:
    """Register with the newsletter what it can be filled in with."""
    kinds: Sequence[str] = (SectionKind.NEWS, SectionKind.OTHER)
    register(Filling("registrations.new_skills", gettext_lazy("new skills"), frozenset(kinds), new_skills))
