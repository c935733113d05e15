"""A clinic planned again is a draft with everything but people's answers; another edition likewise."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from clinics.agendas.writing import AgendaEntry, write_agenda
from clinics.checklists.items import add_item
from clinics.domain.clinics import ClinicMoveNotAllowed, ClinicState, NotYourClinic, PlannedTwice
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import Clinic, ClinicSeries
from clinics.planning.cloning import _COLUMNS, plan_again, plan_edition
from clinics.planning.plans import cancel_clinic
from clinics.tests.factories import make_channel, make_clinic, make_person, make_text, sign_up
from clinics.tests.test_admin import desk
from letsconnect.base.models import Act
from mailings.models import Letter
from registrations.tests.factories import NOW, make_skill

pytestmark = pytest.mark.django_db
AGAIN = {"local_date": date(2026, 4, 13), "local_time": time(12), "zone": "UTC"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def full_clinic(coordinator, **fields):
    """An announced clinic of which every part is filled in, with people who have answered and signed up."""
    clinic = make_clinic(region="MENA", partner="A library", series=ClinicSeries.objects.create(name="Money"), **fields)
    make_text(clinic, "fr", "Demander")
    clinic.skills.add(make_skill("budgeting"))
    channel = make_channel(clinic, "fr", name="Canal 2")
    make_person(clinic, role=ClinicRole.INTERPRETER, channel=channel, turn="lead", state=AnswerState.ACCEPTED)
    make_person(clinic, role=ClinicRole.SHARER, state=AnswerState.DECLINED, role_line="treasurer")
    make_person(clinic, role=ClinicRole.HELPER, member=None, address="a@example.org", name="Ana", language="en")
    entries = [AgendaEntry("icebreaker", 10, "", "A guest"), AgendaEntry("other", 20, "A walk", "Ana")]
    write_agenda(clinic=clinic, entries=entries, by=coordinator, now=NOW)
    add_item(clinic=clinic, title="Book the room", days=-3, assignee=coordinator, by=coordinator, now=NOW)
    sign_up(clinic, 2)
    Letter.objects.all().delete()
    return clinic


def test_a_clinic_planned_again_has_everything_but_peoples_answers(coordinator):
    clinic = full_clinic(coordinator)

    draft = plan_again(clinic=clinic, **AGAIN, by=coordinator, now=NOW)

    assert (draft.state, draft.starts_at, draft.edition_of) == ("draft", datetime(2026, 4, 13, 12, tzinfo=UTC), None)
    for column in ("partner", "region", "series", "floor_language", "minutes", "capacity", "meeting_link", "format"):
        assert getattr(draft, column) == getattr(clinic, column), column
    assert sorted(draft.texts.values_list("language", "title", "state")) == [
        ("en", "Asking for money kindly", "draft"),
        ("fr", "Demander", "draft"),
    ]
    assert list(draft.skills.all()) == list(clinic.skills.all())
    assert list(draft.channels.values_list("language", "name")) == [("fr", "Canal 2")]
    people = draft.people.order_by("pk").values_list("role", "state", "channel__clinic", "role_line", "asked_at")
    assert list(people) == [
        ("interpreter", "to_ask", draft.pk, "", None),
        ("sharer", "to_ask", None, "treasurer", None),
    ]
    assert list(draft.agenda.values_list("title", "minutes", "speaker")) == [("", 10, "A guest"), ("A walk", 20, "")]
    assert draft.checklist.filter(title="Book the room").exists()
    assert not draft.rsvps.exists() and not Letter.objects.exists()
    assert clinic.people.filter(state=AnswerState.ACCEPTED).exists() and clinic.rsvps.count() == 2
    assert Act.objects.get(verb="plan_clinic_again").became == "2026-04-13 12:00Z"


def test_of_two_who_were_asked_for_one_turn_the_one_who_came_is_planned_again(coordinator):
    clinic = full_clinic(coordinator)
    channel = make_channel(clinic, "sw")
    make_person(clinic, ClinicRole.INTERPRETER, AnswerState.DECLINED, channel=channel)
    came = make_person(clinic, ClinicRole.INTERPRETER, channel=channel)
    make_person(clinic, ClinicRole.INTERPRETER, AnswerState.STEPPED_BACK, channel=channel, turn="relief")
    again = make_person(clinic, ClinicRole.INTERPRETER, AnswerState.DECLINED, channel=channel, turn="relief")

    draft = plan_again(clinic=clinic, **AGAIN, by=coordinator, now=NOW)

    copied = draft.people.interpreters().filter(channel__language="sw")
    assert {person.member_id for person in copied} >= {came.member_id}
    assert (copied.count(), copied.filter(member=again.member).count()) == (2, 0)


def test_every_column_of_a_clinic_is_taken_over_or_is_said_not_to_be():
    not_taken = {
        "id", "state", "local_date", "local_time", "zone", "fold", "starts_at", "start_set_at", "sequence",
        "calendar_sequence", "cancel_reason", "announced_at", "held_at", "edition_of", "is_edition",
        "original_is_edition",
        *("icebreaker", "quiz_link"),  # with the agenda: `copy_agenda`
        *("outcome", "outcome_language", "head_count"),  # what came of it
    }  # fmt: skip
    columns = {field.name for field in Clinic._meta.concrete_fields}

    taken = {name.removesuffix("_id") for name in _COLUMNS}
    assert columns == taken | not_taken


def test_the_same_button_pressed_twice_makes_one_draft(coordinator):
    clinic = make_clinic()
    draft = plan_again(clinic=clinic, **AGAIN, by=coordinator, now=NOW)

    with pytest.raises(PlannedTwice):
        plan_again(clinic=clinic, **AGAIN, by=coordinator, now=NOW)

    assert Clinic.objects.count() == 2
    cancel_clinic(clinic=draft, reason="A mistake", by=coordinator, now=NOW)
    assert plan_again(clinic=clinic, **AGAIN, by=coordinator, now=NOW).pk


def test_an_edition_is_of_the_clinic_even_if_made_from_another_edition(coordinator):
    clinic = make_clinic()
    second = plan_edition(clinic=clinic, **AGAIN, by=coordinator, now=NOW)
    third = plan_edition(clinic=second, **{**AGAIN, "local_time": time(3)}, by=coordinator, now=NOW)

    assert (second.edition_of_id, third.edition_of_id) == (clinic.pk, clinic.pk)


@pytest.mark.parametrize("state", [ClinicState.HELD, ClinicState.CANCELLED])
def test_what_is_over_has_no_other_edition_but_is_planned_again(coordinator, state):
    clinic = make_clinic(state=state)

    with pytest.raises(ClinicMoveNotAllowed):
        plan_edition(clinic=clinic, **AGAIN, by=coordinator, now=NOW)
    draft = plan_again(clinic=clinic, **AGAIN, by=coordinator, now=NOW)

    assert (draft.state, draft.cancel_reason, draft.held_at) == ("draft", "", None)


@pytest.mark.parametrize("plan", [plan_again, plan_edition])
def test_nobody_plans_from_a_clinic_they_do_not_look_after(other_liaison, plan):
    clinic = make_clinic(region="MENA")

    with pytest.raises(NotYourClinic):
        plan(clinic=clinic, **AGAIN, by=other_liaison, now=NOW)
    assert Clinic.objects.count() == 1


def test_the_page_offers_the_same_weekday_and_wall_clock_and_leads_to_the_draft(client, coordinator):
    clinic = make_clinic(starts_at=NOW - timedelta(days=60), state=ClinicState.HELD, zone="Africa/Cairo")
    client.force_login(coordinator)

    page = client.get(desk("again", clinic.pk))
    offered = page.context["form"]
    day = offered["local_date"].value()
    made = client.post(
        desk("again", clinic.pk),
        {"local_date": str(day), "local_time": "12:00", "zone": offered["zone"].value(), "fold": ""},
    )

    draft = Clinic.objects.exclude(pk=clinic.pk).get()
    assert day > NOW.date() and day.weekday() == clinic.local_date.weekday()
    assert (offered["local_time"].value(), offered["zone"].value()) == (clinic.local_time, "Africa/Cairo")
    assert (made.url, draft.state, draft.local_date) == (desk("change", draft.pk), "draft", day)


def test_the_page_of_an_edition_asks_for_the_hour_and_where_clocks_change(client, coordinator):
    clinic = make_clinic()
    client.force_login(coordinator)
    start = {"local_date": "2026-10-25", "local_time": "", "zone": "Europe/Berlin", "fold": ""}

    assert client.get(desk("edition", clinic.pk)).context["form"]["local_time"].value() is None
    for page in (desk("edition", clinic.pk), desk("again", clinic.pk)):
        assert client.get(page).context["form"]["fold"].value() == ""  # nobody has answered yet
    assert client.get(desk("add")).context["adminform"].form["fold"].value() == ""
    unsaid = client.post(desk("edition", clinic.pk), start)
    which = client.post(desk("edition", clinic.pk), {**start, "local_time": "02:30"})
    assert unsaid.context["form"].errors["local_time"] and which.context["form"].errors["fold"]
    assert Clinic.objects.count() == 1
    client.post(desk("edition", clinic.pk), {**start, "local_time": "02:30", "fold": "1"})

    edition = Clinic.objects.exclude(pk=clinic.pk).get()
    assert (edition.edition_of, edition.starts_at) == (clinic, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
