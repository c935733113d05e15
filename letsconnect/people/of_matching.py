"""Matches, the hours agreed in them, requests for a sharer, pairs kept apart, and what somebody is to look after."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.people.timeline import PageAsked, TimelineLine, part
from matching.domain.feedback import ConcernKind
from matching.domain.matches import MatchState
from matching.domain.requests import RequestState
from matching.domain.sessions import SessionState
from matching.models import Concern, Exclusion, Match, Session, SharerRequest
from matching.models.people import DeskName, desk_name, desk_names
from matching.words.reasons import called_at_desk
from registrations.models import heir_at

_MOMENTS: dict[str, Promise] = {
    "proposed_at": gettext_lazy("proposed as a match with %(name)s: %(skill)s"),
    "asked_at": gettext_lazy("asked about the match with %(name)s: %(skill)s"),
    "connected_at": gettext_lazy("connected with %(name)s: %(skill)s"),
    "closed_at": gettext_lazy("the match with %(name)s is over: %(skill)s (%(state)s)"),
}


def _of(asked: PageAsked, *columns: str) -> Q:
    """The person is in one of these columns, the learner and the sharer unless they are named otherwise."""
    registration = asked.person.registration
    if registration is None:
        return Q(pk__in=[])
    return Q(*((column, registration) for column in columns or ("learner", "sharer")), _connector=Q.OR)


@part
def matches(asked: PageAsked) -> Iterator[TimelineLine | None]:
    rows = Match.objects.visible_to(asked.reader).filter(_of(asked))
    read = {
        moment: asked.newest(rows, moment, heir_at("skill"), "state", *desk_names("learner", "sharer"))
        for moment in _MOMENTS
    }
    yield None
    for moment, words in _MOMENTS.items():
        for at, key, skill, state, *people in read[moment]:
            other, link = _other(asked, people), reverse("admin:matching_match_change", args=[key])
            values = {"name": called_at_desk(other), "state": MatchState(state).label}
            yield TimelineLine(at, key, words, values, link, skill=skill, others=(other.pk,))


@part
def hours(asked: PageAsked) -> Iterator[TimelineLine | None]:
    """Hours agreed, or being agreed: never the link to the call, nor what the two wrote to each other."""
    visible = Match.objects.visible_to(asked.reader).filter(_of(asked)).values("pk")
    rows = Session.objects.filter(_of(asked), match__in=visible).annotate(at=Coalesce("starts_at", "made_at"))
    read = asked.newest(rows, "at", "match", "state", *desk_names("learner", "sharer"))
    yield None
    for at, key, match, state, *people in read:
        other, link = _other(asked, people), reverse("admin:matching_match_change", args=[match])
        values = {"name": called_at_desk(other), "state": SessionState(state).label}
        yield TimelineLine(at, key, _("a session with %(name)s (%(state)s)"), values, link, others=(other.pk,))


@part
def requests(asked: PageAsked) -> Iterator[TimelineLine | None]:
    rows = SharerRequest.objects.visible_to(asked.reader).filter(_of(asked))
    read = asked.newest(rows, "made_at", heir_at("skill"), "state", *desk_names("learner", "sharer"))
    yield None
    for at, key, skill, state, *people in read:
        other, link = _other(asked, people), reverse("admin:matching_sharerrequest_change", args=[key])
        words = _("asked for %(name)s as sharer: %(skill)s (%(state)s)")
        if other.pk == desk_name(people, 0).pk:
            words = _("%(name)s asked for them as sharer: %(skill)s (%(state)s)")
        values = {"name": called_at_desk(other), "state": RequestState(state).label}
        yield TimelineLine(at, key, words, values, link, skill=skill, others=(other.pk,))


@part
def exclusions(asked: PageAsked) -> Iterator[TimelineLine | None]:
    rows, names = Exclusion.objects.visible_to(asked.reader).filter(_of(asked, "person", "other")), ("person", "other")
    made = asked.newest(rows, "made_at", "made_by__name", *desk_names(*names))
    lifted = asked.newest(rows, "lifted_at", "lifted_by__name", *desk_names(*names))
    yield None
    for words, read in (
        (_("is kept apart from %(name)s"), made),
        (_("is no longer kept apart from %(name)s"), lifted),
    ):
        for at, key, by, *people in read:
            other, link = _other(asked, people), reverse("admin:matching_exclusion_change", args=[key])
            yield TimelineLine(at, key, words, {"name": called_at_desk(other)}, link, by=by or "", others=(other.pk,))


@part
def concerns(asked: PageAsked) -> Iterator[TimelineLine | None]:
    """What a liaison is asked to look after, about the person or one of their matches."""
    about = Q(match__in=Match.objects.filter(_of(asked)).values("pk"))
    if asked.person.registration is not None:
        about |= Q(registration=asked.person.registration)
    rows = Concern.objects.visible_to(asked.reader).filter(about)
    raised = asked.newest(rows, "raised_at", "kind")
    closed = asked.newest(rows, "closed_at", "kind", "closed_by__name")
    yield None
    for at, key, kind in raised:
        yield TimelineLine(at, key, "%(what)s", {"what": ConcernKind(kind).label}, _of_concern(key))
    for at, key, kind, by in closed:
        values = {"what": ConcernKind(kind).label}
        yield TimelineLine(at, key, _("looked after: %(what)s"), values, _of_concern(key), by=by or "")


def _of_concern(key: int) -> str:
    return reverse("admin:matching_concern_change", args=[key])


def _other(asked: PageAsked, people: Any) -> DeskName:
    """Return the other of the two people of a row."""
    first, second = desk_name(people, 0), desk_name(people, 1)
    registration = asked.person.registration
    return second if registration is not None and first.pk == registration.pk else first
