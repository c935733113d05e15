"""What happens to clinics and seats, on the real database."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinics.domain import clinics
from clinics.domain.clinics import ClinicState, RsvpState
from clinics.models import Clinic, ClinicText, Rsvp
from clinics.planning.plans import (
    announce_clinic,
    archive_clinic,
    cancel_clinic,
    change_clinic,
    create_clinic,
    hold_clinic,
    reschedule,
)
from clinics.seats import rsvps as seats_actions
from clinics.seats.rsvps import cancel_rsvp, change_capacity, move_up
from clinics.tests.factories import START, make_clinic, sign_up
from clinics.texts.writing import save_text
from letsconnect.base.models import Act, ActReason
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def owed(kind):
    return Letter.objects.filter(kind=f"clinics.{kind}")


def seats(clinic):
    return list(clinic.rsvps.going().order_by("seat").values_list("seat", flat=True))


def test_seats_go_first_come_first_and_then_turns_on_the_waiting_list():
    clinic = make_clinic(capacity=2)

    rsvps = sign_up(clinic, 4)

    assert [rsvp.state for rsvp in rsvps] == ["going", "going", "waiting", "waiting"]
    assert [rsvp.seat for rsvp in rsvps] == [1, 2, None, None]
    assert owed("rsvp_recorded").count() == 4
    assert list(Act.objects.filter(verb="rsvp").order_by("pk").values_list("became", flat=True)) == [
        "going",
        "going",
        "waiting",
        "waiting",
    ]


def test_an_offered_seat_counts_as_taken():
    clinic = make_clinic(capacity=2)
    clinic.rsvps.create(member=make_member(), state=RsvpState.OFFERED, seat=1, claim_by=START, made_at=NOW)

    going, waiting = sign_up(clinic, 2)

    assert (going.state, going.seat) == (RsvpState.GOING, 2)
    assert (waiting.state, waiting.seat) == (RsvpState.WAITING, None)
    change_capacity(clinic=clinic, capacity=3, by=make_coordinator(), now=LATER)
    assert seats(clinic) == [1, 2, 3]  # so long before the start nobody needs to claim anything


def test_asking_twice_changes_nothing(member):
    clinic = make_clinic()
    first = seats_actions.rsvp(clinic=clinic, member=member, by=member, now=NOW)

    again = seats_actions.rsvp(clinic=clinic, member=member, by=member, now=LATER)

    assert (again.pk, again.made_at, again.turn) == (first.pk, NOW, 1)
    assert owed("rsvp_recorded").count() == Act.objects.filter(verb="rsvp").count() == 1


def test_asking_again_after_cancelling_starts_anew_at_the_end_of_the_queue(member):
    clinic = make_clinic(capacity=1)
    seats_actions.rsvp(clinic=clinic, member=member, by=member, now=NOW)
    other, third = sign_up(clinic, 2)
    cancel_rsvp(clinic=clinic, member=member, by=member, now=LATER)

    again = seats_actions.rsvp(clinic=clinic, member=member, by=member, now=LATER)

    other.refresh_from_db()
    assert other.state == RsvpState.GOING
    assert (again.state, again.turn, again.position()) == (RsvpState.WAITING, 2, 2)
    assert third.position() == 1
    assert owed("rsvp_recorded").filter(member=member).count() == 2


def test_two_stale_copies_of_one_clinic_do_not_share_the_last_seat(member, stranger):
    clinic = make_clinic(capacity=1)
    one, two = Clinic.objects.get(pk=clinic.pk), Clinic.objects.get(pk=clinic.pk)

    first = seats_actions.rsvp(clinic=one, member=member, by=member, now=NOW)
    second = seats_actions.rsvp(clinic=two, member=stranger, by=stranger, now=NOW)

    assert (first.state, second.state) == (RsvpState.GOING, RsvpState.WAITING)


def test_cancelling_twice_changes_nothing(member):
    clinic = make_clinic()
    seats_actions.rsvp(clinic=clinic, member=member, by=member, now=NOW)

    cancel_rsvp(clinic=clinic, member=member, by=member, now=LATER)
    cancel_rsvp(clinic=clinic, member=member, by=member, now=LATER)

    assert Act.objects.filter(verb="cancel_rsvp").count() == 1


def test_cancelling_without_an_rsvp_is_no_act(member):
    assert cancel_rsvp(clinic=make_clinic(), member=member, by=member, now=NOW) is None
    assert not Act.objects.exists()


def test_a_freed_seat_goes_to_the_first_in_the_queue_who_is_told():
    clinic = make_clinic(capacity=2)
    going, _, waiting, last = sign_up(clinic, 4)

    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=LATER)

    waiting.refresh_from_db()
    last.refresh_from_db()
    assert (waiting.state, waiting.seat, waiting.place, waiting.seated_at) == (RsvpState.GOING, 1, None, LATER)
    assert (last.state, last.position()) == (RsvpState.WAITING, 1)
    assert list(owed("moved_up").values_list("member", flat=True)) == [waiting.member_id]
    act = Act.objects.get(verb="move_up")
    assert (act.actor, act.object_id, act.was, act.became) == (None, waiting.pk, "waiting", "going")


def test_the_queue_moves_up_although_sign_up_has_closed(member):
    clinic = make_clinic(capacity=1, closes_minutes_before=2 * 24 * 60)
    going, waiting = sign_up(clinic, 2)
    closed = START - timedelta(days=2)

    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=closed)

    waiting.refresh_from_db()
    assert waiting.state == RsvpState.GOING
    with pytest.raises(clinics.ClinicClosed):
        seats_actions.rsvp(clinic=clinic, member=member, by=member, now=closed)


@pytest.mark.parametrize(
    ("fields", "now"),
    [
        ({}, START + timedelta(hours=2)),
        ({"closes_minutes_before": 60}, START - timedelta(minutes=60)),
        ({"state": ClinicState.DRAFT}, NOW),
        ({"state": ClinicState.CANCELLED}, NOW),
        ({"state": ClinicState.HELD}, NOW),
    ],
)
def test_a_clinic_that_is_not_open_takes_nobody(member, fields, now):
    clinic = make_clinic(**fields)

    with pytest.raises(clinics.ClinicClosed):
        seats_actions.rsvp(clinic=clinic, member=member, by=member, now=now)

    assert not Rsvp.objects.exists()
    assert not Letter.objects.exists()


def test_a_seat_cannot_be_given_back_once_the_clinic_has_begun(member):
    clinic = make_clinic()
    seats_actions.rsvp(clinic=clinic, member=member, by=member, now=NOW)

    with pytest.raises(clinics.ClinicClosed):
        cancel_rsvp(clinic=clinic, member=member, by=member, now=START)


def test_more_seats_move_people_up_at_once_in_order(coordinator):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 5)

    change_capacity(clinic=clinic, capacity=3, by=coordinator, now=LATER)

    assert seats(clinic) == [1, 2, 3]
    assert [rsvp.pk for rsvp in clinic.rsvps.going().order_by("seat")] == list(
        clinic.rsvps.order_by("pk").values_list("pk", flat=True)[:3]
    )
    assert owed("moved_up").count() == 2


def test_fewer_seats_throw_nobody_out_and_what_is_given_back_then_goes_to_nobody(coordinator):
    clinic = make_clinic(capacity=3)
    first, *_rest = sign_up(clinic, 4)

    changed = change_capacity(clinic=clinic, capacity=1, by=coordinator, now=LATER)

    assert (seats(clinic), changed.capacity) == ([1, 2, 3], 1)
    assert changed.count_seats(now=LATER).places_left == 0
    for left, leaving in (([1, 3], first), ([1], clinic.rsvps.get(seat=3))):
        cancel_rsvp(clinic=clinic, member=leaving.member, by=leaving.member, now=LATER)
        assert seats(clinic) == left
    assert not owed("moved_up").exists()
    last = clinic.rsvps.going().get()
    cancel_rsvp(clinic=clinic, member=last.member, by=last.member, now=LATER)
    assert seats(clinic) == [1] and owed("moved_up").count() == 1


def test_fewer_seats_bring_the_numbers_back_into_range(coordinator):
    clinic = make_clinic(capacity=5)
    rsvps = sign_up(clinic, 5)
    for rsvp in rsvps[:3]:
        cancel_rsvp(clinic=clinic, member=rsvp.member, by=rsvp.member, now=LATER)

    change_capacity(clinic=clinic, capacity=2, by=coordinator, now=LATER)

    assert seats(clinic) == [1, 2]


def test_a_closed_account_stands_in_nobodys_way(member):
    clinic = make_clinic(capacity=1)
    going, waiting, next_ = sign_up(clinic, 3)
    waiting.member.is_active = False
    waiting.member.save(update_fields=["is_active"])

    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=LATER)

    next_.refresh_from_db()
    assert next_.state == RsvpState.GOING


def test_moving_up_gives_what_is_free(coordinator):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 3)
    Clinic.objects.update(capacity=2)

    clinic.refresh_from_db()
    moved = move_up(clinic, now=LATER)

    assert [rsvp.seat for rsvp in moved] == [2]
    assert move_up(clinic, now=LATER) == []


def test_nothing_is_kept_of_an_rsvp_whose_transaction_fails(member):
    clinic = make_clinic()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        seats_actions.rsvp(clinic=clinic, member=member, by=member, now=NOW)
        raise ZeroDivisionError

    assert not Rsvp.objects.exists()
    assert not Letter.objects.exists()
    assert not Act.objects.exists()


def test_a_draft_is_stored_with_the_moment_its_wall_clock_names(coordinator):
    draft = Clinic(local_date=date(2026, 7, 1), local_time=time(14, 0), zone="Asia/Kathmandu")

    create_clinic(clinic=draft, by=coordinator, now=NOW)

    stored = Clinic.objects.get()
    assert (stored.state, stored.starts_at.isoformat()) == ("draft", "2026-07-01T08:15:00+00:00")
    assert stored.minutes == 120


def test_a_clinic_is_announced_when_there_is_something_to_read(coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, title="")
    with pytest.raises(clinics.ClinicNotReady):
        announce_clinic(clinic=clinic, by=coordinator, now=NOW)

    text = ClinicText(clinic=clinic, language="pt", title="Dinheiro", summary="Sobre dinheiro")
    save_text(text=text, by=coordinator, now=NOW)
    with pytest.raises(clinics.ClinicNotReady):
        announce_clinic(clinic=clinic, by=coordinator, now=NOW)
    text.state = "ready"
    save_text(text=text, by=coordinator, now=NOW)
    announced = announce_clinic(clinic=clinic, by=coordinator, now=NOW)

    assert announced.state == ClinicState.ANNOUNCED
    assert list(Act.objects.order_by("pk").values_list("verb", "was", "became")) == [
        ("write_clinic_text", "", "pt"),
        ("write_clinic_text", "", "pt"),
        ("clinic_text_ready", "", "pt"),
        ("announce_clinic", "draft", "announced"),
    ]


def test_a_clinic_in_the_past_is_not_announced(coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT)

    with pytest.raises(clinics.ClinicNotReady):
        announce_clinic(clinic=clinic, by=coordinator, now=START)


def test_a_clinic_is_held_once_it_is_over_and_then_archived(coordinator):
    clinic = make_clinic()
    for running in (START, clinic.ends_at - timedelta(seconds=1)):
        with pytest.raises(clinics.ClinicNotReady):
            hold_clinic(clinic=clinic, by=coordinator, now=running)
        assert Clinic.objects.get().count_seats(now=running).phase(running) == "live"

    hold_clinic(clinic=clinic, by=coordinator, now=clinic.ends_at)
    archived = archive_clinic(clinic=clinic, by=coordinator, now=clinic.ends_at)

    assert archived.state == ClinicState.ARCHIVED
    with pytest.raises(clinics.ClinicMoveNotAllowed):
        cancel_clinic(clinic=clinic, reason="Too late", by=coordinator, now=START)


def test_a_cancelled_clinic_is_told_to_everyone_signed_up_with_the_reason(coordinator):
    clinic = make_clinic(capacity=1)
    _, _, left = sign_up(clinic, 3)
    cancel_rsvp(clinic=clinic, member=left.member, by=left.member, now=NOW)

    cancel_clinic(clinic=clinic, reason=" The sharer is ill. ", by=coordinator, now=LATER)

    stored = Clinic.objects.get()
    assert (stored.state, stored.cancel_reason) == (ClinicState.CANCELLED, "The sharer is ill.")
    assert owed("clinic_cancelled").count() == 2
    assert ActReason.objects.get().text == "The sharer is ill."


def test_nobody_is_turned_away_without_a_reason(coordinator):
    with pytest.raises(clinics.CancelReasonMissing):
        cancel_clinic(clinic=make_clinic(), reason="  ", by=coordinator, now=NOW)

    assert Clinic.objects.get().state == ClinicState.ANNOUNCED


def test_moving_a_clinic_tells_everyone_and_leaves_a_draft_quiet(coordinator):
    clinic, draft = make_clinic(capacity=1), make_clinic(state=ClinicState.DRAFT)
    sign_up(clinic, 2)
    hour = {"local_date": date(2026, 3, 12), "local_time": time(18, 0), "zone": "Africa/Tunis"}

    moved = reschedule(clinic=clinic, **hour, by=coordinator, now=LATER)
    reschedule(clinic=draft, **hour, by=coordinator, now=LATER)

    assert moved.starts_at.isoformat() == "2026-03-12T17:00:00+00:00"
    assert (moved.sequence, moved.start_set_at) == (1, LATER)
    assert owed("clinic_moved").count() == 2


def test_the_same_moment_in_other_words_is_no_move(coordinator):
    clinic = make_clinic()
    sign_up(clinic, 1)

    same = reschedule(
        clinic=clinic,
        local_date=START.date(),
        local_time=time(13, 0),
        zone="Africa/Tunis",
        by=coordinator,
        now=LATER,
    )

    assert (same.zone, same.starts_at, same.sequence) == ("Africa/Tunis", START, 0)
    assert not owed("clinic_moved").exists()


def test_a_clinic_is_not_moved_into_the_past_and_nothing_of_it_is_kept(coordinator):
    clinic = make_clinic()

    with pytest.raises(clinics.ClinicNotReady):
        reschedule(
            clinic=clinic, local_date=date(2026, 3, 1), local_time=time(9, 0), zone="UTC", by=coordinator, now=NOW
        )

    assert Clinic.objects.get().local_date == START.date()


def test_a_clinic_moved_to_a_later_day_opens_again_and_free_seats_go_to_those_waiting(coordinator):
    clinic = make_clinic(capacity=1, closes_minutes_before=60)
    going, waiting = sign_up(clinic, 2)
    closed = START - timedelta(minutes=30)
    cancel_rsvp(clinic=clinic, member=going.member, by=going.member, now=closed)
    assert clinic.rsvps.get(pk=waiting.pk).is_waiting

    reschedule(
        clinic=clinic, local_date=date(2026, 3, 20), local_time=time(9, 0), zone="UTC", by=coordinator, now=closed
    )

    waiting.refresh_from_db()
    assert (waiting.state, waiting.seated_at) == (RsvpState.GOING, closed)


@pytest.mark.parametrize("state", [ClinicState.HELD, ClinicState.ARCHIVED, ClinicState.CANCELLED])
def test_only_a_clinic_to_come_is_moved(coordinator, state):
    with pytest.raises(clinics.ClinicMoveNotAllowed):
        reschedule(
            clinic=make_clinic(state=state),
            local_date=date(2026, 4, 1),
            local_time=time(9, 0),
            zone="UTC",
            by=coordinator,
            now=NOW,
        )


def test_a_form_that_changes_several_things_keeps_all_or_nothing(coordinator):
    clinic = make_clinic(capacity=2)
    sign_up(clinic, 2)

    with pytest.raises(IntegrityError, match="clinics_capacity_is_sensible"), transaction.atomic():
        change_clinic(
            clinic=clinic, changes={"minutes": 60, "local_time": time(9, 0), "capacity": 0}, by=coordinator, now=LATER
        )

    stored = Clinic.objects.get()
    assert (stored.minutes, stored.starts_at, stored.capacity) == (120, START, 2)
    assert not owed("clinic_moved").exists()


def test_one_sign_up_takes_the_same_number_of_queries_however_many_came_before(member, stranger):
    empty, busy = make_clinic(capacity=100), make_clinic(capacity=100)
    sign_up(busy, 30)

    with CaptureQueriesContext(connection) as first:
        seats_actions.rsvp(clinic=empty, member=member, by=member, now=NOW)
    with CaptureQueriesContext(connection) as later:
        seats_actions.rsvp(clinic=busy, member=stranger, by=stranger, now=NOW)

    assert len(first) == len(later)
