"""What the list of people who can be found shows of each of them, ready to be drawn by ``_sharer_card.html``."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from letsconnect.base.avatars import avatar
from letsconnect.base.pieces import Piece, draw_each, link_to
from matching.waiting.cards import Card, SharedSkill

MOST_SKILLS = 3  # of each person in the list; the page about the person names all


def pieces_of(cards: Sequence[Card], *, most_skills: int | None = None, can_ask: bool = True) -> list[Piece]:
    """Return what is drawn of each person: in short in ``matching/_sharer_card.html``, all of it in
    ``_sharer_facts.html``; ``can_ask``: whether the reader has hours and room for anybody."""
    skills = draw_each([map(_skill, card.skills[:most_skills]) for card in cards], "matching/_shared_skill.html")
    return [_piece_of(card, drawn, can_ask=can_ask) for card, drawn in zip(cards, skills, strict=True)]


def _piece_of(card: Card, skills: SafeString, *, can_ask: bool) -> Piece:
    return Piece(
        shape={
            "is_matched": card.is_matched,
            "is_asked": card.is_asked,
            "has_languages": bool(card.languages),
            "has_region": bool(card.region),
            "has_group": bool(card.group),
            "has_hours": bool(card.roughly),
            "has_hours_in_common": bool(card.in_common),
            "can_ask": can_ask,
            "needs_time": bool(card.time),
            "has_more_skills": len(card.skills) > MOST_SKILLS,
        },
        texts={
            "link": link_to("matching:sharer-ask", card.key),
            "name": str(card.name),  # twice on the card
            "skills": skills,
            "languages": " · ".join(card.languages),
            "region": card.region,
            "group": card.group,
            "hours": " · ".join(card.roughly),
            "hours_in_common": card.in_common,
            "time": card.time,
            "more_skills": str(len(card.skills) - MOST_SKILLS),
            "avatar": avatar(str(card.name), card.key),
        },
    )


def _skill(skill: SharedSkill) -> Piece:
    return Piece(shape={"is_wished": skill.is_wished, "level": skill.level}, texts={"name": skill.name})
