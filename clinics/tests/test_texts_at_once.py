"""Two people who take away the last two ready texts of a clinic at the same moment."""

import pytest
from django.db import IntegrityError, transaction

from clinics.domain.clinics import ClinicState
from clinics.domain.texts import LastReadyText
from clinics.models import Clinic, ClinicText
from clinics.planning import plans
from clinics.planning.plans import announce_clinic
from clinics.tests.factories import make_clinic, make_text
from clinics.texts import writing
from letsconnect.tests.at_once import at_once, in_the_middle
from letsconnect.tests.waiting import wait_until
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)


def ready_texts(clinic):
    return clinic.texts.ready().count()


def set_back(text, by):
    text.state = "draft"
    return writing.save_text(text=text, by=by, now=NOW)


def test_of_two_people_who_set_back_the_last_two_texts_one_is_refused():
    clinic, by = make_clinic(), make_coordinator()
    one, other = clinic.texts.get(), make_text(clinic, "fr", "Argent")

    came = at_once(lambda: set_back(one, by), lambda: set_back(other, by), refusals=(LastReadyText,))

    assert sorted(type(each).__name__ for each in came) == ["ClinicText", "LastReadyText"]
    assert ready_texts(clinic) == 1


@pytest.mark.parametrize("way", ["update", "delete"])
def test_past_all_actions_the_database_refuses_the_second(way):
    clinic = make_clinic()
    texts = [clinic.texts.get(), make_text(clinic, "fr", "Argent")]
    barrier = []

    def take_away(text):
        def run():
            with transaction.atomic():
                rows = ClinicText.objects.filter(pk=text.pk)
                rows.delete() if way == "delete" else rows.update(state="draft")
                meet()

        return run

    def meet():
        """Both have written before either commits."""

        barrier.append(1)
        wait_until(lambda: len(barrier) == 2, "the other one to have written")

    came = at_once(*map(take_away, texts), refusals=(IntegrityError,))

    assert [type(each) for each in came].count(IntegrityError) == 1
    assert ready_texts(clinic) == 1


@pytest.mark.parametrize("first", ["announced", "set back"])
def test_a_clinic_announced_while_its_text_is_set_back_has_a_text_or_is_not_announced(monkeypatch, first):
    clinic, by = make_clinic(state=ClinicState.DRAFT), make_coordinator()
    text = clinic.texts.get()
    refusals = (LastReadyText, plans.ClinicNotReady)

    def announce():
        announce_clinic(clinic=clinic, by=by, now=NOW)

    if first == "announced":
        in_the_middle(
            monkeypatch, plans, "why_not_to_announce", of=announce, does=lambda: set_back(text, by), refusals=refusals
        )
    else:
        in_the_middle(
            monkeypatch, writing.acts, "record", of=lambda: set_back(text, by), does=announce, refusals=refusals
        )

    clinic = Clinic.objects.get()
    assert (clinic.state == ClinicState.ANNOUNCED) == (ready_texts(clinic) == 1) == (first == "announced")


def test_past_all_actions_a_text_set_back_while_its_clinic_is_announced_waits_and_is_refused():
    clinic = make_clinic(state=ClinicState.DRAFT)
    moves = []

    def announce():
        with transaction.atomic():
            Clinic.objects.filter(pk=clinic.pk).update(state=ClinicState.ANNOUNCED, announced_at=NOW)
            moves.append("announced")
            wait_for("set back")

    def take_away():
        with transaction.atomic():
            ClinicText.objects.update(state="draft")
            moves.append("set back")
            wait_for("announced")

    def wait_for(move):

        wait_until(lambda: move in moves, move)

    came = at_once(announce, take_away, refusals=(IntegrityError,))

    assert [type(each) for each in came].count(IntegrityError) == 1
    clinic = Clinic.objects.get()
    assert (clinic.state == ClinicState.ANNOUNCED) == (ready_texts(clinic) == 1)
