"""What may become of an issue of the newsletter. Pure: no database, clock or chance."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.languages import chain

MORNING = time(9)  # of each reader's own clock
_LAST_ZONE = "Etc/GMT+12"  # where a day begins last


class NewsletterState(TextChoices):
    # Translators: the states of an issue of the newsletter
    DRAFT = "draft", pgettext_lazy("state of a newsletter", "draft")
    ASKED = "asked", pgettext_lazy("state of a newsletter", "waiting for a second person")
    SENDING = "sending", pgettext_lazy("state of a newsletter", "being sent")
    PAUSED = "paused", pgettext_lazy("state of a newsletter", "paused")
    STOPPED = "stopped", pgettext_lazy("state of a newsletter", "stopped")
    SENT = "sent", pgettext_lazy("state of a newsletter", "sent")


class VersionState(TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a version", "draft")
    READY = "ready", pgettext_lazy("state of a version", "ready")


class SectionKind(TextChoices):
    THIS_MONTH = "this_month", _("This month")
    MISSED = "missed", _("Missed clinics")
    UPCOMING = "upcoming", _("Upcoming clinics")
    LEARNING = "learning", _("Other learning opportunities")
    NEWS = "news", _("News")
    OTHER = "other", _("a section with a title of its own")


class SendTime(TextChoices):
    AT_ONCE = "at_once", _("at one moment for everybody")
    MORNING = "morning", _("at 09:00 of each reader's own clock")


class NewsletterRefused(Exception):
    """The issue cannot be changed or sent in this way; the message says why, for the person at the desk."""


S = NewsletterState
FROZEN = frozenset({S.SENDING, S.PAUSED, S.STOPPED, S.SENT})  # its readers stand in the ledger; nothing is written anew
NEXT: dict[NewsletterState, frozenset[NewsletterState]] = {
    S.DRAFT: frozenset({S.ASKED, S.SENDING}),
    S.ASKED: frozenset({S.DRAFT, S.SENDING}),
    S.SENDING: frozenset({S.PAUSED, S.STOPPED, S.SENT}),
    S.PAUSED: frozenset({S.SENDING, S.STOPPED, S.DRAFT}),  # a draft again: while nobody has it
    S.STOPPED: frozenset(),
    S.SENT: frozenset(),
}


@dataclass(frozen=True)
class VersionChosen:
    """Which version a reader gets, and whether it is another language than theirs."""

    language: str
    is_fallback: bool


def may_become(was: NewsletterState, became: NewsletterState) -> bool:
    """Tell whether an issue may go from one state straight to another."""
    return became in NEXT[was]


def version_for(language: str, ready: Collection[str]) -> VersionChosen | None:
    """Return the version for a reader of ``language``: theirs, else the first of their fallback chain that is ready.

    None where no version of the chain is ready; such a reader gets no letter, and the page before sending says so.
    """
    for code in chain(language):
        if code in ready:
            return VersionChosen(code, is_fallback=code != language)
    return None


def versions_for(languages: Collection[str], ready: Collection[str]) -> Mapping[str, VersionChosen]:
    """Return the version for readers of each of these languages that has one."""
    chosen = {language: version_for(language, ready) for language in languages}
    return {language: version for language, version in chosen.items() if version is not None}


def morning_in(zone: str, *, on: date, now: datetime) -> datetime:
    """Return the moment of 09:00 on the clocks of ``zone`` on that day, or ``now`` where that has passed.

    09:00 exists once on every day in every zone of today, because clocks are changed at night; where one is changed
    then, the first of two is taken, and a gap moves on by its length (PEP 495, fold 0).
    """
    local = datetime.combine(on, MORNING, tzinfo=ZoneInfo(zone))
    return max(local.astimezone(now.tzinfo), now)


def morning_is_over(*, on: date, now: datetime) -> bool:
    """Tell whether 09:00 of that day has passed on all clocks, also where the day comes last."""
    return morning_in(_LAST_ZONE, on=on, now=now) == now


def first_of_month(day: date) -> date:
    """Return the day that stands for the month of ``day``."""
    return day.replace(day=1)
