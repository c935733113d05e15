"""The answers of a registration at one moment, as plain JSON with the names of that time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from registrations.answers.questions import COLUMNS
from registrations.answers.rows_in_words import OFFERS, WISHES
from registrations.domain.facts import RegistrationFacts
from registrations.models import Group, Role, Skill

Plain = dict[str, Any]


def as_plain(facts: RegistrationFacts) -> Plain:
    """Return facts as JSON keeps them: lists for tuples, ISO dates."""
    return json.loads(json.dumps(asdict(facts), cls=DjangoJSONEncoder))


def names_of(*snapshots: Plain) -> dict[str, str]:
    """Return what the groups, roles and skills of some facts are called today, in the reader's language."""
    keys_needed = {key for facts in snapshots for key in _keys_in(facts)}
    rows = {
        "group": Group.objects.all(),
        "role": Role.objects.prefetch_related("role_names"),
        "skill": Skill.objects.with_names(),
    }
    return {
        f"{kind}:{row.pk}": str(row)
        for kind, rows_of_kind in rows.items()
        if (keys := {key for kind_of_key, key in keys_needed if kind_of_key == kind})
        for row in rows_of_kind.filter(pk__in=keys)
    }


def heirs_of(facts: Plain) -> dict[int, int]:
    """Return which skills of these facts were merged into which since."""
    skills = {key for kind, key in _keys_in(facts) if kind == "skill"}
    merged = Skill.objects.filter(pk__in=skills, merged_into__isnull=False)
    return dict(merged.values_list("pk", "merged_into_id"))


def _keys_in(facts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what some facts point at: ("group", 3), ("skill", 12). Facts of another time may lack some."""
    for column in COLUMNS.values():
        key = facts.get(column.name)
        if column.kind.names and key is not None:
            yield column.kind.names, key
    for rows in (OFFERS, WISHES):
        yield from (("skill", row.skill_id) for row in rows.read(facts.get(rows.name, ())))
