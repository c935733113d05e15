"""Checklists: what the database keeps, whose items they are, when they are due, and the one letter of a day."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import TextField, Value
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinics.checklists.emails import CHECKLIST_DUE, still_owed
from clinics.checklists.items import (
    add_item,
    arrange_item,
    copy_checklist,
    fill_checklist,
    load_checklist_template,
    save_usual_item,
    settle_item,
)
from clinics.checklists.sweeps import owe_checklist_letters
from clinics.domain.checklists import (
    CHECKLIST_TEMPLATE,
    ChecklistState,
    ItemChangedMeanwhile,
    ItemState,
    NobodyToDoIt,
    day_of_letter,
    due_on,
    state_of,
)
from clinics.domain.clinics import ClinicMoveNotAllowed, ClinicState, NotYourClinic
from clinics.models import ChecklistItem, ChecklistReminder, ChecklistTemplateItem, Clinic, ClinicPerson
from clinics.planning.plans import create_clinic, reschedule
from clinics.tests.factories import START, make_clinic
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from mailings.ledger.preparing import NotOwed, prepare, read_facts
from mailings.models import Letter
from registrations.accounts.closing import close_account
from registrations.models import Member, WorkingGroupSeat
from registrations.privacy import erasing
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

pytestmark = pytest.mark.django_db
BROKEN = Value("one\ntwo", output_field=TextField())
MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def planner():
    return make_coordinator(zone="UTC")


@pytest.fixture
def clinic(planner):
    """In a week; on its list is what is due today, tomorrow, and since yesterday, all the planner's."""
    clinic = make_clinic(starts_at=START)
    for title, days in (("Late", -8), ("Due", -7), ("Tomorrow", -6)):
        add_item(clinic=clinic, title=title, days=days, assignee=planner, by=planner, now=NOW)
    return clinic


def item_of(clinic, title):
    return clinic.checklist.select_related("clinic").get(title=title)


def letters_of(person):
    return list(Letter.objects.filter(kind=CHECKLIST_DUE, member=person).order_by("pk"))


def sent_to(person, now):
    """What the letters owed to this person say as they are sent now; those that are no longer owed are not."""
    texts, owed = [], letters_of(person)
    with time_machine.travel(now, tick=False):
        facts = read_facts(owed, now=now)
        for letter in owed:
            with suppress(NotOwed):
                texts.append(prepare(letter, facts, now=now).rendered.text)
    return texts


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"title": ""}, "clinics_checklist_item_is_named_once"),
        ({"name": "summary"}, "clinics_checklist_item_is_named_once"),
        ({"name": "party", "title": ""}, "clinics_checklist_item_name_is_known"),
        ({"title": BROKEN}, "clinics_checklist_item_title_can_be_seen"),
        ({"days": 366}, "clinics_checklist_item_is_due_within_a_year"),
        ({"days": -366}, "clinics_checklist_item_is_due_within_a_year"),
        ({"state": "forgotten"}, "clinics_checklist_item_says_who_settled_it"),
        ({"state": "done"}, "clinics_checklist_item_says_who_settled_it"),
        ({"settled_at": NOW}, "clinics_checklist_item_says_who_settled_it"),
    ],
)
def test_an_impossible_item_is_refused(clinic, columns, constraint):
    refuses(constraint, change(item_of(clinic, "Due"), **columns))


def test_an_item_has_a_state_there_is(clinic, planner):
    settled = settle_item(item=item_of(clinic, "Due"), state=ItemState.DONE, by=planner, now=NOW)

    refuses("clinics_checklist_state_is_known", change(settled, state="forgotten"))


def test_a_usual_item_stands_on_a_list_once(clinic, planner):
    load_checklist_template()
    fill_checklist(clinic=clinic, by=planner, now=NOW)
    other = ChecklistTemplateItem.objects.get(name="summary")

    refuses("clinics_each_checklist_item_once", change(clinic.checklist.get(name="recording"), name="summary"))
    refuses("clinics_each_usual_item_once", change(other, name="recording"))


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"name": ""}, "clinics_usual_item_is_named_once"),
        ({"name": "party"}, "clinics_usual_item_name_is_known"),
        ({"name": "", "title": BROKEN}, "clinics_usual_item_title_can_be_seen"),
        ({"days": 400}, "clinics_usual_item_is_due_within_a_year"),
    ],
)
def test_an_impossible_usual_item_is_refused(columns, constraint):
    load_checklist_template()

    refuses(constraint, change(ChecklistTemplateItem.objects.first(), **columns))


