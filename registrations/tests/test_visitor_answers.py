"""What a visitor typed waits for them small, for a day, and where no session carries it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailings.ledger.sweeping import sweep
from registrations.accounts import browser_sessions
from registrations.answers import visitors
from registrations.answers.forms import steps
from registrations.domain.facts import fingerprint
from registrations.models import KeptAnswers, Registration
from registrations.models.visitor_answers import LONGEST, MOST_OF_A_NETWORK
from registrations.tests.factories import NOW, make_member
from registrations.tests.typing import typed

pytestmark = pytest.mark.django_db
WHO = reverse("registrations:registration-step", args=["you"])


def keep(**fields):
    given = {"browser": "", "step": "you", "typed": "name=Ana", "network": "10.0.0.1", "member": None, "now": NOW}
    return visitors.keep_answers(**{**given, **fields})


def read(browser, member, *, step="you", now=NOW):
    return visitors.kept_answers(browser=browser, step=step, member=member, now=now).typed


def waits_for_another(browser, member):
    return visitors.kept_answers(browser=browser, step="you", member=member, now=NOW).waits_for_another


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"typed": "x" * (LONGEST + 1)}, "registrations_kept_answers_are_short"),
        ({"browser": ""}, "registrations_kept_answers_have_a_browser"),
    ],
)
def test_the_database_keeps_it_small_and_findable(fields, rule):
    given = {"browser": "b", "network": "n", "step": "you", "typed": "x", "made_at": NOW}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        KeptAnswers.objects.create(**{**given, **fields})


def give(browser, member, *, address=""):
    visitors.note_address(browser=browser, address=address or member.email, leads_to=WHO)
    visitors.give_to_member(browser=browser, member=member, addresses=[member.email])


def test_only_its_owner_finds_it_and_only_in_the_browser_that_typed_it_for_a_day():
    member, other = make_member(), make_member()
    browser = keep()
    assert read(browser, member) == read(browser, other) == ""

    give(browser, member)
    give(browser, other)

    assert (read(browser, member), read(browser, other)) == ("name=Ana", "")
    assert read("guessed", member) == read("", member) == read(browser, member, step="hours") == ""
    assert read(browser, member, now=NOW + timedelta(hours=24)) == ""


def test_several_people_of_one_browser_keep_a_form_each_and_the_newest_of_their_own():
    member, other = make_member(), make_member()
    browser = keep(typed="name=Ana")
    give(browser, member)
    keep(browser=browser, typed="name=Bea")
    give(browser, other)
    keep(browser=browser, typed="name=Cleo", member=make_member())
    keep(browser=browser, typed="name=Anahita")
    give(browser, member, address=member.email.upper())
    keep(browser=browser, typed="name=Somebody")

    assert (read(browser, member), read(browser, other)) == ("name=Anahita", "name=Bea")
    assert KeptAnswers.objects.count() == 4


def test_the_text_waits_for_the_address_that_was_given_first():
    owner, other = make_member(), make_member()
    browser = keep()
    visitors.note_address(browser=browser, address=owner.email, leads_to=WHO)

    give(browser, other)
    assert read(browser, other) == ""
    assert waits_for_another(browser, other)
    give(browser, owner)

    assert read(browser, owner) == "name=Ana"
    assert not waits_for_another(browser, other)


@pytest.mark.parametrize("leads_to", ["/", "/clinics/3/", reverse("registrations:registration-step", args=["hours"])])
def test_a_code_asked_for_on_another_page_gives_nobody_the_text_and_erasure_finds_it(leads_to):
    other = make_member()
    browser = keep()

    visitors.note_address(browser=browser, address=other.email, leads_to=leads_to)
    visitors.give_to_member(browser=browser, member=other, addresses=[other.email])
    visitors.give_what_nobody_owns(browser=browser, member=other, leads_to=leads_to)

    assert read(browser, other) == ""
    assert visitors.forget_answers_of([other.email]) == 1


def test_neither_key_nor_address_nor_network_stands_in_the_row():
    browser = keep()
    visitors.note_address(browser=browser, address="Ana@Example.org", leads_to=WHO)

    row = str(KeptAnswers.objects.values_list().get())

    assert not any(word in row for word in (browser, "xample.org", "10.0.0.1"))
    assert visitors.forget_answers_of(["ana@example.org"]) == 1


def test_a_network_keeps_so_many_and_a_browser_one():
    browser = keep()
    for _number in range(MOST_OF_A_NETWORK - 1):
        keep()
    with pytest.raises(visitors.TooMuchToKeep):
        keep()

    keep(browser=browser, typed="name=Bea")  # their own form again takes no other place
    keep(network="10.0.0.2")
    keep(now=NOW + timedelta(hours=25))  # by then the others are too old to count
    assert KeptAnswers.objects.count() == MOST_OF_A_NETWORK + 2


def test_a_member_keeps_one_form_whatever_their_browser_says():
    member = make_member()
    for number in range(3):
        keep(member=member, typed=f"name={number}")

    assert KeptAnswers.objects.get().typed == "name=2"


def test_the_tick_forgets_what_is_a_day_old_and_sessions_that_are_over(client):
    keep()
    keep(now=NOW + timedelta(hours=2))
    Session.objects.create(session_key="over", session_data="x", expire_date=NOW + timedelta(hours=24))
    Session.objects.create(session_key="open", session_data="x", expire_date=NOW + timedelta(hours=25))

    assert sweep(now=NOW + timedelta(hours=24)).errors == {}

    assert KeptAnswers.objects.get().made_at == NOW + timedelta(hours=2)
    assert Session.objects.get().session_key == "open"


def test_a_tick_deletes_sessions_some_at_a_time(monkeypatch):
    monkeypatch.setattr(browser_sessions, "AT_ONCE", 2)
    Session.objects.bulk_create(
        Session(session_key=f"{number}", session_data="x", expire_date=NOW) for number in range(5)
    )

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser_sessions.forget_ended_sessions(NOW) == 2
    assert not any("session_data" in query["sql"] for query in queries), "their content is nobody's to read"
    assert Session.objects.count() == 3


def sign_in(client, mailbox, address, *, leads_to=WHO):
    """Ask for a code on the sign-in page that leads there, and type it; a session that was open before has ended."""
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    client.post(reverse("registrations:sign-in"), {"email": address, "zone": "UTC", "next": leads_to})
    return client.post(reverse("registrations:sign-in-code"), {"code": mailbox[-1].subject[:6]})


def test_what_a_visitor_typed_is_in_no_session_and_is_there_after_signing_in(client, mailoutbox):
    response = client.post(WHO, {"name": "Anahita"})

    assert response.url == f"{reverse('registrations:sign-in')}?next=%2Fregistration%2Fyou%2F"
    assert not any("Anahita" in str(session.get_decoded()) for session in Session.objects.all())
    assert response.cookies[visitors.COOKIE]["httponly"]
    assert sign_in(client, mailoutbox, "ana@example.org").url == WHO
    for _look in range(2):  # looking changes nothing
        assert client.get(WHO).context["page"].form["name"].value() == "Anahita"


def test_saving_the_step_forgets_it(client, mailoutbox):
    client.post(WHO, typed("you") | {"seen": ""})
    sign_in(client, mailoutbox, "ana@example.org")
    seen = fingerprint(client.get(WHO).context["page"].facts, steps.YOU.facts)

    response = client.post(WHO, typed("you") | {"seen": seen})

    assert response.status_code == 302
    assert not KeptAnswers.objects.exists()


def test_the_next_person_at_the_same_device_is_not_shown_it_and_its_owner_is_without_a_question(client, mailoutbox):
    client.post(WHO, {"name": "Anahita"})
    client.post(reverse("registrations:sign-in"), {"email": "ana@example.org", "zone": "UTC", "next": WHO})

    sign_in(client, mailoutbox, "bea@example.org")  # from the same page, and with what the sign-in page leads to
    page = client.get(WHO)
    assert "Anahita" not in page.content.decode() and page.context["page"].data is None
    assert "sign in with that address" in page.content.decode()
    client.post(WHO, typed("you") | {"seen": page.context["page"].seen})
    assert Registration.objects.get().name == "Amina"

    sign_in(client, mailoutbox, "Ana@EXAMPLE.org", leads_to="/")
    assert client.get(WHO).context["page"].form["name"].value() == "Anahita"
    assert "sign in with that address" not in client.get(WHO).content.decode()


def test_a_text_for_which_no_address_was_given_is_not_shown_to_who_signs_in_elsewhere(client, mailoutbox):
    client.post(WHO, {"name": "Anahita"})
    for link in ("lc-account", "cdx-button--size-large"):  # of the frame, and of the start page
        client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        page = client.get(reverse("home")).content.decode()
        address = re.search(rf'<a class="[^"]*{link}[^"]*" href="(/sign-in/[^"]*)"', page)[1]
        sign_in(client, mailoutbox, "bea@example.org", leads_to=client.get(address).context["next"])
        assert "Anahita" not in client.get(WHO).content.decode()

    sign_in(client, mailoutbox, "ana@example.org")

    assert client.get(WHO).context["page"].form["name"].value() == "Anahita"


def test_whoever_uses_an_earlier_letter_because_the_address_had_enough_finds_it_too(client, mailoutbox):
    for _letter in range(settings.SIGN_IN_CODES_PER_HOUR):
        Client().post(reverse("registrations:sign-in"), {"email": "ana@example.org"})
    client.post(WHO, {"name": "Anahita"})

    assert sign_in(client, mailoutbox, "ana@example.org").status_code == 302

    assert len(mailoutbox) == settings.SIGN_IN_CODES_PER_HOUR
    assert client.get(WHO).context["page"].form["name"].value() == "Anahita"


@pytest.mark.parametrize("by", ["length", "network"])
def test_what_is_not_kept_is_refused_in_words_with_what_was_typed_in_the_page(by):
    text = "<b>x</b>" + "long " * 2000 if by == "length" else "<b>x</b> short"
    if by == "network":
        for _number in range(MOST_OF_A_NETWORK):
            keep(network="127.0.0.1", now=timezone.now())
    before, client = KeptAnswers.objects.count(), Client()

    response = client.post(WHO, {"name": text, "csrfmiddlewaretoken": "secret"})

    content = response.content.decode()
    assert response.status_code == 413
    assert "&lt;b&gt;x&lt;/b&gt;" in content and "<b>x</b>" not in content
    assert text.split()[-1] in content and "secret" not in content
    assert "What you wrote is not saved" in content
    assert KeptAnswers.objects.count() == before
    assert not Session.objects.exists()


def test_a_kept_form_is_not_shown_after_a_day(client):
    with time_machine.travel(NOW, tick=False):
        client.post(WHO, {"name": "Anahita"})
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        client.force_login(make_member())
        assert client.get(WHO).context["page"].data is None


def test_a_visitors_session_is_over_after_a_day_and_a_members_lasts(client, settings):
    with time_machine.travel(NOW, tick=False):
        client.post(WHO, {"name": "Anahita"})  # the message about it needs none
        client.post(reverse("registrations:sign-in"), {"email": "ana@example.org", "zone": "UTC"})
        assert Session.objects.get().expire_date == NOW + timedelta(hours=24)
        client.force_login(make_member())
        assert Session.objects.get().expire_date == NOW + timedelta(seconds=settings.SESSION_COOKIE_AGE)


def bytes_kept():
    """What visitors made us keep, in rows of either kind."""
    kept = sum(len(row.typed) for row in KeptAnswers.objects.all())
    return kept + sum(len(session.session_data) for session in Session.objects.all())


def storm(*, length):
    """200 visitors, each with a browser of its own, send a form of so many characters."""
    return [Client().post(WHO, {"name": f"{number}" + "x" * length}) for number in range(200)]


@pytest.mark.chaos
@pytest.mark.parametrize("length", [99_000, 7_900])
def test_two_hundred_visitors_with_large_forms_leave_little(length):
    responses = storm(length=length)

    most = 0 if length > LONGEST else MOST_OF_A_NETWORK
    assert KeptAnswers.objects.count() == most
    assert bytes_kept() <= most * LONGEST
    refused = [response for response in responses if response.status_code == 413]
    assert len(refused) == 200 - most
    assert all("x" * length in response.content.decode() for response in refused)
    assert {response.status_code for response in responses} <= {302, 413}


@pytest.mark.chaos
def test_control_without_the_two_limits_the_same_storm_fills_the_table(monkeypatch):
    monkeypatch.setattr(visitors, "LONGEST", 1_000_000)
    monkeypatch.setattr(visitors, "MOST_OF_A_NETWORK", 1_000_000)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registrations_keptanswers DROP CONSTRAINT registrations_kept_answers_are_short")

    storm(length=99_000)

    assert bytes_kept() > 19_000_000


def test_what_waits_for_a_mistyped_address_goes_when_the_visitor_takes_another_one(client, mailoutbox):
    client.post(WHO, {"name": "Beatrice"})
    client.post(reverse("registrations:sign-in"), {"email": "bea@example.org", "zone": "UTC", "next": WHO})
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(WHO, {"name": "Anahita"})
    client.post(reverse("registrations:sign-in"), {"email": "ana@exmaple.org", "zone": "UTC", "next": WHO})
    page = client.get(reverse("registrations:sign-in-code")).content.decode()
    assert "If you use another address, it is deleted." in page

    other = client.post(reverse("registrations:sign-in-other"))

    assert [kept.typed for kept in KeptAnswers.objects.all()] == ["name=Beatrice"]
    assert other.url == f"{reverse('registrations:sign-in')}?next=%2Fregistration%2Fyou%2F"
    page = client.get(other.url)
    assert "What you wrote before is deleted" in page.content.decode()
    assert page.context["next"] == WHO
    sign_in(client, mailoutbox, "ana@example.org")
    assert client.get(WHO).context["page"].data is None


def test_another_address_is_taken_without_a_word_where_nothing_waits(client):
    assert client.post(reverse("registrations:sign-in-other")).url == reverse("registrations:sign-in")
    client.post(reverse("registrations:sign-in"), {"email": "ana@example.org", "zone": "UTC", "next": WHO})
    assert "it is deleted" not in client.get(reverse("registrations:sign-in-code")).content.decode()

    page = client.post(reverse("registrations:sign-in-other"), follow=True).content.decode()

    assert "What you wrote before" not in page
    assert client.get(reverse("registrations:sign-in-other")).status_code == 405
