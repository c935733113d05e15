"""Taking one person out of files and reports that are about many."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from letsconnect.base.addresses import canonical_or_as_it_is as canonical
from registrations.models import ImportedRow, ImportUpload
from registrations.models.uploads import UploadState
from registrations.oldform.reading import encodings
from registrations.oldform.reading.columns import NotTheOldForm
from registrations.oldform.reading.report import Line
from registrations.privacy.proved_addresses import Proved

SHORTEST = 3  # shorter texts of the form, such as "no", tell nobody apart


def forget_in_files(*, proved: Proved, **_sent: object) -> int:
    """Forget the person in the files of the import desk; return how many files it was.

    A file that still waits and has their address in it goes whole, with a word to the coordinators: it can be brought
    again without that row. Of the report of one that was imported go the lines that quote their answers.
    """
    told = _told(proved)
    changed = 0
    for upload in ImportUpload.objects.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        has_them = upload.content is not None and _names(_text(bytes(upload.content)), proved.addresses)
        left = [line for line in upload.lines if not _quotes(line, told, proved.addresses)]
        if has_them:
            _give_up(upload)
        elif len(left) < len(upload.lines):
            upload.lines = left
            upload.save(update_fields=["lines"])
        changed += has_them or len(left) < len(upload.lines)
    return changed


def _give_up(upload: ImportUpload) -> None:
    upload.state, upload.content, upload.lines, upload.notes = UploadState.FAILED, None, [], []
    upload.failure = _("Somebody in this file has deleted their account. Take their row out and bring the file again.")
    upload.progress, upload.worked_at = {}, None
    upload.save(update_fields=["state", "content", "lines", "notes", "failure", "progress", "worked_at"])


def _told(proved: Proved) -> set[str]:
    """What the person wrote in the old form, cell by cell."""
    registrations = [one.pk for one in proved.unclaimed]
    rows = ImportedRow.objects.filter(registration__in=registrations) | ImportedRow.objects.filter(
        registration__member=proved.member
    )
    cells = (cell for raw in rows.values_list("raw", flat=True) if isinstance(raw, dict) for cell in raw.values())
    return {cell.strip() for cell in cells if isinstance(cell, str) and len(cell.strip()) >= SHORTEST}


def _names(text: str, addresses: Iterable[str]) -> bool:
    """Tell whether one of the addresses stands in a text, in whatever spelling."""
    wanted = set(addresses)
    locals_ = "|".join(re.escape(address.rpartition("@")[0]) for address in wanted)
    written = re.finditer(rf"(?:{locals_})@[^\s,;\"'<>()|]+", text, re.IGNORECASE | re.ASCII) if wanted else ()
    return any(canonical(found[0]) in wanted for found in written)


def _text(content: bytes) -> str:
    """Return a file as text; an address reads the same in every code page."""
    try:
        encoding = encodings.surely(content)
    except NotTheOldForm:
        encoding = ""
    return content.decode(encoding or "latin-1", errors="replace")


def _quotes(line: list[Any], told: set[str], addresses: Iterable[str]) -> bool:
    text = str(Line(*line).text).strip() if len(line) == len(Line._fields) else ""
    is_theirs = len(text) >= SHORTEST and any(cell.startswith(text) for cell in told)
    return is_theirs or _names(" ".join(str(part) for part in line), addresses)
