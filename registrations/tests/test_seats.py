"""Seats in the working group: given by name, asked about, told, ended at once, and never without a coordinator."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.models import Act, SecurityEvent
from mailings.ledger.draining import drain
from mailings.models import Letter
from registrations.admin.seats import SeatAdmin
from registrations.domain.registrations import LastCoordinator, SeatRefused, SeatRole
from registrations.models import Member, WorkingGroupSeat
from registrations.privacy.erasing import erase_member
from registrations.seats import emails as letters
from registrations.seats.appointing import appoint, end_seat
from registrations.tests import factories
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
ADD = reverse("admin:registrations_workinggroupseat_add")
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def change(seat):
    return reverse("admin:registrations_workinggroupseat_change", args=[seat.pk])


def end(seat):
    return reverse("admin:registrations_workinggroupseat_end", args=[seat.pk])


def seat_of(client, member, **typed):
    return client.post(ADD, {"person": "", "member": member.public_id, "from_on": "2026-03-02", **typed})


def now(member):
    return Member.objects.get(pk=member.pk)


def words(response):
    return " ".join(response.content.decode().split())


def test_appointing_twice_makes_one_seat_and_one_letter(member, coordinator):
    for _ in range(2):
        appoint(member=member, role=SeatRole.LIAISON, region="LAC", by=coordinator, now=NOW)

    assert member.seats.count() == 1
    assert Act.objects.filter(verb="appoint").count() == 1
    assert Letter.objects.get(kind="registrations.seat_given").member == member


def test_a_seat_given_and_ended_again_and_again_is_told_once(member, coordinator, mailoutbox):
    for _ in range(5):
        seat = appoint(member=member, role=SeatRole.LIAISON, region="LAC", by=coordinator, now=NOW)
        drain(now=NOW)
        end_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=NOW)
    appoint(member=member, role=SeatRole.LIAISON, region="LAC", by=coordinator, now=NOW)
    appoint(member=member, role=SeatRole.LIAISON, region="MENA", by=coordinator, now=NOW)
    drain(now=NOW + timedelta(minutes=1))

    (letter,) = mailoutbox  # one of all that are given on one day
    assert "Latin America & Caribbean, Middle East & North Africa" in " ".join(letter.body.split())


def test_a_coordinator_appoints_a_liaison_by_typing_a_name(client, coordinator):
    amina = factories.make_member(name="Amina Ben Ali", region="MENA")
    factories.make_member(name="Bruno")
    closed = factories.make_member(name="Amina Closed", is_active=False)
    client.force_login(coordinator)

    page = client.post(ADD, {"person": "ben amina", "role": "liaison", "region": "SSA", "from_on": "2026-03-02"})
    assert not amina.seats.exists()
    assert [value for value, _ in page.context["form"].fields["member"].choices] == [amina.public_id]
    assert "Amina Ben Ali" in words(page)
    assert amina.email not in words(page)
    assert closed.public_id not in words(page)

    seat_of(client, amina, person="ben amina", role="liaison", region="SSA")
    assert now(amina).seat_regions == {"SSA"}
    assert not now(amina).is_coordinator
    assert Act.objects.get(verb="appoint").actor == coordinator


@pytest.mark.parametrize("word", ["amina", "AMI", "", "%", "nobody", "a" * 300, "\x00"])
def test_who_is_found_while_typing_is_shown_without_an_address(client, coordinator, word):
    amina = factories.make_member(name="Amina", email="secret@example.org")
    client.force_login(coordinator)

    page = client.get(reverse("admin:registrations_workinggroupseat_people"), {"person": word})

    assert page.status_code == 200
    assert (amina.public_id in words(page)) == (word.lower() in ("amina", "ami"))
    assert "secret" not in words(page)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"role": "liaison", "region": ""}, "region"),
        ({"role": "", "region": ""}, "role"),
        ({"role": "", "region": "SSA"}, "role"),
        ({"region": ""}, "role"),
        ({"role": "coordinator", "region": "SSA", "confirmed": "yes"}, "region"),
        ({"role": "queen", "region": ""}, "role"),
        ({"role": "editor", "region": "SSA"}, "region"),
    ],
)
def test_no_seat_follows_from_a_field_left_empty(client, coordinator, member, typed, wrong):
    client.force_login(coordinator)

    page = seat_of(client, member, **typed)

    assert page.context["form"].errors[wrong]
    assert not member.seats.exists()


def test_making_a_coordinator_is_asked_about_once_more(client, coordinator, member):
    other = factories.make_member()
    client.force_login(coordinator)

    page = seat_of(client, member, role="coordinator")
    assert "sees the email address of everybody" in words(page)
    assert member.name in words(page)
    again = seat_of(client, member, role="coordinator", **{page.context["brings_back"]: "1"})
    assert again.context["form"].data["role"] == "coordinator" and "Give the seat" in again.content.decode()
    seat_of(client, member, role="coordinator", confirmed=f"coordinator:{other.public_id}")
    seat_of(client, member, role="coordinator", confirmed=f"liaison:{member.public_id}")
    assert not member.seats.exists()

    seat_of(client, member, role="coordinator", confirmed=page.context["answer"])
    assert now(member).is_coordinator


@pytest.mark.parametrize(("role", "region", "said"), [("coordinator", "", "coordinator"), ("liaison", "SA", "South")])
def test_whoever_is_appointed_is_told_in_a_letter(member, coordinator, role, region, said):
    seat = appoint(member=member, role=SeatRole(role), region=region, by=coordinator, now=NOW)
    letter = Letter.objects.get(kind="registrations.seat_given")

    rendered = letters._render(seat, "en", "UTC")
    assert letter.member == member
    assert said in rendered.text
    assert letters._still_owed(seat, NOW) is None

    end_seat(seat=seat, until_on=TODAY, by=coordinator, now=NOW)
    assert letters._still_owed(WorkingGroupSeat.objects.get(pk=seat.pk), NOW) == "the seat has ended"


def test_no_seat_begins_before_the_programme_did(client, coordinator, member):
    with pytest.raises(SeatRefused, match="before the programme"):
        appoint(member=member, role=SeatRole.COORDINATOR, by=coordinator, now=NOW, from_on=date(1999, 1, 1))
    client.force_login(coordinator)

    told = {"member": member.public_id, "role": "liaison", "region": "MENA", "from_on": "1999-01-01"}
    page = client.post(ADD, told)

    assert "before the programme" in str(page.context["form"].errors["from_on"])
    assert not member.seats.exists()


def test_a_liaison_appoints_nobody(client, member, liaison):
    client.force_login(liaison)

    assert seat_of(client, member, role="liaison", region="MENA").status_code == 403
    assert client.get(reverse("admin:registrations_workinggroupseat_people"), {"person": "a"}).status_code == 403
    with pytest.raises(SeatRefused):
        appoint(member=member, role=SeatRole.LIAISON, region="MENA", by=liaison, now=NOW)
    assert not member.seats.exists()


def test_the_last_coordinator_stays(client, coordinator):
    seat = coordinator.seats.get()
    factories.make_coordinator(is_active=False)
    with pytest.raises(LastCoordinator):
        end_seat(seat=seat, until_on=date(2026, 6, 1), by=coordinator, now=NOW)
    client.force_login(coordinator)

    page = client.post(change(seat), {"until_on": "2026-06-01"})
    client.post(end(seat))

    assert page.context["adminform"].form.errors["until_on"]
    assert WorkingGroupSeat.objects.get(pk=seat.pk).until_on is None


def test_a_coordinator_of_next_year_leaves_nobody_to_appoint_others_until_then(client, coordinator):
    seat, other = coordinator.seats.get(), factories.make_member()
    appoint(member=other, role=SeatRole.COORDINATOR, by=coordinator, now=NOW, from_on=TODAY + timedelta(days=365))
    for until_on in (TODAY, TODAY + timedelta(days=364)):
        with pytest.raises(LastCoordinator):
            end_seat(seat=seat, until_on=until_on, by=coordinator, now=NOW)
    with pytest.raises(LastCoordinator):
        erase_member(member=coordinator, by=coordinator, now=NOW)
    client.force_login(coordinator)
    assert client.post(change(seat), {"until_on": "2026-06-01"}).context["adminform"].form.errors["until_on"]

    end_seat(seat=seat, until_on=TODAY + timedelta(days=365), by=coordinator, now=NOW)

    assert not WorkingGroupSeat.objects.current(on=TODAY + timedelta(days=365)).filter(member=coordinator).exists()


def test_what_is_said_of_a_seat_is_what_happened(client, coordinator):
    client.force_login(coordinator)

    def given(to):
        told = {"member": to.public_id, "role": "liaison", "region": "MENA", "from_on": str(TODAY)}
        return client.post(ADD, told, follow=True).content.decode()

    reached, silent = factories.make_member(), factories.make_member(email=None)
    assert "The person gets an email about it" in given(reached)
    again = given(reached)
    assert "given before" in again and "The person gets an email about it" not in again
    assert "Our emails do not reach this person" in given(silent)


@pytest.mark.parametrize("is_new", [True, False])
def test_a_seat_ends_at_once_and_takes_the_desk_along(client, coordinator, is_new):
    other = factories.make_member()
    from_on = TODAY if is_new else date(2026, 1, 1)
    seat = appoint(member=other, role=SeatRole.COORDINATOR, by=coordinator, now=NOW, from_on=from_on)
    theirs = client.__class__()
    theirs.force_login(other)
    members = reverse("admin:registrations_member_changelist")
    assert theirs.get(members).status_code == 200
    client.force_login(coordinator)
    page = client.get(change(seat)).text
    assert f'href="{end(seat)}"' in page and "_addanother" not in page

    asked = client.get(end(seat))
    assert "The seat ends at once" in asked.text and now(other).is_staff
    client.post(end(seat), {"reason": "Moved to another job"})

    history = reverse("admin:registrations_workinggroupseat_history", args=[seat.pk])
    assert "Moved to another job" in client.get(history).text
    assert client.get(end(seat)).url == change(seat)  # it has ended: nothing is left to ask
    assert theirs.get(members).status_code == 302
    assert not now(other).is_staff
    assert SecurityEvent.objects.filter(kind="role_ended", member=other).exists()


def test_a_seat_that_has_ended_has_no_button_to_end_it(client, coordinator):
    seat = factories.make_coordinator().seats.get()
    client.force_login(coordinator)
    assert end(seat) in client.get(change(seat)).content.decode()

    end_seat(seat=seat, until_on=TODAY, by=coordinator, now=NOW)

    assert end(seat) not in client.get(change(seat)).content.decode()


@pytest.mark.parametrize("until_on", ["", "2026-04-01"])
def test_an_ended_seat_is_not_given_back_by_its_form(client, coordinator, until_on):
    other = factories.make_coordinator()
    seat = other.seats.get()
    end_seat(seat=seat, until_on=TODAY, by=coordinator, now=NOW)
    client.force_login(coordinator)

    client.post(change(seat), {"until_on": until_on})

    assert not now(other).is_staff


def test_an_end_that_is_set_only_moves_nearer(client, coordinator):
    other = factories.make_coordinator()
    seat = end_seat(seat=other.seats.get(), until_on=TODAY + timedelta(days=9), by=coordinator, now=NOW)
    client.force_login(coordinator)

    with pytest.raises(SeatRefused):
        end_seat(seat=seat, until_on=TODAY + timedelta(days=10), by=coordinator, now=NOW)
    for word in ("", "2026-12-31"):
        client.post(change(seat), {"until_on": word})
        assert WorkingGroupSeat.objects.get(pk=seat.pk).until_on == TODAY + timedelta(days=9)

    client.post(change(seat), {"until_on": "2026-03-05"})
    assert WorkingGroupSeat.objects.get(pk=seat.pk).until_on == date(2026, 3, 5)


def test_what_was_is_not_written_anew_by_the_end_of_a_seat(client, coordinator):
    """People are told which seat somebody had who looked at their data on a day."""
    seat = factories.make_coordinator().seats.get()
    client.force_login(coordinator)
    for until_on in (TODAY - timedelta(days=1), seat.from_on):
        with pytest.raises(SeatRefused):
            end_seat(seat=seat, until_on=until_on, by=coordinator, now=NOW)
        assert client.post(change(seat), {"until_on": str(until_on)}).context["errors"]
    end_seat(seat=seat, until_on=TODAY, by=coordinator, now=NOW)
    later = NOW + timedelta(days=5)

    for until_on in (TODAY - timedelta(days=1), TODAY, later.date(), later.date() + timedelta(days=1)):
        with pytest.raises(SeatRefused):
            end_seat(seat=seat, until_on=until_on, by=coordinator, now=later)

    assert WorkingGroupSeat.objects.get(pk=seat.pk).until_on == TODAY


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("registrations_liaison_has_a_region_and_others_none", {"role": "liaison", "region": ""}),
        ("registrations_liaison_has_a_region_and_others_none", {"role": "coordinator", "region": "SSA"}),
        ("registrations_liaison_has_a_region_and_others_none", {"role": "", "region": ""}),
        ("registrations_liaison_has_a_region_and_others_none", {"role": "editor", "region": "SSA"}),
        ("registrations_liaison_has_a_region_and_others_none", {"role": "liaison", "region": "MOON"}),
        ("registrations_seat_never_ends_before_it_begins", {"until_on": TODAY - timedelta(days=1)}),
        ("registrations_one_open_seat_per_role_and_region", {}),
    ],
)
def test_the_database_refuses_what_is_no_seat(member, rule, broken):
    seat = {"member": member, "role": "liaison", "region": "SSA", "from_on": TODAY, **broken}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        WorkingGroupSeat.objects.create(**seat)
        WorkingGroupSeat.objects.create(**seat)


def test_an_editor_of_the_newsletter_is_appointed_told_and_is_not_in_the_working_group(client, coordinator, mailoutbox):
    other = factories.make_member(name="Eda")
    client.force_login(coordinator)

    page = seat_of(client, other, role="editor", region="")
    drain(now=NOW + timedelta(minutes=1))

    assert page.status_code == 302  # without a warning: the seat shows nobody's address
    theirs = now(other)
    assert (theirs.is_newsletter_editor, theirs.may_open_desk) == (True, True)
    assert not theirs.is_staff and not theirs.is_coordinator and not theirs.looks_after("") and not theirs.seat_regions
    assert mailoutbox[0].subject == "You are an editor of the newsletter"
    assert "no other page of the desk" in mailoutbox[0].body.replace(" \n", " ")
    assert reverse("admin:mailings_newsletter_changelist") in mailoutbox[0].body
    log = client.get(reverse("admin:base_securityevent_changelist"))
    assert "newsletter editor" in words(log)


def test_an_editor_has_no_region_and_a_seat_that_ends_takes_the_desk_along(client, coordinator):
    other = factories.make_member()
    with pytest.raises(SeatRefused):
        appoint(member=other, role=SeatRole.EDITOR, region="LAC", by=coordinator, now=NOW)
    seat = appoint(member=other, role=SeatRole.EDITOR, by=coordinator, now=NOW)
    client.force_login(other)
    issues = reverse("admin:mailings_newsletter_changelist")
    assert "Working group" in words(client.get("/"))
    assert client.get(issues).status_code == 200

    end_seat(seat=seat, until_on=TODAY, by=coordinator, now=NOW)

    assert client.get(issues).status_code == 302
    assert not now(other).may_open_desk
    assert "Working group" not in words(client.get("/"))


def test_the_first_page_of_the_desk_shows_an_editor_nothing_of_what_waits_there(client):
    factories.make_registration(state="submitted")
    client.force_login(factories.make_editor())

    page = client.get(reverse("admin:index"))

    assert "waits for review" not in words(page) and "does nothing on its own" not in words(page)
    assert reverse("admin:mailings_newsletter_changelist") in page.content.decode()
    assert reverse("admin:mailings_letter_changelist") not in page.content.decode()
    assert reverse("admin:registrations_registration_changelist") not in page.content.decode()


def test_the_first_coordinator_is_appointed_on_the_machine_and_by_name(member):
    for missing in ([], ["--role", "liaison"], ["--role", "coordinator", "--region", "SSA"]):
        with pytest.raises(CommandError):
            call_command("appoint", member.email, *missing)
    call_command("appoint", member.email.upper(), "--role", "coordinator", verbosity=0)

    assert now(member).is_coordinator


def test_somebody_who_never_signed_in_cannot_be_appointed(db):
    with pytest.raises(CommandError, match="signed in"):
        call_command("appoint", "nobody@example.org", "--role", "coordinator")


def test_a_closed_account_is_given_no_seat(coordinator):
    closed = factories.make_member(is_active=False)

    with pytest.raises(SeatRefused):
        appoint(member=closed, role=SeatRole.LIAISON, region="SSA", by=coordinator, now=NOW)


@pytest.mark.parametrize("member", ["", "nobody", "9" * 30, "0", "\x00"])
def test_a_member_who_cannot_be_is_answered_at_the_field(client, coordinator, member):
    client.force_login(coordinator)

    typed = {"person": "x", "member": member, "role": "liaison", "region": "SSA", "from_on": "2026-01-01"}
    page = client.post(ADD, typed)

    assert {"member", "person"} & set(page.context["form"].errors)


# Seats as they were before they named their role.


def test_seats_of_before_get_the_role_they_had(member, coordinator):
    """Runs the migration itself, backwards and forwards, inside the transaction of the test: every statement of it can
    be undone in PostgreSQL."""
    before = ("registrations", "0012_addresses_in_their_canonical_form")
    migration = ("registrations", "0013_seats_name_their_role")
    liaison, today = factories.make_liaison("LAC"), NOW.date()
    ended = WorkingGroupSeat.objects.create(
        member=member, role="liaison", region="SSA", from_on=today - timedelta(days=9), until_on=today
    )
    step = MigrationExecutor(connection).loader.get_migration(*migration)
    old = MigrationExecutor(connection).loader.project_state(before)
    seats = old.apps.get_model("registrations", "WorkingGroupSeat")
    with connection.schema_editor(atomic=False) as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for constraint in WorkingGroupSeat._meta.constraints:
            editor.remove_constraint(WorkingGroupSeat, constraint)
        editor.execute(
            "DROP TRIGGER registrations_seat_keeps_whose_and_what_for ON registrations_workinggroupseat;"
            "ALTER TABLE registrations_workinggroupseat DROP COLUMN role"
        )
        for constraint in seats._meta.constraints:
            editor.add_constraint(seats, constraint)
    second = seats.objects.create(member_id=liaison.pk, region="", from_on=today)

    with connection.schema_editor(atomic=False) as editor:
        step.apply(old.clone(), editor)

    roles = dict(WorkingGroupSeat.objects.values_list("pk", "role"))
    assert roles[coordinator.seats.get().pk] == roles[second.pk] == "coordinator"
    assert roles[liaison.seats.get(region="LAC").pk] == roles[ended.pk] == "liaison"
    assert Member.objects.get(pk=liaison.pk).is_coordinator and Member.objects.get(pk=coordinator.pk).is_coordinator
    assert not Member.objects.get(pk=member.pk).is_staff


def test_a_page_of_seats_without_a_kind_is_refused_when_it_is_written():
    with pytest.raises(TypeError, match="which kind of seat"):

        class PageWithoutKind(SeatAdmin):
            """It would fail only when somebody gives a seat."""


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["reached@example.org", None])
def test_a_letter_is_announced_only_where_one_goes_before_a_role_is_given(client, coordinator, email):
    client.force_login(coordinator)
    shown = seat_of(client, factories.make_member(email=email), role="coordinator").content.decode()

    assert ("They are told in an email" in shown) == (email is not None)
    assert ("please tell them yourself" in shown) == (email is None)


def test_who_sits_where_stands_on_one_page_with_what_each_reader_can_do(client, coordinator, member):
    other = factories.make_coordinator(name="Amina")
    for region in ("SA", "SSA"):
        appoint(member=member, role=SeatRole.LIAISON, region=region, by=other, now=timezone.now())
    seat = member.seats.get(region="SA")
    end_seat(seat=seat, until_on=timezone.now().date() + timedelta(days=9), by=other, now=timezone.now())
    address = reverse("admin:registrations_workinggroupseat_changelist")

    client.force_login(coordinator)
    page = words(client.get(address))
    client.force_login(member)
    of_member = words(client.get(address))

    assert page.count(">End</a>") == 3 and page.count(">Give up</a>") == 1 and page.count(">Renew</a>") == 1
    assert of_member.count(">Give up</a>") == 2 and ">End</a>" not in of_member and "Renew" not in of_member
    assert "<bdi>Amina</bdi></a></td>" in page and "Another coordinator can do it: Amina." in page
    assert "No liaison looks after: Central &amp; Eastern Europe" in page and "; South Asia" not in page
