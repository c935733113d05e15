"""What the security log keeps: comings, goings, refused codes and roles, and never an address or a code."""

import logging
import re
from datetime import timedelta

import pytest
import requests
import time_machine
from django.core.serializers import serialize
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from letsconnect.base import security_log
from letsconnect.base.models import SecurityEvent, SecurityEventKind
from letsconnect.tests.waiting import PATIENCE
from registrations.domain.registrations import SeatRole
from registrations.models import Look
from registrations.seats.appointing import appoint, end_seat
from registrations.tests import factories

LOG = "/admin/base/securityevent/"
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
    back = requests.get(begun, allow_redirects=False, timeout=PATIENCE).headers["Location"]
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


def test_nobody_fills_the_log_of_somebody_else_with_codes_that_are_not_even_tried(client, mailoutbox, member):
    ask(client, member.email)
    right = re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(30):
        client.post(CODE, {"code": wrong})

    assert lines() == [("code_refused", member.pk, None, "")] * 5  # the tries of one letter
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        for _ in range(5):
            client.post(CODE, {"code": wrong})
    assert len(lines()) == 6  # one more an hour, where it is too old to be tried


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


def test_coordinators_read_the_log_at_the_desk_and_its_people_can_read_that_they_did(client, member, coordinator):
    factories.make_member(name="Silent")
    line = security_log.record(
        kind=SecurityEventKind.SIGNED_IN, member=member, by=member, now=factories.NOW, detail="code"
    )
    security_log.record(kind=SecurityEventKind.CODE_REFUSED, member=None, by=None, now=factories.NOW)
    client.force_login(coordinator)

    listed = client.get(LOG).content.decode()
    shown = client.get(reverse("admin:base_securityevent_change", args=[line.pk])).content.decode()

    for page in (listed, shown):
        assert str(member) in page
        assert member.email not in page
    assert "signed in, 2 March 2026" in shown and "signed_in" not in shown
    assert "a sign-in code was refused" in listed
    assert [(look.viewer, look.kind) for look in Look.objects.about(member)] == [(coordinator, "accounts")]
    client.force_login(factories.make_liaison("MENA"))
    assert client.get(LOG).status_code == 403


def test_the_log_asks_as_much_of_the_database_for_thirty_lines_as_for_three(client, coordinator):
    client.force_login(coordinator)

    def add(count):
        for _ in range(count):
            one, other = factories.make_member(), factories.make_member()
            security_log.record(
                kind=SecurityEventKind.ROLE_GIVEN, member=one, by=other, now=factories.NOW, detail="liaison"
            )

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(LOG).status_code == 200
        return len(found)

    add(3)
    client.get(LOG)
    few = queries()
    add(27)

    assert queries() == few
