"""Writing to the trust team, and what the team does with it."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from letsconnect.base.models import Act, SecurityEvent
from mailings.models import Letter
from matching.models import Match
from matching.tests.factories import make_match
from registrations import events
from registrations.accounts import closing
from registrations.domain.registrations import Step
from registrations.models import Block, Look
from registrations.privacy import erasing, my_data
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member
from trust.domain import (
    REPORTS_A_DAY,
    LastReader,
    NotOneself,
    NotYourReport,
    ReportIncomplete,
    ReportMoveNotAllowed,
    TooManyReports,
    TrustSeatRefused,
)
from trust.models import Note, Report, TrustSeat
from trust.reports.handling import decide_report, keep_note, name_person, send_report, step_aside
from trust.reports.sweeps import forget_old_reports, tell_readers
from trust.seats.appointing import appoint_to_trust_team, end_trust_seat
from trust.tests.factories import make_reader, make_report

pytestmark = pytest.mark.django_db


def send(**fields):
    return send_report(**{"by": make_member(), "description": "They would not stop.", "now": NOW, **fields})


def waits(member):
    return Letter.objects.filter(kind="trust.report_waits", member=member).count()


def test_each_reader_is_told_once_and_the_writer_thanked_and_nothing_is_in_the_log():
    readers = [make_reader(), make_reader()]
    coordinator, writer = make_coordinator(), make_member()

    report = send(by=writer, may_contact=True)

    assert (report.state, report.may_contact) == ("new", True)
    assert [waits(reader) for reader in readers] == [1, 1]
    assert set(Letter.objects.values_list("kind", flat=True)) == {"trust.report_waits", "trust.message_received"}
    assert Letter.objects.get(kind="trust.message_received").member == writer
    assert not Letter.objects.filter(member=coordinator).exists()
    assert not Act.objects.exists()


def test_no_letter_of_the_ledger_points_to_a_report():
    make_reader()
    send()

    assert "trust.report" not in set(Letter.objects.values_list("about_type", flat=True))
    assert set(Letter.objects.values_list("about_type", flat=True)) == {"", "trust.trustseat"}


def test_whom_it_is_about_who_wrote_and_whom_it_is_kept_from_are_not_told():
    about, writer, close, reader = (make_reader() for _ in range(4))

    send(by=writer, about=about, keep_from=[close])

    assert [waits(member) for member in (about, writer, close, reader)] == [0, 0, 0, 1]


def test_blocking_along_with_it_looks_like_any_other_end():
    match = make_match("connected")
    writer, about = match.learner.member, match.sharer.member

    send(by=writer, about=about, block=True)

    assert Block.objects.get().blocked == about
    assert Match.objects.get().state == "ended"
    assert list(Letter.objects.filter(member=about).values_list("kind", flat=True)) == ["matching.closed_sharer"]


def test_an_empty_report_one_about_oneself_and_the_eleventh_of_a_day_are_refused():
    writer = make_member()
    with pytest.raises(ReportIncomplete):
        send(by=writer, description="  ")
    with pytest.raises(NotYourReport):
        send(by=writer, about=writer)
    for _ in range(REPORTS_A_DAY):
        send(by=writer)
    with pytest.raises(TooManyReports):
        send(by=writer)
    assert send(by=writer, now=NOW + timedelta(days=1))


def test_two_on_the_team_at_once_one_takes_it_up_and_the_other_is_told():
    one, two, report = make_reader(), make_reader(), make_report()

    decide_report(report=report, state="looking", by=one, now=NOW)
    with pytest.raises(ReportMoveNotAllowed):
        decide_report(report=report, state="looking", by=two, now=NOW)
    decide_report(report=report, state="closed", outcome="warned", text="Talked twice.", by=two, now=NOW)

    report.refresh_from_db()
    assert (report.state, report.outcome, report.closed_at) == ("closed", "warned", NOW)
    assert list(Note.objects.values_list("written_by", "was", "became")) == [
        (one.pk, "new", "looking"),
        (two.pk, "looking", "closed"),
    ]
    decide_report(report=report, state="looking", by=one, now=NOW)
    report.refresh_from_db()
    assert (report.outcome, report.closed_at) == ("", None)


def test_closing_needs_what_came_of_it():
    reader, report = make_reader(), make_report()
    with pytest.raises(ReportIncomplete):
        decide_report(report=report, state="closed", by=reader, now=NOW)
    with pytest.raises(ReportIncomplete):
        keep_note(report=report, text=" ", by=reader, now=NOW)


@pytest.mark.parametrize("who", ["coordinator", "about", "kept", "writer"])
def test_who_may_not_read_a_report_may_do_nothing_with_it(who):
    members = {
        "coordinator": make_coordinator(),
        "about": make_reader(),
        "kept": make_reader(),
        "writer": make_reader(),
    }
    make_reader()
    report = make_report(reporter=members["writer"], about=members["about"])
    report.kept_from.add(members["kept"])
    by = members[who]

    for act in (
        lambda: keep_note(report=report, text="x", by=by, now=NOW),
        lambda: decide_report(report=report, state="looking", by=by, now=NOW),
        lambda: step_aside(report=report, by=by, now=NOW),
        lambda: name_person(report=report, about=make_member(), by=by, now=NOW),
    ):
        with pytest.raises(NotYourReport):
            act()
    assert not Note.objects.exists()


def test_who_steps_aside_sees_it_no_more_and_somebody_is_left():
    one, report = make_reader(), make_report()
    with pytest.raises(LastReader):
        step_aside(report=report, by=one, now=NOW)
    two = make_reader()

    step_aside(report=report, by=one, now=NOW)

    assert not Report.objects.readable_by(one, on=NOW.date()).exists()
    assert Report.objects.readable_by(two, on=NOW.date()).exists()
    with pytest.raises(LastReader):
        step_aside(report=report, by=two, now=NOW)


def test_a_person_named_later_sees_it_no_more():
    one, two = make_reader(), make_reader()
    report = make_report(who="the one with the hat")

    name_person(report=report, about=two, by=one, now=NOW)

    assert not Report.objects.readable_by(two, on=NOW.date()).exists()
    with pytest.raises(NotYourReport):
        name_person(report=report, about=report.reporter, by=one, now=NOW)


def test_of_two_who_name_an_account_the_second_is_told_and_nobody_takes_the_place_of_another():
    reader, report = make_reader(), make_report(who="the one with the hat")
    one, other = make_member(), make_member()
    name_person(report=report, about=one, by=reader, now=NOW)

    name_person(report=report, about=one, by=reader, now=NOW)
    with pytest.raises(ReportMoveNotAllowed):
        name_person(report=report, about=other, by=reader, now=NOW)

    assert Report.objects.get().about == one


def test_the_sweep_tells_again_each_week_and_who_joins_later_and_twice_changes_nothing():
    reader, report = make_reader(), send()
    assert tell_readers(NOW) == 0
    late = make_reader()
    assert tell_readers(NOW) == 1
    assert tell_readers(NOW + timedelta(days=7)) == 2
    assert tell_readers(NOW + timedelta(days=8)) == 0
    decide_report(report=report, state="looking", by=reader, now=NOW)
    assert tell_readers(NOW + timedelta(days=30)) == 0
    assert (waits(reader), waits(late)) == (2, 2)


def test_a_year_after_closing_the_words_and_whom_it_was_about_are_gone():
    reader = make_reader()
    report = make_report("closed", about=make_member(), who="x")
    report.kept_from.add(make_member())
    young, open_ = make_report("closed", closed_at=NOW + timedelta(days=1)), make_report()
    note = keep_note(report=report, text="They talked.", by=reader, now=NOW)

    assert forget_old_reports(NOW + timedelta(days=365)) == 1
    assert forget_old_reports(NOW + timedelta(days=365)) == 0

    for row in (report, note, young, open_):
        row.refresh_from_db()
    assert (report.about, report.who, report.description, report.outcome, note.text) == (None, "", "", "talked", "")
    assert not report.kept_from.exists()
    assert young.description and open_.description
    with pytest.raises(ReportMoveNotAllowed):
        decide_report(report=report, state="looking", by=reader, now=NOW)


def test_words_go_with_their_writer_and_stay_when_the_person_they_are_about_leaves():
    reader, about = make_reader(), make_member()
    report = make_report(about=about, who="x")
    note = keep_note(report=report, text="Called them.", by=reader, now=NOW)
    assert events.effects_foreseen(member=report.reporter, step=Step.ERASE, now=NOW)
    assert not events.effects_foreseen(member=about, step=Step.ERASE, now=NOW)

    erasing.erase_member(member=about, by=about, now=NOW)
    report.refresh_from_db()
    assert report.description

    erasing.erase_member(member=report.reporter, by=report.reporter, now=NOW)
    report.refresh_from_db()
    note.refresh_from_db()
    assert (report.description, report.who, note.text, report.about) == ("", "", "", about)


def test_the_download_has_what_one_wrote_and_nothing_others_wrote_about_one():
    report = make_report(about=make_member(), description="Zebra")
    keep_note(report=report, text="Giraffe", by=make_reader(), now=NOW)

    theirs = str(my_data.everything(report.reporter, now=NOW))
    about = str(my_data.everything(report.about, now=NOW))

    assert "Zebra" in theirs and "Giraffe" not in theirs
    assert "Zebra" not in about and "Giraffe" not in about
    assert not Look.objects.exists()


def test_nobody_appoints_themselves_and_the_team_is_told_who_came_and_went():
    old, coordinator, new = make_reader(), make_coordinator(), make_member()
    with pytest.raises(NotOneself):
        appoint_to_trust_team(member=coordinator, by=coordinator, now=NOW)

    with pytest.raises(NotYourReport):
        appoint_to_trust_team(member=new, by=make_member(), now=NOW)

    for _ in range(2):
        seat = appoint_to_trust_team(member=new, by=coordinator, now=NOW)
    for _ in range(2):
        end_trust_seat(seat=seat, until_on=date(2026, 6, 1), by=coordinator, now=NOW)

    told = Letter.objects.filter(kind="trust.team_changed").order_by("pk").values_list("member", flat=True)
    assert sorted(told) == sorted([old.pk, old.pk, new.pk])
    assert list(Act.objects.values_list("verb", flat=True)) == ["appoint_to_trust_team", "end_trust_seat"]
    assert TrustSeat.objects.get(pk=seat.pk).until_on == date(2026, 6, 1)
    assert not Report.objects.readable_by(coordinator, on=NOW.date()).exists()


def test_a_seat_given_and_ended_on_one_day_opens_nothing_any_more():
    report, new, coordinator = make_report(), make_member(), make_coordinator()
    seat = appoint_to_trust_team(member=new, by=coordinator, now=NOW)
    assert Report.objects.readable_by(new, on=NOW.date()).get() == report

    end_trust_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=NOW)

    assert not Report.objects.readable_by(new, on=NOW.date()).exists()


def test_a_seat_ends_when_its_holder_is_erased():
    reader = make_reader()

    erasing.erase_member(member=reader, by=reader, now=NOW)

    assert TrustSeat.objects.get().until_on == NOW.date()


def test_the_first_of_the_team_is_appointed_on_the_machine():
    member = make_member()
    call_command("appoint_to_trust_team", member.email.upper(), verbosity=0)

    assert TrustSeat.objects.get().member == member
    with pytest.raises(CommandError, match="signed in"):
        call_command("appoint_to_trust_team", "nobody@example.org")


def test_seats_given_and_ended_are_in_the_security_log():
    member, coordinator = make_member(), make_coordinator()
    seat = appoint_to_trust_team(member=member, by=coordinator, now=NOW)
    end_trust_seat(seat=seat, until_on=NOW.date() + timedelta(days=1), by=coordinator, now=NOW)

    lines = SecurityEvent.objects.order_by("pk").values_list("kind", "member", "by", "detail")
    assert list(lines) == [
        ("role_given", member.pk, coordinator.pk, "trust team"),
        ("role_ended", member.pk, coordinator.pk, "trust team"),
    ]


def test_a_closed_account_is_given_no_seat():
    closed = make_member(is_active=False)
    with pytest.raises(TrustSeatRefused):
        appoint_to_trust_team(member=closed, by=make_coordinator(), now=NOW)
    with pytest.raises(CommandError, match="closed"):
        call_command("appoint_to_trust_team", closed.email)

    assert not TrustSeat.objects.exists()


def test_a_seat_whose_end_is_set_can_end_at_once_and_is_never_prolonged():
    coordinator = make_coordinator()
    seat = appoint_to_trust_team(member=make_member(), by=coordinator, now=NOW)
    end_trust_seat(seat=seat, until_on=date(2026, 6, 1), by=coordinator, now=NOW)

    with pytest.raises(TrustSeatRefused):
        end_trust_seat(seat=seat, until_on=date(2026, 6, 2), by=coordinator, now=NOW)
    end_trust_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=NOW)

    assert not TrustSeat.objects.current(on=NOW.date()).exists()


def test_what_was_is_not_written_anew_by_the_end_of_a_seat():
    coordinator = make_coordinator()
    seat = appoint_to_trust_team(member=make_member(), by=coordinator, now=NOW - timedelta(days=30))
    for until_on in (NOW.date() - timedelta(days=1), seat.from_on, seat.from_on - timedelta(days=1)):
        with pytest.raises(TrustSeatRefused):
            end_trust_seat(seat=seat, until_on=until_on, by=coordinator, now=NOW)
    end_trust_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=NOW)
    later = NOW + timedelta(days=5)

    for until_on in (NOW.date() - timedelta(days=1), later.date(), later.date() + timedelta(days=1)):
        with pytest.raises(TrustSeatRefused):
            end_trust_seat(seat=seat, until_on=until_on, by=coordinator, now=later)

    assert end_trust_seat(seat=seat, until_on=NOW.date(), by=coordinator, now=later).until_on == NOW.date()
    assert Act.objects.filter(verb="end_trust_seat").count() == 1


@pytest.mark.parametrize("make_somebody", [make_member, make_liaison, make_reader])
def test_only_coordinators_end_the_seat_of_somebody_else(make_somebody):
    seat, somebody = make_reader().trust_seats.get(), make_somebody()

    with pytest.raises(NotYourReport):
        end_trust_seat(seat=seat, until_on=NOW.date(), by=somebody, now=NOW)

    assert TrustSeat.objects.get(pk=seat.pk).until_on is None


def test_everybody_may_leave_their_own_seat_and_the_portal_ends_that_of_a_closed_account():
    own, closed = make_reader(), make_reader()

    end_trust_seat(seat=own.trust_seats.get(), until_on=NOW.date(), by=own, now=NOW)
    closing.close_for_trust_team(member=closed, now=NOW)

    assert not TrustSeat.objects.current(on=NOW.date()).exists()


def test_a_seat_whose_end_is_set_ends_with_the_account_and_does_not_come_back_with_it():
    coordinator, member = make_coordinator(), make_member()
    seat = appoint_to_trust_team(member=member, by=coordinator, now=NOW)
    end_trust_seat(seat=seat, until_on=date(2026, 6, 1), by=coordinator, now=NOW)

    closing.close_account(member=member, reason="asked", by=coordinator, now=NOW)
    closing.reopen_account(member=member, by=coordinator, now=NOW)

    assert not TrustSeat.objects.current(on=NOW.date()).exists()
