"""Readers of the newsletter by what their account and registration say: region, role and skill.

Each condition asks by `IN` or `EXISTS`, so that nobody is counted twice. Accounts that are closed or erased are left
out before any of these is asked (`SubscriptionQuerySet.to_write_to`).
"""

from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.keys import keys_among
from mailings.newsletters.audiences import Narrowing, Picker, register
from registrations.domain.registrations import Region, SkillState
from registrations.models import Offer, Registration, RegistrationQuerySet, Skill, Wish
from registrations.skills.finding import search

SHARES, LEARNS = "shares", "learns"
MOST_HITS = 10
_ROLES = ((SHARES, _("shares a skill")), (LEARNS, _("wants to learn a skill")))


def _of_readers(registrations: RegistrationQuerySet) -> Q:
    return Q(member__in=registrations.values("member"))


def _with_role(roles: Sequence[str], skills: Collection[int] | None = None) -> Q:
    """Return the condition that a reader's registration shares or wants something, or one of these skills."""
    answers = {SHARES: Offer, LEARNS: Wish}
    wanted = Q()
    for role in answers.keys() & set(roles):
        rows = answers[role]._base_manager.filter(registration=OuterRef("pk"))
        wanted |= Q(Exists(rows if skills is None else rows.filter(skill__in=skills)))
    return _of_readers(Registration.objects.in_force().filter(wanted)) if wanted else Q(pk__in=[])


def _by_skill(values: Sequence[str]) -> Q:
    chosen = set(keys_among(values))
    heirs = Skill.objects.filter(pk__in=chosen, merged_into__isnull=False).values_list("merged_into", flat=True)
    return _with_role([SHARES, LEARNS], sorted(chosen | {heir for heir in heirs if heir is not None}))


def _skills_called(typed: str) -> list[tuple[str, str]]:
    hits = search(typed, language=get_language() or "en", limit=MOST_HITS) if typed else []
    return [(str(skill.skill_id), skill.name) for skill in hits]


def _skills_chosen(values: Sequence[str]) -> list[tuple[str, str]]:
    skills = Skill.objects.filter(pk__in=keys_among(values)).with_names()
    return [
        (str(skill.pk), f"{skill} ({skill.get_state_display()})" if skill.state == SkillState.RETIRED else str(skill))
        for skill in skills
    ]


def register_audiences() -> None:
    """Register with the newsletter by what readers can be chosen."""
    told_nothing = Q(~Exists(Registration.objects.in_force().filter(member=OuterRef("member"))))
    register(
        Narrowing(
            "region",
            _("region"),
            choices=lambda: Region.choices,
            condition=lambda values: Q(member__region__in=values),
            unknown=Q(member=None) | Q(member__region=""),
        )
    )
    register(
        Narrowing("role", _("what they do here"), choices=lambda: _ROLES, condition=_with_role, unknown=told_nothing)
    )
    register(
        Narrowing(
            "skill",
            _("skill they share or want to learn"),
            choices=Picker(search=_skills_called, named=_skills_chosen),
            condition=_by_skill,
            unknown=told_nothing,
        )
    )
