"""Export the list of registrations, as it is filtered, to people who may see it."""

import tempfile
from collections.abc import Callable

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from registrations.answers import exporting
from registrations.answers.export_log import record_export
from registrations.requests import signed_in

_IN_MEMORY = 1024 * 1024
CSV, XLSX = "csv", "xlsx"
_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

FORMATS = tuple(_TYPES)


def export_view(desk: admin.ModelAdmin) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the view that exports the list of ``desk``: a POST, because an export is written in the log."""

    @require_POST
    def export(request: HttpRequest) -> HttpResponseBase:
        file_format = request.POST.get("format")
        try:
            registrations = desk.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:registrations_registration_changelist")
        if file_format not in _TYPES:
            return HttpResponse(status=400)
        now = timezone.now()
        record_export(registrations=registrations, file_format=file_format, by=signed_in(request), now=now)
        reader = exporting.Reader(
            language=get_language() or "en",
            zone=timezone.get_current_timezone(),
            sees_addresses=signed_in(request).is_coordinator,
        )
        response = _csv(registrations, reader) if file_format == CSV else _xlsx(registrations, reader)
        response["Content-Disposition"] = f'attachment; filename="registrations-{now:%Y-%m-%d}.{file_format}"'
        return response

    return export


def _csv(registrations: exporting.RegistrationQuerySet, reader: exporting.Reader) -> HttpResponseBase:
    return StreamingHttpResponse(exporting.as_csv(registrations, reader), content_type=_TYPES[CSV])


def _xlsx(registrations: exporting.RegistrationQuerySet, reader: exporting.Reader) -> HttpResponseBase:
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the response closes it
    exporting.write_xlsx(registrations, reader, file)
    file.seek(0)
    return FileResponse(file, content_type=_TYPES[XLSX])
