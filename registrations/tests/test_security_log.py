"""What the security log keeps: comings, goings, refused codes and roles, and never an address or a code."""

import logging
import re

import pytest
import requests
from django.core.serializers import serialize
from django.urls import reverse

from letsconnect.base.models import SecurityEvent
from registrations.actions.seats import appoint, end_seat
from registrations.domain import SeatRole
from registrations.tests import factories

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = reverse("registrations:sign-in"), reverse("registrations:sign-in-code")


def lines():
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", "member", "by", "detail"))


def ask(client, address):
    client.post(SIGN_IN, {"email": address})


def test_coming_in_by_a_code_and_going_are_kept(client, mailoutbox, member):
    ask(client, member.email)
    client.post(CODE, {"code": re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]})
    client.post(reverse("registrations:sign-out"))

    assert lines() == [
        ("signed_in", member.pk, member.pk, "code of a letter"),
        ("signed_out", member.pk, member.pk, ""),
    ]


def test_coming_in_by_the_wiki_is_kept(client, wiki):
    logging.disable(logging.WARNING)
    begun = client.post(reverse("registrations:wikimedia-sign-in")).url
    back = requests.get(begun, allow_redirects=False, timeout=5).headers["Location"]
    client.get(back.removeprefix("http://127.0.0.1:8000"))
    logging.disable(logging.NOTSET)

    assert [line[::3] for line in lines()] == [("signed_in", "Wikimedia")]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_refused_code_is_kept_without_address_and_code(client, mailoutbox, member, is_known):
    address = member.email if is_known else "nobody@example.org"
    ask(client, address)
    right = re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    client.post(CODE, {"code": wrong})

    assert lines() == [("code_refused", member.pk if is_known else None, None, "")]
    kept = serialize("json", SecurityEvent.objects.all(), fields=["kind", "detail"])
    assert wrong not in kept
    assert address not in kept


def test_a_visitor_who_signs_out_leaves_no_line(client, db):
    client.post(reverse("registrations:sign-out"))

    assert lines() == []


def test_roles_given_and_ended_are_kept(member, coordinator):
    seat = appoint(member=member, role=SeatRole.LIAISON, region="LAC", by=coordinator, now=factories.NOW)
    end_seat(seat=seat, until_on=factories.NOW.date().replace(month=6), by=coordinator, now=factories.NOW)

    assert lines() == [
        ("role_given", member.pk, coordinator.pk, "liaison LAC"),
        ("role_ended", member.pk, coordinator.pk, "liaison LAC"),
    ]
