"""Two pages of one file of the old form: each guess once, with its decision; and what became of each row."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.spreadsheets import harmless
from letsconnect.base.stored_words import reading_in_words
from letsconnect.base.versions import ChangedMeanwhile
from registrations.domain.registrations import RegistrationError
from registrations.models import ImportUpload
from registrations.models.uploads import UploadState
from registrations.oldform import uploads
from registrations.oldform.fates import Fate, PersonStanding, RowFate, counted, fates_of
from registrations.oldform.guesses import Guess, guesses_of
from registrations.oldform.reading.decisions import Decision, Decisions, group_of
from registrations.oldform.reading.report import Line
from registrations.requests import signed_in

GUESSES_ON_A_PAGE = 25
ROWS_ON_A_PAGE = 100
MOST_ROWS_NAMED = 40  # rows of one guess that have a field of their own
_NAME = "registrations_importupload"
ACCEPT, READ, EMPTY = "accept", "read", "empty"


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
        """Show each guess once; what is decided is read by a worker, all at once."""
        upload = self.find_upload(request, pk)
        guesses = guesses_of(Line(*line) for line in upload.lines)
        page = Paginator(guesses, GUESSES_ON_A_PAGE).get_page(request.GET.get("page"))
        if request.method == "POST":
            try:
                with self.as_opened(request, upload) as shown:
                    decided = list(_decided(request, guesses))
                    taken_back = request.POST.getlist("back")
                    by = signed_in(request)
                    uploads.decide_readings(
                        upload=shown, decided=decided, taken_back=taken_back, by=by, now=timezone.now()
                    )
            except (RegistrationError, ChangedMeanwhile) as refusal:
                messages.error(request, str(refusal))
                return redirect(f"admin:{_NAME}_guesses", pk)
            return redirect(f"admin:{_NAME}_change", pk)
        context = {
            "title": _("Each guess once"),
            "upload": upload,
            "opened": self.opened(request, upload),
            "may_decide": upload.state == UploadState.CHECKED and not upload.is_asking,
            "guesses": page,
            "most": MOST_ROWS_NAMED,
            "decisions": [_in_line(decision) for decision in Decisions.of(upload.decisions)],
        }
        return self.upload_page(request, "guesses", context)

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
            "title": _("What became of each row"),
            "upload": upload,
            "all": len(rows),
            "only": only if only in counts else "",
            "filters": [(word.value, word.label, counts[word.value]) for word in words if word.value in counts],
            "rows": Paginator(chosen, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        }
        return self.upload_page(request, "rows", context)


def _decided(request: HttpRequest, guesses: Iterable[Guess]) -> Iterator[Decision]:
    """Yield what was decided about the guesses of the page, and about rows of them on their own."""
    for guess in guesses:
        chosen, typed = request.POST.get(f"do-{guess.key}", ""), request.POST.get(f"as-{guess.key}", "").strip()
        reads = {ACCEPT: None, READ: typed, EMPTY: ""}
        if chosen in reads and (chosen != ACCEPT or guess.is_guessed) and (chosen != READ or typed):
            yield Decision(guess.column, guess.text, None, reads[chosen])
        for row in guess.rows[:MOST_ROWS_NAMED]:
            if own := request.POST.get(f"row-{row}-{guess.key}", "").strip():
                yield Decision(guess.column, guess.text, row, own)


def _in_line(decision: Decision) -> dict[str, Any]:
    return {"group": group_of(decision.column, decision.text), "decision": decision}


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
