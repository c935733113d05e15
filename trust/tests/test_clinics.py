"""Reports from the page of a clinic: who writes one, who of the team does not see it, and that nothing tells of it."""

import re

import pytest
import time_machine
from django.urls import reverse

from clinics.models import Attendance, ClinicPerson
from clinics.seats.rsvps import cancel_rsvp, rsvp
from clinics.tests.factories import make_clinic, make_person
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from mailings.models import Letter
from registrations.models import Look
from registrations.tests.factories import NOW, make_coordinator, make_member
from trust.domain import NotYourReport, ReportState
from trust.models import Report
from trust.reports.handling import decide_report, readers_of, send_report
from trust.reports.sweeps import forget_old_reports, tell_readers
from trust.tests.factories import make_reader, make_report

pytestmark = pytest.mark.django_db
WORDS = {"description": "Zebra"}


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOW, tick=False):
        yield


def page(clinic):
    return reverse("trust:report-clinic", args=[clinic.pk])


def seated(clinic, member=None):
    member = member or make_member()
    rsvp(clinic=clinic, member=member, by=member, now=NOW)
    return member


def gave_back(clinic):
    member = seated(clinic)
    cancel_rsvp(clinic=clinic, member=member, by=member, now=NOW)
    return member


def came(clinic):
    member = make_member()
    Attendance.objects.create(clinic=clinic, member=member, joined_at=clinic.starts_at)
    return member


def asked(clinic):
    return make_person(clinic, "interpreter", "asked").member


@pytest.mark.parametrize("who", [seated, gave_back, came, asked])
def test_whoever_was_at_a_clinic_tells_from_its_page(client, who):
    reader, clinic = make_reader(name="Rita"), make_clinic()
    client.force_login(who(clinic))
    shown = client.get(page(clinic))
    assert "Asking for money kindly" in shown.content.decode() and "Rita" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]

    said = client.post(page(clinic), {**WORDS, "who": "The loud one"}, follow=True)

    report = Report.objects.get()
    assert (report.clinic, report.about, report.who, report.clinic_people_may_read) == (
        clinic, None, "The loud one", False,
    )  # fmt: skip
    assert "Zebra" not in said.content.decode() and "Asking for money" not in report.number
    assert Letter.objects.filter(kind="trust.report_waits", member=reader).count() == 1
    client.force_login(reader)
    read = client.get(reverse("trust:report-detail", args=[report.number])).content.decode()
    assert reverse("clinics:clinic-detail", args=[clinic.pk]) in read and "Asking for money kindly" in read


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_was_not_there_is_led_to_the_general_page(client, method):
    clinic, unseen = make_clinic(), make_clinic(state="draft")
    make_person(clinic, "host", "to_ask", member=(planned := make_member()))
    for member in (make_member(), planned):
        client.force_login(member)
        assert getattr(client, method)(page(clinic), WORDS).url == reverse("trust:report-new")
        assert getattr(client, method)(page(unseen), WORDS).status_code == 404
        with pytest.raises(NotYourReport):
            send_report(by=member, clinic=clinic, description="x", now=NOW)
    client.logout()
    assert getattr(client, method)(page(clinic), WORDS).status_code == 302
    assert not Report.objects.exists()


@pytest.mark.parametrize("role", ["sharer", "host", "helper", "interpreter"])
def test_whoever_of_the_team_has_a_part_in_the_clinic_does_not_see_it_unless_its_writer_says_so(client, role):
    clinic, close, reader = make_clinic(), make_reader(name="Hana"), make_reader(name="Rita")
    make_person(clinic, role, member=close)
    client.force_login(seated(clinic))
    shown = client.get(page(clinic)).content.decode()
    assert "who have a part in this clinic: Hana" in shown and f'value="{reader.public_id}"' in shown
    assert f'value="{close.public_id}"' not in shown

    client.post(page(clinic), WORDS)
    client.post(page(clinic), {**WORDS, "clinic_people_may_read": "on"})

    hidden, open_ = Report.objects.order_by("pk")
    assert [report.clinic_people_may_read for report in (hidden, open_)] == [False, True]
    assert [seat.member for seat in readers_of(hidden, now=NOW)] == [reader]
    assert set(Report.objects.readable_by(close, on=NOW.date())) == {open_}
    assert set(Report.objects.readable_by(reader, on=NOW.date())) == {hidden, open_}
    client.force_login(close)
    there = client.get(reverse("trust:report-detail", args=[hidden.number]))
    nowhere = client.get(reverse("trust:report-detail", args=["x" * 12]))
    assert there.status_code == nowhere.status_code == 404
    assert client.get(reverse("trust:report-list")).content.count(b"/trust/read/") == 1


