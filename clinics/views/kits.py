"""The kits of clinics and of series, to download: the same for everybody, in the language that the address says."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from clinics.kits.archive import KitArchive, archive_of
from clinics.kits.reading import read_kit
from clinics.listing.versions import version_of_lists
from clinics.models import Clinic, ClinicQuerySet, ClinicSeries
from letsconnect.base.kept_pages import KeptValues

KEPT_BY_CACHES = timedelta(minutes=5)
_KEPT: KeptValues[KitArchive] = KeptValues(version_of_lists, most=16)  # a series has 300 kB


@require_safe
def clinic_kit(request: HttpRequest, clinic_id: int, language: str) -> HttpResponseBase:
    return _answer(request, Clinic.objects.filter(pk=clinic_id), language, name=f"kit-clinic-{clinic_id}-{language}")


@require_safe
def series_kit(request: HttpRequest, series_id: int, language: str) -> HttpResponseBase:
    series = get_object_or_404(ClinicSeries, pk=series_id)
    name = f"kit-series-{series_id}-{language}"
    return _answer(request, Clinic.objects.filter(series=series), language, name=name, series=series.name)


def _answer(
    request: HttpRequest, clinics: ClinicQuerySet, language: str, *, name: str, series: str = ""
) -> HttpResponseBase:
    if language not in dict(settings.LANGUAGES):
        raise Http404

    def make() -> KitArchive:
        kit = read_kit(clinics, series=series)
        if kit is None:
            raise Http404
        return archive_of(kit, language, today=timezone.now().date())

    archive = _KEPT.get((name, timezone.now().year), make)
    response = get_conditional_response(request, etag=archive.etag) or HttpResponse(
        archive.content, content_type="application/zip"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response.headers["ETag"] = archive.etag
    patch_cache_control(response, public=True, max_age=int(KEPT_BY_CACHES.total_seconds()))
    return response
