"""Whom a refusal speaks of, and what a person is told whose letters do not arrive."""

import importlib
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.urls import reverse

from clinics.tests.factories import TICKED, make_clinic
from mailings.ledger.draining import drain
from mailings.models import Letter, Suppression
from mailings.tests.factories import make_letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


def reload(letter):
    return Letter.objects.get(pk=letter.pk)


@pytest.mark.parametrize("detail", ["1", "2", "3", "6", "10"])
def test_a_recipient_refused_by_name_is_not_written_to_again(sink, detail):
    letter = make_letter()
    sink.rcpt = f"550 5.1.{detail} not here"

    assert drain(now=NOW) == {"failed": 1}
    assert Suppression.objects.of(letter.member.email).exists()


@pytest.mark.parametrize(
    "answers",
    [
        {"rcpt": "550 5.1.8 bad sender's domain"},
        {"rcpt": "550 5.1.7 bad sender's address"},
        {"rcpt": "550 5.1.0 address rejected"},
        {"rcpt": "550 no such user"},
        {"rcpt": "550 5.7.1 5.1.1 not today"},
        {"rcpt": "550 5.2.1 mailbox disabled"},
        {"mail": "550 5.1.1 we do not know you"},
        {"mail": "550 5.1.8 bad sender's domain"},
        {"data": "550 5.1.1 no such user here"},
    ],
    ids=lambda answers: "-".join(f"{stage} {answer[:9]}" for stage, answer in answers.items()),
)
def test_a_refusal_of_anything_else_speaks_of_nobody(sink, answers):
    letter = make_letter()
    for stage, answer in answers.items():
        setattr(sink, stage, answer)

    assert drain(now=NOW) == {"failed": 1}
    assert not Suppression.objects.exists()
    assert reload(letter).answer.startswith("550")


@pytest.mark.parametrize("answer", ["251 2.1.5 will forward", "252 2.1.5 cannot verify, but will take it"])
def test_a_recipient_taken_with_a_proviso_gets_the_letter(sink, monkeypatch, answer):
    async def handle_rcpt(server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return answer

    monkeypatch.setattr(sink, "handle_RCPT", handle_rcpt)
    make_letter()

    assert drain(now=NOW) == {"sent": 1}
    assert len(sink.messages) == 1


def test_a_letter_that_arrives_lifts_a_bounce_and_not_a_persons_wish(client, sink):
    Suppression.objects.suppress(["ana@example.org"], source="bounce", now=NOW)
    Suppression.objects.suppress(["bo@example.org"], source="person", now=NOW)

    for address in ("ana@example.org", "bo@example.org"):  # a code is sent whatever is suppressed
        client.post(reverse("registrations:sign-in"), {"email": address})

    assert sink.recipients == ["ana@example.org", "bo@example.org"]
    assert not Suppression.objects.of("ana@example.org").exists()
    assert Suppression.objects.of("bo@example.org").exists()


def test_a_person_no_letter_reaches_is_told_on_their_pages_and_promised_none(client):
    person, clinic = make_member(email="ana@b\u00fccher.de"), make_clinic()
    client.force_login(person)
    pages = [reverse("home"), reverse("registrations:my-data")]
    assert not any("do not reach" in client.get(page).content.decode() for page in pages)

    Suppression.objects.suppress([person.email], source="bounce", now=NOW)

    for page in pages:
        text = client.get(page).content.decode()
        assert "Our emails do not reach" in text
        assert "sign in with a code sent there" in text
    with time_machine.travel(NOW, tick=False):
        client.force_login(person)
        seat = client.post(reverse("clinics:rsvp-make", args=[clinic.pk]), TICKED, follow=True).content.decode()
    assert "You have a seat." in seat
    assert "on its way" not in seat


def test_who_asked_for_no_letters_is_told_that_it_is_so(client, member):
    Suppression.objects.suppress([member.email], source="person", now=NOW)
    client.force_login(member)

    assert "because we were asked not to" in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize(
    ("answers", "is_lifted"),
    [
        (["550 5.1.8 bad sender"], True),
        (["550 5.1.0 rejected"], True),
        (["550 5.1.8 bad sender", "550 5.1.1 nobody"], False),
        (["550 5.1.10 null MX"], False),
        ([], False),
    ],
)
def test_who_was_suppressed_for_the_senders_sake_is_written_to_again(answers, is_lifted):
    Suppression.objects.suppress(["ana@example.org"], source="bounce", now=NOW)
    for answer in answers:
        letter = make_letter(to=None, address="ana@example.org")
        Letter.objects.filter(pk=letter.pk).update(state="failed", reason="refused", answer=answer)

    name = "mailings.migrations.0003_lift_suppressions_that_spoke_of_somebody_else"
    importlib.import_module(name).lift_suppressions_of_others(apps, SimpleNamespace(connection=connection))

    assert Suppression.objects.of("ana@example.org").exists() is not is_lifted
