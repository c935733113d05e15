"""A version beside the one it is translated from: what changed there since the translator last took it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from letsconnect.base.languages import speaking
from letsconnect.base.lines import one_line
from mailings.domain.newsletters import SectionKind
from mailings.models import NewsletterVersion


@dataclass(frozen=True)
class SourceChange:
    """One text of the source that is another one by now: "" before if it is new, "" now if it is gone."""

    what: str
    was: str
    now: str


def source_of(version: NewsletterVersion) -> NewsletterVersion | None:
    """Return the version that this one is translated from, if there is one."""
    if not version.translated_from:
        return None
    others = NewsletterVersion.objects.filter(newsletter=version.newsletter_id, language=version.translated_from)
    return others.prefetch_related("sections").first()


def what_it_says(version: NewsletterVersion) -> dict[str, Any]:
    """Return all texts of a version, to compare with later: as they were written, whatever language the page is in."""
    sections = [
        {"key": section.pk, "kind": section.kind, "title": one_line(section.title), "body": section.body}
        for section in version.sections.all()
    ]
    return {"subject": one_line(version.subject), "preview": one_line(version.preview), "sections": sections}


def changes_in_source(version: NewsletterVersion, source: NewsletterVersion | None = None) -> list[SourceChange]:
    """Return what changed in the source since its changes were last taken over, in the order of the page."""
    source = source or source_of(version)
    if source is None:
        return []
    before, now = _texts(version.source_read), _texts(what_it_says(source))
    names = [*now, *(name for name in before if name not in now)]
    changed = [name for name in names if before.get(name, ("", ""))[1] != now.get(name, ("", ""))[1]]
    nothing = ("", "")
    return [
        SourceChange(
            what=(now.get(name) or before[name])[0],
            was=before.get(name, nothing)[1],
            now=now.get(name, nothing)[1],
        )
        for name in changed
    ]


def _texts(said: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return each text under a name of its own, with the words for it in the language of the page."""
    texts = {
        "subject": (_("subject"), one_line(said.get("subject", ""))),
        "preview": (_("preview line"), one_line(said.get("preview", ""))),
    }
    for section in said.get("sections", ()):
        title = one_line(section["title"])
        label = title or str(SectionKind(section["kind"]).label)
        texts[f"title {section['key']}"] = (_("Title of “%(section)s”") % {"section": label}, title)
        texts[f"body {section['key']}"] = (label, section["body"])
    return texts


def title_in_language(kind: str, language: str) -> str:
    """Return the words readers of ``language`` see above a section that has no title of its own."""
    with speaking(language):
        return str(SectionKind(kind).label)
