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
OF_ASKED = {
    RequestState.OPEN: NAME,
    RequestState.EXPIRED: "Yusra of the hills",
    RequestState.WITHDRAWN: "Wafa of the sea",
}


def read(client, requests):
    """Return what somebody reads of whom they asked for: pages, file, and for each request the letter about it."""
    client.force_login(requests[0].learner.member)
    pages = [client.get(reverse(name)) for name in ("matching:request-list", "registrations:my-data")]
    file = client.get(reverse("registrations:data-download", args=["json"])).content.decode()
    letters = [str(_render_answer(request, "en", "UTC")) for request in requests]
    return [*(page.content.decode() for page in pages), file], letters


@pytest.mark.parametrize("document", ["code_of_conduct", "privacy_notice"])
def test_who_takes_their_agreement_back_is_named_to_nobody_who_asked_for_them(client, document):
    learner, requests = make_registration(wishes=["wikidata"]), []
    for place, (state, name) in enumerate(OF_ASKED.items(), 1):
        sharer = make_registration(member=make_member(name=name), offers=["wikidata"], is_findable=True)
        requests.append(make_request(state, learner=learner, sharer=sharer, place=place))
    pages, letters = read(client, requests)
    for name, letter in zip(OF_ASKED.values(), letters, strict=True):
        assert all(name in text for text in [*pages, letter]), name

    for request in requests:
        take_back(member=request.sharer.member, document=document, by=request.sharer.member, now=NOW)

    pages, letters = read(client, requests)
    for name, letter in zip(OF_ASKED.values(), letters, strict=True):
        assert not any(name in text for text in [*pages, letter]), name


def test_who_was_brought_together_goes_on_reading_whom_with(client):
    sharer = make_registration(member=make_member(name=NAME), offers=["wikidata"], is_findable=True)
    matched = make_request(RequestState.MATCHED, sharer=sharer)
    take_back(member=sharer.member, document="privacy_notice", by=sharer.member, now=NOW)
    client.force_login(matched.learner.member)

    assert NAME in client.get(reverse("matching:request-list")).content.decode()
