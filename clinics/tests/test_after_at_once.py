"""Certificates pressed for at the same moment, and at that at which their ground is taken away."""

import pytest
from django.db import IntegrityError

from clinics.certificates import making
from clinics.domain.certificates import NoGround
from clinics.models import Attendance, Certificate, FeedbackAnswer
from clinics.tests.after_factories import make_certificate, make_clinic_that_was, make_somebody_who_came, say_of_clinic
from letsconnect.tests.at_once import at_once, in_the_middle
from registrations.domain.registrations import StaleForm

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    clinic = make_clinic_that_was()
    return clinic, make_somebody_who_came(clinic)


def test_a_button_pressed_four_times_makes_one_certificate(scene):
    made = at_once(*[lambda: make_certificate(*scene)] * 4)

    assert len({certificate.pk for certificate in made}) == 1 == Certificate.objects.count()


def test_feedback_sent_from_two_windows_is_stored_once(scene):
    at_once(*[lambda: say_of_clinic(*scene, useful="very", safe="yes")] * 2, refusals=(StaleForm,))

    assert FeedbackAnswer.objects.count() == 2


def test_who_takes_a_presence_back_while_its_certificate_is_made_is_refused(monkeypatch, scene):
    in_the_middle(
        monkeypatch, making, "kinds_for", of=lambda: make_certificate(*scene),
        does=lambda: Attendance.objects.all().delete(), refusals=(IntegrityError,),
    )  # fmt: skip

    assert Attendance.objects.exists() and Certificate.objects.get().is_valid


def test_no_certificate_is_made_of_a_presence_that_is_just_taken_back(scene):
    came_of_it = at_once(
        lambda: make_certificate(*scene),
        lambda: Attendance.objects.all().delete(),
        refusals=(NoGround, IntegrityError),
    )

    assert Attendance.objects.exists() == Certificate.objects.exists()
    assert sum(isinstance(one, Exception) for one in came_of_it) == 1
