"""What migrations do to rows that were there before them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

from clinics.models import Certificate, Clinic
from clinics.tests.after_factories import make_certificate
from clinics.tests.factories import START, make_attendance, make_clinic, sign_up
from letsconnect.base import acts
from letsconnect.embedded.migrating import models_changed_in_place
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db


@contextmanager
def before(name: str) -> Iterator[StateApps]:
    """Take this one migration back on the tables of today, yield the models as they were before, and apply it again.

    Going back through all that came since took seven seconds of a processor more.
    """
    loader = MigrationLoader(connection)
    step = loader.get_migration("clinics", name)
    state = loader.project_state(next(key for key in step.dependencies if key[0] == "clinics"))
    with connection.schema_editor(atomic=False) as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        step.unapply(state.clone(), editor)
    yield state.clone().apps
    with models_changed_in_place(), connection.schema_editor(atomic=False) as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        step.apply(state, editor)


def _with_the_old_rule(name: str, was: str) -> None:
    """Let a rule that came later go by the name of the one in whose place it is."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE clinics_clinic RENAME CONSTRAINT {name} TO {was}")


def test_one_word_for_all_becomes_columns_and_moments_come_from_the_log_of_acts():
    rows = {kind: make_clinic(region="SA") for kind in ("open", "regional", "cross_regional", "series", "in_person")}
    rows |= {kind: make_clinic() for kind in ("second_edition", "community_call", "connectathon", "partner")}
    logged, silent, early = (make_clinic() for _number in range(3))
    acts.record(by=None, verb="announce_clinic", on=logged, now=NOW)
    acts.record(by=None, verb="hold_clinic", on=logged, now=START + timedelta(days=2))
    acts.record(by=None, verb="hold_clinic", on=early, now=START - timedelta(days=2))
    _with_the_old_rule("clinics_held_after_the_end", "clinics_held_after_the_start")

    with before("0004_what_a_clinic_is") as apps:
        old = apps.get_model("clinics", "Clinic").objects
        for kind, clinic in rows.items():
            old.filter(pk=clinic.pk).update(kind=kind)
        old.filter(pk__in=[logged.pk, silent.pk, early.pk]).update(state="held")
        old.update(announced_at=None)

    what = ("format", "for_whom", "venue", "partner")
    found = {kind: Clinic.objects.values_list(*what).get(pk=clinic.pk) for kind, clinic in rows.items()}
    standalone = ("clinic", "all", "call", "")
    assert found == {
        **dict.fromkeys(("open", "cross_regional", "series", "second_edition"), standalone),
        "regional": ("clinic", "region", "call", ""),
        "community_call": ("community_call", "all", "call", ""),
        "connectathon": ("connectathon", "all", "call", ""),
        "partner": ("clinic", "all", "call", "Partner"),
        "in_person": ("clinic", "all", "in_person", ""),
    }
    moments = {clinic.pk: (clinic.announced_at, clinic.held_at) for clinic in Clinic.objects.all()}
    assert moments[logged.pk] == (NOW, START + timedelta(days=2))
    assert moments[silent.pk] == (silent.start_set_at, silent.ends_at)
    assert moments[early.pk] == (early.start_set_at, START)
    assert moments[rows["open"].pk] == (rows["open"].start_set_at, None)


def test_texts_of_what_people_were_told_are_ready_and_mandarin_is_called_as_people_call_it():
    draft = make_clinic(state="draft")
    told = [make_clinic(state=state) for state in ("announced", "held", "archived", "cancelled")]
    called_off, never_told = (make_clinic(state="cancelled") for _number in range(2))
    sign_up(told[0], 1)
    title_only, empty = make_clinic(title="Only a title"), make_clinic(title="Nothing")

    with before("0006_texts_are_drafts_or_ready") as apps:
        old, texts = apps.get_model("clinics", "Clinic").objects, apps.get_model("clinics", "ClinicText").objects
        old.filter(pk=draft.pk).update(floor_language="cmn")
        old.filter(pk__in=(called_off.pk, never_told.pk)).update(announced_at=None)
        apps.get_model("clinics", "Rsvp").objects.update(clinic=called_off.pk)
        texts.create(clinic_id=told[0].pk, language="fr", title="Nothing under it", summary="")
        texts.filter(clinic=title_only.pk).update(summary="")
        texts.filter(clinic=empty.pk).delete()

    assert Clinic.objects.get(pk=draft.pk).floor_language == "zh"
    assert [text.state for text in draft.texts.all()] == ["draft"]
    for clinic in told[1:]:
        assert [text.state for text in clinic.texts.all()] == ["ready"]
    assert [(text.language, text.state) for text in told[0].texts.all()] == [("en", "ready"), ("fr", "draft")]
    assert [(text.state, text.summary) for text in title_only.texts.all()] == [("ready", "Only a title")]
    assert [(text.state, str(text.title)) for text in empty.texts.all()] == [("ready", "Clinic without a title")]
    called_off.refresh_from_db(), never_told.refresh_from_db()
    assert (called_off.announced_at, never_told.announced_at) == (called_off.start_set_at, None)
    assert [clinic.texts.get().state for clinic in (called_off, never_told)] == ["ready", "draft"]


def test_every_migration_can_be_taken_back():
    steps = MigrationLoader(None).disk_migrations.items()

    assert [
        (name, str(one))
        for (app, name), step in steps
        if app == "clinics"
        for one in step.operations
        if not one.reversible
    ] == []


def test_what_was_told_of_feedback_before_it_was_counted_once_stays_what_is_told():
    clinic = make_clinic()

    with before("0034_feedback_is_counted_once") as apps:
        told = apps.get_model("clinics", "FeedbackTally").objects
        told.create(clinic_id=clinic.pk, question="useful", option="very", count=12, shown=10)
        told.create(clinic_id=clinic.pk, question="useful", option="not", count=2, shown=0)

    assert list(clinic.feedback_tallies.values_list("option", "count")) == [("very", 10)]
    assert clinic.counted_feedback.words_withheld is False


def test_what_was_said_to_be_held_while_it_was_running_is_held_at_its_end():
    running, over = make_clinic(state="held"), make_clinic(state="held", held_at=START + timedelta(days=1))
    member = make_attendance(running).member
    made = make_certificate(running, member, now=running.ends_at)

    with before("0037_what_is_known_is_of_one_start") as apps:
        apps.get_model("clinics", "Clinic").objects.filter(pk=running.pk).update(held_at=START)
        apps.get_model("clinics", "Certificate").objects.update(made_at=START)

    assert Clinic.objects.get(pk=running.pk).held_at == running.ends_at
    assert Clinic.objects.get(pk=over.pk).held_at == START + timedelta(days=1)
    assert Certificate.objects.get(pk=made.pk).made_at == running.ends_at
