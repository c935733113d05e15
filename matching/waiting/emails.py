"""The letters of those who wait: that a round had nobody, at most once a month, and what became of a request."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from mailings import kinds
from mailings.domain.letters import LetterState
from mailings.models import Letter
from mailings.rendering import Rendered, render_letter
from matching.domain.requests import RequestState
from matching.models import SharerRequest, SharerRequestQuerySet
from matching.waiting import advice
from matching.waiting.no_match import KIND
from matching.words import reasons
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration
from registrations.participation.next_round import next_round

_TOLD = (RequestState.NOT_THIS_TIME, RequestState.EXPIRED)
_NOT_GOING_OUT = (LetterState.SKIPPED, LetterState.FAILED)


def register() -> None:
    """Make the letters known to the ledger."""
    asked_for = "requests_made__sharer__member"
    kinds.register(KIND, still_owed=_no_match_owed, render=_render_no_match, keeps=kinds.kept(asked_for))
    kinds.register(
        "matching.request_answered",
        still_owed=_answer_owed,
        render=_render_answer,
        keeps=kinds.kept(f"learner__{asked_for}"),
    )


def _cannot_be_written_to(person: Registration, now: datetime) -> str | None:
    if person.state != RegistrationState.APPROVED or not person.has_open_account:
        return "no longer in the programme"
    if person.is_resting(on=now.date()):
        return "paused or away"
    if not Registration.objects.filter(pk=person.pk).agreed(on=now.date()).exists():
        return "has not agreed to the documents"
    return None


def _no_match_owed(person: Registration, now: datetime) -> str | None:
    if reason := _cannot_be_written_to(person, now):
        return reason
    return None if advice.waiting_status(person, now=now).got_nothing else "matched since, or wishes nobody any more"


def _render_no_match(person: Registration, language: str, zone: str) -> Rendered:
    now = timezone.now()
    with speaking(language):
        status = advice.waiting_status(person, now=now)
        asked = SharerRequest.objects.filter(
            learner=person, state=RequestState.NOT_THIS_TIME, closed_at__gte=status.round_at
        )
        context = {
            "name": person.shown_name,
            "status": status,
            "advice": [
                (change, absolute("registrations:registration-step", change.step) if change.step else "")
                for change in status.advice
                if not change.is_done
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
    is_told = Letter.objects.filter(kind=KIND, member=request.learner.member, owed_at__gte=request.closed_at)
    return "told in the letter about the round" if is_told.exclude(state__in=_NOT_GOING_OUT).exists() else None


def _render_answer(request: SharerRequest, language: str, zone: str) -> Rendered:
    together = SharerRequest.objects.filter(learner=request.learner, state=request.state)
    same = {"round": request.round} if request.round_id else {"round": None, "closed_at": request.closed_at}
    together = together.filter(**same)
    with speaking(language):
        context = {
            "name": request.learner.shown_name,
            "requests": _request_lines(together),
            "link": absolute("matching:request-list"),
            "browse": absolute("matching:sharer-list"),
        }
    return render_letter("matching/emails/request_answered", context, language=language, zone=zone)


def _request_lines(requests: SharerRequestQuerySet) -> list[dict[str, str]]:
    """What became of each, in the language spoken now."""
    return [
        {
            "other": reasons.name_of_asked(request),
            "skill": str(request.skill),
            "why": request.get_not_this_time_display() or _("No round could answer it in time."),
        }
        for request in requests.saying_who_is_named(on=timezone.now().date()).with_people().order_by("pk")
    ]
