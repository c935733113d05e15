"""Extract and compile translations with Babel, so that no machine needs GNU gettext."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

FOLDERS = ("letsconnect", "registrations", "mailings", "matching", "clinics", "trust", "reports", "templates")
_BEGUN = datetime(2026, 11, 22, tzinfo=UTC)  # fixed, so that extracting twice gives the same file
_NAMES = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_NOT_WORDS = re.compile(r"<[^>]*>|https?://\S+")
_SPACE_BEFORE, _SPACE_AFTER = re.compile(r"[ \u00a0\u202f]+([;:!?»])"), re.compile(r"«[ \u00a0\u202f]*")
_OURS = re.compile(r"\.(py|html|txt)$")


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if _OURS.search(path.name) and not {"tests", "migrations"} & set(path.parts):
                yield path


def template_of(root: Path) -> Catalog:
    """Return the catalog of everything under ``root`` that can be translated."""
    catalog = Catalog(project="Let's Connect", creation_date=_BEGUN, charset="utf-8")
    for path in _sources(root):
        text = path.read_text()
        if path.suffix != ".py":
            text = f"(\n{templatize(text)}\n)"  # between brackets Python minds no indentation
        messages = extract("python", BytesIO(text.encode()), keywords=_NAMES, comment_tags=("Translators:",))
        for _line, message, comments, context in messages:
            name = path.relative_to(root).as_posix()
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def po_files(locale: Path) -> list[Path]:
    return sorted(locale.glob("*/LC_MESSAGES/django.po"))


def update(po: Path, template: Catalog) -> Catalog:
    """Bring one .po file up to date with what can be translated, keep its translations, and return its catalog."""
    catalog, content = up_to_date(po, template)
    po.write_bytes(content)
    return catalog


def spaced_as_french(text: str) -> str:
    """Return a French text with narrow spaces that do not break before ; : ! ? » and after «, outside its tags."""
    words = _SPACE_AFTER.sub("«\u202f", _SPACE_BEFORE.sub("\u202f\\1", text))
    tags = iter(_NOT_WORDS.findall(text))
    return _NOT_WORDS.sub(lambda _match: next(tags), words)


def up_to_date(po: Path, template: Catalog) -> tuple[Catalog, bytes]:
    """Return the catalog of a .po file as it should be, and the file; nothing is written."""
    catalog = catalog_of(po)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    if po.parent.parent.name == "fr":
        for message in catalog:
            said = message.string or ""
            message.string = spaced_as_french(said) if isinstance(said, str) else tuple(map(spaced_as_french, said))
    catalog.revision_date = _BEGUN
    content = BytesIO()
    write_po(content, catalog, width=110, include_lineno=False, sort_by_file=True)
    return catalog, content.getvalue()


def catalog_of(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=po.parent.parent.name)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the texts that would be read in English: without a translation, or without one of its plural forms."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog
        if message.id and not (message.string if isinstance(message.string, str) else all(message.string or ()))
    ]


def compile_stale(locale: Path) -> list[Path]:
    """Compile every .po newer than its .mo, replacing the file in one step, and return the .mo files written."""
    written = []
    for po in po_files(locale):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        catalog = catalog_of(po)
        half = mo.with_suffix(".mo.half")
        with half.open("wb") as file:
            write_mo(file, catalog)
        half.replace(mo)
        written.append(mo)
    return written
