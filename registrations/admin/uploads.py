"""The import desk: upload a file of the old form, see what it would change, import it."""

import io
import re
from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.addresses import canonical_or_nothing
from letsconnect.base.admin import WaitingFilter, WorkingGroupAdmin
from letsconnect.base.keys import keys_among
from letsconnect.base.querysets import as_own
from letsconnect.base.stored_words import reading_in_words
from letsconnect.base.versions import ChangedMeanwhile
from registrations.admin.guesses import DecidesGuesses
from registrations.admin.mass_acts import INVITE
from registrations.domain.looks import LookKind
from registrations.domain.registrations import RegistrationError
from registrations.models import ImportedRow, ImportUpload
from registrations.models.uploads import ImportUploadQuerySet, UploadState
from registrations.oldform import uploads
from registrations.oldform.fates import to_invite
from registrations.oldform.reading.report import Line, write_csv
from registrations.requests import signed_in

LINES_ON_A_PAGE = 100
_ADDRESS = re.compile(rb"[\w.+-]{1,64}@[\w.-]{1,190}", re.ASCII)
PAGE = "admin:registrations_importupload_change"
_COUNTS = {
    "rows": gettext_lazy("rows in the file"),
    "imported": gettext_lazy("rows that make or replace a registration"),
    "merged": gettext_lazy("older rows of the same people"),
    "unchanged": gettext_lazy("rows that change nothing"),
    "rejected": gettext_lazy("rows left out"),
    "cells_understood": gettext_lazy("cells understood"),
    "cells_guessed": gettext_lazy("cells guessed"),
    "cells_unread": gettext_lazy("cells not understood"),
}
_CERTAINTIES = {
    "unread": gettext_lazy("not understood"),
    "guessed": gettext_lazy("guessed"),
    "rejected": gettext_lazy("row left out"),
}


def _in_words(line: Line) -> Line:
    return line._replace(
        certainty=str(_CERTAINTIES.get(line.certainty, line.certainty)),
        what_was_made_of_it=reading_in_words(line.what_was_made_of_it),
    )


