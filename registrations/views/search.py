"""Search while typing, for the script of the form; without it the form's own button does the same."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registrations.catalogue import groups


@never_cache
@require_GET
@login_required
def group_search(request: HttpRequest) -> JsonResponse:
    """Answer with the groups that ``q`` may mean, best first."""
    matches = groups.search(request.GET.get("q", ""), language=get_language() or "en")
    return JsonResponse(
        {"results": [{"id": group.group_id, "name": group.name, "country": group.country} for group in matches]}
    )
