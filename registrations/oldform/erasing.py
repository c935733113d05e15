"""Erasing one person from uploaded files of the old form, and from the reports on them."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from django.utils.translation import gettext_noop

from letsconnect.base import encodings
from letsconnect.base.addresses import LONGEST, canonical_or_as_it_is
from letsconnect.base.encodings import UnreadableFile
from registrations.models import ImportedRow, ImportUpload
from registrations.models.uploads import UploadState
from registrations.oldform.reading.decisions import Decision, same
from registrations.oldform.reading.report import Line
from registrations.privacy.proved_addresses import Proved

_DOTS_AND_HYPHENS = ".-\u3002\uff0e\uff61"  # with the full stops of East Asia, which separate labels of a domain too
_BEFORE = r"(?<![a-z0-9])(?<![a-z0-9][._+-])"  # what stands before an address is not the beginning of a longer one
SHORTEST = 3  # many people write shorter texts, such as "no", so these identify nobody


def forget_in_files(*, proved: Proved, **_signal: object) -> int:
    """Erase the person from the files of the import desk, and return how many files were changed.

    A file that is still kept and has their address in it is deleted whole, and its page tells the coordinators to
    upload it again without that row. From the report of an imported file, the lines that quote the person are removed.
    """
    cells = _cells_written_by(proved)
    changed = 0
    for upload in ImportUpload.objects.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        has_them = upload.content is not None and _has_address(_as_text(bytes(upload.content)), proved.addresses)
        kept_lines = [line for line in upload.lines if not _quotes_person(line, cells, proved.addresses)]
        if has_them:
            _give_up(upload)
        elif len(kept_lines) < len(upload.lines) or any(_decides_on(decision, cells) for decision in upload.decisions):
            upload.lines = kept_lines
            upload.decisions = [decision for decision in upload.decisions if not _decides_on(decision, cells)]
            upload.save(update_fields=["lines", "decisions"])
        changed += has_them or len(kept_lines) < len(upload.lines)
    return changed


def _give_up(upload: ImportUpload) -> None:
    upload.state, upload.content, upload.lines, upload.notes = UploadState.FAILED, None, [], []
    upload.failure = gettext_noop(
        "Somebody in this file has deleted their account. Take their row out and bring the file again."
    )
    upload.progress, upload.worked_at, upload.decisions, upload.fates = {}, None, [], []
    columns = ["state", "content", "lines", "fates", "decisions", "notes", "failure", "progress", "worked_at"]
    upload.save(update_fields=columns)


def _decides_on(decision: list[Any], cells: set[str]) -> bool:
    text = str(Decision(*decision).text).strip()
    return len(text) >= SHORTEST and any(same(cell).startswith(same(text)) for cell in cells)


def _cells_written_by(proved: Proved) -> set[str]:
    """Return the texts the person wrote in the old form, one for each cell."""
    registrations = [registration.pk for registration in proved.unclaimed]
    rows = ImportedRow.objects.filter(registration__in=registrations) | ImportedRow.objects.filter(
        registration__member=proved.member
    )
    cells = (cell for raw in rows.values_list("raw", flat=True) if isinstance(raw, dict) for cell in raw.values())
    return {cell.strip() for cell in cells if isinstance(cell, str) and len(cell.strip()) >= SHORTEST}


def _has_address(text: str, addresses: Iterable[str]) -> bool:
    """Tell whether a text has one of the addresses in it, in any spelling of it and whatever stands around it."""
    return any(_has_one(text, address) for address in addresses)


def _has_one(text: str, address: str) -> bool:
    local = address.rpartition("@")[0]
    # Quotes that are not needed are no part of the canonical form, and in a cell of a file they are doubled.
    for match in re.finditer(rf'{_BEFORE}{re.escape(local)}"*@', text, re.IGNORECASE | re.ASCII):
        if canonical_or_as_it_is(f"{local}@{_domain_at(text, match.end())}") == address:
            return True
    return False


def _domain_at(text: str, start: int) -> str:
    """Return the longest piece of the text from there on that can be the name of a mail domain, in any letters."""
    letters = takewhile(_may_be_in_a_domain, text[start : start + LONGEST])
    return "".join(letters).rstrip(_DOTS_AND_HYPHENS)


def _may_be_in_a_domain(letter: str) -> bool:
    return (
        letter in _DOTS_AND_HYPHENS or unicodedata.category(letter)[0] in "LMN" or unicodedata.category(letter) == "Cf"
    )


def _as_text(content: bytes) -> str:
    """Return a file as text. The code page may be wrong, but an address, which is ASCII, reads the same in all."""
    try:
        encoding = encodings.certain_encoding(content)
    except UnreadableFile:
        encoding = ""
    return content.decode(encoding or "latin-1", errors="replace")


def _quotes_person(line: list[Any], cells: set[str], addresses: Iterable[str]) -> bool:
    """Tell whether a line of a report has a text or an address of the person in it; long texts are cut there."""
    text = str(Line(*line).text).strip() if len(line) == len(Line._fields) else ""
    is_theirs = len(text) >= SHORTEST and any(cell.startswith(text) for cell in cells)
    return is_theirs or _has_address(" ".join(str(part) for part in line), addresses)
