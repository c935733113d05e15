"""The HTML of people who can be found and of the requests for them, drawn in one go for a whole list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from letsconnect.base.labels import label_of
from letsconnect.base.rows_html import address_of, drawn, escaped, sentence
from letsconnect.base.templatetags.when import when
from matching.domain.requests import RequestState
from matching.models import SharerRequest
from matching.waiting.cards import Card, SharedSkill


@dataclass(frozen=True)
class CardWords:
    """What every card says, in the reader's language: looked up once for a page."""

    shares: str
    is_a_wish: str
    speaks: str
    comes_from: str
    is_free: str
    is_matched: str
    is_asked: str
    ask: str

    @classmethod
    def of_reader(cls) -> Self:
        return cls(
            shares=pgettext("of a person", "Shares"),
            is_a_wish=_("one of your wishes"),
            speaks=pgettext("of a person", "Speaks"),
            comes_from=pgettext("of a person", "From"),
            is_free=_("Roughly free, in your time zone"),
            is_matched=_("You are matched with this person."),
            is_asked=_("You asked for them: see"),
            ask=_("Ask for this person"),
        )


def draw_cards(cards: Iterable[Card]) -> SafeString:
    """Draw the people of a list, each with what others may see of them and a button to ask for them."""
    words = CardWords.of_reader()
    return drawn(_card(card, words) for card in cards)


def draw_facts(card: Card) -> SafeString:
    """Draw what others may see of one person."""
    return drawn([_facts(card, CardWords.of_reader())])


def _card(card: Card, words: CardWords) -> str:
    name = escaped(card.name)
    if card.is_matched:
        button = f'<span class="lc-muted">{words.is_matched}</span>'
    else:
        button = (
            '<a class="cdx-button cdx-button--fake-button cdx-button--fake-button--enabled" '
            f'href="{address_of("matching:sharer-ask", card.key)}">{words.is_asked if card.is_asked else words.ask}'
            f'<span class="lc-visually-hidden"> ({name})</span></a>'
        )
    return f'<li class="lc-card">\n<h3><bdi>{name}</bdi></h3>\n{_facts(card, words)}\n<p>{button}</p>\n</li>\n'


def _facts(card: Card, words: CardWords) -> str:
    skills = "".join([_skill(skill, words) for skill in card.skills])
    facts = [_fact(words.shares, f'<ul class="asking-told">{skills}</ul>')]
    if card.languages:
        facts.append(_fact(words.speaks, escaped(" · ".join(card.languages))))
    if card.region or card.group:
        group = f"<bdi>{escaped(card.group)}</bdi>" if card.group else ""
        facts.append(_fact(words.comes_from, _two_lines(group, escaped(card.region))))
    if card.roughly or card.in_common:
        roughly = escaped(" · ".join(card.roughly))
        facts.append(_fact(words.is_free, _two_lines(roughly, escaped(card.in_common))))
    return f'<dl class="lc-facts">\n{"".join(facts)}</dl>\n'


def _fact(name: str, html: str) -> str:
    return f"<div><dt>{name}</dt><dd>{html}</dd></div>\n"


def _two_lines(first: str, second: str) -> str:
    return "<br>".join([line for line in (first, second) if line])


def _skill(skill: SharedSkill, words: CardWords) -> str:
    name, level = escaped(skill.name), escaped(skill.level)
    if not skill.is_wished:
        return f'<li>{name}<span class="lc-muted">: {level}</span></li>'
    chip = (
        '<span class="cdx-info-chip cdx-info-chip--success">'
        f'<span class="cdx-info-chip__text">{words.is_a_wish}</span></span>'
    )
    return f'<li><strong>{name}</strong><span class="lc-muted">: {level}</span> {chip}</li>'


class NamedRequest(NamedTuple):
    """A request, and the name by which the learner reads whom they asked for."""

    request: SharerRequest
    name: str


@dataclass(frozen=True)
class RequestWords:
    """What the lines of requests say, in the reader's language: looked up once for a page."""

    who_and_what: str
    asked: str
    withdraw: str
    matched: str
    see_match: str
    ask_again: str
    expired: str
    withdrawn: str

    @classmethod
    def of_reader(cls) -> Self:
        return cls(
            who_and_what=_("%(name)s, about %(skill)s"),
            asked=_("Asked %(moment)s."),
            withdraw=_("Withdraw this request"),
            matched=_("The round of %(moment)s brought you together."),
            see_match=_("See the match"),
            ask_again=_("You can ask again, for the same person or another."),
            expired=_("No round could answer it in time. You can ask again, for the same person or another."),
            withdrawn=_("Withdrawn %(moment)s."),
        )


def draw_waiting(rows: Iterable[NamedRequest], *, csrf_field: str) -> SafeString:
    """Draw the requests that wait for the next round, each with a button to take it back."""
    words = RequestWords.of_reader()
    return drawn(_waiting(row, words, csrf_field) for row in rows)


def draw_over(rows: Iterable[NamedRequest]) -> SafeString:
    """Draw what became of the other requests."""
    words = RequestWords.of_reader()
    return drawn(_over(row, words) for row in rows)


def _waiting(row: NamedRequest, words: RequestWords, csrf_field: str) -> str:
    request, name, skill = row.request, escaped(row.name), escaped(str(row.request.skill))
    return (
        f'<li class="lc-stack">\n<p><strong>{words.who_and_what % {"name": name, "skill": skill}}</strong><br>'
        f'<span class="lc-muted">{sentence(words.asked, moment=when(request.made_at))}</span></p>\n'
        f"<blockquote>{linebreaksbr(request.why)}</blockquote>\n"
        f'<form method="post" action="{address_of("matching:request-withdraw", request.pk)}">{csrf_field}'
        f'<button class="cdx-button" type="submit">{words.withdraw}'
        f'<span class="lc-visually-hidden"> ({name}, {skill})</span></button></form>\n</li>\n'
    )


def _over(row: NamedRequest, words: RequestWords) -> str:
    request = row.request
    success = " cdx-info-chip--success" if request.state == RequestState.MATCHED else ""
    return (
        f"<li>\n<p><strong>{sentence(words.who_and_what, name=row.name, skill=request.skill)}</strong> "
        f'<span class="cdx-info-chip{success}"><span class="cdx-info-chip__text">{escaped(label_of(request, "state"))}'
        f'</span></span></p>\n<p class="lc-muted">{_became(request, words)}</p>\n</li>\n'
    )


def _became(request: SharerRequest, words: RequestWords) -> str:
    if request.state == RequestState.MATCHED:
        link = f'<a href="{address_of("matching:match-detail", request.match_id or 0)}">{words.see_match}</a>'
        return f"{sentence(words.matched, moment=when(request.closed_at))} {link}"
    if request.state == RequestState.NOT_THIS_TIME:
        return f"{escaped(label_of(request, 'not_this_time'))} {words.ask_again}"
    if request.state == RequestState.EXPIRED:
        return words.expired
    return sentence(words.withdrawn, moment=when(request.closed_at))
