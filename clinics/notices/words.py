"""What letters say of a change: first what it is now, then what it was; call it in the reader's language and zone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinics.domain.clinics import Venue
from clinics.domain.notices import languages_lost, what_changed
from clinics.models import Clinic, Notice
from clinics.notices.changes import facts_of
from letsconnect.base.languages import best_of, duration_in_words, listed
from letsconnect.base.lines import isolated
from letsconnect.base.templatetags.when import when
from registrations.reference.names import language_name


@dataclass(frozen=True)
class LetterWords:
    """What one letter says: its subject, sentences before and after the facts of the clinic, and its button.

    After one that ``prepares`` the reader comes: what to prepare and the rules stand in it, too.
    """

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    button: str = ""
    link: str = ""
    why: str = ""
    prepares: bool = False


def changes_in_words(notice: Notice) -> list[str]:
    """Return a sentence for each change, the most important first; never none."""
    if notice.change is None:  # as of a new time, before changes of all kinds were told
        return [_("The clinic has been moved to another time.")]
    clinic, was, becomes = notice.clinic, notice.change.was, facts_of(notice.clinic)
    sentences = [_SENTENCES[name](clinic, was, becomes) for name in what_changed(was, becomes)]
    said = [sentence for sentence in dict.fromkeys(sentences) if sentence]
    return said or [_("Something about this clinic is not as it was.")]


def main_change(notice: Notice) -> str:
    """Return which change the subject names: the one that people must know, if it is not several small ones."""
    changed = {_ONE_SUBJECT.get(name, name) for name in _changed(notice)}
    return "starts_at" if "starts_at" in changed else changed.pop() if len(changed) == 1 else ""


def takes_other_hours(notice: Notice) -> bool:
    """Tell whether the clinic takes time that it did not take before: whoever is elsewhere then did not choose that."""
    is_longer = notice.change is not None and notice.clinic.minutes > notice.change.was["minutes"]
    return is_longer or "starts_at" in _changed(notice)


def _changed(notice: Notice) -> tuple[str, ...]:
    return what_changed(notice.change.was, facts_of(notice.clinic)) if notice.change else ("starts_at",)


def _start(clinic: Clinic, was: dict[str, Any], _becomes: dict[str, Any]) -> str:
    words = {"becomes": when(clinic.starts_at), "was": when(datetime.fromisoformat(was["starts_at"]))}
    return _("It begins %(becomes)s, and not %(was)s.") % words


def _length(clinic: Clinic, was: dict[str, Any], _becomes: dict[str, Any]) -> str:
    words = {"becomes": duration_in_words(clinic.minutes), "was": duration_in_words(was["minutes"])}
    return _("It takes %(becomes)s, and not %(was)s.") % words


def _floor(clinic: Clinic, was: dict[str, Any], _becomes: dict[str, Any]) -> str:
    words = {"becomes": _name(clinic.floor_language), "was": _name(was["floor_language"])}
    return _("The language spoken there is %(becomes)s, and not %(was)s.") % words


def _interpreted(_clinic: Clinic, was: dict[str, Any], becomes: dict[str, Any]) -> str:
    lost = listed(_name(language) for language in languages_lost(was, becomes))
    return _("It is not interpreted any more into: %(languages)s.") % {"languages": lost}


def _title(clinic: Clinic, was: dict[str, Any], _becomes: dict[str, Any]) -> str:
    """Name both titles in one language: the best for this reader of those in which there were and are both."""
    titles = {text.language: text.title for text in clinic.texts.all() if text.is_ready}
    both = {code: (title, titles[code]) for code, title in was["titles"].items() if code in titles}
    pair = best_of(both, get_language() or "en", then=clinic.floor_language)
    if pair is None or pair[0] == pair[1]:
        return ""
    return _("It is called “%(becomes)s”, and not “%(was)s”.") % {
        "becomes": isolated(pair[1]),
        "was": isolated(pair[0]),
    }


def _place(clinic: Clinic, was: dict[str, Any], _becomes: dict[str, Any]) -> str:
    words = {"place": isolated(clinic.place), "was": isolated(was["place"])}
    if clinic.venue == Venue.CALL:
        return _("It takes place in a call, and nobody needs to go anywhere.")
    if was["venue"] == Venue.CALL and clinic.place:
        return _("It takes place here, and not in a call: %(place)s.") % words
    if was["venue"] == Venue.CALL:
        return _("It takes place in person, and not in a call. The page of the clinic will say where.")
    if not clinic.place:
        return _("It does not take place here any more: %(was)s. The page of the clinic will say where it is.") % words
    if not was["place"]:
        return _("It takes place here: %(place)s.") % words
    return _("It takes place here: %(place)s, and not here: %(was)s.") % words


def _name(language: str) -> str:
    return language_name(language, get_language() or "en")


_SENTENCES = {
    "starts_at": _start,
    "minutes": _length,
    "venue": _place,
    "place": _place,
    "floor_language": _floor,
    "interpreted": _interpreted,
    "titles": _title,
}
# Facts that are one thing to those who come, so that a letter about both still says in its subject what changed.
_ONE_SUBJECT = {"venue": "place", "floor_language": "interpreted"}