def test_whoever_gives_their_part_up_does_not_see_what_was_written_before():
    clinic, close = make_clinic(), make_reader()
    host = make_person(clinic, "host", member=close)
    send_report(by=seated(clinic), clinic=clinic, description="x", now=NOW)

    ClinicPerson.objects.filter(pk=host.pk).update(state="stepped_back")

    assert not Report.objects.readable_by(close, on=NOW.date()).exists()


def test_whoever_takes_a_part_or_a_seat_on_the_team_later_does_not_see_it_either():
    clinic = make_clinic()
    report = send_report(by=seated(clinic), clinic=clinic, description="x", now=NOW)
    late = make_reader()
    assert Report.objects.readable_by(late, on=NOW.date()).exists()

    make_person(clinic, "host", "asked", member=late)

    assert not Report.objects.readable_by(late, on=NOW.date()).exists()
    assert readers_of(report, now=NOW) == [] and tell_readers(NOW) == 0
    with pytest.raises(NotYourReport):
        decide_report(report=report, state=ReportState.LOOKING, by=late, now=NOW)


def test_row_and_queryset_say_the_same_of_who_may_not_read():
    clinic, readers = make_clinic(), [make_reader() for _ in range(6)]
    for state, member in zip(("accepted", "asked", "declined", "to_ask"), readers, strict=False):
        make_person(clinic, "sharer", state, member=member)
    for fields in ({}, {"clinic": clinic}, {"clinic": clinic, "clinic_people_may_read": True}):
        report = make_report(about=readers[4], **fields)
        report.kept_from.add(readers[5])
        report.refresh_from_db()
        for reader in readers:
            may = Report.objects.filter(pk=report.pk).not_kept_from(reader).exists()
            assert may == (reader.pk not in report.left_out), (fields, readers.index(reader))


def test_a_team_that_is_all_too_close_is_said_and_the_report_waits(client):
    clinic, close = make_clinic(), make_reader()
    make_person(clinic, "host", member=close)
    client.force_login(seated(clinic))

    assert "ca@wikimedia.org" in client.get(page(clinic)).content.decode()
    client.post(page(clinic), WORDS)
    assert not Letter.objects.filter(kind="trust.report_waits").exists()
    make_reader()
    assert tell_readers(NOW) == 1


@pytest.mark.parametrize("who", ["coordinator", "host", "liaison"])
def test_nothing_that_its_people_and_planners_can_open_tells_of_it(client, who, liaison):
    clinic, host = make_clinic(region="MENA"), make_member()
    make_person(clinic, "host", member=host)
    writer = seated(clinic)
    make_reader()
    client.force_login({"coordinator": make_coordinator(), "host": host, "liaison": liaison}[who])
    desk = f"/admin/clinics/clinic/{clinic.pk}"
    addresses = [
        "/", "/my-data/", "/my-data/download/json/", f"/clinics/{clinic.pk}/", f"/clinics/{clinic.pk}/host/",
        "/admin/", f"{desk}/change/", f"{desk}/history/", f"{desk}/who-comes/", "/admin/mailings/letter/", "/trust/",
    ]  # fmt: skip
    for address in addresses:  # the first opening notes a look
        client.get(address)
    before = [bare(client.get(address)) for address in addresses]
    acts, looks = Act.objects.count(), Look.objects.count()

    send_report(by=writer, clinic=clinic, description="Zebra", now=NOW)

    after = [bare(client.get(address)) for address in addresses]
    assert [address for address, was, now in zip(addresses, before, after, strict=True) if was != now] == []
    assert (Act.objects.count(), Look.objects.count()) == (acts, looks)


def bare(response):
    """The page without what is drawn anew for each answer."""
    return response.status_code, re.sub(r'(nonce|value|content)="[^"]{20,}"', "", response.content.decode())


def test_a_year_after_closing_it_is_not_known_any_more_at_which_clinic():
    report = make_report("closed", clinic=make_clinic(), clinic_people_may_read=True)

    refuses("trust_forgotten_report_says_nothing", change(report, description="", forgotten_at=NOW))
    refuses("trust_only_of_a_clinic_there_are_people", change(report, clinic=None))
    assert forget_old_reports(NOW.replace(year=NOW.year + 1)) == 1

    report.refresh_from_db()
    assert (report.clinic, report.clinic_people_may_read, report.outcome) == (None, False, "talked")
