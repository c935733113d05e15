import pytest

from clinics import demo
from clinics.agendas.context import what_is_unfinished
from clinics.domain.clinics import ClinicPhase
from clinics.feedback.sums import feedback_on
from clinics.finding.notes import why_this_hour
from clinics.tests.after_factories import count_said_of
from mailings import kinds
from mailings.models import Letter
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db


def test_the_demo_shows_a_clinic_of_each_sort():
    members = [make_coordinator(), *(make_member() for _ in range(9))]

    clinics = demo.load(members, NOW)

    assert [clinic.phase(NOW) for clinic in clinics] == [
        ClinicPhase.OPEN,
        ClinicPhase.FULL,
        ClinicPhase.OPEN,
        ClinicPhase.OVER,
    ]
    assert why_this_hour(clinics[0])
    assert clinics[1].rsvps.waiting().count() == 3
    assert (clinics[3].state, clinics[3].head_count) == ("held", 16)
    assert "lexemes" in clinics[3].outcome
    assert (clinics[3].quotes.count(), clinics[3].quotes.published().count()) == (2, 1)
    assert clinics[3].certificates.valid().count() == 2
    feedback = feedback_on(clinics[3], now=count_said_of(clinics[3]))
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
