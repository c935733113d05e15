"""Skills as people miss them and the working group orders them. One change at a time: the tree has one writer."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from letsconnect.base import acts
from letsconnect.base.languages import known
from registrations.domain import SkillRefused, SkillState
from registrations.models import Member, Skill, SkillName, SkillSuggestion
from registrations.skills.folding import fold
from registrations.skills.following import change_alone

SUGGESTIONS_A_DAY = 20


@transaction.atomic
def suggest_skill(*, name: str, language: str, by: Member, now: datetime) -> Skill:
    """Return the skill of that name, made as a suggestion where there is none; it can be used at once.

    A name that differs only in case, accents or letter forms is the same name, in whatever language. Raises
    SkillRefused for what is no name, for a retired skill, and past the suggestions of one day.
    """
    change_alone()
    text = _clean(name)
    skill = _called(text)
    if skill is not None and skill.state == SkillState.RETIRED:
        raise SkillRefused(_("“%(skill)s” is no longer used. Please choose another skill.") % {"skill": text})
    if skill is None:
        _check_pace(by, now=now)
        skill = Skill.objects.create(slug=_free_slug(text), family="", state=SkillState.SUGGESTED)
        SkillName.objects.create(skill=skill, language=known(language), text=text)
        acts.record(by=by, verb="suggest_skill", on=skill, now=now, became=skill.state)
    if skill.state == SkillState.SUGGESTED:
        SkillSuggestion.objects.get_or_create(skill=skill, member=by, defaults={"made_at": now})
    return skill


def _clean(name: str) -> str:
    """Return a name on one line, or raise SkillRefused."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    longest = SkillName._meta.get_field("text").max_length
    if not 2 <= len(text) <= longest or not any(sign.isalpha() for sign in fold(text)) or "://" in text:
        raise SkillRefused(_("Please name the skill in a few words, at most %(count)d letters.") % {"count": longest})
    return text


def _called(text: str, besides: Skill | None = None) -> Skill | None:
    """Return the skill that goes by this name or synonym, in use before suggested before retired."""
    order = (SkillState.ACTIVE, SkillState.SUGGESTED, SkillState.RETIRED)
    rows = SkillName.objects.exclude(skill__state=SkillState.MERGED).select_related("skill")
    if besides is not None:
        rows = rows.exclude(skill=besides)
    wanted = fold(text)
    same = [row for row in rows if fold(row.text) == wanted]
    best = min(same, key=lambda row: (order.index(row.skill.state), row.is_synonym, row.skill_id), default=None)
    return best.skill if best else None


def _check_pace(member: Member, *, now: datetime) -> None:
    recent = SkillSuggestion.objects.filter(member=member, made_at__gt=now - timedelta(days=1))
    if recent.count() >= SUGGESTIONS_A_DAY:
        raise SkillRefused(_("You have suggested many skills today. Please come back tomorrow for more."))


def _free_slug(text: str) -> str:
    slug = slugify(text)[:60].strip("-") or "skill"
    while Skill.objects.filter(slug=slug).exists():
        slug = f"{slug[:60]}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}"
    return slug
