"""The letters of those who wait: that a round had nobody, at most once a month, and what became of a request."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.models import Letter
from mailings.rendering import Rendered, render_letter
from matching.domain.requests import RequestState
from matching.models import SharerRequest, SharerRequestQuerySet
from matching.waiting import advice
from matching.waiting.changes_in_words import what_would_help
from matching.waiting.no_match import KIND
from matching.words import reasons
from registrations import documents
from registrations.consents.asking import agrees, read_who_agrees
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration
from registrations.participation.next_round import next_round, read_who_takes_part
from registrations.review.undoable import until_it_stands

_TOLD = (RequestState.NOT_THIS_TIME, RequestState.EXPIRED)
_NOT_GOING_OUT = (LetterState.SKIPPED, LetterState.FAILED)


def register() -> None:
    """Make the letters known to the ledger."""
    asked_for = "requests_made__sharer__member"
    kinds.register(
        KIND,
        still_owed=until_it_stands(_no_match_owed, lambda person: [person]),
        render=_render_no_match,
        reads=_read_people,
        keeps=kinds.kept(asked_for),
    )
    kinds.register(
        "matching.request_answered",
        still_owed=until_it_stands(_answer_owed, lambda request: [request.learner]),
        render=_render_answer,
        reads=_read_requests,
        keeps=kinds.kept(f"learner__{asked_for}"),
    )


_PEOPLE = Statement(lambda keys: Registration.objects.filter(pk__in=any_of(keys)).select_related("member"))
_REQUESTS = Statement(
    lambda keys: SharerRequest.objects.filter(pk__in=any_of(keys)).select_related("learner__member", "round")
)


def _read_people(keys: list[int], now: datetime) -> list[Registration]:
    people = _PEOPLE.rows({"keys": keys})
    read_who_agrees(people, on=now.date())
    read_who_takes_part(people, on=now.date())
    return people


def _read_requests(keys: list[int], now: datetime) -> list[SharerRequest]:
    requests = _REQUESTS.rows({"keys": keys})
    read_who_agrees([request.learner for request in requests], on=now.date())
    return requests


def _cannot_be_written_to(person: Registration, now: datetime) -> str | None:
    if person.state != RegistrationState.APPROVED or not person.has_open_account:
        return "no longer in the programme"
    if person.is_resting(on=now.date()):
        return "paused or away"
    if not agrees(person, on=now.date()):
        return "has not agreed to the documents"
    return None


def _no_match_owed(person: Registration, now: datetime) -> str | None:
    if reason := _cannot_be_written_to(person, now):
        return reason
    return None if advice.waiting_status(person, now=now).got_nothing else "matched since, or wishes nobody any more"


_TOLD_ALREADY = Statement(
    lambda member, since: (
        Letter.objects.filter(kind=KIND, member=member, owed_at__gte=since)
        .exclude(state__in=_NOT_GOING_OUT)
        .values_list("pk")[:1]
    )
)


def _render_no_match(person: Registration, language: str, zone: str) -> Rendered:
    now = timezone.now()
    with speaking(language):
        status = advice.waiting_status(person, now=now)
        outlook = what_would_help(person, now=now) if status.is_looked_for else None
        versions = documents.all_counting(on=now.date())
        asked = (
            _ASKED_SINCE.rows({"learner": person, "since": status.round_at}, on=now.date(), versions=versions)
            if status.round_at
            else []
        )
        context = {
            "name": person.shown_name,
            "status": status,
            "somebody": outlook.somebody if outlook else "",
            "advice": [
                (change, absolute("registrations:registration-step", change.step) if change.step else "")
                for change in (outlook.advice if outlook else ())
            ],
            "requests": _request_lines(asked),
            "next_round": next_round(person, on=now.date()),
            "link": absolute("matching:no-match"),
            "browse": absolute("matching:sharer-list"),
        }
    return render_letter("matching/emails/no_match", context, language=language, zone=zone)


def _answer_owed(request: SharerRequest, now: datetime) -> str | None:
    if request.state not in _TOLD:
        return f"the request is {request.state}"
    if reason := _cannot_be_written_to(request.learner, now):
        return reason
    if request.closed_at is None or request.learner.member_id is None:
        return None
    is_told = _TOLD_ALREADY.rows({"member": request.learner.member_id, "since": request.closed_at})
    return "told in the email about the round" if is_told else None


def _render_answer(request: SharerRequest, language: str, zone: str) -> Rendered:
    today = timezone.now().date()
    moment = {"closed_at": request.closed_at} if request.closed_at else {}
    same: dict[str, Any] = {"round": request.round} if request.round_id else moment
    together = _TOGETHER.rows(
        {"learner": request.learner, **same},
        names=tuple(same),
        state=request.state,
        on=today,
        versions=documents.all_counting(on=today),
    )
    with speaking(language):
        context = {
            "name": request.learner.shown_name,
            "requests": _request_lines(together),
            "link": absolute("matching:request-list"),
            "browse": absolute("matching:sharer-list"),
        }
    return render_letter("matching/emails/request_answered", context, language=language, zone=zone)


def _to_tell(requests: SharerRequestQuerySet, *, on: date) -> SharerRequestQuerySet:
    return requests.saying_who_is_named(on=on).with_people().order_by("pk")


def _told_together(learner: Registration, state: str, **same: Any) -> SharerRequestQuerySet:
    """Those that one round answered, or that ended at the same moment without one."""
    given = same if "round" in same else {"round": None, "closed_at": None, **same}
    return SharerRequest.objects.filter(learner=learner, state=state, **given)


# The versions are those that count on the day: the SQL holds them.
_ASKED_SINCE = Statement(
    lambda learner, since, on, versions: _to_tell(
        SharerRequest.objects.filter(learner=learner, state=RequestState.NOT_THIS_TIME, closed_at__gte=since), on=on
    )
)
_TOGETHER = Statement(
    lambda learner, names, state, on, versions, **same: _to_tell(_told_together(learner, state, **same), on=on)
)


def _request_lines(requests: list[SharerRequest]) -> list[dict[str, str]]:
    """What became of each, in the language spoken now."""
    return [
        {
            "other": reasons.name_of_asked(request),
            "skill": str(request.skill),
            "why": request.get_not_this_time_display() or _("No round could answer it in time."),
        }
        for request in requests
    ]
