"""The tab with the clinic as a section of a wiki page, to be copied into Meta."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, pgettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.models import Clinic
from clinics.resources.wikitext import wikitext_of
from letsconnect.base.languages import language_or_default


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show it in a field to copy it from, in the language that the address names, or hand it out as a file."""
    asked = request.GET.get("language", "")
    language = language_or_default(asked or get_language() or "en")
    text = wikitext_of(clinic, language=language)
    if "download" in request.GET:
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="clinic-{clinic.pk}-{language}.txt"'
        return response
    languages = [(code, name, code == language) for code, name in settings.LANGUAGES]
    context = {"wikitext": text, "language": language, "languages": languages}
    return desk.draw(request, clinic, "wikitext", context)


def _is_shown(clinic: Clinic) -> bool:
    return clinic.held_at is not None


WIKITEXT = Tab("wikitext", pgettext_lazy("part of a clinic's page", "For Meta"), _view, is_shown=_is_shown)
