"""Search for skills and their hints, as JSON without any person's name; and marking decisions as read."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from letsconnect.base.keys import keys_among
from registrations.domain.registrations import SkillFamily
from registrations.recordings import recordings_on
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
    keys = [skill.skill_id for skill in matches]
    sentences, recordings = _hints(request, keys), _recordings(request, keys)
    results = [
        {
            "id": skill.skill_id,
            "name": skill.name,
            "family": str(SkillFamily(skill.family).label) if skill.family else "",
            "matched": skill.matched,
            "hint": sentences.get(skill.skill_id, ""),
            "recording": recordings.get(str(skill.skill_id)),
        }
        for skill in matches
    ]
    return JsonResponse({"results": results})


@login_required
@require_GET
def skill_hints(request: MemberRequest) -> JsonResponse:
    """Return the hint for each `id`, for `row` (wish or offer), and of a wish a recording of a clinic on it."""
    texts = request.GET.getlist("id")[:MOST_HINTS]
    ids = keys_among(texts)
    hints_by_skill = {str(skill): hint for skill, hint in _hints(request, ids).items()}
    return JsonResponse({"hints": hints_by_skill, "recordings": _recordings(request, ids)})


@login_required
@require_POST
def suggestions_note(request: MemberRequest) -> HttpResponse:
    """Record that the person has read the decisions on their suggestions."""
    note_suggestions(by=request.user, now=timezone.now())
    return redirect("home")


def _recordings(request: MemberRequest, ids: list[int]) -> dict[str, dict[str, str]]:
    """Return the recording for each skill that has one, as the line and the address of its link."""
    if request.GET.get("row") == Row.OFFER:
        return {}
    return {
        str(skill): {"text": recording.in_words, "url": recording.url}
        for skill, recording in recordings_on(ids).items()
    }


def _hints(request: MemberRequest, ids: list[int]) -> dict[int, str]:
    row = Row.OFFER if request.GET.get("row") == Row.OFFER else Row.WISH
    return hints(ids, language=get_language() or "en", row=row, besides=request.user, on=timezone.now().date())
