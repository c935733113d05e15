"""What the tables of the desk share: pages, buttons, people in words, and who was looked at."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from letsconnect.base import searching
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.keys import keys_among
from letsconnect.base.labels import label_of
from letsconnect.base.versioned_admin import FormOf, Row
from letsconnect.base.versions import ChangedMeanwhile
from matching.domain.matches import CANCELLABLE, MatchingError, Side, sides_waiting
from matching.models import Concern, Match, Round
from matching.models.people import PersonInTable
from matching.words import reasons
from registrations.admin.typed_people import PersonFinder
from registrations.domain.looks import LookKind
from registrations.models import Member, Registration, Skill

BOTH = ("learner", "sharer")


class DeskAdmin(WorkingGroupAdmin[Row]):
    """A table of which every change is an action: nobody types into a row."""

    coordinators_may = frozenset({"view"})

    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, names: PersonFinder | None = None
    ) -> HttpResponse:
        """Answer with a page; ``names`` is what finds people for its form, whose names it may show."""
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        response = TemplateResponse(request, f"matching/admin/{template}.html", values)
        if names is not None:
            response.render()  # only then it is known whom it names
            self.note_look(request, names.shown, kind=LookKind.MATCHES)
        return response

    def press(self, request: HttpRequest, row: Any, act: Callable[[Any], Any], form: FormOf | None = None) -> Any:
        """Do what a button says to the row as its page showed it, and return what came of it.

        Where it is refused, say why and return None.
        """
        try:
            with self.as_opened(request, row, form=form) as now:
                return act(now)
        except (MatchingError, ChangedMeanwhile) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None

    def find(self, request: HttpRequest, number: int | str) -> Any:
        """Return the row of that number among those the reader may see, or answer that there is none."""
        return get_object_or_404(self.get_queryset(request), pk__in=keys_among([str(number)]))

    def note_looks(self, request: HttpRequest, *people: Registration) -> None:
        """Remember for these people that the reader opened a page about them."""
        self.note_look(request, PeopleShown(registrations={person.pk for person in people}), kind=LookKind.MATCH)

    def note_names(self, request: HttpRequest, people: Iterable[Registration | None]) -> None:
        """Remember for these people that their names were in a list."""
        named = PeopleShown(registrations={person.pk for person in people if person is not None})
        self.note_look(request, named, kind=LookKind.MATCHES)

    def note_matches(self, request: HttpRequest, matches: Iterable[Match]) -> None:
        """Remember for both sides of these matches that they were in a list."""
        self.note_look(request, people_on(matches, BOTH), kind=LookKind.MATCHES)


def side_in_words(person: Registration | PersonInTable) -> str:
    """Return name, region and group of a person: no address, no contact."""
    group = str(person.group or person.group_other or "")
    return " · ".join([part for part in (*_called(person), group) if part])


def link_to_side(person: PersonInTable, *, reader: Member) -> str:
    """Return the same as a link to the page of the person, for who looks after them."""
    words = side_in_words(person)
    if not reader.looks_after(person.region):
        return words
    return format_html('<a href="{}">{}</a>', reverse("admin:person_detail", args=[person.pk]), words)


def _called(person: Registration | PersonInTable) -> list[str]:
    """Return what the desk calls a person, and the region unless that is said by it."""
    called = reasons.called_at_desk(person)
    return [called] if called.startswith("#") else [called, person.region]


def columns_of_side(way: str) -> tuple[str, ...]:
    """Return the columns that `side_in_words` reads of a person, for `list_columns`."""
    return (*columns_of_name(way), *(f"{way}__{column}" for column in ("region", "group_other", "group__name")))


def names_searched(*ways: str) -> tuple[str, ...]:
    """Return the columns in which a list searches for the names and usernames of these people."""
    return tuple(f"{way}__{column}" for way in ways for column in ("folded_names", "member__folded_name"))


def of_skills_called(words: str) -> Q:
    """Return the rows about a skill that is called so, in any language, or was merged into one."""
    skills = Skill.objects.filter(searching.rows_called(Skill, ("skill_names__text",), words)).values("pk")
    return Q(skill__in=skills) | Q(skill__merged_into__in=skills)


def columns_of_name(way: str) -> tuple[str, ...]:
    """Return the columns that `reasons.name_of` reads of a person, for `list_columns`."""
    return tuple(f"{way}__{column}" for column in ("name", "member__name", "member__erased_at"))


def may_cancel(member: Member, round_: Round) -> bool:
    """Tell whether to offer the button; the action decides."""
    return round_.state in CANCELLABLE and round_.can_be_steered_by(member)


def may_know(member: Member, *people: Registration) -> bool:
    """Tell whether somebody may read these names together: one of them is of a region they look after."""
    return any(member.looks_after(person.region) for person in people)


def standing_in_words(match: Match, people: Mapping[Side, Registration | PersonInTable], *, reader: Member) -> str:
    """Return the state of a match; of one that is half-approved, for whom it waits.

    The filter of the list asks the same of the database: `MatchQuerySet.half_approved_for`.
    """
    waiting = [people[side] for side in sides_waiting(state=match.state, approved=match.sides_approved)]
    if not waiting:
        return label_of(match, "state")
    is_mine = reader.pk in [person.member_id for person in people.values()]
    if not is_mine and any(reader.looks_after(person.region) for person in waiting):
        return gettext("half-approved, waits for you")
    if not waiting[0].region:
        return gettext("half-approved, waits for a coordinator")
    # Translators: one of two regions has approved a match; %(region)s is the short name of the other, such as SSA.
    return gettext("half-approved, waits for %(region)s") % {"region": waiting[0].region}


def line(match: Match, *, reader: Member) -> dict[str, Any]:
    """Return what a list shows of one match, which is read ``with_approvals``."""
    return {
        "match": match,
        "skill": str(match.skill),
        "learner": side_in_words(match.learner),
        "sharer": side_in_words(match.sharer),
        "standing": standing_in_words(match, {side: match.person(side) for side in Side}, reader=reader),
        "why": reasons.in_common(match),
    }


def concern_in_words(concern: Concern) -> str:
    """Return whom a concern is about: one person, or the two of a match."""
    if concern.registration is not None:
        return side_in_words(concern.registration)
    return " – ".join(reasons.called_at_desk(person) for person in concern.people)
