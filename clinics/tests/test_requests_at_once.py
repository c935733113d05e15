"""Topic requests at the same moment: two who merge from two sides, and the same person in two tabs."""

import pytest

from clinics.domain.requests import RequestMoveNotAllowed
from clinics.models import TopicRequest, TopicSupport
from clinics.requests import asking, deciding
from clinics.requests.asking import WishedTopic
from clinics.tests.factories import make_topic_request
from letsconnect.tests.at_once import at_once
from registrations.domain.registrations import ClosedMeanwhile
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_coordinator, make_member, make_skill

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_merge_two_requests_into_each_other_end_with_one():
    coordinator = make_coordinator()
    first, second = make_topic_request(supporters=2), make_topic_request(skill="lexemes", supporters=2)

    def merge(source, target):
        return lambda: deciding.merge_requests(source=source, target=target, by=coordinator, now=NOW)

    results = at_once(merge(first, second), merge(second, first), refusals=(RequestMoveNotAllowed,))

    assert sum(isinstance(result, RequestMoveNotAllowed) for result in results) == 1
    assert sorted(TopicRequest.objects.values_list("state", flat=True)) == ["merged", "open"]
    assert TopicRequest.objects.get(state="open").supports.count() == 6


def test_one_person_in_two_tabs_asks_once_and_supports_once():
    me, skill, request = make_member(), make_skill("lexemes"), make_topic_request()

    def ask():
        return asking.ask_topic(topic=WishedTopic(skill, "", "en"), why="Because", why_is_public=False, by=me, now=NOW)

    at_once(ask, ask, lambda: asking.support_topic(request=request, by=me, now=NOW))

    assert TopicRequest.objects.filter(member=me).count() == 1
    assert TopicSupport.objects.filter(member=me).count() == 2


def test_nobody_supports_while_they_are_erased():
    me, request = make_member(), make_topic_request()

    at_once(
        lambda: erase_member(member=me, by=me, now=NOW),
        lambda: asking.support_topic(request=request, by=me, now=NOW),
        refusals=(ClosedMeanwhile,),
    )

    assert not TopicSupport.objects.filter(member=me).exists()
