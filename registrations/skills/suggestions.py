"""Decisions on the skills a person suggested, shown on their next visit instead of sent by letter."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registrations.domain.registrations import SkillState, SuggestionOutcome
from registrations.models import SkillSuggestion


def sentences_of_suggestions(suggestions: Iterable[SkillSuggestion]) -> list[str]:
    """Return a sentence for each suggestion that says what was decided."""
    return [_sentence(suggestion) for suggestion in suggestions]


def _sentence(suggestion: SkillSuggestion) -> str:
    skill = suggestion.skill
    names = {"skill": skill.own_name_in(get_language() or "en"), "heir": skill}
    if skill.state == SkillState.MERGED:
        return _("“%(skill)s”, which you suggested, is now part of “%(heir)s”. Your answers followed.") % names
    if suggestion.outcome == SuggestionOutcome.RETIRED:
        return _("“%(skill)s”, which you suggested, is not in the list. Your answers stay as they are.") % names
    return _("“%(skill)s”, which you suggested, is now in the list everybody finds. Thank you.") % names
