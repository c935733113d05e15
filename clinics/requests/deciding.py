"""What the working group decides about topic requests: merge, plan a clinic, answer, decline, open again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from clinics.domain import requests
from clinics.domain.clinics import ClinicState
from clinics.domain.requests import NotYourRequest, RequestMoveNotAllowed, TopicRefused, TopicRequestState
from clinics.models import Clinic, TopicRequest, TopicSupport
from clinics.requests.asking import lock_request
from clinics.requests.letters import owe_clinic_announced, owe_outcome
from letsconnect.base import acts
from letsconnect.base.lines import has_something_to_see
from registrations.models import Member


def _lock_theirs(request: TopicRequest, *, by: Member) -> TopicRequest:
    """Lock a request that ``by`` looks after; NotYourRequest for everybody else."""
    request = lock_request(request)
    check_theirs(request, by=by)
    return request


def check_theirs(request: TopicRequest, *, by: Member) -> None:
    if request.member_id == by.pk:
        raise NotYourRequest(_("You asked for this yourself: somebody else decides about it."))
    if not TopicRequest.objects.looked_after_by(by).filter(pk=request.pk).exists():
        raise NotYourRequest(_("This was asked for by somebody of a region that you do not look after."))


@transaction.atomic
def merge_requests(*, source: TopicRequest, target: TopicRequest, by: Member, now: datetime) -> TopicRequest:
    """Put one request into another, with everybody who wants it: nobody counts twice. Returns the other one.

    Both are locked, lowest key first, so that two who merge them into each other at one moment do not both succeed.
    What was merged into the first moves along, so that nothing is ever merged into what is merged itself.
    """
    if source.pk == target.pk:
        raise TopicRefused(_("A request cannot be merged into itself."))
    both = TopicRequest.objects.filter(pk__in=[source.pk, target.pk]).order_by("pk")
    rows = {row.pk: row for row in both.select_for_update(no_key=True, of=("self",))}
    source, target = rows[source.pk], rows[target.pk]
    check_theirs(source, by=by)
    requests.check_request_move(source.state, TopicRequestState.MERGED)
    if not target.is_going_on:
        raise RequestMoveNotAllowed(_("The request to merge into is closed itself."))
    there = TopicSupport.objects.filter(request=target).values("member")
    moving = TopicSupport.objects.filter(request=source).exclude(
        member__in=list(there.values_list("member", flat=True))
    )
    moving.update(request=target, came_from=Coalesce("came_from", Value(source.pk)))
    TopicRequest.objects.filter(merged_into=source).update(merged_into=target)
    was, source.state, source.merged_into = source.state, TopicRequestState.MERGED, target
    source.decided_at, source.decided_by = now, by
    source.save(update_fields=["state", "merged_into", "decided_at", "decided_by"])
    acts.record(by=by, verb="merge_topic", on=source, now=now, was=was, became=source.state)
    if target.state == TopicRequestState.PLANNED:
        _tell(target, now=now)
    return target


@transaction.atomic
def plan_for_request(*, request: TopicRequest, clinic: Clinic, by: Member, now: datetime) -> TopicRequest:
    """Say that a clinic, which the caller has locked or just made, is planned for the request; a second time changes
    nothing."""
    request = _lock_theirs(request, by=by)
    if request.state == TopicRequestState.PLANNED and request.clinic_id == clinic.pk:
        return request
    if clinic.state not in (ClinicState.DRAFT, ClinicState.ANNOUNCED):
        raise TopicRefused(_("This clinic is over or cancelled. Answer with it instead."))
    _decide(request, TopicRequestState.PLANNED, verb="plan_topic", by=by, now=now, clinic=clinic)
    _tell(request, now=now)
    return request


@transaction.atomic
def answer_request(
    *, request: TopicRequest, text: str, clinic: Clinic | None = None, by: Member, now: datetime
) -> TopicRequest:
    """Answer the request in words, by a clinic that people may see, or both."""
    request = _lock_theirs(request, by=by)
    clinic = clinic or request.clinic
    if clinic is not None and clinic.state in (ClinicState.DRAFT, ClinicState.CANCELLED):
        clinic = None  # nobody could open it
    if clinic is None and not has_something_to_see(text):
        raise TopicRefused(_("Write what people read as the answer, or choose a clinic that was announced."))
    _decide(
        request, TopicRequestState.ANSWERED, verb="answer_topic", by=by, now=now, clinic=clinic, answer=text.strip()
    )
    _tell(request, now=now)
    return request


@transaction.atomic
def decline_request(*, request: TopicRequest, reason: str, by: Member, now: datetime) -> TopicRequest:
    """Decline the request, for a reason that everybody who wants it reads."""
    request = _lock_theirs(request, by=by)
    if not has_something_to_see(reason):
        raise TopicRefused(_("Say why: everybody who asked for it or supported it reads it."))
    _decide(request, TopicRequestState.DECLINED, verb="decline_topic", by=by, now=now, answer=reason.strip())
    _tell(request, now=now)
    return request


@transaction.atomic
def reopen_request(*, request: TopicRequest, by: Member, now: datetime) -> TopicRequest:
    """Open a request again. Of one that was merged, everybody who came from it is its supporter again."""
    request = _lock_theirs(request, by=by)
    target = request.merged_into_id
    if target is not None:
        mine = set(request.supports.values_list("member", flat=True))
        moved = TopicSupport.objects.filter(request=target, came_from=request).exclude(member__in=mine)
        moved.update(request=request, came_from=None)
    _decide(request, TopicRequestState.OPEN, verb="reopen_topic", by=by, now=now)
    return request


def _decide(
    request: TopicRequest,
    becomes: TopicRequestState,
    *,
    verb: str,
    by: Member | None,
    now: datetime,
    clinic: Clinic | None = None,
    answer: str = "",
) -> None:
    requests.check_request_move(request.state, becomes)
    was, request.state = request.state, becomes
    request.clinic, request.answer, request.merged_into = clinic, answer, None
    request.decided_at, request.decided_by, request.decisions = now, by, request.decisions + 1
    columns = ["state", "clinic", "answer", "merged_into", "decided_at", "decided_by", "decisions"]
    request.save(update_fields=columns)
    acts.record(by=by, verb=verb, on=request, now=now, was=was, became=becomes)


def _tell(request: TopicRequest, *, now: datetime) -> None:
    """Owe everybody who wants it the letter about what came of it, or about its clinic once that is announced."""
    if request.state == TopicRequestState.PLANNED and request.clinic and request.clinic.state == ClinicState.ANNOUNCED:
        owe_clinic_announced(request.clinic, requests=[request.pk], now=now)
    else:
        owe_outcome(request, now=now)


def follow_announced(clinic: Clinic, *, now: datetime) -> int:
    """Tell everybody who asked for this clinic that it is announced, each once; the caller has locked it.

    Those whom its announcement reaches are told by that one. Returns how many letters are owed.
    """
    planned = _requests_of(clinic)
    return owe_clinic_announced(clinic, requests=[request.pk for request in planned], now=now)


def follow_held(clinic: Clinic, *, now: datetime) -> None:
    """The requests for which a clinic was held are answered by it; nobody needs another letter."""
    for request in _requests_of(clinic):
        _decide(request, TopicRequestState.ANSWERED, verb="answer_topic", by=None, now=now, clinic=clinic)


def follow_cancelled(clinic: Clinic, *, now: datetime) -> None:
    """The requests for which a cancelled clinic was planned are open again."""
    for request in _requests_of(clinic):
        _decide(request, TopicRequestState.OPEN, verb="reopen_topic", by=None, now=now)


def _requests_of(clinic: Clinic) -> list[TopicRequest]:
    planned = TopicRequest.objects.filter(clinic=clinic, state=TopicRequestState.PLANNED).order_by("pk")
    return list(planned.select_for_update(no_key=True, of=("self",)))
