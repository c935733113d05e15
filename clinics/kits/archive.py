"""The archive of a kit: the same rows make the same bytes, so its version can be asked for."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from django.conf import settings

from clinics.kits import papers
from clinics.kits.letters import example_letters
from clinics.kits.reading import Kit, KitClinic
from letsconnect.base.languages import speaking

_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # of every file in it: no clock comes into the bytes
_READABLE_BY_ALL = 0o644 << 16


@dataclass(frozen=True)
class KitArchive:
    content: bytes
    etag: str


def archive_of(kit: Kit, language: str, *, today: date) -> KitArchive:
    """Return the kit for readers of one language. What others read, as emails and forms, is there in all five."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files(kit, language, today=today)):
            entry = zipfile.ZipInfo(name, _WRITTEN_AT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _READABLE_BY_ALL
            archive.writestr(entry, content)
    content = out.getvalue()
    return KitArchive(content, f'"{blake2b(content, digest_size=16).hexdigest()}"')


def _files(kit: Kit, language: str, *, today: date) -> Iterator[tuple[str, bytes]]:
    with speaking(language):
        yield "README.md", papers.readme(kit)
        yield "checklist.md", papers.checklist(kit.checklist)
        yield "checklist.csv", papers.checklist_table(kit.checklist)
        if kit.series:
            yield "figures.csv", papers.figures()
        for number, each in enumerate(kit.clinics, start=1):
            place = f"{papers.folder(number)}/" if kit.series else ""
            yield from ((f"{place}{name}", content) for name, content in _of_clinic(each))
    for code in dict(settings.LANGUAGES):
        with speaking(code):
            yield f"forms/{code}/sign-up.md", papers.sign_up_form()
            yield f"forms/{code}/feedback.md", papers.feedback_form()
            yield f"safe-space/{code}.md", papers.safe_space()
        for letter in example_letters(kit.clinics[0], code, today=today):
            yield f"emails/{code}/{letter.name}.txt", papers.letter(letter)


def _of_clinic(kit: KitClinic) -> Iterator[tuple[str, bytes]]:
    yield "agenda.md", papers.agenda(kit)
    yield "agenda.csv", papers.agenda_table(kit)
    yield "figures.csv", papers.figures(kit)
    yield "clinic.ics", papers.calendar(kit)
    if kit.materials:
        yield "materials.csv", papers.materials(kit)
    for written in kit.texts:
        with speaking(written.language):
            yield f"texts/{written.language}.md", papers.text(written)
