"""The demo: only on the embedded database, only when it is empty, and with something on every page."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinics.models import Clinic
from letsconnect.demo_accounts import how_to_sign_in
from mailings.ledger.draining import drain
from mailings.models import Letter, Newsletter
from mailings.newsletters.sending import finish_sent
from matching.models import Match
from matching.waiting.advice import waiting_status
from registrations.catalogue.loading import load_reference_data
from registrations.demo import DOMAIN
from registrations.models import Member
from trust.models import Report

pytestmark = pytest.mark.django_db


def test_an_empty_embedded_database_is_filled_once(settings):
    settings.EMBEDDED_DATABASE = True
    # A newer notice than the one in force when the people of the demo registered, which does not count any more.
    newer = ("newer", timezone.now().date() - timedelta(days=35))
    settings.DOCUMENT_VERSIONS = settings.DOCUMENT_VERSIONS | {"privacy_notice": [("first", date(2020, 1, 1)), newer]}
    load_reference_data()
    call_command("load_demo_data", verbosity=0)
    people = Member.objects.count()

    call_command("load_demo_data", verbosity=0)

    assert Member.objects.count() == people
    volunteer = Member.objects.get(email=f"volunteer@{DOMAIN}")
    assert Match.objects.for_member(volunteer).filter(state="asked").exists()
    assert Clinic.objects.announced().count() >= 3
    assert Letter.objects.exists()
    liaison = Member.objects.get(email=f"liaison@{DOMAIN}")
    assert Report.objects.readable_by(liaison, on=timezone.now().date()).exists()
    check_what_the_start_says(volunteer)
    check_newsletters(volunteer)


def check_what_the_start_says(volunteer):
    """Each line of the start is true of its account, today and once the demo is old."""
    said = dict(line.split(None, 1) for line in how_to_sign_in().splitlines()[1:-2])
    people = {address: Member.objects.get(email=address) for address in said}
    match = Match.objects.for_member(volunteer).live().get(state="asked")
    other = match.person(match.side_of(volunteer).other).member
    both = {side.email: said[side.email] for side in (volunteer, other)}
    assert both[volunteer.email] == f"Amina: is asked about a match with {other} (reads English)"
    assert f"is asked about a match with Amina (reads {other.get_language_display()})" in both[other.email]
    registration = people[f"waiting@{DOMAIN}"].registration
    assert waiting_status(registration, now=timezone.now()).why
    arabic = [address for address, words in said.items() if words.endswith("reads the portal in Arabic")]
    assert [people[address].language for address in arabic] == ["ar"]
    assert people[f"liaison@{DOMAIN}"].seat_regions == {"MENA"}
    assert people[f"coordinator@{DOMAIN}"].is_coordinator
    assert {address.split("@")[0] for address in said} >= {"volunteer", "waiting", "liaison", "coordinator"}

    volunteer.speak("ar")
    assert "Amina: reads the portal in Arabic" not in how_to_sign_in()  # nobody is named twice
    volunteer.speak("en")
    with time_machine.travel(match.answer_by):
        assert "is asked about" not in how_to_sign_in()
        assert "Amina: a volunteer (reads English)" in how_to_sign_in()


def check_newsletters(reader):
    """Look at the draft, and at the issue that was sent, to this reader too: its letters leave as all others do."""
    sent, draft = Newsletter.objects.order_by("number")
    assert (draft.state, draft.versions.get().state) == ("draft", "draft")
    assert "/clinics/" in draft.versions.get().sections.get(kind="upcoming").body
    assert sent in Newsletter.objects.in_the_archive(timezone.now())
    assert sent.month < draft.month
    assert set(sent.bodies.values_list("language", flat=True)) == {"en", "es"}

    drain(now=sent.frozen_at + timedelta(minutes=1))
    finish_sent(timezone.now())

    sent.refresh_from_db()
    assert (sent.state, sent.recipients) == ("sent", Letter.objects.of_issue(sent).filter(state="sent").count())
    theirs = Letter.objects.of_issue(sent)
    assert set(theirs.values_list("language", "is_fallback")) == {("en", False), ("en", True), ("es", False)}
    assert theirs.readable(timezone.now()).filter(member=reader).exists()


def test_a_real_database_gets_no_demo_accounts(settings):
    settings.EMBEDDED_DATABASE = False

    with pytest.raises(CommandError, match="embedded"):
        call_command("load_demo_data")

    assert not Member.objects.exists()


def test_a_demo_account_that_reached_a_real_database_cannot_sign_in(settings, client, mailoutbox):
    settings.EMBEDDED_DATABASE = False
    Member.objects.create_user(email=f"volunteer@{DOMAIN}", is_demo=True)

    client.post("/sign-in/", {"email": f"volunteer@{DOMAIN}"})
    code = mailoutbox[0].body.split("is ")[1][:6]
    response = client.post("/sign-in/code/", {"code": code})

    assert "Demo accounts" in response.context["form"].errors["code"][0]
