"""What people choose from, in the language they read."""

from collections.abc import Iterable
from itertools import groupby

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base.zones import zone_names
from registrations.domain import SkillFamily
from registrations.models import Group, Role, Skill
from registrations.reference import names

Choices = list[tuple[str, str]]


def language_choices() -> Choices:
    """Spoken languages by name in the reader's language."""
    return names.language_choices(get_language() or "en")


def country_choices() -> Choices:
    """Countries and territories by name in the reader's language."""
    return names.country_choices(get_language() or "en")


def skill_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """Active skills by family, each family sorted by name."""
    language = get_language() or "en"
    skills = sorted(
        ((skill.family, skill.pk, skill.name_in(language)) for skill in Skill.objects.for_choosing()),
        key=lambda entry: (SkillFamily.values.index(entry[0]), entry[2].casefold()),
    )
    return [
        (str(SkillFamily(family).label), [(pk, name) for _family, pk, name in entries])
        for family, entries in groupby(skills, key=lambda entry: entry[0])
    ]


def group_choices() -> list[tuple[int, str]]:
    """Active groups by name."""
    return list(Group.objects.active().values_list("pk", "name"))


def role_choices() -> list[tuple[int, str]]:
    """Roles in their own order."""
    return [(role.pk, str(role)) for role in Role.objects.prefetch_related("role_names")]


def zone_choices() -> list[tuple[str, Choices]]:
    """Zones by continent; the cities read with spaces."""
    by_area: Iterable[tuple[str, Iterable[str]]] = groupby(
        (name for name in zone_names() if "/" in name), key=lambda name: name.split("/")[0]
    )
    areas = [(area, [(name, name.split("/", 1)[1].replace("_", " ")) for name in names]) for area, names in by_area]
    return [(_("No zone of its own"), [("UTC", "UTC")]), *areas]
