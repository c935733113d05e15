"""Loading skills, groups and roles from the tables of `registrations/reference/`."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from registrations.models import Group, GroupAlias, Role, RoleName, Skill, SkillName
from registrations.reference.groups import SeedGroup, groups
from registrations.reference.roles import ROLES
from registrations.reference.skills import SeedSkill, skills
from registrations.skills import merged_answers


@transaction.atomic
def load_reference_data() -> dict[str, int]:
    """Load skills, groups and roles into the database and return how many rows of each table were written.

    Running it again writes nothing. A text that changed in the code is renamed, the old wording staying as a synonym or
    alias. Suggested skills, and skills the working group has changed, are left alone. Nothing is deleted but a synonym
    that became a name.
    """
    merged_answers.lock_skill_tree()  # two set-ups may start together
    return {
        "skills": _load_skills(skills()),
        "skill_names": _load_skill_names(skills()),
        "groups": _load_groups(groups()),
        "group_aliases": _load_aliases(groups()),
        "roles": _load_roles(),
    }


def _load_skills(seeds: Iterable[SeedSkill]) -> int:
    known = {skill.slug: skill for skill in Skill.objects.select_related("merged_into", "parent")}
    new: dict[str, Skill] = {}
    written = 0
    for seed in seeds:  # parents come first
        if seed.under in new:
            written += _create(new)
        parent = known[seed.under].heir if seed.under else None
        wanted = {"family": seed.family, "parent": parent, "wikidata_id": seed.wikidata_id}
        skill = known.get(seed.slug)
        if skill is None:
            known[seed.slug] = new[seed.slug] = Skill(slug=seed.slug, **wanted)
        elif not skill.is_curated and _set(skill, wanted):
            skill.save(update_fields=list(wanted))
            written += 1
    return written + _create(new)


def _create(skills: dict[str, Skill]) -> int:
    """Insert these skills in one statement, empty the collection, and return how many they were."""
    written = len(Skill.objects.bulk_create(skills.values()))
    skills.clear()
    return written


def _set(row: Skill | Group, wanted: Mapping[str, object]) -> bool:
    """Set the values on the row and return whether any of them changed."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return bool(changed)


def _load_skill_names(seeds: Iterable[SeedSkill]) -> int:
    ids = dict(Skill.objects.filter(is_curated=False).values_list("slug", "pk"))
    known = {(row.skill_id, row.language, row.text.lower()): row for row in SkillName.objects.all()}
    names = {(row.skill_id, row.language): row for row in known.values() if not row.is_synonym}
    new: list[SkillName] = []
    written = 0
    for seed in seeds:
        pk = ids.get(seed.slug)
        if pk is None:
            continue  # the working group's by now
        for language, text in seed.names.items():
            if name := names.get((pk, language)):
                written += _rename(name, text, known)
            else:
                new.append(SkillName(skill_id=pk, language=language, text=text))
        taken = {(language, text.lower()) for language, text in seed.names.items()}
        new += [
            SkillName(skill_id=pk, language=language, text=text, is_synonym=True)
            for language, texts in seed.synonyms.items()
            for text in texts
            if (pk, language, text.lower()) not in known and (language, text.lower()) not in taken
        ]
    SkillName.objects.bulk_create(new)
    return written + len(new)


def _rename(name: SkillName, text: str, known: dict[tuple[int, str, str], SkillName]) -> bool:
    """Give a name its new text, keeping the old one as a synonym."""
    if name.text == text:
        return False
    old, name.text = name.text, text
    same = known.get((name.skill_id, name.language, text.lower()))
    if same is not None and same.pk != name.pk:
        same.delete()
    name.save(update_fields=["text"])
    if old.lower() != text.lower():
        known[name.skill_id, name.language, old.lower()] = SkillName.objects.create(
            skill_id=name.skill_id, language=name.language, text=old, is_synonym=True
        )
    return True


def _load_groups(seeds: Iterable[SeedGroup]) -> int:
    known = {group.slug: group for group in Group.objects.all()}
    new, written = [], 0
    for seed in seeds:
        wanted = {"name": seed.name, "kind": seed.kind, "country": seed.country, "region": seed.region}
        group = known.get(seed.slug)
        if group is None:
            new.append(Group(slug=seed.slug, **wanted))
            continue
        old = group.name
        if _set(group, wanted):
            group.save(update_fields=list(wanted))
            written += 1
        if old.lower() != seed.name.lower() and not GroupAlias.objects.filter(text__iexact=old).exists():
            GroupAlias.objects.create(group=group, text=old)
    Group.objects.bulk_create(new)
    return written + len(new)


def _load_aliases(seeds: Iterable[SeedGroup]) -> int:
    ids = dict(Group.objects.values_list("slug", "pk"))
    known = {text.lower() for text in GroupAlias.objects.values_list("text", flat=True)}
    new = [
        GroupAlias(group_id=ids[seed.slug], text=alias)
        for seed in seeds
        for alias in seed.aliases
        if alias.lower() not in known
    ]
    GroupAlias.objects.bulk_create(new)
    return len(new)


def _load_roles() -> int:
    known = {role.slug: role for role in Role.objects.all()}
    new = [Role(slug=slug, position=position) for position, slug in enumerate(ROLES, start=1) if slug not in known]
    known |= {role.slug: role for role in Role.objects.bulk_create(new)}
    names = {(name.role_id, name.language): name for name in RoleName.objects.all()}
    new_names, written = [], len(new)
    for slug, texts in ROLES.items():
        for language, text in texts.items():
            name = names.get((known[slug].pk, language))
            if name is None:
                new_names.append(RoleName(role=known[slug], language=language, text=text))
            elif name.text != text:
                name.text = text
                name.save(update_fields=["text"])
                written += 1
    return written + len(RoleName.objects.bulk_create(new_names))
