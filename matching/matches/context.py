"""What the page of a match says of the other person: what helps to say yes or no, and not how to reach them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.ways_to_reach import without_ways_to_reach
from matching.domain.matches import MatchState, Side
from matching.matches.introducing import NOT_INTRODUCED, Introduced, introduced
from matching.models import Introduction, Match
from matching.waiting.cards import in_words
from matching.words import reasons
from registrations.domain.registrations import BabelLevel, OfferLevel
from registrations.models import Offer, SpokenLanguage, Wish


@dataclass(frozen=True)
class OtherPerson:
    """The other of the two as the reader may see them before both have said yes."""

    name: str
    group: str
    region: str
    languages: tuple[str, ...] = ()
    level: str = ""
    words: str = ""
    introduced: Introduced = NOT_INTRODUCED
    holds_words_back: bool = False


class RowsAboutOther(NamedTuple):
    """What is asked of the tables about the other person, together with the rest of the page."""

    languages: QuerySet[SpokenLanguage, Any]
    levels: QuerySet[Offer, Any]
    wishes: QuerySet[Wish, Any] | None
    introductions: QuerySet[Introduction, Any]


def asked_about(match: Match, side: Side, batch: QueryBatch) -> RowsAboutOther:
    """Add to ``batch`` what `other_person` says of who stands on the other side of ``side``."""
    person = match.person(side.other)
    other = person.pk
    spoken = SpokenLanguage.objects.filter(registration=other, level__gt=BabelLevel.NONE)
    offers = Offer.objects.filter(match.of_its_skill(), registration=other)
    return RowsAboutOther(
        languages=batch.add(spoken.order_by("-level", "code").values_list("code", "level")),
        levels=batch.add(offers.order_by("-level").values_list("level", flat=True)),
        introductions=batch.add(Introduction.objects.filter(member=person.member_id).as_shown()),
        wishes=batch.add(match.wishes_of_the_learner()) if side == Side.SHARER else None,
    )


def other_person(match: Match, side: Side, asked: RowsAboutOther, *, is_live: bool) -> OtherPerson:
    """Return what the reader on ``side`` sees of the other: of a match that is over, the name, group and region."""
    other = match.person(side.other)
    name, group = reasons.name_of(other), reasons.group_of(other)
    region = other.get_region_display() if other.region else ""
    if not is_live:
        return OtherPerson(name, group, region)
    presented = next(
        (introduced(words, shows_user_page=shows, name=name) for words, shows, name in asked.introductions),
        NOT_INTRODUCED,
    )
    own_words: tuple[str, ...] = presented.words, next(iter(asked.wishes or ()), "")
    shown, user_page = own_words, presented.user_page
    if match.state != MatchState.CONNECTED:
        shown, user_page = tuple(map(without_ways_to_reach, own_words)), without_ways_to_reach(user_page)
    return OtherPerson(
        name,
        group,
        region,
        languages=tuple(in_words(list(asked.languages)).values()),
        level=next((str(OfferLevel(level).label) for level in asked.levels), ""),
        introduced=presented._replace(words=shown[0], user_page=user_page),
        words=shown[1],
        holds_words_back=shown != own_words,
    )
