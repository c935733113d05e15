"""The pages: who finds them, what they show, and that nobody else can tell that anything is there."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailings.models import Letter
from matching.models import Match
from matching.tests.factories import make_match
from registrations.tests.factories import NOW, make_coordinator, make_member
from trust.domain import REPORTS_A_DAY
from trust.models import Note, Report
from trust.reports.handling import keep_note, send_report
from trust.reports.sweeps import tell_readers
from trust.seats.appointing import appoint_to_trust_team
from trust.tests.factories import make_reader, make_report

pytestmark = pytest.mark.django_db
LIST = reverse("trust:report-list")
ADD = reverse("admin:trust_trustseat_add")


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOW, tick=False):
        yield


def page(report, name="report-detail"):
    return reverse(f"trust:{name}", args=[report.number])


def test_from_the_page_of_a_match_that_is_over_it_is_about_the_other_person(client):
    reader, match = make_reader(name="Rita"), make_match("declined")
    client.force_login(match.learner.member)
    path = reverse("trust:report-match", args=[match.pk])
    shown = client.get(path)
    assert match.sharer.shown_name in shown.content.decode() and "Rita" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert client.post(path, {"description": ""}).status_code == 422

    response = client.post(path, {"description": "Zebra", "may_contact": "on", "block": "on"}, follow=True)

    report = Report.objects.get()
    assert (report.about, report.reporter, report.may_contact) == (match.sharer.member, match.learner.member, True)
    assert response.redirect_chain[-1][0] == reverse("home")
    said = response.content.decode()
    assert "we have received your message" in said
    assert "Zebra" not in said and match.sharer.shown_name not in said
    assert Letter.objects.filter(kind="trust.report_waits", member=reader).count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_match_of_others_cannot_be_reported_from_and_does_not_exist(client, method):
    match = make_match("connected")
    client.force_login(make_member())

    response = getattr(client, method)(reverse("trust:report-match", args=[match.pk]), {"description": "Zebra"})

    assert response.status_code == 404
    assert not Report.objects.exists()


def test_the_general_page_keeps_it_from_whom_one_ticks(client):
    close, reader = make_reader(), make_reader()
    client.force_login(make_member())

    path = reverse("trust:report-new")
    assert client.post(path, {"description": "x", "keep_from": "nobody"}).status_code == 422
    client.post(path, {"who": "Somebody at the clinic", "description": "x", "keep_from": close.public_id})

    assert list(Report.objects.get().kept_from.all()) == [close]
    client.force_login(close)
    assert client.get(LIST).content.count(b"/trust/read/") == 0
    client.force_login(reader)
    assert client.get(LIST).content.count(b"/trust/read/") == 1


def test_an_empty_team_is_said_and_the_report_waits(client):
    client.force_login(make_member())

    assert "ca@wikimedia.org" in client.get(reverse("trust:report-new")).content.decode()
    assert client.post(reverse("trust:report-new"), {"description": "x"}).status_code == 302
    make_reader()
    assert tell_readers(NOW) == 1


def test_the_team_notes_decides_names_and_steps_aside(client):
    reader, about = make_reader(), make_member(name="The one with the hat")
    make_reader()
    report, earlier = make_report(who="the hat", may_contact=True), make_report("closed", about=about)
    client.force_login(reader)

    assert report.reporter.email in client.get(page(report)).content.decode()
    assert client.post(page(report), {"text": ""}).status_code == 422
    client.post(page(report), {"text": "Wrote to them."})
    assert client.post(page(report), {"state": "closed"}).status_code == 422
    client.post(page(report), {"state": "looking", "text": "Mine."})
    assert client.post(page(report, "report-name"), {"account": "nobody@example.org"}).status_code == 422
    client.post(page(report, "report-name"), {"account": about.email.upper()})
    shown = client.get(page(report)).content.decode()
    assert "The one with the hat" in shown and "1 other report" in shown and "Wrote to them." in shown
    assert client.get(page(earlier)).status_code == 200
    client.post(page(report, "report-step-aside"))

    assert client.get(page(report)).status_code == 404
    assert list(Note.objects.values_list("deed", flat=True)) == ["noted", "decided", "named", "stepped_aside"]


def test_an_address_stays_hidden_unless_the_writer_may_be_written_to(client):
    client.force_login(make_reader())
    report = make_report()

    assert report.reporter.email not in client.get(page(report)).content.decode()


def test_who_may_be_written_to_but_has_no_address_is_not_said_to_have_refused(client):
    client.force_login(make_reader())
    silent = make_report(reporter=make_member(email=None), may_contact=True)

    body = client.get(page(silent)).content.decode()

    assert "there is no address" in body
    assert "do not want to be written to" not in body


def test_for_the_person_it_is_about_it_is_as_if_it_were_not_there(client):
    about = make_reader()
    report = make_report(about=about)
    client.force_login(about)

    there, nowhere = client.get(page(report)), client.get(reverse("trust:report-detail", args=["x" * 12]))
    assert there.status_code == nowhere.status_code == 404
    assert bare(there)[1].replace(report.number, "x" * 12) == bare(nowhere)[1]
    assert b"/trust/read/" not in client.get(LIST).content
    assert b"waits for the trust team" not in client.get(reverse("home")).content


@pytest.mark.parametrize("number", ["%00", "%FF", "²", "x" * 500])
def test_a_number_that_cannot_be_finds_no_report(client, number):
    client.force_login(make_reader())

    assert client.get(f"/trust/read/{number}/").status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "superuser", "about", "other"])
def test_nothing_anybody_else_can_open_tells_of_a_report(client, who):
    match = make_match("connected")
    about, writer = match.sharer.member, match.learner.member
    people = {
        "coordinator": make_coordinator(),
        "superuser": make_coordinator(is_superuser=True),
        "about": about,
        "other": make_member(),
    }
    client.force_login(people[who])
    addresses = [
        "/", "/my-data/", "/my-data/download/json/", "/matches/", f"/matches/{match.pk}/", "/admin/", "/admin/trust/",
        "/admin/trust/trustseat/", "/admin/mailings/letter/", "/admin/mailings/letter/?q=trust",
        "/admin/matching/match/",
        f"/admin/matching/match/{match.pk}/change/", f"/admin/matching/match/{match.pk}/history/",
        f"/admin/registrations/registration/{match.sharer_id}/change/",
        f"/admin/registrations/member/{about.pk}/history/", "/trust/", "/trust/read/x/",
    ]  # fmt: skip
    readers = [make_reader(), make_reader()]
    for address in addresses:
        if address.endswith("/change/"):  # the first opening notes a look
            client.get(address)
    before = [bare(client.get(address)) for address in addresses]

    report = send_report(by=writer, about=about, description="Zebra", now=NOW)
    keep_note(report=report, text="Giraffe", by=readers[0], now=NOW)

    after = [bare(client.get(address)) for address in addresses]
    assert [address for address, was, now in zip(addresses, before, after, strict=True) if was != now] == []
    for letter in Letter.objects.filter(kind__in=["trust.report_waits", "trust.message_received"]):
        assert client.get(f"/admin/mailings/letter/{letter.pk}/change/").status_code == 302
        assert client.get(f"/admin/mailings/letter/{letter.pk}/history/").status_code in (302, 404)
    assert client.get(page(report)).status_code == 404


def bare(response):
    """The page without what is drawn anew for each answer."""
    return response.status_code, re.sub(r'(nonce|value|content)="[^"]{20,}"', "", response.content.decode())


def test_a_failed_letter_about_a_report_is_no_work_for_coordinators(client):
    make_reader()
    send_report(by=make_member(), description="x", now=NOW)
    Letter.objects.update(state="failed", tries=1, reason="because", gathering_since=None)
    client.force_login(make_coordinator())

    assert "needs a person" not in client.get(reverse("admin:index")).content.decode()


def test_a_coordinator_appoints_others_ends_a_seat_and_reads_nothing(client):
    coordinator, member = make_coordinator(), make_member()
    client.force_login(coordinator)

    def give(one):
        asked = client.post(ADD, {"member": one.public_id})
        assert one.email not in asked.content.decode()
        return client.post(ADD, {"member": one.public_id, "confirmed": asked.context["answer"]})

    refused = client.post(ADD, {"member": coordinator.public_id})
    assert refused.context["form"].errors and "Nobody gives themselves a seat" in refused.content.decode()
    give(member)

    seat = member.trust_seats.get()
    assert Letter.objects.get(kind="trust.seat_given").member == member
    change = reverse("admin:trust_trustseat_change", args=[seat.pk])
    assert client.post(change, {"until_on": ""}).status_code == 200
    client.post(change, {"until_on": "2026-03-20"})
    seat.refresh_from_db()
    assert str(seat.until_on) == "2026-03-20"
    assert client.post(change, {"until_on": "2026-04-01"}).context["errors"]
    client.post(reverse("admin:trust_trustseat_end", args=[seat.pk]))
    seat.refresh_from_db()
    assert seat.until_on == NOW.date()
    assert client.get(LIST).status_code == 404


def test_the_team_sees_at_home_and_at_the_desk_that_something_waits(client):
    reader = make_reader()
    make_report()
    client.force_login(reader)
    assert LIST in client.get(reverse("home")).content.decode()
    assert client.get(reverse("admin:index")).status_code == 302  # the team needs no seat at the desk

    coordinator = make_coordinator()
    appoint_to_trust_team(member=coordinator, by=None, now=NOW)
    client.force_login(coordinator)
    assert "1 report waits for the trust team" in client.get(reverse("admin:index")).content.decode()


def test_the_list_asks_as_often_for_thirty_as_for_three(client):
    client.force_login(make_reader())
    counts = []
    for number in (3, 27):
        for _ in range(number):
            make_report(about=make_member())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Match.objects.count() == 0


def test_the_eleventh_of_a_day_is_429_says_when_and_keeps_the_words(client):
    writer = make_member()
    for hours in range(REPORTS_A_DAY):
        make_report(reporter=writer, made_at=NOW - timedelta(hours=hours))
    client.force_login(writer)

    response = client.post(reverse("trust:report-new"), {"description": "Once more, please."})

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) == (24 - REPORTS_A_DAY + 1) * 60 * 60
    said = response.content.decode()
    assert "many times today" in said
    assert "Once more, please." in said
