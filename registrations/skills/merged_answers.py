"""Answers that follow a skill where the working group merges it."""

from dataclasses import replace

from django.db import connection

from registrations.domain import registrations
from registrations.domain.facts import RegistrationFacts
from registrations.models import Skill, SkillMerge

_TREE = 0x4C43_5245_4601  # the tree of skills has one writer at a time
_ANSWERS = 0x4C43_5245_4602  # no answer is saved while a merge is completed


def change_alone() -> None:
    """Be the only one who changes skills until the caller's transaction ends. Answers go on being saved: who suggests a
    skill waits for nobody who saves a form or imports a file."""
    _lock("pg_advisory_xact_lock", _TREE)


def hold_still() -> None:
    """Let no merge be completed until the caller's transaction ends; many may hold it at once.

    Take it before any row of a registration is locked, as merging does.
    """
    _lock("pg_advisory_xact_lock_shared", _ANSWERS)


def stop_answers() -> None:
    """Let no answer be saved until the caller's transaction ends. Take it after `change_alone` and before any row."""
    _lock("pg_advisory_xact_lock", _ANSWERS)


def _lock(function: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])


def _heirs(named: set[int]) -> dict[int, int]:
    """Where each skill lives on; one that is being merged already takes no new answers of its own."""
    begun = SkillMerge.objects.open().filter(source__in=named).select_related("target")
    merged = Skill.objects.filter(pk__in=named, merged_into__isnull=False).values_list("pk", "merged_into")
    return {merge.source_id: merge.target.merged_into_id or merge.target_id for merge in begun} | dict(merged)


def follow(facts: RegistrationFacts) -> RegistrationFacts:
    """Return the facts with merged skills as their heirs, two answers about one skill as one.

    A form opened before a merge is saved after it: call this under `hold_still`, or the answer may be left behind.
    """
    named = {row[0] for row in (*facts.offers, *facts.wishes)}
    heirs = _heirs(named)
    if not heirs:
        return facts
    offers: dict[int, tuple[int, bool]] = {}
    for skill, level, would_host in facts.offers:
        key = heirs.get(skill, skill)
        offers[key] = registrations.join_offers(offers.get(key), (level, would_host))
    wishes: dict[int, tuple[int, str]] = {}
    for skill, priority, why in facts.wishes:
        key = heirs.get(skill, skill)
        wishes[key] = registrations.join_wishes(wishes.get(key), (priority, why))
    return replace(
        facts,
        offers=tuple(sorted((skill, *rest) for skill, rest in offers.items())),
        wishes=tuple(sorted((skill, *rest) for skill, rest in wishes.items())),
    )
