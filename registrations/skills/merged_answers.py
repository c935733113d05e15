"""Answers about skills that the working group merges: locks, and replacing merged skills by their heirs."""

from dataclasses import replace

from django.db import connection

from registrations.domain import registrations
from registrations.domain.facts import OfferFact, RegistrationFacts, WishFact
from registrations.models import Skill, SkillMerge

_TREE = 0x4C43_5245_4601  # the tree of skills has one writer at a time
_ANSWERS = 0x4C43_5245_4602  # no answer is saved while a merge is completed


def lock_skill_tree() -> None:
    """Let nobody else change the tree of skills until the caller's transaction ends.

    Answers can still be saved, so suggesting a skill never waits for somebody who saves a form or imports a file.
    """
    _lock("pg_advisory_xact_lock", _TREE)


def keep_skills_in_place() -> None:
    """Let no merge be completed until the caller's transaction ends; many transactions may do so at once.

    Call it before any row of a registration is locked: merging takes its locks in this order too.
    """
    _lock("pg_advisory_xact_lock_shared", _ANSWERS)


def stop_answers() -> None:
    """Let nobody save answers until the caller's transaction ends.

    Call it after `lock_skill_tree` and before any row is locked.
    """
    _lock("pg_advisory_xact_lock", _ANSWERS)


def _lock(function: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])


def _heirs(skill_ids: set[int]) -> dict[int, int]:
    """Return the heir of each skill; a skill whose merge has started already counts as merged."""
    open_merges = SkillMerge.objects.waiting().filter(source__in=skill_ids).select_related("target")
    heirs = {merge.source_id: merge.target.merged_into_id or merge.target_id for merge in open_merges}
    merged = Skill.objects.filter(pk__in=skill_ids).values_list("pk", "merged_into")
    return heirs | {skill: heir for skill, heir in merged if heir is not None}


def follow(facts: RegistrationFacts) -> RegistrationFacts:
    """Return the facts with merged skills as their heirs, two answers about one skill as one.

    A form that was opened before a merge may be saved after it. Call this under `keep_skills_in_place`: otherwise a
    merge could be completed in between, and the answer would stay with the merged skill.
    """
    skill_ids = {row.skill_id for row in facts.offers} | {row.skill_id for row in facts.wishes}
    heirs = _heirs(skill_ids)
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
        offers=tuple(OfferFact(skill, *values) for skill, values in sorted(offers.items())),
        wishes=tuple(WishFact(skill, *values) for skill, values in sorted(wishes.items())),
    )
