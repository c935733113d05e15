"""Search for skills and their hints, as JSON without any person's name; and marking decisions as read."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from letsconnect.base.keys import keys_among
from registrations.domain.registrations import SkillFamily
from registrations.requests import MemberRequest
from registrations.skills.arranging import note_suggestions
from registrations.skills.finding import search
from registrations.skills.hints import Row, hints

MOST_HINTS = 60


@login_required
@require_GET
def skill_search(request: MemberRequest) -> JsonResponse:
    """Return ten skills at most for `q`, each with the hint for `row` (wish or offer)."""
    language = get_language() or "en"
    matches = search(request.GET.get("q", ""), language=language)
    sentences = _hints(request, [skill.skill_id for skill in matches])
    results = [
        {
            "id": skill.skill_id,
            "name": skill.name,
            "family": str(SkillFamily(skill.family).label) if skill.family else "",
            "matched": skill.matched,
            "hint": sentences.get(skill.skill_id, ""),
        }
        for skill in matches
    ]
    return JsonResponse({"results": results})


@login_required
@require_GET
def skill_hints(request: MemberRequest) -> JsonResponse:
    """Return the hint for each `id`, for `row` (wish or offer)."""
    texts = request.GET.getlist("id")[:MOST_HINTS]
    ids = keys_among(texts)
    return JsonResponse({"hints": {str(skill): hint for skill, hint in _hints(request, ids).items()}})


@login_required
@require_POST
def suggestions_note(request: MemberRequest) -> HttpResponse:
    """Record that the person has read the decisions on their suggestions."""
    note_suggestions(by=request.user, now=timezone.now())
    return redirect("home")


def _hints(request: MemberRequest, ids: list[int]) -> dict[int, str]:
    row = Row.OFFER if request.GET.get("row") == Row.OFFER else Row.WISH
    return hints(ids, language=get_language() or "en", row=row, besides=request.user, on=timezone.now().date())
