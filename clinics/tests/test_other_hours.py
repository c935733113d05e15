"""A clinic that did not take place at its hour: what was noted of it does not count at another one."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from clinics.attendance.call_lists import bring_call_list
from clinics.attendance.joining import join
from clinics.attendance.ticking import count_others, tick
from clinics.certificates.revoking import take_back_certificate
from clinics.domain.attendance import CannotTick
from clinics.domain.certificates import CertificateKind, NoGround, check_can_be_made
from clinics.domain.clinics import ClinicMoveNotAllowed
from clinics.feedback.quoting import give_quote
from clinics.models import Attendance, CallList, Clinic, FeedbackAnswer, OtherHeads, Quote
from clinics.planning.plans import cancel_clinic, change_clinic, reschedule
from clinics.tests.after_factories import count_said_of, make_certificate, said_by_many, say_of_clinic
from clinics.tests.factories import START, make_attendance, make_clinic, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER, AFTER = START + timedelta(days=7), START + timedelta(hours=3)
KNOWN = (Attendance, OtherHeads, CallList, FeedbackAnswer, Quote)


def move(clinic, by, *, to=LATER, now=AFTER):
    return reschedule(clinic=clinic, local_date=to.date(), local_time=to.time(), zone="UTC", by=by, now=now)


def checked(write):
    """Write, and let the database check at once what it checks at the end of a transaction."""

    def both():
        write()
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return both


def test_who_tried_the_call_that_failed_was_not_at_the_clinic_that_is_moved(coordinator):
    clinic = make_clinic()
    tried, ticked = (rsvp.member for rsvp in sign_up(clinic, 2))
    join(clinic=clinic, member=tried, now=START - timedelta(minutes=10))
    tick(clinic=clinic, member=ticked, by=coordinator, now=START)
    count_others(clinic=clinic, number=4, by=coordinator, now=START)
    bring_call_list(clinic=clinic, content=b"Name\nAna\n", by=coordinator, now=AFTER)
    say_of_clinic(clinic, tried, now=AFTER, useful="not")
    give_quote(clinic=clinic, text="Nobody came.", as_whom="participant", name="", by=tried, now=AFTER)
    assert all(model.objects.exists() for model in KNOWN)

    clinic = move(clinic, coordinator)

    assert not any(model.objects.exists() for model in KNOWN)
    assert Act.objects.on(clinic).filter(verb="forget_who_was_there", actor=coordinator).count() == 1
    with pytest.raises(NoGround):
        make_certificate(clinic, tried, now=clinic.ends_at)
    assert join(clinic=clinic, member=tried, now=LATER).is_welcome
    make_certificate(clinic, tried, now=clinic.ends_at)
    move(make_clinic(), coordinator, now=NOW)  # of one that nobody came to yet there is nothing to forget
    assert Act.objects.filter(verb="forget_who_was_there").count() == 1


def test_whoever_was_let_in_early_was_not_at_a_clinic_that_is_cancelled(coordinator):
    clinic = make_clinic()
    early = START - timedelta(minutes=20)
    join(clinic=clinic, member=sign_up(clinic, 1)[0].member, now=early)

    cancel_clinic(clinic=clinic, reason="The host is ill.", by=coordinator, now=early)

    assert not Attendance.objects.exists()
    refusal = {"state": "cancelled", "ends_at": clinic.ends_at, "has_ground": True, "now": LATER}
    for kind in CertificateKind:
        with pytest.raises(NoGround):
            check_can_be_made(kind, **refusal)


def test_where_somebody_has_a_certificate_the_clinic_took_place_until_it_is_revoked(coordinator):
    clinic = make_clinic()
    member = make_attendance(clinic).member
    certificate = make_certificate(clinic, member, now=AFTER)

    with pytest.raises(ClinicMoveNotAllowed, match="certificate"):
        move(clinic, coordinator)
    with pytest.raises(ClinicMoveNotAllowed, match="certificate"):
        change_clinic(clinic=clinic, changes={"minutes": 240}, by=coordinator, now=AFTER)
    assert Clinic.objects.get().starts_at == START and Attendance.objects.exists()

    take_back_certificate(certificate=certificate, by=member, now=AFTER)
    assert move(clinic, coordinator).starts_at == LATER


def test_where_what_people_said_was_counted_the_clinic_took_place(coordinator):
    clinic = make_clinic()
    said_by_many(clinic, now=AFTER, useful={"very": 10})
    final = count_said_of(clinic)

    with pytest.raises(ClinicMoveNotAllowed, match="counted"):
        move(clinic, coordinator, to=final + timedelta(days=7), now=final)


def test_before_a_clinic_is_moved_the_desk_says_what_is_deleted_or_is_in_the_way(client, coordinator):
    clinic = make_clinic(starts_at=NOW - timedelta(hours=3))
    member = make_attendance(clinic).member
    client.force_login(coordinator)
    asked = {"local_date": "2199-03-16", "local_time": "12:00", "zone": "UTC"}
    address = reverse("admin:clinics_clinic_move", args=[clinic.pk])

    assert "1 person is noted as having been there: that is deleted" in client.post(address, asked).content.decode()
    make_certificate(clinic, member)
    assert "Revoke it first" in client.post(address, asked).content.decode()


def test_the_database_ties_what_is_known_to_the_start_of_the_clinic():
    doors, minute = START - timedelta(minutes=30), timedelta(minutes=1)
    clinic, moved = make_clinic(), change
    row = make_attendance(clinic, joined_at=doors)
    OtherHeads.objects.create(clinic=make_clinic(), number=3, counted_at=START, counted_by=row.member)

    refuses("clinics_attendance_is_of_this_start", lambda: make_attendance(clinic, joined_at=doors - minute))
    refuses("clinics_attendance_is_of_this_start", change(row, joined_at=doors - minute))
    refuses("clinics_attendance_is_of_this_start", lambda: make_attendance(make_clinic(state="cancelled")))
    refuses("clinics_what_is_known_is_of_this_start", moved(clinic, starts_at=START + minute))
    refuses("clinics_what_is_known_is_of_this_start", change(clinic, state="cancelled", cancel_reason="Ill."))
    refuses("clinics_what_is_known_is_of_this_start", moved(OtherHeads.objects.get().clinic, starts_at=LATER))
    change(clinic, starts_at=START - minute)()


def test_the_database_keeps_a_certificate_that_counts_of_a_clinic_that_ended():
    clinic = make_clinic(state="held")
    member = make_attendance(clinic).member
    made = make_certificate(clinic, member, now=clinic.ends_at)
    checked(lambda: None)()

    name = "clinics_certificate_is_of_a_clinic_that_ended"
    refuses(name, checked(change(made, made_at=clinic.ends_at - timedelta(seconds=1))))
    refuses(name, checked(change(clinic, minutes=121, held_at=LATER)))
    Attendance.objects.update(joined_at=LATER, ticked_at=None, ticked_by=None)
    refuses(name, checked(change(clinic, starts_at=LATER, held_at=LATER + timedelta(days=1))))


def test_whoever_is_noted_after_the_clinic_was_moved_reads_that_it_was(coordinator, monkeypatch):
    clinic = make_clinic()
    going = sign_up(clinic, 1)[0].member
    monkeypatch.setattr("clinics.attendance.ticking.check_ticking", lambda **_: None)  # as if it had been moved since
    with pytest.raises(CannotTick, match="moved or cancelled"):
        tick(clinic=clinic, member=going, by=coordinator, now=NOW)
    assert not Attendance.objects.exists()
