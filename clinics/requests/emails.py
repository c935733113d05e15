"""The letters about topic requests: what came of one, and that its clinic is announced."""

from datetime import datetime
from typing import Any

from clinics.domain.clinics import ClinicState
from clinics.domain.requests import TopicRequestState
from clinics.emails import why_not_to_come
from clinics.models import TopicSupport
from clinics.requests.letters import ANNOUNCED, OUTCOME
from letsconnect.base.languages import speaking
from letsconnect.base.links import absolute
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from mailings import kinds
from mailings.rendering import Rendered, render_letter

_TOLD_OF = (TopicRequestState.PLANNED, TopicRequestState.ANSWERED, TopicRequestState.DECLINED)


def outcome_owed(support: TopicSupport | None, now: datetime) -> str | None:
    """Return why a letter about a decision is no longer owed, or None."""
    if support is None:
        return "no longer wants it"
    request = support.request
    if request.state not in _TOLD_OF:
        return f"the wish is {request.state}"
    is_public = request.clinic is not None and request.clinic.state != ClinicState.DRAFT
    if request.state == TopicRequestState.PLANNED and is_public:
        return "its clinic is announced, which is told by itself"
    return None


def announced_owed(support: TopicSupport | None, now: datetime) -> str | None:
    """Return why a letter about an announced clinic is no longer owed, or None."""
    if support is None:
        return "no longer wants it"
    clinic = support.request.clinic
    return "no clinic is planned for it any more" if clinic is None else why_not_to_come(clinic, now)


def what_is_told(support: TopicSupport) -> str:
    """Return the facts a letter about a decision tells, so that none is sent twice."""
    request = support.request
    return f"{request.pk} {request.state} {request.clinic_id} {request.answer}"


def render_outcome(support: TopicSupport, language: str, zone: str) -> Rendered:
    return render_letter("clinics/emails/topic_outcome", _context(support, language), language=language, zone=zone)


def render_announced(support: TopicSupport, language: str, zone: str) -> Rendered:
    return render_letter("clinics/emails/topic_announced", _context(support, language), language=language, zone=zone)


def _context(support: TopicSupport, language: str) -> dict[str, Any]:
    request, clinic = support.request, support.request.clinic
    is_public = clinic is not None and clinic.state != ClinicState.DRAFT
    text = clinic.text_in(language) if clinic is not None and is_public else None
    with speaking(language):
        return {
            "topic": request.topic_in(language),
            "language_asked_for": request.language_in_words,
            "asked_themselves": request.member_id == support.member_id,
            "was_merged": support.came_from_id is not None,
            "state": request.state,
            "answer": request.answer,
            "clinic": clinic if is_public else None,
            "title": text.title if text else "",
            "clinic_url": absolute("clinics:clinic-detail", clinic.pk) if clinic is not None and is_public else "",
            "url": absolute("clinics:topic-detail", request.pk),
        }


_SUPPORTS = Statement(
    lambda keys: (
        TopicSupport.objects.filter(pk__in=any_of(keys))
        .select_related("member", "request__skill__merged_into", "request__clinic")
        .prefetch_related(
            "request__skill__skill_names", "request__skill__merged_into__skill_names", "request__clinic__texts"
        )
    )
)


def read_supports(keys: list[int], _now: datetime) -> list[TopicSupport]:
    """Read what several such letters tell: the topic, what was decided, and the clinic with its texts."""
    return _SUPPORTS.rows({"keys": keys})


def register() -> None:
    """Register the letters with the ledger."""
    kinds.register(
        OUTCOME,
        still_owed=outcome_owed,
        render=render_outcome,
        facts=what_is_told,
        reads=read_supports,
        keeps=kinds.kept(),
    )
    kinds.register(
        ANNOUNCED, still_owed=announced_owed, render=render_announced, reads=read_supports, keeps=kinds.kept()
    )