class FileForm(forms.Form):
    """One file, no larger than a worker can handle."""

    file = forms.FileField(
        label=gettext_lazy("CSV file of the old form"),
        help_text=gettext_lazy("Nothing is imported yet: first you see what would be."),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def __init__(self, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_too_large:  # nothing of it was kept, so to Django there is none
            self.fields["file"].error_messages["required"] = self._too_large()

    @staticmethod
    def _too_large() -> str:
        return _("The file is larger than %(limit)s. Please split it.") % {"limit": filesizeformat(uploads.LARGEST)}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > uploads.LARGEST:
            raise forms.ValidationError(self._too_large())
        return file


class FilesToDecideFilter(WaitingFilter):
    kinds = {
        "decision": (
            gettext_lazy("read, and not imported yet"),
            lambda rows, _reader, _now: as_own(rows, ImportUploadQuerySet).to_decide(),
        ),
    }


def _addresses_in(content: bytes) -> set[str]:
    return {canonical_or_nothing(word.decode("ascii")) for word in _ADDRESS.findall(content)} - {""}


@admin.register(ImportUpload)
class ImportUploadAdmin(DecidesGuesses, WorkingGroupAdmin):
    """For coordinators only: the files are full of addresses."""

    # The list names files; the pages of one file note the people in it.
    shows_nobody_because = "the list shows names of files"
    version_columns = ("state", "counts", "asked_at", "encoding")
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view", "add"})
    list_display = ["file_name", "state", "shown_size", "uploaded_by", "uploaded_at", "applied_at"]
    list_filter = (FilesToDecideFilter,)
    filled_by = gettext_lazy(
        "A coordinator brings a file: “Bring a file of the old form” reads it, and imports nothing yet."
    )
    search_folded = ("file_name",)
    on_phones = ("file_name", "state", "uploaded_at", "applied_at")
    list_columns = (
        *("file_name", "state", "size", "uploaded_at", "applied_at"),
        *(f"uploaded_by__{column}" for column in ("name", "public_id")),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ImportUpload]:
        return as_own(super().get_queryset(request), ImportUploadQuerySet).for_lists()

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def shown_size(self, upload: ImportUpload) -> str:
        return filesizeformat(upload.size)

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "registrations_importupload"
        return [
            path("<int:pk>/apply/", wrap(self.apply), name=f"{name}_apply"),
            path("<int:pk>/encoding/", wrap(self.encoding), name=f"{name}_encoding"),
            path("<int:pk>/invite/", wrap(self.invite), name=f"{name}_invite"),
            path("<int:pk>/report/", wrap(self.report), name=f"{name}_report"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Take a file and go on to the page that shows what it would change."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = FileForm(*posted, is_too_large=getattr(request, "has_too_large_file", False))
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = uploads.bring_file(
                    name=file.name, content=file.read(), by=signed_in(request), now=timezone.now()
                )
            except RegistrationError as error:
                form.add_error("file", str(error))
            else:
                return redirect(PAGE, upload.pk)
        return self._page(request, "upload", {"title": _("Bring a file of the old form"), "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the file would change, or changed, cell by cell where the reading is not certain."""
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        upload = self._find(request, object_id)
        self._note_people(request, upload)
        lines = [Line(*line) for line in upload.lines]
        only = request.GET.get("only", "")
        chosen = [line for line in lines if line.certainty == only] if only in _CERTAINTIES else lines
        certainties = Counter(line.certainty for line in lines)
        context = {
            "title": str(upload),
            "upload": upload,
            "is_checked": upload.state == UploadState.CHECKED and not upload.is_asking,
            "samples": upload.samples if upload.state == UploadState.CHECKED else [],
            "opened": self.opened(request, upload),
            "counts": [(label, upload.counts[name]) for name, label in _COUNTS.items() if name in upload.counts],
            "certainties": [(name, label, certainties[name]) for name, label in _CERTAINTIES.items()],
            "decided": len(upload.decisions),
            "to_invite": to_invite(upload.fates, now=timezone.now()).count() if upload.applied_at else 0,
            "back": reverse(PAGE, args=[upload.pk]),
            "only": only if only in _CERTAINTIES else "",
            "all": len(lines),
            "lines": Paginator(chosen, LINES_ON_A_PAGE).get_page(request.GET.get("page")),
        }
        return self._page(request, "uploaded", context)

    @method_decorator(require_POST)
    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import the file as it was shown."""
        upload = self._find(request, pk)
        try:
            with self.as_opened(request, upload) as shown_upload:
                uploads.apply_upload(upload=shown_upload, by=signed_in(request), now=timezone.now())
        except (RegistrationError, ChangedMeanwhile) as error:
            messages.error(request, str(error))
        return redirect(PAGE, pk)

    @method_decorator(require_POST)
    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go to the page that says what inviting the people of this file will do, and to nobody else's."""
        upload = self._find(request, pk)
        if upload.state != UploadState.APPLIED:
            messages.error(request, _("People are invited once their file is imported."))
            return redirect(PAGE, pk)
        people = to_invite(upload.fates, now=timezone.now())
        return self.go_to_mass_act(request, INVITE, people) or redirect(PAGE, pk)

    @method_decorator(require_POST)
    def encoding(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read the file again with the code page that was chosen."""
        upload = self._find(request, pk)
        chosen = request.POST.get("encoding", "")
        try:
            with self.as_opened(request, upload) as shown_upload:
                uploads.choose_encoding(upload=shown_upload, encoding=chosen, by=signed_in(request), now=timezone.now())
        except (RegistrationError, ChangedMeanwhile) as error:
            messages.error(request, str(error))
        return redirect(PAGE, pk)

    def report(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Download the lines as a CSV file, in the reader's language."""
        upload = self._find(request, pk)
        self._note_people(request, upload)
        out = io.StringIO(newline="")
        headings = [_("Row"), _("Column"), _("What it says"), _("How sure"), _("What was made of it")]
        write_csv([_in_words(Line(*line)) for line in upload.lines], out, headings=headings)
        response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{upload.pk}-report.csv"'
        return response

    def _note_people(self, request: HttpRequest, upload: ImportUpload) -> None:
        """Record a look at each person of the file who is known here: by their address, or imported with the file."""
        content = ImportUpload.objects.values_list("content", flat=True).filter(pk=upload.pk).first()
        people = PeopleShown(addresses=_addresses_in(bytes(content)) if content else set())
        if upload.applied_at is not None:
            rows = ImportedRow.objects.filter(imported_at=upload.asked_at)  # the moment all its rows carry
            people.registrations.update(rows.values_list("registration", flat=True))
        self.note_look(request, people, kind=LookKind.IMPORT)

    def find_upload(self, request: HttpRequest, pk: int | str) -> ImportUpload:
        upload = self._find(request, pk)
        self._note_people(request, upload)
        return upload

    def upload_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        return self._page(request, template, context)

    def _find(self, request: HttpRequest, pk: int | str) -> ImportUpload:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk__in=keys_among([str(pk)]))

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registrations/importupload/{template}.html", values)
