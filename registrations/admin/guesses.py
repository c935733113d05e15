"""Two pages of one file of the old form: each guess once, with its decision; and what became of each row."""

import csv
import io
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.spreadsheets import harmless
from letsconnect.base.stored_words import reading_in_words
from letsconnect.base.versions import ChangedMeanwhile
from registrations.admin.guess_fields import (
    GUESSES_ON_A_PAGE,
    GuessFields,
    GuessPaginator,
    fields_of,
    find_errors,
)
from registrations.domain.registrations import RegistrationError
from registrations.models import ImportUpload
from registrations.models.uploads import UploadState
from registrations.oldform import uploads
from registrations.oldform.fates import Fate, PersonStanding, RowFate, counted, fates_of
from registrations.oldform.guesses import guesses_of
from registrations.oldform.reading.decisions import Decision, Decisions
from registrations.oldform.reading.report import Line
from registrations.oldform.typed import TypedReader
from registrations.requests import signed_in

ROWS_ON_A_PAGE = 100
DECIDED_ON_A_PAGE = 300
_NAME = "registrations_importupload"


class DecidesGuesses(WorkingGroupAdmin):
    """Adds the two pages to the import desk, which finds the file and notes who looks."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/guesses/", wrap(self.guesses_view), name=f"{_NAME}_guesses"),
            path("<int:pk>/rows/", wrap(self.rows_view), name=f"{_NAME}_rows"),
            *super().get_urls(),
        ]

    def find_upload(self, request: HttpRequest, pk: int | str) -> ImportUpload:
        """Return the file, and note whose answers the page shows."""
        raise NotImplementedError

    def upload_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        raise NotImplementedError

    def guesses_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show each guess once; what is decided is read by a worker, all at once.

        Nothing is stored while something that was typed cannot be read: it stays where it was typed, and says so.
        """
        upload = self.find_upload(request, pk)
        guesses = guesses_of(Line(*line) for line in upload.lines)
        page = GuessPaginator(guesses, GUESSES_ON_A_PAGE).get_page(request.GET.get("page"))
        decisions, now = Decisions.of(upload.decisions), timezone.now()
        fields, reader = fields_of(page, decisions, request.POST), TypedReader(now=now)
        if request.method == "POST":
            if errors := find_errors(fields, reader):
                said = ngettext(
                    "Nothing is stored yet: %(count)d field needs another look. All that you typed is still here.",
                    "Nothing is stored yet: %(count)d fields need another look. All that you typed is still here.",
                    errors,
                )
                messages.error(request, said % {"count": errors})
            elif self._decide(request, upload, fields, now=now):
                return redirect(f"admin:{_NAME}_change", pk)
        taken_back = request.POST.getlist("back")
        context = {
            "title": _("Each guess once"),
            "upload": upload,
            "opened": self.opened(request, upload),
            "may_decide": upload.state == UploadState.CHECKED and not upload.is_asking,
            "guesses": page,
            "fields": fields,
            "decisions": [_in_line(decision, reader, taken_back) for decision in islice(decisions, DECIDED_ON_A_PAGE)],
            "more_decided": max(0, len(upload.decisions) - DECIDED_ON_A_PAGE),
        }
        return self.upload_page(request, "guesses", context)

    def _decide(self, request: HttpRequest, upload: ImportUpload, fields: list[GuessFields], *, now: datetime) -> bool:
        """Keep what was decided, and say so; else say why it is not kept."""
        decided = [decision for guess in fields for decision in guess.decisions()]
        taken_back, by = request.POST.getlist("back"), signed_in(request)
        try:
            with self.as_opened(request, upload) as shown:
                after = uploads.decide_readings(upload=shown, decided=decided, taken_back=taken_back, by=by, now=now)
        except (RegistrationError, ChangedMeanwhile) as refusal:
            messages.error(request, str(refusal))
            return False
        if after.state == UploadState.CHECKING:
            messages.success(request, _("Your decisions are kept, and the file is read again with them."))
        else:
            messages.info(request, _("Nothing was decided, so nothing has changed."))
        return True

    def rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what became of each row, or would; as a table to download, too."""
        upload = self.find_upload(request, pk)
        rows = fates_of(upload.fates, [Line(*line) for line in upload.lines])
        counts, only = counted(rows), request.GET.get("only", "")
        chosen = [row for row in rows if only in (row.fate.value, row.standing.value)] if only in counts else rows
        if request.GET.get("as") == "csv":
            return _as_csv(upload, chosen)
        words = [*Fate, *(standing for standing in PersonStanding if standing is not PersonStanding.NONE)]
        context = {
            "title": _("What became of each row") if upload.applied_at else _("What would become of each row"),
            "upload": upload,
            "all": len(rows),
            "only": only if only in counts else "",
            "filters": [(word.value, word.label, counts[word.value]) for word in words if word.value in counts],
            "rows": Paginator(chosen, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        }
        return self.upload_page(request, "rows", context)


def _in_line(decision: Decision, reader: TypedReader, taken_back: Collection[str]) -> dict[str, Any]:
    """Return a decision with what it is read as, in the reader's words."""
    text = decision.text if decision.reads is None else decision.reads
    read_as = reading_in_words(reader.in_words(decision.column, text)) if text else ""
    return {"decision": decision, "read_as": read_as, "is_ticked": decision.key in taken_back}


def _as_csv(upload: ImportUpload, rows: Iterable[RowFate]) -> HttpResponse:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_("Row"), _("What became of it"), _("Why"), _("Registration"), _("How it goes on")])
    for row in rows:
        person = f"#{row.registration.pk} {row.registration.shown_name}".strip() if row.registration else ""
        cells = [row.row, row.fate.label, reading_in_words(row.reason), person, row.standing.label]
        writer.writerow([harmless(str(cell)) for cell in cells])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{upload.pk}-rows.csv"'
    return response
