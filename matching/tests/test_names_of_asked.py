"""Whom somebody asked for is named to them only while that person agrees to be shown."""

import pytest
from django.urls import reverse

from matching.domain.requests import RequestState
from matching.tests.factories import make_request
from matching.waiting.emails import _render_answer
from registrations.consents.agreeing import take_back
from registrations.tests.factories import NOW, make_member, make_registration

pytestmark = pytest.mark.django_db
NAME = "Zaynab of the reeds"


@pytest.fixture(params=[RequestState.OPEN, RequestState.EXPIRED, RequestState.WITHDRAWN])
def request_(request):
    sharer = make_registration(member=make_member(name=NAME), offers=["wikidata"], is_findable=True)
    return make_request(request.param, sharer=sharer)


def read(client, request_):
    client.force_login(request_.learner.member)
    pages = [client.get(reverse(name)) for name in ("matching:request-list", "registrations:my-data")]
    file = client.get(reverse("registrations:data-download", args=["json"])).content.decode()
    letter = _render_answer(request_, "en", "UTC")
    return [*(page.content.decode() for page in pages), file, str(letter)]


@pytest.mark.parametrize("document", ["code_of_conduct", "privacy_notice"])
def test_who_takes_their_agreement_back_is_named_to_nobody_who_asked_for_them(client, request_, document):
    sharer = request_.sharer.member
    pages = read(client, request_)
    assert all(NAME in text for text in pages)

    take_back(member=sharer, document=document, by=sharer, now=NOW)

    for text in read(client, request_):
        assert NAME not in text


def test_who_was_brought_together_goes_on_reading_whom_with(client):
    sharer = make_registration(member=make_member(name=NAME), offers=["wikidata"], is_findable=True)
    matched = make_request(RequestState.MATCHED, sharer=sharer)
    take_back(member=sharer.member, document="privacy_notice", by=sharer.member, now=NOW)
    client.force_login(matched.learner.member)

    assert NAME in client.get(reverse("matching:request-list")).content.decode()
