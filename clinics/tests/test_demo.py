from datetime import UTC, datetime

import pytest

from clinics.agendas.context import what_is_unfinished
from clinics.demo import clinics as demo
from clinics.domain.clinics import ClinicPhase
from clinics.feedback.sums import feedback_on
from clinics.finding.notes import why_this_hour
from clinics.models import AccessNeed, Attendance, ClinicMessage, LanguageNeed, SeatQuestion
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
PHASES = [
    ClinicPhase.OPEN,
    ClinicPhase.FULL,
    ClinicPhase.OPEN,
    ClinicPhase.OVER,
    ClinicPhase.OPEN,
    ClinicPhase.FULL,
    ClinicPhase.CANCELLED,
    ClinicPhase.OPEN,
    ClinicPhase.OPEN,
    ClinicPhase.OVER,
    ClinicPhase.OPEN,
]


def phases(clinics, now):
    return [clinic.count_seats(now=now).phase(now) for clinic in clinics]


def test_the_demo_shows_a_clinic_of_each_sort():
    members = [make_coordinator(), *(make_member() for _ in range(9))]

    clinics = demo.load(members, NOW)

    assert phases(clinics, NOW) == PHASES
    assert why_this_hour(clinics[0])
    assert clinics[1].rsvps.waiting().count() == 3
    assert (clinics[3].state, clinics[3].head_count) == ("held", 16)
    assert "lexemes" in clinics[3].outcome
    assert (clinics[3].quotes.count(), clinics[3].quotes.published().count()) == (2, 1)
    assert not feedback_on(clinics[3], now=NOW).has_sums
    assert sorted(clinics[3].certificates.valid().values_list("kind", flat=True)) == [
        "attending",
        "attending",
        "sharing",
    ]
    feedback = feedback_on(clinics[9], now=NOW)
    assert feedback.has_sums and len(feedback.words) == 5
    assert {text.language: text.state for text in clinics[1].texts.all()} == {
        "en": "ready",
        "es": "ready",
        "pt": "draft",
    }
    people = clinics[0].people.accepted()
    assert (people.sharers().count(), people.hosts().count(), people.interpreters().count()) == (2, 1, 2)
    assert (clinics[0].channels.count(), clinics[0].channels.interpreted().count()) == (3, 1)
    assert {item.speaker for item in clinics[0].agenda.all()} == {
        "",
        *(str(person.member) for person in people.sharers()),
    }
    assert not any(item.name == "summary" for item in clinics[3].checklist.open())  # it can be read
    assert sum(item.minutes for item in clinics[0].agenda.all()) == 110
    assert "of the clinic are not in the agenda yet" in next(what_is_unfinished(clinics[0]))
    assert {item.state for item in clinics[0].checklist.all()} == {"open", "done", "not_needed"}
    assert (clinics[3].format, clinics[3].agenda.count(), bool(clinics[3].quiz_link)) == ("community_call", 5, True)
    assert Letter.objects.filter(kind="clinics.announced").count() == demo.READERS
    for letter in Letter.objects.all():
        assert kinds.is_registered(letter.kind)


def test_the_demo_is_right_on_an_odd_day_too():
    now = datetime(2028, 2, 29, 23, 58, tzinfo=UTC)
    members = [*(make_member() for _ in range(11)), make_coordinator()]

    clinics = demo.load(members, now)

    assert phases(clinics, now) == PHASES
    grants, _libraries, newcomers, lexemes, photos, surveys, streams, first, second, proverbs, edition = clinics
    assert photos.doors_are_open(now) and now < photos.starts_at
    assert {need.state for need in LanguageNeed.objects.at(grants)} == {"asked"}
    assert edition.edition_of == grants and edition.texts.ready().count() == 5
    assert ClinicMessage.objects.get().clinic == newcomers
    assert AccessNeed.objects.filter(rsvp__clinic=photos).count() == 1
    assert SeatQuestion.objects.filter(rsvp__clinic=photos).count() == 2
    assert Attendance.objects.of(photos).count() == 2
    assert [channel.meeting_link != "" for channel in photos.channels.interpreted()] == [True]
    offered = surveys.rsvps.get(state="offered")
    assert offered.member == members[0] and offered.claim_by > now
    assert surveys.rsvps.waiting().count() == 2
    assert streams.cancel_reason
    assert first.series and first.series == second.series
    assert (lexemes.state, proverbs.state) == ("held", "archived")
