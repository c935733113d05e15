"""Which decisions on registrations, accounts and skills somebody else can change."""

from registrations.domain.registrations import RegistrationState
from registrations.models import Member, Registration, Skill
from registrations.seats.overruling import Overrulable, register

_DECIDED = (RegistrationState.APPROVED, RegistrationState.DECLINED, RegistrationState.NEEDS_CHANGES)


def register_overrulable() -> None:
    """Register them."""
    register(
        Overrulable(
            table=Registration,
            decided_by=frozenset({"review_registration", "decide_anew"}),
            changed_by={"review_registration": _DECIDED, "decide_anew": ()},
            undone_by=frozenset({"undo_review"}),
            seen_by=Registration.objects.visible_to,
            name=lambda registration: f"#{registration.pk}",
        ),
        Overrulable(
            table=Member,
            decided_by=frozenset({"close_account", "reopen_account"}),
            changed_by={"close_account": (), "reopen_account": ()},
            seen_by=Member.objects.visible_to,
            name=lambda member: str(member.public_id),
        ),
        Overrulable(
            table=Skill,
            decided_by=frozenset({"accept_skill", "retire_skill"}),
            changed_by={"accept_skill": ("retired",), "retire_skill": ("active",), "merge_skill": ("active",)},
            seen_by=lambda _member: Skill.objects.all(),
        ),
    )
