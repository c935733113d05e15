"""From a seat to letters on the wire, through the portal's own tick."""

from datetime import timedelta

import pytest
from django.db.models import F

from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.tests.factories import LINK, START, make_clinic, sign_up
from mailings.ledger.ticking import tick
from mailings.models import Letter
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_seat_waiting_list_promotion_and_reminders_reach_the_mailbox_once_each(sink):
    clinic = make_clinic(capacity=1)
    first, second = sign_up(clinic, 2)
    tick(now=NOW + timedelta(minutes=2))
    Letter.objects.filter(state="sent").update(sent_at=F("owed_at"))  # the ledger's clock is that of the database
    cancel_rsvp(clinic=clinic, member=first.member, by=first.member, now=NOW + timedelta(minutes=2))
    tick(now=START - timedelta(hours=25))
    for before in (24 * 60, 23 * 60, 60, 59, 0):
        tick(now=START - timedelta(minutes=before))

    told = [(message["To"], message["Subject"].split(":")[0]) for message in sink.messages]
    one, two = first.member.email, second.member.email
    assert sorted(told[:2]) == sorted([(one, "You have a seat"), (two, "You are on the waiting list")])
    assert (one, "Your seat is given back") in told[2:]
    reached_two = [subject for address, subject in told[2:] if address == two]
    assert reached_two == ["A seat became free for you", "Reminder", "Soon"]
    assert set(Letter.objects.values_list("state", flat=True)) == {"sent"}
    assert not any(LINK in message.as_string() for message in sink.messages)


def test_after_hours_of_standstill_one_reminder_goes_out_and_none_after_the_start(sink):
    clinic = make_clinic()
    sign_up(clinic, 1)
    tick(now=NOW + timedelta(minutes=1))

    tick(now=START - timedelta(minutes=15))
    tick(now=START - timedelta(minutes=14))
    tick(now=START + timedelta(minutes=1))

    assert [message["Subject"].split(":")[0] for message in sink.messages] == ["You have a seat", "Soon"]


def test_a_letter_is_read_in_the_members_language_and_zone(sink):
    clinic = make_clinic(floor_language="fr")
    person = make_member(language="ar", zone="Asia/Kathmandu")
    rsvp(clinic=clinic, member=person, by=person, now=NOW)

    tick(now=NOW + timedelta(minutes=1))

    (message,) = sink.messages
    html = message.get_body(("html",)).get_content()
    assert 'lang="ar" dir="rtl"' in html
    assert "(توقيت كاتماندو، UTC+5:45)" in html
    assert "17:45" in html
