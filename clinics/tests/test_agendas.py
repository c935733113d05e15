"""Agendas: what the database keeps, what is written, which clock people read, and two who write at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.models import TextField, Value
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from clinics.agendas.context import agenda_of, fit_in_words, what_is_unfinished
from clinics.agendas.writing import (
    AgendaEntry,
    copy_agenda,
    load_agenda_templates,
    usual_agenda,
    write_agenda,
    write_usual_agenda,
)
from clinics.domain.agendas import AGENDA_TEMPLATES, ITEMS_AT_MOST, AgendaRefused
from clinics.domain.clinics import ClinicFormat, ClinicMoveNotAllowed, ClinicState, NotYourClinic
from clinics.models import AgendaItem, AgendaTemplate, AgendaTemplateItem
from clinics.seats.rsvps import rsvp
from clinics.tests.factories import START, make_clinic, make_person
from clinics.tests.test_people_models import deferred
from letsconnect.base.models import Act
from letsconnect.base.templatetags.when import hours_until
from letsconnect.tests.database import change, refuses
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

pytestmark = pytest.mark.django_db
BROKEN = Value("one\ntwo", output_field=TextField())
QUIZ = "https://quiz.example.org/lexemes"


def entry(part="presentation", minutes=30, **more):
    return AgendaEntry(part, minutes, **more)


def written(clinic, *entries, by=None, **more):
    return write_agenda(clinic=clinic, entries=entries, by=by or make_coordinator(), now=NOW, **more)


def as_read(clinic):
    return [(item.place, item.in_words, item.minutes, str(item.speaker)) for item in clinic.agenda.order_by("place")]


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"minutes": 0}, "clinics_agenda_item_takes_its_minutes"),
        ({"minutes": 24 * 60 + 1}, "clinics_agenda_item_takes_its_minutes"),
        ({"place": 0}, "clinics_agenda_item_places_begin_at_one"),
        ({"part": "fireworks"}, "clinics_agenda_item_part_is_known"),
        ({"part": "other"}, "clinics_agenda_item_of_its_own_is_named"),
        ({"title": BROKEN}, "clinics_agenda_item_title_can_be_seen"),
        ({"speaker": BROKEN}, "clinics_speaker_can_be_seen"),
    ],
)
def test_an_impossible_item_is_refused(columns, constraint):
    item = written(make_clinic(), entry()).agenda.get()

    refuses(constraint, change(item, **columns))


def test_two_items_of_one_clinic_do_not_share_a_place():
    """The rule is deferred to the end of a transaction; here it is asked at once."""
    clinic = written(make_clinic(), entry(), entry("questions"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS clinics_one_agenda_item_at_a_place IMMEDIATE")

    refuses("clinics_one_agenda_item_at_a_place", change(clinic.agenda.last(), place=1))


def test_two_items_of_one_template_do_not_share_a_place():
    load_agenda_templates()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS clinics_one_template_item_at_a_place IMMEDIATE")

    refuses("clinics_one_template_item_at_a_place", change(AgendaTemplateItem.objects.get(place=7), place=1))


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"quiz_link": "http://quiz.example.org/"}, "clinics_quiz_link_is_encrypted"),
        ({"icebreaker": BROKEN}, "clinics_icebreaker_can_be_seen"),
    ],
)
def test_an_impossible_quiz_or_question_is_refused(columns, constraint):
    refuses(constraint, change(make_clinic(), **columns))


def test_an_agenda_is_written_as_a_whole_and_twice_the_same_is_once():
    clinic, planner = make_clinic(), make_coordinator()
    written(clinic, entry("icebreaker", 10), entry(minutes=50, speaker="Amina"), by=planner)
    first, second = clinic.agenda.all()
    again = [
        entry(minutes=60, speaker="Amina", key=second.pk),
        entry("other", 15, title="Cake"),
        entry("icebreaker", 10, key=first.pk),
    ]
    written(clinic, *again, by=planner)
    as_stored = [
        entry(item.part, item.minutes, title=item.title, speaker=item.speaker, key=item.pk)
        for item in clinic.agenda.all()
    ]
    written(clinic, *as_stored, by=planner)

    assert as_read(clinic) == [(1, "presentation", 60, "Amina"), (2, "Cake", 15, ""), (3, "icebreaker", 10, "")]
    assert {first.pk, second.pk} <= set(clinic.agenda.values_list("pk", flat=True))
    assert Act.objects.filter(verb="write_agenda").count() == 2


def test_what_is_left_out_goes():
    clinic = written(make_clinic(), entry(), entry("questions"))

    written(clinic, entry("questions", key=clinic.agenda.last().pk))

    assert as_read(clinic) == [(1, "questions and answers", 30, "")]


def test_an_item_of_another_clinic_or_one_that_is_gone_is_refused():
    other = written(make_clinic(), entry()).agenda.get()
    clinic = written(make_clinic(), entry())

    with pytest.raises(AgendaRefused):
        written(clinic, entry(key=other.pk))
    assert AgendaItem.objects.count() == 2


def test_an_agenda_has_an_end():
    with pytest.raises(AgendaRefused):
        written(make_clinic(), *[entry(minutes=1)] * (ITEMS_AT_MOST + 1))


def test_only_those_who_look_after_a_clinic_to_come_write_its_agenda():
    clinic = make_clinic(region="MENA")
    with pytest.raises(NotYourClinic):
        written(clinic, entry(), by=make_liaison("SSA"))
    written(clinic, entry(), by=make_liaison("MENA"))
    for state in (ClinicState.HELD, ClinicState.CANCELLED):
        with pytest.raises(ClinicMoveNotAllowed):
            written(make_clinic(state=state), entry())


def test_each_format_begins_with_its_agenda_and_loading_twice_changes_nothing():
    assert load_agenda_templates() == sum(1 + len(steps) for steps in AGENDA_TEMPLATES.values())
    template = AgendaTemplate.objects.get(format=ClinicFormat.CONNECTATHON)
    write_usual_agenda(template=template, entries=[entry("news", 60)], by=make_coordinator(), now=NOW)

    assert load_agenda_templates() == 0
    assert usual_agenda(ClinicFormat.CONNECTATHON) == [entry("news", 60)]
    assert [item.minutes for item in usual_agenda(ClinicFormat.CLINIC)] == [10, 10, 35, 20, 25, 10, 10]
    assert Act.objects.get(verb="write_usual_agenda").object_id == template.pk


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"minutes": 0}, "clinics_template_item_takes_its_minutes"),
        ({"place": 0}, "clinics_template_item_places_begin_at_one"),
        ({"part": "other"}, "clinics_template_item_of_its_own_is_named"),
        ({"part": "fireworks"}, "clinics_template_item_part_is_known"),
        ({"title": BROKEN}, "clinics_template_item_title_can_be_seen"),
    ],
)
def test_an_impossible_item_of_a_template_is_refused(columns, constraint):
    load_agenda_templates()

    refuses(constraint, change(AgendaTemplateItem.objects.first(), **columns))


def test_a_template_is_of_a_format_there_is():
    load_agenda_templates()

    refuses("clinics_template_format_is_known", change(AgendaTemplate.objects.first(), format="concert"))


def test_a_copy_takes_the_items_and_the_question_and_no_quiz():
    source = written(
        make_clinic(), entry(speaker="Amina"), entry("news", 30), icebreaker="Coffee or tea?", quiz_link=QUIZ
    )

    clinic = copy_agenda(source=source, clinic=make_clinic(), by=make_coordinator(), now=NOW)

    assert as_read(clinic) == as_read(source)
    assert (clinic.icebreaker, clinic.quiz_link) == ("Coffee or tea?", "")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ((60, 60), ""),
        ((), ""),
        ((60, 59), "1 minute of the clinic is not in the agenda yet."),
        ((100,), "20 minutes of the clinic are not in the agenda yet."),
        ((100, 40), "The agenda is 20 minutes longer than the clinic."),
    ],
)
def test_whether_it_fits_is_said_in_words(minutes, words):
    assert fit_in_words(minutes, length=120) == words


def test_a_clinic_says_what_its_agenda_lacks():
    clinic = make_clinic()
    assert list(what_is_unfinished(clinic)) == ["There is no agenda yet."]
    person = make_person(clinic, state="accepted", name="Amina")
    written(clinic, entry(minutes=150, speaker="Amina"))
    assert list(what_is_unfinished(clinic)) == ["The agenda is 30 minutes longer than the clinic."]
    change(person, state="stepped_back")()
    assert list(what_is_unfinished(clinic))[1] == "Amina is in the agenda and does not come."


def test_a_speaker_who_is_called_as_one_of_the_people_is_this_person_and_named_once_they_have_accepted(client):
    clinic = make_clinic()
    person = make_person(clinic, state="asked", name="Amina")
    item = written(clinic, entry(speaker="Amina")).agenda.get()
    page = reverse("clinics:clinic-detail", args=[clinic.pk])

    assert (item.person, str(item.speaker), item.speaker_planned, item.speaker_shown) == (person, "", "Amina", "")
    assert "Amina" not in client.get(page).content.decode()
    change(person, state="accepted", answered_at=NOW, name="Amina of Tunis")()
    assert "Amina of Tunis" in client.get(page).content.decode()

    written(clinic, entry(speaker="Somebody else", key=item.pk))
    item.refresh_from_db()
    assert (item.person, str(item.speaker)) == (None, "Somebody else")


def test_a_speaker_is_of_the_same_clinic_and_named_once():
    clinic = make_clinic()
    person = make_person(clinic, name="Amina")
    item = written(clinic, entry(speaker="Amina")).agenda.get()

    refuses("clinics_speaker_is_of_the_clinic", deferred(change(item, person=make_person(make_clinic()))))
    refuses("clinics_speaker_is_named_once", change(item, speaker="Amina"))
    refuses("clinics_clinicperson_pkey|clinics_what_a_speaker_refers_to", change(make_person(clinic), id=person.pk))


def test_the_name_of_a_speaker_who_is_deleted_goes_with_them():
    clinic = make_clinic()
    person = make_person(clinic, name="Amina")
    item = written(clinic, entry(speaker="Amina")).agenda.get()

    person.delete()

    item.refresh_from_db()
    assert (item.person, str(item.speaker)) == (None, "")


def test_a_copy_names_only_those_who_are_people_of_the_new_clinic():
    source, clinic = make_clinic(), make_clinic()
    make_person(source, name="Amina"), make_person(source, name="Ben")
    written(source, entry(speaker="Amina"), entry(speaker="Ben"), entry(speaker="The group"))
    person = make_person(clinic, name="Ben")

    copy_agenda(source=source, clinic=clinic, by=make_coordinator(), now=NOW)

    assert [(item.person, str(item.speaker)) for item in clinic.agenda.all()] == [
        (None, ""), (person, ""), (None, "The group"),
    ]  # fmt: skip


def test_the_clock_of_each_item_is_the_readers_over_the_night_in_which_clocks_change():
    """In Paris it is 1:30 at the start, and half an hour later 3:00; in Cairo clocks do not change that night."""
    clinic = written(make_clinic(starts_at=datetime(2027, 3, 28, 0, 30, tzinfo=UTC)), entry(), entry(), entry())

    rows = agenda_of(clinic)

    def read_in(zone):
        with timezone.override(ZoneInfo(zone)):
            return [hours_until(row.begins_at, row.ends_at) for row in rows]

    assert read_in("Europe/Paris") == ["01:30–03:00", "03:00–03:30", "03:30–04:00"]
    assert read_in("Africa/Cairo") == ["02:30–03:00", "03:00–03:30", "03:30–04:00"]
    assert read_in("Asia/Kathmandu") == ["06:15–06:45", "06:45–07:15", "07:15–07:45"]
    assert [row.runs_over for row in rows] == [False, False, False]


def test_the_page_of_a_clinic_shows_the_agenda_in_the_readers_language_and_zone(client):
    clinic = written(
        make_clinic(starts_at=START),
        entry("icebreaker", 10),
        entry("other", 50, title="Lexemes, live", speaker="Amina of Tunis"),
        icebreaker="Coffee or tea?",
        quiz_link=QUIZ,
    )
    reader = make_member(language="es", zone="Asia/Kathmandu")
    client.force_login(reader)
    client.cookies["django_language"] = "es"

    page = client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()

    assert "17:45–17:55" in page and "17:55–18:45" in page and "Katmandú" in page
    assert "Lexemes, live" in page and "Amina of Tunis" in page and "Coffee or tea?" in page
    with translation.override("es"):
        assert str(AgendaItem(part="icebreaker").in_words) in page


@pytest.mark.parametrize("going", [False, True])
def test_the_quiz_is_for_those_who_have_a_seat(client, going):
    clinic = written(make_clinic(), quiz_link=QUIZ)
    member = make_member()
    if going:
        rsvp(clinic=clinic, member=member, by=member, now=NOW)
    client.force_login(member)

    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()

    assert (QUIZ in page) is going
    assert QUIZ not in client.__class__().get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()


def test_a_clinic_that_is_called_off_shows_no_agenda(client):
    clinic = written(make_clinic(), entry(speaker="Amina"), icebreaker="Tea?")
    type(clinic).objects.filter(pk=clinic.pk).update(state="cancelled", cancel_reason="ill")

    page = client.get(reverse("clinics:clinic-detail", args=[clinic.pk])).content.decode()

    assert "Amina" not in page and "Tea?" not in page


def test_a_page_with_a_long_agenda_asks_no_more_than_one_with_a_short_one(client):
    counts = []
    for items in (3, 30):
        clinic = written(make_clinic(), *[entry(minutes=1)] * items)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("clinics:clinic-detail", args=[clinic.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_agenda_of_a_clinic_that_moved_moves_along():
    clinic = written(make_clinic(), entry(minutes=20), entry("questions", 20))
    clinic.starts_at += timedelta(hours=3)

    assert [row.begins_at for row in agenda_of(clinic)] == [
        START + timedelta(hours=3),
        START + timedelta(hours=3, minutes=20),
    ]
