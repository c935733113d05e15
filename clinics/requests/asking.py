"""Ask for a clinic on a topic, support what others asked for, and take either back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.domain import requests
from clinics.domain.requests import RequestMoveNotAllowed, TooManyTopics, TopicRefused, TopicRequestState
from clinics.models import TopicRequest, TopicSupport
from letsconnect.base import acts
from letsconnect.base.hours import HOUR
from letsconnect.base.lines import has_something_to_see, one_line
from registrations.domain.registrations import SkillState
from registrations.locking import lock_member
from registrations.models import Member, Skill
from registrations.reference.languages import LANGUAGES


@dataclass(frozen=True)
class WishedTopic:
    """What a clinic is asked for on: a skill of the catalogue, or else words of one's own; and in which language."""

    skill: Skill | None
    words: str
    language: str

    def checked(self) -> "WishedTopic":
        """Return the topic as it is stored: a merged skill as its heir; TopicRefused where there is none."""
        if self.language not in LANGUAGES:
            raise TopicRefused(_("Choose the language in which you would like the clinic."))
        if self.skill is None:
            words = one_line(self.words)
            if not words or not has_something_to_see(words):
                raise TopicRefused(_("Choose a skill, or say in a few words what the clinic should be about."))
            return WishedTopic(None, words, self.language)
        skill = Skill.objects.select_related("merged_into").get(pk=self.skill.pk).heir
        if skill.state == SkillState.RETIRED:
            raise TopicRefused(_("This skill is no longer used. Please choose another, or say it in your words."))
        return WishedTopic(skill, "", self.language)


def lock_request(request: TopicRequest) -> TopicRequest:
    """Return the request as it is now, locked until the transaction ends. Whoever needs the member's row locks it
    first, and the clinic's too."""
    return TopicRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)


@transaction.atomic
def ask_topic(*, topic: WishedTopic, why: str, why_is_public: bool, by: Member, now: datetime) -> TopicRequest:
    """Keep a request for a clinic; asking twice for the same changes nothing. Who asks is its first supporter.

    Raises TopicRefused for what is no topic, TooManyTopics for somebody who has asked for many within a month.
    """
    by = lock_member(by)
    topic = topic.checked()
    if not has_something_to_see(why):
        raise TopicRefused(_("Say in a few words why: it helps the working group choose."))
    if (mine := _going_on_of(by, topic)) is not None:
        return _want_again(mine, why=why, why_is_public=why_is_public, by=by, now=now)
    _check_pace(by, now=now)
    request = TopicRequest.objects.create(
        skill=topic.skill,
        words=topic.words,
        language=topic.language,
        member=by,
        why=why.strip(),
        why_is_public=why_is_public,
        made_at=now,
    )
    TopicSupport.objects.create(request=request, member=by, made_at=now)
    acts.record(by=by, verb="ask_topic", on=request, now=now, became=request.state)
    return request


def _going_on_of(member: Member, topic: WishedTopic) -> TopicRequest | None:
    mine = TopicRequest.objects.going_on().asked_by(member).filter(language=topic.language)
    same = mine.about(topic.skill.pk) if topic.skill is not None else mine.filter(skill=None, words=topic.words)
    return same.first()


def _want_again(request: TopicRequest, *, why: str, why_is_public: bool, by: Member, now: datetime) -> TopicRequest:
    """Let somebody who had taken their support back want it again, for the reason they give now."""
    request = lock_request(request)
    if request.supports.filter(member=by).exists():
        return request
    request.why, request.why_is_public = why.strip(), why_is_public
    request.save(update_fields=["why", "why_is_public"])
    _add_support(request, by=by, now=now)
    return request


def _check_pace(by: Member, *, now: datetime) -> None:
    """Raise TooManyTopics for somebody who asked for many topics within a month; their row is locked."""
    most, mine = requests.REQUESTS_A_MONTH, TopicRequest.objects.asked_by(by)
    if acts.count_recent(by=by, verbs=["ask_topic"], on=mine, now=now, within=requests.MONTH) >= most:
        raise TooManyTopics(
            ngettext(
                "You have asked for %(count)d topic within a month. Volunteers read each of them: please wait a "
                "little, or support what others asked for.",
                "You have asked for %(count)d topics within a month. Volunteers read each of them: please wait a "
                "little, or support what others asked for.",
                most,
            )
            % {"count": most}
        )


@transaction.atomic
def support_topic(*, request: TopicRequest, by: Member, now: datetime) -> TopicRequest:
    """Want what somebody asked for, too; a second time changes nothing. Of a merged request, support the one it is in.

    Returns the request that is supported; RequestMoveNotAllowed where it is over.
    """
    by = lock_member(by)
    request = lock_request(request)
    if request.merged_into is not None:
        request = lock_request(request.merged_into)
    if request.supports.filter(member=by).exists():
        return request
    if not request.is_going_on:
        raise RequestMoveNotAllowed(_("This request is closed. You can ask for the topic anew."))
    most, everything = requests.SUPPORTS_AN_HOUR, TopicRequest.objects.all()
    if acts.count_recent(by=by, verbs=["support_topic"], on=everything, now=now, within=HOUR) >= most:
        raise TooManyTopics(_("You have supported many topics within an hour. Please wait a little."))
    _add_support(request, by=by, now=now)
    return request


def _add_support(request: TopicRequest, *, by: Member, now: datetime) -> None:
    TopicSupport.objects.create(request=request, member=by, made_at=now)
    acts.record(by=by, verb="support_topic", on=request, now=now)


@transaction.atomic
def take_support_back(*, request: TopicRequest, by: Member, now: datetime) -> TopicRequest:
    """Want it no longer; a second time changes nothing.

    What others want stays open, also when the one who takes it back had asked for it: only why they asked goes with
    them. What nobody wants any more is withdrawn.
    """
    by = lock_member(by)
    request = lock_request(request)
    support = request.supports.filter(member=by).first()
    if support is None:
        return request
    end_support(request, support, by=by, now=now)
    if request.state == TopicRequestState.OPEN and not request.supports.exists():
        withdraw(request, by=by, now=now)
    return request


def end_support(request: TopicRequest, support: TopicSupport, *, by: Member | None, now: datetime) -> None:
    """Take one person off a locked request, with why they asked, if they did."""
    support.delete()
    if request.member_id == support.member_id:
        request.why, request.why_is_public = "", False
        request.save(update_fields=["why", "why_is_public"])
    acts.record(by=by, verb="take_support_back", on=request, now=now)


def withdraw(request: TopicRequest, *, by: Member | None, now: datetime) -> None:
    """Close a locked request that nobody wants any more."""
    requests.check_request_move(request.state, TopicRequestState.WITHDRAWN)
    was, request.state, request.clinic = request.state, TopicRequestState.WITHDRAWN, None
    request.decided_at, request.decided_by = now, None
    request.save(update_fields=["state", "clinic", "decided_at", "decided_by"])
    acts.record(by=by, verb="withdraw_topic", on=request, now=now, was=was, became=request.state)