def test_one_letter_a_day_is_a_rule_of_the_database(planner):
    told = ChecklistReminder(member=planner, day=NOW.date(), made_at=NOW)
    told.save()
    told.pk = None

    refuses("clinics_one_letter_about_the_checklist_a_day", told.save)


def test_a_new_clinic_has_the_usual_list_and_all_of_it_is_the_planners(planner):
    load_checklist_template()
    assert load_checklist_template() == 0
    usual = ChecklistTemplateItem.objects
    unused = usual.get(name="certificates")
    unused.is_used = False
    save_usual_item(item=unused, by=planner, now=NOW)
    save_usual_item(item=ChecklistTemplateItem(title="Bake a cake", days=-1), by=planner, now=NOW)

    clinic = create_clinic(clinic=_draft(), by=planner, now=NOW)

    names = [step.name for step in CHECKLIST_TEMPLATE]
    assert [item.name or item.title for item in clinic.checklist.all()] == [
        *names[:5], "Bake a cake", *names[5:-1],
    ]  # fmt: skip
    assert {(item.assignee, item.state) for item in clinic.checklist.all()} == {(planner, ItemState.OPEN)}
    assert load_checklist_template() == 0
    assert not fill_checklist(clinic=clinic, by=planner, now=NOW)


def _draft():
    return Clinic(local_date=date(2026, 6, 1), local_time=time(15), zone="Europe/Paris")


def test_only_coordinators_change_what_is_usual():
    with pytest.raises(NotYourClinic):
        save_usual_item(item=ChecklistTemplateItem(title="Cake", days=0), by=make_liaison("SA"), now=NOW)


@pytest.mark.parametrize(
    ("days", "day"),
    [(-35, date(2026, 2, 22)), (-1, date(2026, 3, 28)), (0, date(2026, 3, 29)), (7, date(2026, 4, 5))],
)
def test_the_day_is_counted_on_the_calendar_of_the_clinics_zone(days, day):
    """It begins at half past midnight of the 29th in Paris, which is the 28th in UTC; clocks change that night."""
    clinic = make_clinic(
        starts_at=datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
        local_date=date(2026, 3, 29),
        local_time=time(0, 30),
        zone="Europe/Paris",
    )
    item = ChecklistItem.objects.create(clinic=clinic, title="x", days=days, assignee=make_coordinator())

    assert item.due_on == due_on(days, day=clinic.local_date) == day
    assert ChecklistItem.objects.due_by(day).exists()
    assert not ChecklistItem.objects.due_by(day - timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("state", "days", "looks"),
    [
        ("open", -1, ChecklistState.LATE),
        ("open", 0, ChecklistState.DUE),
        ("open", 7, ChecklistState.SOON),
        ("open", 8, ChecklistState.LATER),
        ("done", -1, ChecklistState.DONE),
        ("not_needed", -1, ChecklistState.NOT_NEEDED),
    ],
)
def test_what_an_item_looks_like_follows_from_the_readers_day(state, days, looks):
    today = date(2026, 3, 2)
    assert state_of(due=today + timedelta(days=days), state=state, today=today) is looks


def test_moving_the_clinic_moves_the_days(clinic, planner):
    reschedule(clinic=clinic, local_date=date(2026, 3, 20), local_time=time(12), zone="Asia/Tokyo", by=planner, now=NOW)

    assert item_of(clinic, "Due").due_on == date(2026, 3, 13)
    assert not ChecklistItem.objects.due_by(NOW.date()).exists()


