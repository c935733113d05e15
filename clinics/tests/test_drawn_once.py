"""What the page of a clinic draws once for everybody holds nothing of one clinic or of one reader."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from clinics.models import ClinicSeries
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import START, make_channel, make_clinic, make_person, sign_up
from letsconnect.base import drawn, pieces
from registrations.tests.factories import NOW, make_agreed_member, make_agreement, make_member

pytestmark = pytest.mark.django_db
OF_ONE = ("I am visitor", "visitor@example.org", "Breaks for half", "Why, newcomer?", "First &amp; &lt;one&gt;")
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=)"\w{64}"')


def forget():
    drawn._kept.clear()
    pieces._parts.cache_clear()


def make_clinics():
    """Clinics that differ in whatever the parts of their pages depend on: languages, a series, free seats, the day."""
    series = ClinicSeries.objects.create(name="Money")
    first = make_clinic(series=series, title="First & <one>", starts_at=START + timedelta(hours=2))
    make_person(first, "interpreter", channel=make_channel(first, "fr"))
    full = make_clinic(capacity=1)
    sign_up(full, 1)
    return [first, make_clinic(series=series, starts_at=START + timedelta(days=1)), full]


def make_readers(clinics):
    """A visitor, and members who are asked for a name, for one agreement or none, and told what is in their way."""
    newcomer, half, busy = (
        make_member(name=""),
        make_member(name="Half"),
        make_agreed_member(on=NOW.date(), name="Busy"),
    )
    make_agreement(half, "code_of_conduct")
    elsewhere = make_clinic(title="Elsewhere", starts_at=clinics[0].starts_at, minutes=24 * 60)
    rsvp(clinic=elsewhere, member=busy, by=busy, now=NOW)
    return {"visitor": None, "newcomer": newcomer, "half": half, "busy": busy}


def typed(name):
    """What somebody types who forgets to agree."""
    said = {"question": f"Why, {name}?", "access_need": f"Breaks for {name}", "language_need": "Igbo"}
    return {"email": f"{name}@example.org", "name": f"I am {name}", "shows_name": "on", "privacy_notice": "on", **said}


def pages(client, clinic, words):
    yield client.get(f"/clinics/{clinic.pk}/")
    if words:
        yield client.post(f"/clinics/{clinic.pk}/rsvp/", words)


def texts(clinics, readers, *, anew):
    """Return what everybody sees of each clinic, visitors in two languages and by two clocks, and the form that those
    are given back who have not agreed to all."""
    ways = [("visitor", "en", "Pacific/Auckland"), ("visitor", "ar", "UTC"), *((name, "en", "UTC") for name in readers)]
    seen = []
    for name, language, zone in ways:
        client = Client(headers={"accept-language": language})
        client.cookies[settings.ZONE_COOKIE_NAME] = zone
        if readers[name]:
            client.force_login(readers[name])
        for clinic in clinics:
            for response in pages(client, clinic, typed(name) if name != "busy" and clinic == clinics[0] else None):
                seen.append(TOKEN.sub(r"\1", response.content.decode()))
                if anew:
                    forget()
    return seen


def test_a_page_is_the_same_whatever_was_drawn_before_it_for_whomever():
    with time_machine.travel(NOW, tick=False):
        clinics = make_clinics()
        readers = make_readers(clinics)
        forget()
        anew, after_others = texts(clinics, readers, anew=True), texts(clinics, readers, anew=False)

    assert after_others == anew
    everything, kept = " ".join(anew), " ".join(f"{key} {html}" for key, html in drawn._kept.items())
    assert all(words in everything for words in (*OF_ONE, "all the same", "listens_in", "all_parts"))
    assert not any(words in kept for words in (*OF_ONE, "Elsewhere", "listens_in", "all_parts", "/rsvp/"))
