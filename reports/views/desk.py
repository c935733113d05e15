"""The pages of the reports at the desk: what there is, one report, and each of its tables as a file."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from registrations.requests import signed_in
from reports.catalogue import ReportKind, all_reports, lists_of, report_named
from reports.files import TYPES, file_of
from reports.views import desk_editions
from reports.views.questions import question_of


def urls_of(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the reports, below the desk's; `admin_view` asks for a seat in the working group."""

    def page(request: HttpRequest) -> HttpResponse:
        context = {**site.each_context(request), "title": _("Reports"), "reports": all_reports()}
        return TemplateResponse(request, "reports/desk/index.html", context)

    def report(request: HttpRequest, name: str) -> HttpResponse:
        return _report(request, _find(name), site.each_context(request))

    wrap = site.admin_view
    return [
        path("", wrap(page), name="reports_index"),
        *desk_editions.urls_of(site),
        path("<slug:name>/", wrap(report), name="reports_report"),
        path("<slug:name>/<slug:table>.<slug:file_format>", wrap(_file), name="reports_file"),
    ]


def _find(name: str) -> ReportKind:
    kind = report_named(name)
    if kind is None:
        raise Http404
    return kind


def _report(request: HttpRequest, report: ReportKind, frame: dict[str, Any]) -> HttpResponse:
    form, asked = question_of(report, request.GET, reader=signed_in(request), now=timezone.now())
    tables = list(report.tables(asked)) if asked else []
    context = {
        **frame,
        "title": report.title,
        "report": report,
        "picture": report.picture and f"reports/pictures/{report.picture}.html",
        "form": form,
        "asked": asked,
        "tables": tables,
        "by_key": {table.key: table for table in tables},
        "formats": list(TYPES),
        "query": request.GET.urlencode(),
        "lists": lists_of(report.name),
    }
    return TemplateResponse(request, "reports/desk/report.html", context, status=200 if asked else 422)


def _file(request: HttpRequest, name: str, table: str, file_format: str) -> HttpResponse:
    report = _find(name)
    _form, asked = question_of(report, request.GET, reader=signed_in(request), now=timezone.now())
    wanted = {each.key: each for each in (report.tables(asked) if asked else ())}.get(table)
    if wanted is None or file_format not in TYPES:
        raise Http404
    response = HttpResponse(file_of(wanted, file_format), content_type=TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="{report.name}-{wanted.key}.{file_format}"'
    return response
