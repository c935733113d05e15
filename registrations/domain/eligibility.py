"""What the programme requires of people who register, decided from their answers and the working group's settings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


@dataclass(frozen=True)
class Requirement:
    """One thing that the settings may ask of people: how the page for everybody says it, and how the form does."""

    field: str  # of the form, where it is met
    is_asked: Callable[[Rules], bool]
    is_met: Callable[[RegistrationFacts], bool]
    refusal: Promise
    in_words: Promise
    in_words_if_not_asked: Promise


REQUIREMENTS = (
    Requirement(
        "group_id",
        is_asked=lambda rules: rules.must_belong_to_a_group,
        is_met=lambda facts: bool(facts.group_id or facts.group_other.strip()),
        refusal=_(
            "Let's Connect is for members of organised groups at the moment. Please choose yours or write its name."
        ),
        in_words=_("You belong to a group."),
        in_words_if_not_asked=_("You need not belong to a group."),
    ),
    Requirement(
        "agrees_to_conduct",
        is_asked=lambda rules: rules.must_agree_to_the_code,
        is_met=lambda facts: ConsentDocument.CODE_OF_CONDUCT in facts.consents,
        refusal=_("Let's Connect is for people who follow the Universal Code of Conduct."),
        in_words=_("You agree to follow the code of conduct."),
        in_words_if_not_asked=_("Everybody keeps to the code of conduct; you are not asked to agree to it."),
    ),
)


def problems(facts: RegistrationFacts, rules: Rules) -> dict[str, str]:
    """Return what keeps a person from taking part: form field → what to do about it. Empty if nothing does."""
    asked = (requirement for requirement in REQUIREMENTS if requirement.is_asked(rules))
    return {requirement.field: str(requirement.refusal) for requirement in asked if not requirement.is_met(facts)}


def who_may_take_part(rules: Rules) -> Iterator[tuple[str, bool, str]]:
    """Yield each requirement as its field, whether it is asked at the moment, and the sentence that says so."""
    for requirement in REQUIREMENTS:
        is_asked = requirement.is_asked(rules)
        sentence = requirement.in_words if is_asked else requirement.in_words_if_not_asked
        yield requirement.field, is_asked, str(sentence)


def needs_review_again(before: RegistrationFacts, after: RegistrationFacts, rules: Rules) -> list[str]:
    """Return which changes between two saves send an approved registration back to review."""
    return [
        setting
        for setting, names in REVIEWABLE.items()
        if setting in rules.reviewed_again and any(getattr(before, name) != getattr(after, name) for name in names)
    ]
