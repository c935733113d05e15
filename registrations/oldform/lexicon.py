"""The names by which a cell of the old form is read, as the portal has them now."""

from datetime import datetime

from registrations.domain.registrations import SkillState
from registrations.models import Group, Skill, SkillName
from registrations.oldform.reading import groups, timestamps
from registrations.oldform.reading.rows import Lexicon
from registrations.oldform.reading.skills import SkillIndex
from registrations.reference.skills import skills as seed_skills


def lexicon_of_the_portal(*, now: datetime) -> Lexicon:
    """Return the names of skills and groups, with those the working group has added; it knows nothing of any file."""
    skills = {skill.pk: skill for skill in Skill.objects.select_related("merged_into")}
    slugs = {
        pk: (skill.merged_into or skill).slug
        for pk, skill in skills.items()
        if (skill.merged_into or skill).state in (SkillState.ACTIVE, SkillState.SUGGESTED)
    }
    names = [(text, slugs[pk]) for pk, text in SkillName.objects.values_list("skill_id", "text") if pk in slugs]
    usable_slugs = set(slugs.values())
    related = [(word, seed.slug) for seed in seed_skills() if seed.slug in usable_slugs for word in seed.related]
    active = Group.objects.filter(is_active=True)
    group_names = [
        *active.values_list("name", "slug"),
        *active.exclude(aliases=None).values_list("aliases__text", "slug"),
    ]
    return Lexicon(SkillIndex.of(names, related), groups.index_of(group_names), timestamps.Order.UNDECIDED, now)
