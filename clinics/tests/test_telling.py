"""Announcing, moving and cancelling at the desk: each is asked once more, and writes as many letters as it said."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic
from clinics.requests.deciding import plan_for_request
from clinics.tests.factories import LINK, START, make_clinic, make_person, make_text, make_topic_request, sign_up
from clinics.tests.test_admin import desk, readers, typed
from letsconnect.base.models import Act
from mailings.ledger.reachable import is_written_to, those_written_to
from mailings.ledger.ticking import tick
from mailings.models import Letter, Suppression
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def start(**changes):
    """What the page of a move posts: four hours later, unless told otherwise."""
    return {"local_date": "2026-03-09", "local_time": "16:00", "zone": "UTC", "fold": "", **changes}


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def number_on(page):
    """The number of people that the button says and the page sends along."""
    return re.search(r'name="confirmed" value="(\d+)"', page.content.decode())[1]


def people_around(clinic):
    """Seven who signed up, one of whom has closed the account, one has no address, and one is not written to."""
    signed_up = [rsvp.member for rsvp in sign_up(clinic, 7)]
    for member, language in zip(signed_up, ("en", "ar", "ar", "fr"), strict=False):
        type(member).objects.filter(pk=member.pk).update(language=language)
    type(signed_up[4]).objects.filter(pk=signed_up[4].pk).update(email=None)
    Suppression.objects.suppress([signed_up[5].email], source="bounce", now=NOW)
    return signed_up


def sent(kind):
    return Letter.objects.filter(kind=kind, state="sent").count()


@pytest.mark.parametrize(
    ("act", "posted", "kinds"),
    [
        ("move", start(), ("clinics.clinic_moved", "clinics.person_moved")),
        ("cancel", {"reason": "Ill"}, ("clinics.clinic_cancelled", "clinics.person_cancelled")),
    ],
)
def test_as_many_letters_go_out_as_the_page_said(client, coordinator, sink, act, posted, kinds):
    clinic = make_clinic(capacity=4)
    people_around(clinic)
    make_person(clinic, state="accepted"), make_person(clinic, "host", "asked", address="outside@example.org")
    make_person(clinic, state="declined"), make_person(clinic, state="to_ask")
    Suppression.objects.suppress(["gone@example.org"], source="bounce", now=NOW)
    make_person(clinic, "helper", "asked", address="gone@example.org")
    tick(now=NOW + timedelta(minutes=5))
    client.force_login(coordinator)

    asked = client.post(desk(act, clinic.pk), posted)
    client.post(desk(act, clinic.pk), {**posted, "confirmed": number_on(asked)})
    tick(now=NOW + timedelta(minutes=10))

    assert ("3 people who share, host, help or interpret are asked again" in words_of(asked)) == (act == "move")
    assert "What is missing" not in words_of(asked)
    assert "send 7 emails" in words_of(asked) and "3 readers get no email" in words_of(asked)
    assert re.findall(r"(English|Français|العربية) (\d) 0", words_of(asked)) == [
        ("English", "4"),
        ("العربية", "2"),
        ("Français", "1"),
    ]
    assert [sent(kind) for kind in kinds] == [5, 2]
    assert int(number_on(asked)) == 7


def test_as_many_announcements_go_out_as_the_page_said(client, coordinator, sink):
    clinic = make_clinic(state=ClinicState.DRAFT)
    readers(languages=("en", "ar", "fr"))
    client.force_login(coordinator)

    asked = client.get(desk("act", clinic.pk, "announce"))
    client.post(desk("act", clinic.pk, "announce"), {"confirmed": number_on(asked)})
    tick(now=NOW + timedelta(days=2))

    assert "Announce to 3 readers" in words_of(asked)
    assert sent("clinics.announced") == 3


def test_several_are_asked_whether_they_are_written_to_as_each_is(db):
    sound, doubtful, silent, suppressed, opted_out = (make_member() for _ in range(5))
    doubtful.has_doubtful_address, silent.email = True, None
    for member in (doubtful, silent):
        member.save(update_fields=["has_doubtful_address", "email"])
    Suppression.objects.suppress([suppressed.email], source="bounce", now=NOW)
    Suppression.objects.suppress([opted_out.email], source="person", scope="bulk", now=NOW)
    members = [sound, doubtful, silent, suppressed, opted_out]

    assert those_written_to(members) == [member for member in members if is_written_to(member)] == [sound, opted_out]


def test_the_plan_of_an_announced_clinic_does_not_move_it(client, coordinator):
    clinic = make_clinic()
    sign_up(clinic, 2)
    client.force_login(coordinator)

    page = client.get(desk("change", clinic.pk)).content.decode()
    client.post(desk("change", clinic.pk), typed(local_time="16:00", minutes="90", confirmed="2"))

    clinic.refresh_from_db()
    assert (clinic.starts_at, clinic.sequence, clinic.minutes) == (START, 0, 90)
    assert not re.search('name="(local_date|local_time|zone|fold)"', page)
    assert Letter.objects.filter(kind="clinics.clinic_moved").count() == 2  # of its length


def test_moving_asks_for_the_start_then_once_more_with_a_sample_and_then_moves(client, coordinator):
    clinic = make_clinic()
    make_text(clinic, "fr", "Demander")
    sign_up(clinic, 2)
    client.force_login(coordinator)

    first = client.get(desk("move", clinic.pk))
    asked = client.post(desk("move", clinic.pk), start())
    french = client.post(desk("move", clinic.pk), start(sample="fr"))

    assert "2 emails go out" in words_of(first)
    assert "From Mon 9 March 2026, 12:00 (UTC) to Mon 9 March 2026, 16:00 (UTC)" in words_of(asked)
    assert (
        "It begins Mon 9 March 2026, 16:00 (UTC), and not Mon 9 March 2026, 12:00 (UTC). You keep your seat."
        in words_of(asked)
    )
    assert "Asking for money kindly When: Mon 9 March 2026, 16:00 (UTC)" in words_of(asked)
    assert 'lang="fr" dir="auto"' in french.content.decode() and "Demander" in words_of(french)
    assert LINK not in asked.content.decode()
    clinic.refresh_from_db()
    assert (clinic.starts_at, Letter.objects.filter(kind="clinics.clinic_moved").count()) == (START, 0)

    client.post(desk("move", clinic.pk), start(confirmed="2"))

    clinic.refresh_from_db()
    assert (clinic.starts_at, clinic.sequence) == (START + timedelta(hours=4), 1)
    assert Letter.objects.filter(kind="clinics.clinic_moved").count() == 2
    assert Act.objects.get(verb="reschedule").actor == coordinator


def test_more_people_than_the_page_said_are_asked_about_again(client, coordinator):
    clinic = make_clinic()
    sign_up(clinic, 2)
    client.force_login(coordinator)

    page = client.post(desk("move", clinic.pk), start(confirmed="1"))

    assert "Nothing was done: by now it concerns more people" in words_of(page)
    assert Clinic.objects.get().starts_at == START


def test_a_move_to_an_hour_that_never_comes_or_comes_twice_is_asked_at_its_field(client, coordinator):
    clinic = make_clinic()
    client.force_login(coordinator)
    berlin = {"zone": "Europe/Berlin", "confirmed": "0"}

    never = client.post(desk("move", clinic.pk), start(local_date="2026-03-29", local_time="02:30", **berlin))
    twice = start(local_date="2026-10-25", local_time="02:30", **berlin)
    which = client.post(desk("move", clinic.pk), twice)

    assert "There is no 02:30 on that day in Berlin" in str(never.context["form"].errors["local_time"])
    assert "02:30 comes twice on that day in Berlin" in str(which.context["form"].errors["fold"])
    assert Clinic.objects.get().starts_at == START
    client.post(desk("move", clinic.pk), {**twice, "fold": "1"})
    assert Clinic.objects.get().starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "said"), [("2026-03-01", "The start lies in the past."), ("9999-12-31", "calendar")])
def test_a_clinic_is_not_moved_into_the_past_nor_to_the_end_of_the_calendar(client, coordinator, day, said):
    clinic = make_clinic()
    client.force_login(coordinator)

    page = client.post(desk("move", clinic.pk), start(local_date=day, confirmed="0"))

    assert said in str(page.context["form"].errors["local_date"])
    assert Clinic.objects.get().starts_at == START


def test_a_move_to_where_it_is_already_has_no_button(client, coordinator):
    clinic = make_clinic()
    client.force_login(coordinator)

    page = client.post(desk("move", clinic.pk), start(local_time="12:00", confirmed="0"))

    assert "This is when it starts already" in words_of(page) and 'name="confirmed"' not in page.content.decode()


@pytest.mark.parametrize("act", ["move", "cancel"])
@pytest.mark.parametrize("state", [ClinicState.HELD, ClinicState.ARCHIVED, ClinicState.CANCELLED])
def test_what_is_over_is_neither_moved_nor_cancelled(client, coordinator, act, state):
    clinic = make_clinic(state=state)
    client.force_login(coordinator)

    page = client.get(desk(act, clinic.pk))
    client.post(desk(act, clinic.pk), start(reason="Ill", confirmed="0"))

    assert "Only a clinic still to come" in words_of(page)
    kept = Clinic.objects.get()
    assert (kept.state, kept.starts_at) == (state, START)


def test_cancelling_asks_why_shows_the_letter_with_the_reason_and_tells_everyone(client, liaison):
    clinic = make_clinic(region="MENA")
    sign_up(clinic, 2)
    client.force_login(liaison)

    assert "2 emails go out" in words_of(client.get(desk("cancel", clinic.pk)))
    refused = client.post(desk("cancel", clinic.pk), {"reason": " "})
    assert refused.context["form"].errors
    asked = client.post(desk("cancel", clinic.pk), {"reason": "The sharer is <ill>."})
    assert "The reason: The sharer is &lt;ill&gt;." in words_of(asked)
    assert Clinic.objects.get().state == ClinicState.ANNOUNCED
    client.post(desk("cancel", clinic.pk), {"reason": "The sharer is <ill>.", "confirmed": number_on(asked)})

    clinic.refresh_from_db()
    assert (clinic.state, clinic.cancel_reason) == ("cancelled", "The sharer is <ill>.")
    assert Letter.objects.filter(kind="clinics.clinic_cancelled").count() == 2


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_what_somebody_else_changed_meanwhile_is_not_overwritten(client, coordinator, act):
    clinic = make_clinic()
    client.force_login(coordinator)
    asked = client.post(desk(act, clinic.pk), start(reason="Ill"))
    opened = re.search(r'name="opened" value="([^"]*)"', asked.content.decode())[1].replace("&quot;", '"')
    Clinic.objects.update(minutes=45)

    page = client.post(desk(act, clinic.pk), start(reason="Ill", confirmed="0", opened=opened), follow=True)

    assert "Somebody else changed this since you opened the page" in words_of(page)
    kept = Clinic.objects.get()
    assert (kept.state, kept.starts_at) == (ClinicState.ANNOUNCED, START)


def test_announcing_shows_what_is_missing_and_the_letter_in_each_language(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, meeting_link="")
    client.force_login(coordinator)

    asked = client.get(desk("act", clinic.pk, "announce"))
    arabic = client.post(desk("act", clinic.pk, "announce"), {"sample": "ar"})

    assert "It has no meeting link yet." in words_of(asked) and "Asking for money kindly" in words_of(asked)
    assert 'lang="ar" dir="auto"' in arabic.content.decode() and "lc0" not in arabic.content.decode()
    assert Clinic.objects.get().state == ClinicState.DRAFT


@pytest.mark.parametrize(("act", "state"), [("hold", ClinicState.ANNOUNCED), ("archive", ClinicState.HELD)])
def test_what_cannot_be_taken_back_is_asked_once_more(client, coordinator, act, state):
    clinic = make_clinic(state=state, starts_at=NOW - timedelta(hours=3))
    client.force_login(coordinator)

    client.post(desk("act", clinic.pk, act))
    assert Clinic.objects.get().state == state
    client.post(desk("act", clinic.pk, act), {"confirmed": "0"})
    assert Clinic.objects.get().state == {"hold": "held", "archive": "archived"}[act]


def test_what_nobody_plans_to_do_stands_out_less_than_the_next_act(client, coordinator):
    clinic = make_clinic(state="draft")
    client.force_login(coordinator)
    room = client.get(desk("change", clinic.pk)).content.decode()
    assert re.findall(r'<a class="button( lc-quiet)?" href="[^"]+/\d+/(\w+)/', room) == [
        ("", "announce"),
        (" lc-quiet", "move"),
        (" lc-quiet", "cancel"),
    ]
    assert re.findall(r'type="submit"[^>]*name="(_\w+)"', room) == ["_save"]


def test_announcing_counts_of_those_who_asked_only_whom_letters_reach(client):
    planner = make_coordinator()
    client.force_login(planner)
    clinic = make_clinic(state=ClinicState.DRAFT)
    request = make_topic_request(supporters=3)
    plan_for_request(request=request, clinic=clinic, by=planner, now=NOW)
    Letter.objects.all().delete()
    bounced = request.supports.exclude(member=request.member).first().member
    Suppression.objects.suppress([bounced.email], source="bounce", now=NOW)
    address = reverse("admin:clinics_clinic_act", args=[clinic.pk, "announce"])

    number = number_on(client.get(address))
    client.post(address, {"confirmed": number})
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        tick(now=NOW + timedelta(hours=1))

    assert (number, sent("clinics.topic_announced")) == ("3", 3)
