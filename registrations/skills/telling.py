"""What became of the skills a person suggested, told on their next visit instead of by letter."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registrations.domain import SkillState, SuggestionOutcome
from registrations.models import Member, SkillSuggestion


def news_of_suggestions(member: Member) -> list[str]:
    """Return one sentence per decided suggestion the member has not said to have read."""
    told = SkillSuggestion.objects.to_tell(member).order_by("decided_at", "pk").with_names()
    return [_sentence(suggestion) for suggestion in told]


def _sentence(suggestion: SkillSuggestion) -> str:
    skill = suggestion.skill
    names = {"skill": skill.own_name_in(get_language() or "en"), "heir": skill}
    if skill.state == SkillState.MERGED:
        return _("“%(skill)s”, which you suggested, is now part of “%(heir)s”. Your answers followed.") % names
    if suggestion.outcome == SuggestionOutcome.RETIRED:
        return _("“%(skill)s”, which you suggested, is not in the list. Your answers stay as they are.") % names
    return _("“%(skill)s”, which you suggested, is now in the list everybody finds. Thank you.") % names
