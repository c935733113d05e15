"""Search while typing, for the scripts of forms; without them the forms' own buttons do the same."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET

from registrations.catalogue import groups
from registrations.reference.finding import Finder
from registrations.reference.finding_languages import LanguageFinder
from registrations.reference.finding_zones import ZoneFinder
from registrations.skills.finder import SkillFinder

_A_DAY = 24 * 60 * 60
_FINDERS: dict[str, Finder] = {finder.name: finder for finder in (LanguageFinder(), ZoneFinder(), SkillFinder())}


@never_cache
@require_GET
@login_required
def group_search(request: HttpRequest) -> JsonResponse:
    """Answer with the groups that ``q`` may mean, best first."""
    matches = groups.search(request.GET.get("q", ""), language=get_language() or "en")
    return JsonResponse(
        {"results": [{"id": group.group_id, "name": group.name, "country": group.country} for group in matches]}
    )


@require_GET
@cache_control(public=True, max_age=_A_DAY)
def find(request: HttpRequest, what: str, language: str) -> JsonResponse:
    """Answer with the languages, time zones or skills that ``q`` may mean, best first, for a reader of ``language``."""
    if what not in _FINDERS or language not in dict(settings.LANGUAGES):
        raise Http404
    choices = _FINDERS[what].find(request.GET.get("q", ""), language)
    return JsonResponse(
        {"results": [choice._asdict() for choice in choices]}, json_dumps_params={"ensure_ascii": False}
    )
