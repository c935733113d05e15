"""The page of the team: who stands there, and what is written to them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from letsconnect.base.models import Act
from letsconnect.tests.meanwhile import meanwhile
from mailings.ledger.draining import drain
from mailings.models import Letter
from registrations.domain.registrations import ClosedMeanwhile, SeatRole
from registrations.domain.team import KEPT_FOR, MESSAGES_A_DAY, MOST_OF_A_NETWORK, NotShown, TooManyMessages
from registrations.models import Member, TeamMessage, WorkingGroupSeat
from registrations.privacy.erasing import erase_member
from registrations.seats.appointing import appoint
from registrations.seats.messages import TypedMessage, forget_old_messages, keep_message, send_message
from registrations.seats.team import show_on_team_page, team
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEAM = "/team/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def main_of(page):
    return page.content.decode().split("<main", 1)[1].split("</main>")[0]


def shown(member, *, is_shown=True):
    show_on_team_page(member=member, is_shown=is_shown, by=member, now=NOW)
    return member


def test_only_who_chose_to_is_shown_and_can_take_it_back(client):
    liaison = make_liaison("MENA", name="Amal", email="amal@secret.example", language="fr")
    make_registration(member=liaison, speaks=[("ar", 6), ("es", 1)])
    quiet = make_liaison("SSA", name="Quiet")
    said = main_of(client.get(TEAM))
    assert "Amal" not in said and "Middle East &amp; North Africa" not in said

    client.force_login(liaison)
    client.post(reverse("registrations:team-show"), {"do": "show"})
    said = main_of(Client().get(TEAM))
    assert ("Amal" in said, "Middle East &amp; North Africa" in said, "Arabic" in said) == (True, True, True)
    assert ("Spanish" in said, "secret.example" in said, quiet.name in said) == (False, False, False)
    assert "Nobody is shown here yet for these regions." in said and "Sub-Saharan Africa" in said
    assert Act.objects.filter(verb="show_on_team_page", became="yes").exists()

    client.post(reverse("registrations:team-show"), {"do": "hide"})
    assert "Amal" not in main_of(Client().get(TEAM))


def test_who_is_shown_is_shown_with_the_next_seat_too_and_hidden_with_all():
    liaison = shown(make_liaison("MENA", name="Amal"))
    appoint(member=liaison, role=SeatRole.LIAISON, region="SSA", by=None, now=NOW)
    appoint(member=liaison, role=SeatRole.LIAISON, region="LAC", by=None, now=NOW, from_on=(NOW + DAY).date())
    appoint(member=liaison, role=SeatRole.EDITOR, by=None, now=NOW)
    assert len(team(now=NOW)[0].regions) == 2 and len(team(now=NOW + DAY)[0].regions) == 3

    shown(liaison, is_shown=False)
    appoint(member=liaison, role=SeatRole.COORDINATOR, by=None, now=NOW)
    assert not team(now=NOW + DAY)


def test_who_has_no_seat_any_more_or_no_name_is_not_shown(client):
    liaison, coordinator = shown(make_liaison("MENA", name="Amal")), shown(make_coordinator(name="Noor"))
    assert main_of(client.get(TEAM)).count("<h2><bdi>") == 2
    WorkingGroupSeat.objects.filter(member=liaison).update(until_on=NOW.date() + DAY)
    with time_machine.travel(NOW + DAY, tick=False):
        assert main_of(client.get(TEAM)).count("<h2><bdi>") == 1
        page = client.get(reverse("registrations:team-write", args=[liaison.public_id]))
        assert (page.status_code, page.headers["Location"]) == (302, TEAM)
    Member.objects.filter(pk=coordinator.pk).update(is_active=False)
    Member.objects.filter(pk=liaison.pk).update(name="")
    assert main_of(client.get(TEAM)).count("<h2><bdi>") == 0
    with pytest.raises(NotShown):
        shown(Member.objects.get(pk=liaison.pk))
    with pytest.raises(NotShown):
        shown(make_member(name="Sol"))


def test_the_database_shows_nobody_outside_the_working_group():
    seat = appoint(member=make_member(), role=SeatRole.EDITOR, by=None, now=NOW)
    rule = "registrations_only_the_working_group_is_shown_as_the_team"
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        WorkingGroupSeat.objects.filter(pk=seat.pk).update(is_shown=True)


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"writer": None}, "registrations_team_message_waits_for_its_address_or_has_a_writer"),
        ({"name": ""}, "registrations_team_message_can_be_seen"),
        ({"name": "\u200b"}, "registrations_team_message_can_be_seen"),
        ({"text": ""}, "registrations_team_message_can_be_seen"),
        ({"text": " \n\u200b"}, "registrations_team_message_can_be_seen"),
        ({"text": "x" * 3001}, "registrations_team_message_is_no_book"),
        ({"sent_at": NOW - DAY}, "registrations_team_message_is_sent_once_written"),
        ({"key": ""}, "registrations_team_message_has_a_key"),
    ],
)
def test_a_message_to_the_team_keeps_its_shape(columns, rule):
    sent = send_message(written=written(), by=make_member(email="sol@example.org"), now=NOW)

    with pytest.raises(IntegrityError, match=rule[:63]), transaction.atomic():  # PostgreSQL keeps 63 letters of it
        TeamMessage.objects.filter(pk=sent.pk).update(**columns)


def test_a_message_that_was_swept_while_its_writer_pressed_is_sent(mailoutbox):
    writer = make_member(email="sol@example.org")
    kept = keep_message(written=written(), address="sol@example.org", network="x", now=NOW)

    with meanwhile("DELETE FROM", lambda: forget_old_messages(NOW + 2 * DAY)):
        sent = send_message(written=written(), by=writer, now=NOW, kept=kept)

    assert TeamMessage.objects.get() == sent == send_message(written=written(), by=writer, now=NOW, kept=kept)


@pytest.mark.parametrize("gives", [True, False])
def test_a_member_writes_and_the_letter_names_the_address_only_if_they_say_so(client, mailoutbox, gives):
    liaison = shown(make_liaison("MENA", name="Amal", language="es"))
    writer = make_member(name="Sol", email="sol@example.org")
    client.force_login(writer)
    typed = {"name": "Sol", "text": "May I ask <something>?"} | ({"gives_address": "on"} if gives else {})

    answer = client.post(reverse("registrations:team-write", args=[liaison.public_id]), typed, follow=True)
    assert "Your message is on its way" in main_of(answer)
    drain(now=NOW + timedelta(minutes=1))

    (letter,) = mailoutbox
    assert letter.to == [liaison.email]
    assert writer.name not in letter.subject and "May I ask <something>?" in letter.body
    assert "se hace llamar Sol" in letter.body and reverse("trust:report-new") in letter.body
    assert ("sol@example.org" in letter.body) == gives
    assert "Hola" in letter.body  # in the language of the reader
    assert Letter.objects.get(kind="registrations.team_message").language == "es"


def test_a_visitors_words_go_out_with_the_code_that_proves_their_address(client, mailoutbox, settings):
    page = reverse("registrations:team-write", args=["everybody"])
    asked = client.post(page, {"name": "Sol", "text": "Is there a clinic about maps?", "email": "sol@example.org"})
    assert asked.headers["Location"] == reverse("registrations:sign-in-code")
    message = TeamMessage.objects.get()
    assert (message.sent_at, message.writer, message.address) == (None, None, "sol@example.org")
    assert not Letter.objects.filter(kind="registrations.team_message").exists()
    stranger = Client()
    stranger.force_login(make_member())
    assert stranger.post(reverse("registrations:team-message-kept", args=[message.key])).headers["Location"] == TEAM
    assert not Letter.objects.filter(kind="registrations.team_message").exists()

    code = mailoutbox[-1].body.split("is ")[1][:6]
    leads_to = reverse("registrations:team-message-kept", args=[message.key])
    client.post(reverse("registrations:sign-in-code"), {"code": code, "leads_to": leads_to})

    sent = TeamMessage.objects.get()
    assert (sent.writer.email, sent.address, sent.text) == ("sol@example.org", "", "Is there a clinic about maps?")
    assert Letter.objects.get(kind="registrations.team_message").address == settings.CONTACT_EMAIL


def written(recipient=None):
    return TypedMessage(recipient, "Sol", "Hello", gives_address=False)


def test_a_day_and_a_network_have_their_limits(client):
    writer = make_member(name="Sol")
    for _number in range(MESSAGES_A_DAY):
        send_message(written=written(), by=writer, now=NOW)
    with pytest.raises(TooManyMessages):
        send_message(written=written(), by=writer, now=NOW + DAY / 2)
    client.force_login(writer)
    page = client.post(reverse("registrations:team-write", args=["everybody"]), {"name": "Sol", "text": "Kept here"})
    assert page.status_code == 422
    assert "Kept here" in main_of(page)
    send_message(written=written(), by=writer, now=NOW + DAY)

    for number in range(MOST_OF_A_NETWORK):
        keep_message(written=written(), address=f"sol-{number}@example.org", network="192.0.2.0", now=NOW)
    with pytest.raises(TooManyMessages):
        keep_message(written=written(), address="one-more@example.org", network="192.0.2.0", now=NOW)
    keep_message(written=written(), address="one-more@example.org", network="198.51.100.0", now=NOW)


def test_a_message_is_sent_once_and_forgotten_in_time():
    writer = make_member(email="sol@example.org")
    kept = keep_message(written=written(), address="sol@example.org", network="x", now=NOW)
    for _press in range(2):
        send_message(written=written(), by=writer, now=NOW, kept=kept)
    assert Letter.objects.filter(kind="registrations.team_message").count() == TeamMessage.objects.count() == 1

    keep_message(written=written(), address="sol@example.org", network="x", now=NOW)
    assert forget_old_messages(NOW + DAY) == 1
    assert forget_old_messages(NOW + KEPT_FOR) == 1


def test_nobody_who_has_left_the_page_is_written_to(client, mailoutbox):
    liaison, writer = shown(make_liaison("MENA", name="Amal")), make_member(email="sol@example.org")
    kept = keep_message(written=written(liaison), address="sol@example.org", network="x", now=NOW)
    send_message(written=written(liaison), by=writer, now=NOW)
    shown(liaison, is_shown=False)
    drain(now=NOW + timedelta(minutes=1))
    assert not mailoutbox

    client.force_login(writer)
    answer = client.post(reverse("registrations:team-message-kept", args=[kept.key]), follow=True)
    said = answer.content.decode()
    assert ("is not on the page of the team any more" in said, "Hello" in said) == (True, True)
    assert "Send the message" not in said and "Write to all of us" in said
    assert TeamMessage.objects.filter(sent_at=None).get() == kept
    address = reverse("registrations:team-write", args=[liaison.public_id])
    answer = client.post(address, {"name": "Sol", "text": "Typed while they left"})
    said = main_of(answer)
    assert (answer.status_code, "Typed while they left" in said) == (422, True)
    assert "is not on the page of the team any more" in said and 'action="/team/everybody/"' in said
    assert client.get(address).url == TEAM
    assert (
        client.post(
            reverse("registrations:team-write", args=["everybody"]), {"name": "Sol", "text": "\u200b"}
        ).status_code
        == 422
    )

    shown(liaison)
    client.post(reverse("registrations:team-message-kept", args=[kept.key]))
    drain(now=NOW + timedelta(minutes=2))
    assert [letter.to for letter in mailoutbox] == [[liaison.email]]


def test_who_was_erased_meanwhile_writes_nothing():
    make_coordinator()
    writer = make_member(email="sol@example.org")
    stale = Member.objects.get(pk=writer.pk)
    erase_member(member=writer, by=writer, now=NOW)
    with pytest.raises(ClosedMeanwhile):
        send_message(written=written(), by=stale, now=NOW)


def test_erasing_takes_somebody_off_the_page_and_forgets_what_they_wrote():
    make_coordinator()
    liaison = shown(make_liaison("MENA", name="Amal", email="amal@example.org"))
    send_message(written=written(), by=liaison, now=NOW)
    keep_message(written=written(), address="amal@example.org", network="x", now=NOW)
    erase_member(member=liaison, by=liaison, now=NOW)

    assert not TeamMessage.objects.exists()
    assert not WorkingGroupSeat.objects.filter(is_shown=True).exists()
