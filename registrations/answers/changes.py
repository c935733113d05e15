"""What changed between two moments of one registration, in words a liaison reads side by side."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registrations.domain.registrations import (
    BabelLevel,
    ConsentDocument,
    ContactWay,
    OfferLevel,
    Region,
    RegionWish,
    Topic,
    WishPriority,
)
from registrations.reference.names import country_name, language_name

Plain = Mapping[str, Any]
_DAY = 24 * 60


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was; empty where there was, or is, nothing."""

    label: str
    before: str
    after: str


_LABELS = {
    "name": gettext_lazy("name to show"),
    "country": gettext_lazy("country or territory"),
    "region": gettext_lazy("region"),
    "group_id": gettext_lazy("group"),
    "group_other": gettext_lazy("another group, in their words"),
    "role_id": gettext_lazy("main role"),
    "topics": gettext_lazy("topics of work"),
    "topic_other": gettext_lazy("another topic, in their words"),
    "zone": gettext_lazy("time zone"),
    "can_help": gettext_lazy("people they can help at once"),
    "can_learn_from": gettext_lazy("people they want to learn from at once"),
    "is_findable": gettext_lazy("others may find them and ask for them"),
    "region_wish": gettext_lazy("where their match is from"),
    "contact_way": gettext_lazy("how a match may reach them"),
    "contact_text": gettext_lazy("talk page or other way"),
    "away_until": gettext_lazy("away until"),
}
# How a match reaches somebody is for coordinators and the match.
PRIVATE = frozenset({"contact_way", "contact_text"})


def between(
    before: Plain, after: Plain, *, names: Mapping[str, str], language: str, heirs: Mapping[int, int] | None = None
) -> list[Change]:
    """Return what differs between two facts as `snapshots.as_plain` writes them.

    ``names`` says what "group:3", "role:1" and "skill:12" are called; ``heirs`` which skills were merged into which
    since, which is no change of the person's. A fact the older one does not have yet is not compared.
    """
    heirs = heirs or {}
    words = _Words(names, language)
    found = [
        Change(str(_LABELS.get(name, name.replace("_", " "))), words.value(name, before[name]), words.value(name, now))
        for name, now in after.items()
        if name not in _ROWS and name in before and before[name] != now
    ]
    for name, row in _ROWS.items():
        if name in before and name in after:
            found += row(words, _followed(name, before[name], heirs), _followed(name, after[name], heirs))
    return found


def _followed(name: str, rows: list[Any], heirs: Mapping[int, int]) -> list[Any]:
    if name not in ("offers", "wishes"):
        return rows
    return [[heirs.get(skill, skill), *rest] for skill, *rest in rows]


def say_topics(topics: Iterable[str], other: str) -> list[str]:
    """Return topics of work in words, those in the person's own last."""
    return [*(str(Topic(topic).label) for topic in topics), *([other] if other else [])]


def say_window(start: int, end: int) -> str:
    """Return a window of the local week in words: Monday 18:00–21:00."""
    first, last = start // _DAY, (end - 1) // _DAY
    until = _clock(end - last * _DAY)
    if first == last:
        return f"{WEEKDAYS[first]} {_clock(start - first * _DAY)}–{until}"
    return f"{WEEKDAYS[first]} {_clock(start - first * _DAY)} – {WEEKDAYS[last]} {until}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class _Words:
    """The words for one value, for one reader."""

    def __init__(self, names: Mapping[str, str], language: str) -> None:
        self.names, self.language = names, language

    def value(self, name: str, value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        match name:
            case "country":
                return country_name(value, self.language)
            case "region":
                return str(Region(value).label)
            case "group_id" | "role_id":
                return self.named(name.removesuffix("_id"), value)
            case "topics":
                return ", ".join(str(Topic(topic).label) for topic in value)
            case "region_wish":
                return str(RegionWish(value).label)
            case "contact_way":
                return str(ContactWay(value).label)
            case "is_findable":
                return _("yes") if value else _("no")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def named(self, kind: str, key: int) -> str:
        return self.names.get(f"{kind}:{key}", f"#{key}")

    def offer(self, level: int, would_host: bool) -> str:
        told = str(OfferLevel(level).label)
        return _("%(level)s; would share it in a clinic") % {"level": told} if would_host else told

    def wish(self, priority: int, why: str) -> str:
        told = str(WishPriority(priority).label)
        return _("%(priority)s: %(why)s") % {"priority": told, "why": why} if why else told

    def spoken(self, level: int, is_preferred: bool) -> str:
        told = str(BabelLevel(level).label)
        return _("%(level)s; preferred") % {"level": told} if is_preferred else told

    def offers(self, before: list[Any], after: list[Any]) -> list[Change]:
        label = _("Shares: %(skill)s")
        return _keyed(before, after, lambda key: label % {"skill": self.named("skill", key)}, self.offer)

    def wishes(self, before: list[Any], after: list[Any]) -> list[Change]:
        label = _("Wants to learn: %(skill)s")
        return _keyed(before, after, lambda key: label % {"skill": self.named("skill", key)}, self.wish)

    def languages(self, before: list[Any], after: list[Any]) -> list[Change]:
        label = _("Speaks: %(language)s")
        return _keyed(before, after, lambda key: label % {"language": language_name(key, self.language)}, self.spoken)

    def windows(self, before: list[Any], after: list[Any]) -> list[Change]:
        gone = [Change(_("free hours"), say_window(*window), "") for window in before if window not in after]
        return gone + [Change(_("free hours"), "", say_window(*window)) for window in after if window not in before]

    def consents(self, before: list[Any], after: list[Any]) -> list[Change]:
        label = _("Agreed to: %(document)s")
        return [
            Change(
                label % {"document": ConsentDocument(document).label},
                _("yes") if document in before else "",
                _("yes") if document in after else "",
            )
            for document in sorted({*before, *after})
            if (document in before) != (document in after)
        ]


_ROWS: dict[str, Callable[[_Words, list[Any], list[Any]], list[Change]]] = {
    "offers": _Words.offers,
    "wishes": _Words.wishes,
    "languages": _Words.languages,
    "windows": _Words.windows,
    "consents": _Words.consents,
}


def _keyed(before: list[Any], after: list[Any], label: Callable[[Any], str], say: Callable[..., str]) -> list[Change]:
    """Compare rows whose first value says what they are about."""
    was, now = ({key: rest for key, *rest in rows} for rows in (before, after))
    return [
        Change(label(key), say(*was[key]) if key in was else "", say(*now[key]) if key in now else "")
        for key in dict.fromkeys([*was, *now])
        if was.get(key) != now.get(key)
    ]
