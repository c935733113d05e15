"""What the programme requires of people who register, decided from their answers and the working group's settings."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from registrations.domain.agreements import ConsentDocument
from registrations.domain.facts import RegistrationFacts

# What may send an approved registration back to review, and the facts it is told by.
REVIEWABLE = {"country": ("country",), "group": ("group_id", "group_other"), "role": ("role_id",)}


@dataclass(frozen=True)
class Rules:
    """The settings as a value; ``reviewed_again`` names those of `REVIEWABLE` whose change needs a new review."""

    must_belong_to_a_group: bool = False
    must_agree_to_the_code: bool = True
    reviewed_again: frozenset[str] = frozenset(REVIEWABLE)


def problems(facts: RegistrationFacts, rules: Rules) -> dict[str, str]:
    """Return what keeps a person from taking part: form field → what to do about it. Empty if nothing does."""
    problem_of: dict[str, str] = {}
    if rules.must_belong_to_a_group and not (facts.group_id or facts.group_other.strip()):
        problem_of["group_id"] = _(
            "Let's Connect is for members of organised groups at the moment. Please choose yours or write its name."
        )
    if rules.must_agree_to_the_code and ConsentDocument.CODE_OF_CONDUCT not in facts.consents:
        problem_of["agrees_to_conduct"] = _("Let's Connect is for people who follow the Universal Code of Conduct.")
    return problem_of


def needs_review_again(before: RegistrationFacts, after: RegistrationFacts, rules: Rules) -> list[str]:
    """Return which changes between two saves send an approved registration back to review."""
    return [
        setting
        for setting, names in REVIEWABLE.items()
        if setting in rules.reviewed_again and any(getattr(before, name) != getattr(after, name) for name in names)
    ]
