"""The answers of a registration at one moment, as plain JSON with the names of that time."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from registrations.answers.questions import COLUMNS
from registrations.answers.rows_in_words import OFFERS, WISHES
from registrations.domain.facts import RegistrationFacts
from registrations.models import HEIR_OF_SKILL, Group, Role, Skill
from registrations.skills import names as skill_names

Plain = dict[str, Any]


def as_plain(facts: RegistrationFacts) -> Plain:
    """Return facts as JSON keeps them: lists for tuples, ISO dates."""
    return json.loads(json.dumps(asdict(facts), cls=DjangoJSONEncoder))


def names_of(*snapshots: Plain) -> dict[str, str]:
    """Return what the groups, roles and skills of some facts are called today, in the reader's language."""
    keys_needed = {key for facts in snapshots for key in _keys_in(facts)}
    keys = {kind: [key for kind_of_key, key in keys_needed if kind_of_key == kind] for kind in ("skill", *_ROWS)}
    batch, skills = QueryBatch(), {"keys": keys["skill"]}
    heirs = batch.add(_HEIRS.queryset(skills)) if keys["skill"] else ()
    texts = batch.add(_NAMES.queryset(skills)) if keys["skill"] else ()
    rows = {
        kind: batch.add(statement.queryset({"keys": keys[kind]})) for kind, statement in _ROWS.items() if keys[kind]
    }
    batch.run()
    batch.prefetch(Role, "role_names")
    called = skill_names.best_names(texts)
    names = {f"skill:{key}": called[heir] for key, heir in heirs}
    return names | {f"{kind}:{row.pk}": str(row) for kind, rows_of_kind in rows.items() for row in rows_of_kind}


def _heirs(keys: Collection[int]) -> QuerySet[Skill, Any]:
    return Skill.objects.filter(pk__in=any_of(keys)).values_list("pk", HEIR_OF_SKILL)


def _names(keys: Collection[int]) -> QuerySet[Skill, Any]:
    heirs = Skill.objects.filter(pk__in=any_of(keys)).values_list(HEIR_OF_SKILL)
    return skill_names.name_rows(Skill.objects.filter(pk__in=heirs))


_HEIRS, _NAMES = Statement(_heirs), Statement(_names)
_ROWS: dict[str, Statement[Any]] = {
    "group": Statement(lambda keys: Group.objects.filter(pk__in=any_of(keys))),
    "role": Statement(lambda keys: Role.objects.filter(pk__in=any_of(keys))),
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