def test_an_item_is_ticked_once_and_by_whom_is_kept(clinic, planner):
    item = item_of(clinic, "Due")
    for _twice in range(2):
        settle_item(item=item_of(clinic, "Due"), state=ItemState.DONE, by=planner, now=NOW)
    item.refresh_from_db()
    assert (item.state, item.settled_at, item.settled_by) == (ItemState.DONE, NOW, planner)
    assert Act.objects.filter(verb="do_checklist_item").count() == 1

    settle_item(item=item, state=ItemState.OPEN, by=planner, now=NOW)
    item = settle_item(item=item_of(clinic, "Due"), state=ItemState.NOT_NEEDED, by=planner, now=NOW)
    assert (item.state, item.settled_by) == (ItemState.NOT_NEEDED, planner)


def test_what_somebody_else_said_meanwhile_is_not_overwritten(clinic, planner):
    stale = item_of(clinic, "Due")
    settle_item(item=item_of(clinic, "Due"), state=ItemState.DONE, by=planner, now=NOW)

    with pytest.raises(ItemChangedMeanwhile):
        settle_item(item=stale, state=ItemState.NOT_NEEDED, by=make_coordinator(), now=NOW)
    assert item_of(clinic, "Due").state == ItemState.DONE


def test_an_item_is_ticked_by_whom_it_was_given_to_and_by_those_who_look_after_the_clinic(planner):
    clinic, helper, stranger = make_clinic(region="MENA"), make_liaison("SA"), make_liaison("SSA")
    item = add_item(clinic=clinic, title="Flyers", days=-7, assignee=helper, by=planner, now=NOW)

    with pytest.raises(NotYourClinic):
        settle_item(item=item, state=ItemState.DONE, by=stranger, now=NOW)
    with pytest.raises(NotYourClinic):
        arrange_item(item=item, assignee=helper, days=0, by=helper, now=NOW)
    assert settle_item(item=item, state=ItemState.DONE, by=helper, now=NOW).settled_by == helper


def test_an_item_is_given_to_nobody_outside_the_working_group(clinic, planner):
    item, outsider = item_of(clinic, "Due"), make_member()
    with pytest.raises(NobodyToDoIt):
        arrange_item(item=item, assignee=outsider, days=-7, by=planner, now=NOW)
    with pytest.raises(NobodyToDoIt):
        add_item(clinic=clinic, title="Flyers", days=0, assignee=outsider, by=planner, now=NOW)
    assert arrange_item(item=item, assignee=None, days=-3, by=planner, now=NOW).assignee is None


def test_who_hosts_a_clinic_can_be_given_what_is_to_do_for_it_until_they_step_back(client, clinic, planner):
    host = make_member(zone="UTC")
    role = ClinicPerson.objects.create(
        clinic=clinic, role="host", member=host, state="accepted", asked_by=planner, asked_at=NOW, answered_at=NOW
    )
    with pytest.raises(NobodyToDoIt):
        add_item(clinic=make_clinic(), title="Slides", days=0, assignee=host, by=planner, now=NOW)
    add_item(clinic=clinic, title="Slides", days=-9, assignee=host, by=planner, now=NOW)
    client.force_login(host)
    assert [str(item) for item, _state in client.get(reverse("clinics:checklist-mine")).context["items"]] == ["Slides"]
    assert ChecklistItem.objects.of(host).in_good_hands(on=NOW.date()).exists()

    role.state = "stepped_back"
    role.save()

    assert not ChecklistItem.objects.of(host).in_good_hands(on=NOW.date()).exists()
    assert client.get(reverse("clinics:checklist-mine")).context["items"] == []
    slides = item_of(clinic, "Slides")
    assert client.post(reverse("clinics:checklist-settle", args=[slides.pk]), {"said": "done"}).status_code == 404
    with pytest.raises(NotYourClinic):
        settle_item(item=slides, state=ItemState.DONE, by=host, now=NOW)


@pytest.mark.parametrize("state", [ClinicState.CANCELLED, ClinicState.ARCHIVED])
def test_the_list_of_a_clinic_that_is_put_away_stays_as_it_is(planner, state):
    with pytest.raises(ClinicMoveNotAllowed):
        add_item(clinic=make_clinic(state=state), title="x", days=0, assignee=None, by=planner, now=NOW)


