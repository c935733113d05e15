"""Two people beside each other, as far as the working group may see: no address, no contact."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base.keys import keys_among
from letsconnect.base.languages import listed
from letsconnect.base.ways_to_reach import tells_how_to_reach
from letsconnect.base.zone_names import zone_in_words
from letsconnect.base.zones import zone_or_utc
from matching.admin import weeks
from matching.domain.matches import Side
from matching.models import Match, SharerRequest
from matching.words import reasons
from registrations.admin.typed_people import PersonFinder
from registrations.domain.registrations import BabelLevel
from registrations.models import Member, Offer, Registration, Skill, SpokenLanguage, Window, Wish
from registrations.reference.names import language_name


@dataclass
class SideOfTwo:
    """One of the two: a heading, the name, and lines of (what, words)."""

    side: Side
    heading: Promise
    name: str
    address: str = ""  # of the page of the person, for who may open it
    lines: list[tuple[str, str]] = field(default_factory=list)


_HEADINGS = {Side.LEARNER: _("Learner"), Side.SHARER: _("Sharer")}


def beside_each_other(
    learner: Registration, sharer: Registration, skill: Skill | None, *, reader: Member
) -> list[SideOfTwo]:
    """Return the learner and the sharer; what the one wishes of the skill and the other offers of it."""
    languages = _languages([learner.pk, sharer.pk])
    sides = [
        SideOfTwo(
            side,
            _HEADINGS[side],
            reasons.called_at_desk(person),
            _address(person) if reader.looks_after(person.region) else "",
            _lines(person, languages.get(person.pk, [])),
        )
        for side, person in ((Side.LEARNER, learner), (Side.SHARER, sharer))
    ]
    if skill is not None:
        sides[0].lines += _wish(learner, skill)
        sides[1].lines += _offer(sharer, skill)
    return sides


def week_of(learner: Registration, sharer: Registration, *, reader: Member, start: date) -> list[weeks.DayOfTwoWeeks]:
    """Return the two weeks laid over each other, in the reader's zone; each week is as the people say it now."""
    windows: dict[int, list[tuple[int, int]]] = {learner.pk: [], sharer.pk: []}
    rows = Window.objects.filter(registration__in=list(windows)).order_by("start")
    for registration, begins, ends in rows.values_list("registration_id", "start", "end"):
        windows[registration].append((begins, ends))
    of_learner, of_sharer = (
        weeks.FreeTime(tuple(windows[person.pk]), str(zone_or_utc(person.own_zone))) for person in (learner, sharer)
    )
    return weeks.overlay(of_learner, of_sharer, zone=reader.zone, start=start)


def people_to_name(member: Member, *asked: str) -> PersonFinder:
    """Return what finds those whom a member of the working group can choose from: those of their regions who can be
    matched today, and the two asked about, where a match or a request that this member may see names them together."""
    matchable = Registration.objects.visible_to(member).matchable(on=timezone.now().date())
    tied = _tied(member, keys_among(asked))
    people = Registration.objects.filter(Q(pk__in=matchable.values("pk")) | Q(pk__in=tied))
    return PersonFinder(people.select_related("member"), call=reasons.called_at_desk)


def _tied(member: Member, asked: list[int]) -> list[int]:
    """Return the two people asked about where a match or request that ``member`` may see names them together."""
    if len(asked) != 2:
        return []
    first, second = asked
    pair = Q(learner=first, sharer=second) | Q(learner=second, sharer=first)
    tables = (Match, SharerRequest)
    return asked if any(table.objects.visible_to(member).filter(pair).exists() for table in tables) else []


def _address(person: Registration) -> str:
    return reverse("admin:person_detail", args=[person.pk])


def _lines(person: Registration, languages: Sequence[str]) -> list[tuple[str, str]]:
    group = str(person.group or person.group_other or "")
    lines: list[tuple[Any, Any]] = [
        (_("Region"), person.get_region_display()),
        (_("Group"), group),
        (_("Time zone"), zone_in_words(person.own_zone)),
        (_("Languages"), listed(languages)),
        (_("Where the match should be from"), person.get_region_wish_display()),
    ]
    return [(str(what), str(words) or "—") for what, words in lines]


def _languages(people: list[int]) -> dict[int, list[str]]:
    languages: dict[int, list[str]] = {}
    rows = SpokenLanguage.objects.filter(registration__in=people).order_by("-is_preferred", "-level", "code")
    for row in rows:
        level = "N" if row.level == BabelLevel.NATIVE else str(row.level)
        # Translators: a language and how well somebody speaks it, as in "Arabic (N)".
        text = gettext("%(language)s (%(level)s)") % {
            "language": language_name(row.code, get_language() or "en"),
            "level": level,
        }
        languages.setdefault(row.registration_id, []).append(text)
    return languages


def _wish(learner: Registration, skill: Skill) -> list[tuple[str, str]]:
    wish = next((row for row in _rows(Wish, learner) if row.skill.heir == skill.heir), None)
    if wish is None:
        return []
    return [
        (gettext("Wants to learn %(skill)s") % {"skill": skill}, wish.get_priority_display()),
        (gettext("Why, in their words"), _why(wish.why)),
    ]


def _why(words: str) -> str:
    if not tells_how_to_reach(words):
        return words or "—"
    note = gettext("The other does not see this before both have said yes, because it has a way to reach them in it.")
    return f"{words} ({note})"


def _offer(sharer: Registration, skill: Skill) -> list[tuple[str, str]]:
    offer = next((row for row in _rows(Offer, sharer) if row.skill.heir == skill.heir), None)
    return [(gettext("Shares %(skill)s") % {"skill": skill}, str(offer.get_level_display()))] if offer else []


def _rows(model: type[Wish] | type[Offer], person: Registration) -> list[Any]:
    return list(model.objects.filter(registration=person).select_related("skill__merged_into"))
