"""Loading skills, groups and roles from the tables of `registrations/reference/`."""

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction

from registrations.models import Group, GroupAlias, Role, RoleName, Skill, SkillName
from registrations.reference.groups import SeedGroup, groups
from registrations.reference.roles import ROLES
from registrations.reference.skills import SeedSkill, skills
from registrations.skills import merged_answers

_of_other_apps: dict[str, Callable[[], int]] = {}


def register_loader(name: str, load: Callable[[], int]) -> None:
    """Register what an app above brings in: ``load()`` writes what is not there, and returns how many rows."""
    if _of_other_apps.setdefault(name, load) is not load:
        raise ValueError(f"the reference data {name!r} is registered twice")


@transaction.atomic
def load_reference_data() -> dict[str, int]:
    """Load skills, groups and roles, and what apps above registered; return how many rows of each were written.

    Running it again writes nothing. A text that changed in the code is renamed, and the old wording stays as a synonym
    or alias. Suggested skills, and skills the working group has changed, are left alone. Nothing is deleted except a
    synonym that became a name.
    """
    merged_answers.lock_skill_tree()  # two set-ups may start together
    return {
        "skills": _load_skills(skills()),
        "skill_names": _load_skill_names(skills()),
        "groups": _load_groups(groups()),
        "group_aliases": _load_aliases(groups()),
        "roles": _load_roles(),
        **{name: load() for name, load in _of_other_apps.items()},
    }


def _load_skills(seeds: Iterable[SeedSkill]) -> int:
    skill_by_slug = {skill.slug: skill for skill in Skill.objects.select_related("merged_into", "parent")}
    new: dict[str, Skill] = {}
    rows_written = 0
    for seed in seeds:  # parents come first
        if seed.under in new:
            rows_written += _create(new)
        parent = skill_by_slug[seed.under].heir if seed.under else None
        seed_values = {"family": seed.family, "parent": parent, "wikidata_id": seed.wikidata_id}
        skill = skill_by_slug.get(seed.slug)
        if skill is None:
            skill_by_slug[seed.slug] = new[seed.slug] = Skill(slug=seed.slug, **seed_values)
        elif not skill.is_curated and _set_values(skill, seed_values):
            skill.save(update_fields=list(seed_values))
            rows_written += 1
    return rows_written + _create(new)


def _create(skills: dict[str, Skill]) -> int:
    """Insert these skills in one statement, empty the collection, and return how many they were."""
    count = len(Skill.objects.bulk_create(skills.values()))
    skills.clear()
    return count


def _set_values(row: Skill | Group, new_values: Mapping[str, object]) -> bool:
    """Set the values on the row and return whether any of them changed."""
    changed = [name for name, value in new_values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, new_values[name])
    return bool(changed)


def _load_skill_names(seeds: Iterable[SeedSkill]) -> int:
    ids = dict(Skill.objects.filter(is_curated=False).values_list("slug", "pk"))
    row_by_text = {(row.skill_id, row.language, row.text.lower()): row for row in SkillName.objects.all()}
    names = {(row.skill_id, row.language): row for row in row_by_text.values() if not row.is_synonym}
    new: list[SkillName] = []
    rows_written = 0
    for seed in seeds:
        pk = ids.get(seed.slug)
        if pk is None:
            continue  # the working group has changed it, so its names are left alone
        for language, text in seed.names.items():
            if name := names.get((pk, language)):
                rows_written += _rename(name, text, row_by_text)
            else:
                new.append(SkillName(skill_id=pk, language=language, text=text))
        names_of_seed = {(language, text.lower()) for language, text in seed.names.items()}
        new += [
            SkillName(skill_id=pk, language=language, text=text, is_synonym=True)
            for language, texts in seed.synonyms.items()
            for text in texts
            if (pk, language, text.lower()) not in row_by_text and (language, text.lower()) not in names_of_seed
        ]
    SkillName.objects.bulk_create(new)
    return rows_written + len(new)


def _rename(name: SkillName, text: str, row_by_text: dict[tuple[int, str, str], SkillName]) -> bool:
    """Give a name its new text, keeping the old one as a synonym."""
    if name.text == text:
        return False
    old, name.text = name.text, text
    row_with_new_text = row_by_text.get((name.skill_id, name.language, text.lower()))
    if row_with_new_text is not None and row_with_new_text.pk != name.pk:
        row_with_new_text.delete()
    name.save(update_fields=["text"])
    if old.lower() != text.lower():
        row_by_text[name.skill_id, name.language, old.lower()] = SkillName.objects.create(
            skill_id=name.skill_id, language=name.language, text=old, is_synonym=True
        )
    return True


def _load_groups(seeds: Iterable[SeedGroup]) -> int:
    group_by_slug = {group.slug: group for group in Group.objects.all()}
    new, rows_written = [], 0
    for seed in seeds:
        seed_values = {"name": seed.name, "kind": seed.kind, "country": seed.country, "region": seed.region}
        group = group_by_slug.get(seed.slug)
        if group is None:
            new.append(Group(slug=seed.slug, **seed_values))
            continue
        old = group.name
        if _set_values(group, seed_values):
            group.save(update_fields=list(seed_values))
            rows_written += 1
        if old.lower() != seed.name.lower() and not GroupAlias.objects.filter(text__iexact=old).exists():
            GroupAlias.objects.create(group=group, text=old)
    Group.objects.bulk_create(new)
    return rows_written + len(new)


def _load_aliases(seeds: Iterable[SeedGroup]) -> int:
    ids = dict(Group.objects.values_list("slug", "pk"))
    stored_aliases = {text.lower() for text in GroupAlias.objects.values_list("text", flat=True)}
    new = [
        GroupAlias(group_id=ids[seed.slug], text=alias)
        for seed in seeds
        for alias in seed.aliases
        if alias.lower() not in stored_aliases
    ]
    GroupAlias.objects.bulk_create(new)
    return len(new)


def _load_roles() -> int:
    roles = {role.slug: role for role in Role.objects.all()}
    new = [Role(slug=slug, position=position) for position, slug in enumerate(ROLES, start=1) if slug not in roles]
    roles |= {role.slug: role for role in Role.objects.bulk_create(new)}
    names = {(name.role_id, name.language): name for name in RoleName.objects.all()}
    new_names, rows_written = [], len(new)
    for slug, texts in ROLES.items():
        for language, text in texts.items():
            name = names.get((roles[slug].pk, language))
            if name is None:
                new_names.append(RoleName(role=roles[slug], language=language, text=text))
            elif name.text != text:
                name.text = text
                name.save(update_fields=["text"])
                rows_written += 1
    return rows_written + len(RoleName.objects.bulk_create(new_names))