def test_a_copy_takes_all_items_and_nothing_of_it_is_done(clinic, planner):
    gone = make_liaison("SA")
    arrange_item(item=item_of(clinic, "Late"), assignee=gone, days=-8, by=planner, now=NOW)
    settle_item(item=item_of(clinic, "Due"), state=ItemState.DONE, by=planner, now=NOW)
    WorkingGroupSeat.objects.filter(member=gone).update(until_on=NOW.date())
    other, new = make_coordinator(), make_clinic()
    add_item(clinic=new, title="Due", days=0, assignee=other, by=other, now=NOW)

    copied = copy_checklist(source=clinic, clinic=new, by=other, now=NOW)

    assert [item.title for item in copied] == ["Late", "Tomorrow"]
    assert [(item.title, item.days, item.assignee, item.state) for item in new.checklist.all()] == [
        ("Late", -8, other, "open"), ("Due", -7, planner, "open"), ("Tomorrow", -6, planner, "open"),
    ]  # fmt: skip


# The letter


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("UTC", datetime(2026, 3, 2, 8, 59, tzinfo=UTC), None),
        ("UTC", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("UTC", datetime(2026, 3, 2, 21, 0, tzinfo=UTC), None),
        ("Asia/Tokyo", datetime(2026, 3, 2, 0, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("America/Los_Angeles", datetime(2026, 3, 3, 1, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("Europe/Paris", datetime(2026, 3, 28, 8, 0, tzinfo=UTC), date(2026, 3, 28)),
        ("Europe/Paris", datetime(2026, 3, 29, 7, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Paris", datetime(2026, 3, 29, 6, 59, tzinfo=UTC), None),
        ("Nowhere/Atlantis", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_the_letter_is_due_at_nine_of_the_readers_clock(zone, now, day):
    assert day_of_letter(zone, now=now) == day


def test_what_is_due_and_late_comes_in_one_letter_a_day(clinic, planner):
    other = make_clinic(title="Lexemes for small languages")
    add_item(clinic=other, title="Slides", days=-7, assignee=planner, by=planner, now=NOW)

    assert owe_checklist_letters(MORNING - timedelta(hours=1)) == 0
    assert [owe_checklist_letters(MORNING + timedelta(hours=hours)) for hours in (0, 0, 3)] == [1, 0, 0]
    [text] = sent_to(planner, MORNING)

    assert all(word in text for word in ("Late", "Due", "Slides", "Lexemes for small languages", "/clinics/to-do/"))
    assert "Tomorrow" not in text
    assert owe_checklist_letters(MORNING + timedelta(days=1)) == 1


def test_nothing_due_no_letter(clinic, planner):
    for title in ("Late", "Due"):
        settle_item(item=item_of(clinic, title), state=ItemState.DONE, by=planner, now=NOW)

    assert owe_checklist_letters(MORNING) == 0


def test_nobody_is_asked_about_a_clinic_that_is_called_off(clinic):
    Clinic.objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="ill")

    assert owe_checklist_letters(MORNING) == 0


def test_who_lost_their_seat_or_their_account_gets_no_letter_any_more(clinic, planner):
    liaison = make_liaison("SA")
    arrange_item(item=item_of(clinic, "Late"), assignee=liaison, days=-8, by=planner, now=NOW)
    WorkingGroupSeat.objects.filter(member=liaison).update(until_on=NOW.date())
    Member.objects.filter(pk=planner.pk).update(is_active=False)

    assert owe_checklist_letters(MORNING) == 0


@pytest.mark.parametrize(
    "meanwhile", ["done", "moved", "cancelled", "given to another", "seat lost", "over", "nothing of these"]
)
def test_the_letter_asks_again_before_it_leaves(clinic, planner, meanwhile):
    owe_checklist_letters(MORNING)
    now = MORNING + timedelta(minutes=1)
    match meanwhile:
        case "done":
            for title in ("Late", "Due"):
                settle_item(item=item_of(clinic, title), state=ItemState.DONE, by=planner, now=now)
        case "moved":
            start = {"local_date": date(2026, 5, 1), "local_time": time(12), "zone": "UTC"}
            reschedule(clinic=clinic, **start, by=planner, now=now)
        case "cancelled":
            Clinic.objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="ill")
        case "given to another":
            ChecklistItem.objects.update(assignee=make_coordinator())
        case "seat lost":
            WorkingGroupSeat.objects.filter(member=planner).update(until_on=NOW.date())
        case "over":
            now += timedelta(days=1)
    [reminder] = ChecklistReminder.objects.all()

    reason = still_owed(reminder, now)
    texts = sent_to(planner, now)

    assert bool(reason) is (meanwhile != "nothing of these")
    assert bool(texts) is not bool(reason)


def test_an_item_given_to_another_person_stands_in_their_letter(clinic, planner):
    other = make_coordinator()
    arrange_item(item=item_of(clinic, "Late"), assignee=other, days=-8, by=planner, now=NOW)

    assert owe_checklist_letters(MORNING) == 2
    [mine], [theirs] = sent_to(planner, MORNING), sent_to(other, MORNING)

    assert "Late" in theirs and "Due\n" not in theirs
    assert "Due\n" in mine and "Late\n" not in mine


def test_what_somebody_had_to_do_falls_to_nobody_when_they_leave_and_what_they_did_stays(clinic, planner):
    settle_item(item=item_of(clinic, "Due"), state=ItemState.DONE, by=planner, now=NOW)
    owe_checklist_letters(MORNING)

    make_coordinator()
    erasing.erase_member(member=planner, by=planner, now=NOW)

    assert [(item.title, item.assignee_id) for item in clinic.checklist.order_by("days")] == [
        ("Late", None), ("Due", planner.pk), ("Tomorrow", None),
    ]  # fmt: skip
    assert not ChecklistReminder.objects.exists()


def test_an_account_that_closes_has_nothing_to_do(clinic, planner):
    close_account(member=planner, reason="They asked for it.", by=make_coordinator(), now=NOW)

    assert not clinic.checklist.exclude(assignee=None).exists()


# The page


def test_somebody_ticks_what_they_have_to_do_on_a_page_of_their_own(client, clinic, planner):
    client.force_login(planner)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("clinics:checklist-mine"))
        assert [(item.title, state) for item, state in page.context["items"]] == [
            ("Late", "late"), ("Due", "due"), ("Tomorrow", "soon"),
        ]  # fmt: skip
        item = item_of(clinic, "Late")
        client.post(reverse("clinics:checklist-settle", args=[item.pk]), {"said": "done"})
        client.post(reverse("clinics:checklist-settle", args=[item.pk]), {"said": "nonsense"})

    assert item_of(clinic, "Late").settled_by == planner


def test_the_items_of_others_are_not_there(client, clinic):
    client.force_login(make_coordinator())

    assert client.get(reverse("clinics:checklist-mine")).context["items"] == []
    answer = client.post(reverse("clinics:checklist-settle", args=[item_of(clinic, "Due").pk]), {"said": "done"})
    assert answer.status_code == 404


def test_a_long_list_asks_no_more_than_a_short_one(client, planner):
    client.force_login(planner)
    counts = []
    for more in (3, 12):
        for number in range(more):
            other = make_clinic(title=f"Clinic {number}")
            add_item(clinic=other, title=f"x{number}", days=-9, assignee=planner, by=planner, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("clinics:checklist-mine"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_is_due_is_on_the_first_page_of_the_desk(client, clinic, planner):
    client.force_login(planner)
    with time_machine.travel(NOW, tick=False):
        add_item(clinic=clinic, title="Later", days=5, assignee=planner, by=planner, now=NOW)
        [line] = [line for line in client.get(reverse("admin:index")).context["waiting"] if "you do" in line.text]
        assert line.text == "2 things you do for clinics are due"
        assert [item.title or item.name for item, _state in client.get(line.url).context["items"]] == ["Late", "Due"]
        client.force_login(make_coordinator())
        lines = client.get(reverse("admin:index")).context["waiting"]
        assert not any("you do" in line.text for line in lines)
    assert timezone.now() > NOW
