"""Hours are told by the rules of the pinned package, in every process; what was stored by others is mended."""

import io
import os
import shutil
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from clinics.models import Notice
from clinics.planning.zone_changes import recompute_clinics
from clinics.tests.factories import make_clinic, sign_up
from letsconnect import zone_rules
from letsconnect.base.models import Act
from letsconnect.checks import pinned_zone_rules
from mailings.models import Letter
from matching.models import Session
from matching.sessions.agreeing import confirm_time, seen_as
from matching.sessions.zone_changes import recompute_sessions
from matching.tests.session_factories import make_session, make_time
from registrations.tests.factories import NOW

WINTER = datetime(2026, 12, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASK = (
    "from datetime import datetime, UTC; from zoneinfo import ZoneInfo;"
    " print(datetime(2026, 12, 15, 12, tzinfo=UTC).astimezone(ZoneInfo('Africa/Casablanca')).utcoffset())"
)


@pytest.fixture(scope="module")
def old_system(tmp_path_factory):
    """A machine whose rules are wrong: Casablanca is said to be at the other end of the world."""
    folder = tmp_path_factory.mktemp("zoneinfo")
    (folder / "Africa").mkdir()
    shutil.copy(str(files("tzdata") / "zoneinfo" / "Asia" / "Tokyo"), folder / "Africa" / "Casablanca")
    return folder


@pytest.mark.parametrize(
    "entry",
    [
        ["-c", f"import letsconnect.settings; {ASK}"],
        ["-c", f"import letsconnect.wsgi; {ASK}"],
        ["-c", f"import letsconnect.celery; {ASK}"],
        ["-c", f"from zoneinfo import ZoneInfo; ZoneInfo('Africa/Casablanca'); import letsconnect; {ASK}"],
        ["manage.py", "shell", "--no-imports", "-c", ASK],
    ],
    ids=["settings", "web", "worker", "after-others-read-it", "command"],
)
def test_every_process_reads_the_package_whatever_the_machine_has(old_system, entry):
    known = {**os.environ, "PYTHONTZPATH": str(old_system), "DJANGO_SETTINGS_MODULE": "letsconnect.settings"}

    said = subprocess.run([sys.executable, *entry], cwd=settings.BASE_DIR, env=known, capture_output=True, text=True)

    wanted = WINTER.astimezone(zoneinfo.ZoneInfo("Africa/Casablanca")).utcoffset()
    assert said.stdout.strip() == str(wanted) != "9:00:00", said.stderr


def test_casablanca_and_vancouver_are_right_this_winter():
    """On Debian's 2025b both are an hour off."""
    offsets = [
        WINTER.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() for name in ("Africa/Casablanca", "America/Vancouver")
    ]

    assert offsets == [timedelta(0), timedelta(hours=-7)]


def test_the_check_passes_here_and_says_which_rules_are_in_force_elsewhere(old_system):
    assert pinned_zone_rules() == []
    assert zone_rules.in_force().startswith(f"tzdata {zone_rules.pinned()} (IANA 20")
    zoneinfo.reset_tzpath(to=[str(old_system)])
    try:
        [error] = pinned_zone_rules()
    finally:
        zone_rules.use_the_pinned_rules()

    assert error.id == "letsconnect.E003"
    assert str(old_system) in error.msg
    assert zone_rules.pinned() in error.msg


def test_a_package_that_is_not_the_pinned_one_is_noticed(monkeypatch):
    monkeypatch.setattr(zone_rules, "pinned", lambda: "1999.1")

    assert "1999.1" in pinned_zone_rules()[0].msg


def stale_clinic(**fields):
    """A clinic whose start was computed by rules that were an hour off."""
    clinic = make_clinic(**fields)
    clinic.starts_at += HOUR
    if clinic.held_at:
        clinic.held_at += HOUR
    clinic.save(update_fields=["starts_at", "held_at"])
    return clinic


def test_a_clinic_to_come_is_moved_to_the_hour_its_clock_shows_and_people_are_told(db):
    clinic = stale_clinic()
    [rsvp] = sign_up(clinic, 1)
    Letter.objects.all().delete()

    [one] = recompute_clinics(now=NOW)

    clinic.refresh_from_db()
    assert (one.was - one.becomes, one.people, one.trouble) == (HOUR, (rsvp.member.name,), "")
    assert (clinic.starts_at, clinic.sequence) == (one.becomes, 1)
    assert Notice.objects.get().kind == "changed"
    assert list(Letter.objects.values_list("kind", "member")) == [("clinics.clinic_moved", rsvp.member.pk)]
    assert Act.objects.get(verb="reschedule").actor is None
    assert list(recompute_clinics(now=NOW)) == []


@pytest.mark.parametrize("state", ["held", "archived", "cancelled"])
def test_the_past_is_history(db, state):
    stale_clinic(state=state)
    stale_clinic(starts_at=NOW - 5 * HOUR)

    assert list(recompute_clinics(now=NOW)) == []


def test_a_clinic_whose_hour_would_be_past_is_left_for_a_person(db):
    clinic = stale_clinic(starts_at=NOW - HOUR / 2)

    [one] = recompute_clinics(now=NOW)

    assert "in the past" in one.trouble
    clinic.refresh_from_db()
    assert clinic.starts_at == one.was


def test_a_clinic_at_an_hour_the_clocks_skip_now_is_left_for_a_person(db):
    clinic = stale_clinic()
    skipped = datetime.fromisoformat("2026-03-29 02:30")
    clinic.local_date, clinic.local_time, clinic.zone = skipped.date(), skipped.time(), "Europe/Berlin"
    clinic.save(update_fields=["local_date", "local_time", "zone"])

    [one] = recompute_clinics(now=NOW)

    assert one.trouble == "There is no 02:30 on that day in Berlin: the clocks are put forward over it."
    clinic.refresh_from_db()
    assert clinic.starts_at == one.was


def stale_session(*, days=2, zone="Africa/Tunis", off=HOUR, **fields):
    """An agreed hour that was computed by rules that were an hour off."""
    session = make_session(starts_at=NOW + timedelta(days=days) + off, **fields)
    local = (NOW + timedelta(days=days)).astimezone(zoneinfo.ZoneInfo(zone))
    session.local_date, session.local_time, session.zone = local.date(), local.time(), zone
    session.save()
    return session


def test_an_agreed_hour_keeps_the_clock_it_was_chosen_by(db):
    session = make_session("proposed", times=[])
    time = make_time(session, starts_at=NOW + timedelta(days=2), zone="Africa/Tunis")
    by = session.sharer.member

    confirm_time(session=session, starts_at=time.starts_at, seen_version=seen_as(session), by=by, now=NOW)

    session.refresh_from_db()
    assert (session.local_date, session.local_time, session.zone) == (time.local_date, time.local_time, "Africa/Tunis")


def test_an_agreed_hour_is_moved_and_both_get_it_for_their_calendars(db):
    session = stale_session(last_reminder="day")

    [one] = recompute_sessions(now=NOW)

    session.refresh_from_db()
    assert session.starts_at == one.becomes == NOW + timedelta(days=2)
    assert session.ends_at - session.starts_at == HOUR
    assert (session.sequence, session.version, session.last_reminder) == (1, 1, "")
    kinds = sorted(Letter.objects.values_list("kind", flat=True))
    assert kinds == ["matching.session_moved_learner", "matching.session_moved_sharer"]
    assert len(one.people) == 2
    assert list(recompute_sessions(now=NOW)) == []


def test_two_hours_of_one_person_make_room_for_each_other(db):
    """Each would stand where the other still is, so the order matters; earlier and later."""
    for off in (HOUR, -HOUR):
        first = stale_session(days=3, off=off)
        second = stale_session(match=first.match, days=3 + 1 / 24, off=off)
        assert [one.trouble for one in recompute_sessions(now=NOW)] == ["", ""]
        first.refresh_from_db()
        second.refresh_from_db()
        assert second.starts_at - first.starts_at == HOUR
        Session.objects.all().delete()


def test_an_hour_that_clashes_with_another_is_left_for_a_person(db):
    stale = stale_session(days=2)
    make_session(
        match=stale.match, starts_at=NOW + timedelta(days=2) - HOUR / 2, ends_at=NOW + timedelta(days=2) + HOUR
    )

    [one] = recompute_sessions(now=NOW)

    stale.refresh_from_db()
    assert "another session" in one.trouble
    assert stale.starts_at == one.was
    assert not Letter.objects.exists()


def test_times_that_wait_for_an_answer_are_mended_and_asked_about_again(db):
    session = make_session("proposed")
    wanted = list(session.times.values_list("number", "starts_at"))
    for time in session.times.all():
        time.starts_at += HOUR
        time.save()

    found = list(recompute_sessions(now=NOW))

    assert len(found) == 3
    assert list(session.times.values_list("number", "starts_at")) == wanted
    session.refresh_from_db()
    assert session.version == 1
    assert list(Letter.objects.values_list("kind", flat=True)) == ["matching.session_proposed_sharer"]


def test_what_was_agreed_before_the_clock_was_kept_is_left_alone_and_counted(db):
    make_session(starts_at=timezone.now() + timedelta(days=2))
    said = io.StringIO()

    call_command("recompute_times", stdout=said)

    assert "0 of 0 moments" in said.getvalue()
    assert "1 agreed hours are older" in said.getvalue()


def test_the_command_says_what_it_would_do_and_for_whom_and_then_does_it(db):
    begins = timezone.now().replace(second=0, microsecond=0) + timedelta(days=9)
    clinic = stale_clinic(starts_at=begins)
    [rsvp] = sign_up(clinic, 1, now=timezone.now())
    tried, done = io.StringIO(), io.StringIO()

    call_command("recompute_times", "--dry-run", stdout=tried)
    clinic.refresh_from_db()
    assert clinic.starts_at == begins + HOUR
    assert not Letter.objects.filter(kind="clinics.clinic_moved").exists()
    call_command("recompute_times", stdout=done)

    clinic.refresh_from_db()
    assert clinic.starts_at == begins
    assert Letter.objects.filter(kind="clinics.clinic_moved").count() == 1
    for said in (tried.getvalue(), done.getvalue()):
        assert zone_rules.in_force() in said
        assert rsvp.member.name in said
    assert "1 of 1 moments that are not what they should be would be mended" in tried.getvalue()
    assert "are mended, and the people are told" in done.getvalue()
