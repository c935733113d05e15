"""Recordings of clinics on a skill, for the apps that do not know clinics: beside a skill in the form, and for whoever
has no match.

`clinics` registers at start-up how they are found.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base.lines import isolated
from registrations.reference.names import language_name


class Recording(NamedTuple):
    """A clinic of which there is a recording: its title as the reader understands it best, and where its page is."""

    title: str
    url: str
    language: str  # in which one hears it

    @property
    def language_in_words(self) -> str:
        """In which language one hears it, as the present reader calls it; "" where it is theirs."""
        reads = get_language() or "en"
        return "" if self.language.split("-")[0] == reads.split("-")[0] else language_name(self.language, reads)

    @property
    def in_words(self) -> str:
        """One line of plain text, for a list that shows no links."""
        words = {"title": isolated(self.title), "language": self.language_in_words}
        if words["language"]:
            return _("A recording of a clinic on this, in %(language)s: %(title)s") % words
        return _("A recording of a clinic on this: %(title)s") % words


class WhatClinicsKeep(Protocol):
    """What is asked of the app of clinics; the queries are as many for any number of skills."""

    def recordings(self, skills: Collection[int], language: str) -> Mapping[int, Recording]:
        """Return for each skill the latest clinic with a recording, first of all one in this language."""


class _NoClinics:
    def recordings(self, skills: Collection[int], language: str) -> Mapping[int, Recording]:
        return {}


_clinics: list[WhatClinicsKeep] = []


def register(provider: WhatClinicsKeep) -> None:
    """Register how recordings of clinics are found."""
    _clinics[:] = [provider]


def recordings_on(skills: Collection[int]) -> Mapping[int, Recording]:
    """Return a recording for each of these skills that has one, for the present reader."""
    provider = _clinics[0] if _clinics else _NoClinics()
    return provider.recordings(skills, get_language() or "en") if skills else {}
