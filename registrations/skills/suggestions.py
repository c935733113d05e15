"""Decisions on the skills a person suggested, shown on their next visit instead of sent by letter."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from registrations.domain.registrations import SkillState, SuggestionOutcome
from registrations.models import SkillSuggestion


def skills_in_sentences(suggestions: Iterable[SkillSuggestion]) -> set[int]:
    """Return the keys of the skills whose names `sentences_of_suggestions` needs."""
    return {key for suggestion in suggestions for key in (suggestion.skill_id, suggestion.skill.heir_id)}


def sentences_of_suggestions(suggestions: Iterable[SkillSuggestion], names: Mapping[int, str]) -> list[str]:
    """Return a sentence for each suggestion that says what was decided; ``names`` are those of the skills, by key."""
    return [_sentence(suggestion, names) for suggestion in suggestions]


def _sentence(suggestion: SkillSuggestion, names_by_key: Mapping[int, str]) -> str:
    skill = suggestion.skill
    names = {"skill": names_by_key[skill.pk], "heir": names_by_key[skill.heir_id]}
    if skill.state == SkillState.MERGED:
        return _("“%(skill)s”, which you suggested, is now part of “%(heir)s”. Your answers followed.") % names
    if suggestion.outcome == SuggestionOutcome.RETIRED:
        return _("“%(skill)s”, which you suggested, is not in the list. Your answers stay as they are.") % names
    return _("“%(skill)s”, which you suggested, is now in the list everybody finds. Thank you.") % names
