"""What a registration said at one moment, as plain JSON with the names of its time."""

import json
from dataclasses import asdict
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from registrations.domain.facts import RegistrationFacts
from registrations.models import Group, Role, Skill

Plain = dict[str, Any]


def as_plain(facts: RegistrationFacts) -> Plain:
    """Return facts as JSON keeps them: lists for tuples, ISO dates."""
    return json.loads(json.dumps(asdict(facts), cls=DjangoJSONEncoder))


def skill_ids(facts: Plain) -> set[int]:
    return {row[0] for row in [*facts.get("offers", ()), *facts.get("wishes", ())]}


def names_of(*snapshots: Plain) -> dict[str, str]:
    """Return what the groups, roles and skills of some facts are called today, in the reader's language."""
    groups = {facts.get("group_id") for facts in snapshots} - {None}
    roles = {facts.get("role_id") for facts in snapshots} - {None}
    skills = set().union(*(skill_ids(facts) for facts in snapshots))
    return {
        **{f"group:{group.pk}": str(group) for group in Group.objects.filter(pk__in=groups)},
        **{f"role:{role.pk}": str(role) for role in Role.objects.filter(pk__in=roles).prefetch_related("role_names")},
        **{
            f"skill:{skill.pk}": str(skill)
            for skill in Skill.objects.filter(pk__in=skills).prefetch_related("skill_names")
        },
    }


def heirs_of(facts: Plain) -> dict[int, int]:
    """Return which skills of some facts were merged into which since."""
    merged = Skill.objects.filter(pk__in=skill_ids(facts), merged_into__isnull=False)
    return dict(merged.values_list("pk", "merged_into_id"))
