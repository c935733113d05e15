"""The working group's desk in a browser: the queue, what changed, the import, each as a person finds it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from letsconnect.tests.browser import LOOKED_AT_IN
from registrations.catalogue import loading
from registrations.domain.registrations import RegistrationState
from registrations.models import Registration
from registrations.oldform import uploads
from registrations.review import deciding
from registrations.tests import factories
from registrations.tests.test_oldform_uploads import OLGA, file_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coordinator(db):
    loading.load_reference_data()
    return factories.make_coordinator(name="Noor", zone="Africa/Tunis")


@pytest.fixture
def changed(coordinator):
    """An approved person who changed how many they help."""
    registration = factories.make_registration(state="submitted", offers=["wikidata"])
    reviewer = factories.make_coordinator()
    deciding.review(
        registration=registration, decision=RegistrationState.APPROVED, note="", by=reviewer, now=factories.NOW
    )
    Registration.objects.filter(pk=registration.pk).update(can_help=3, changed_at=factories.NOW + timedelta(days=1))
    registration.offers.all().delete()
    return registration


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_search_that_finds_nobody_is_sound_on_a_phone(live_server, open_window, coordinator, language):
    coordinator.speak(language)
    window = open_window(live_server.url, language=language, width=360, member=coordinator)

    page = window.visit("/admin/registrations/registration/?q=Nobody")

    assert page.locator("#toolbar .quiet a").count() == 1  # the way back to all, amid words
    window.screenshot(f"desk-nobody-{language}")


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_a_coordinator_works_through_the_desk(live_server, open_window, coordinator, changed, language):
    coordinator.speak(language)
    factories.make_registration(state="submitted", region="LAC", country="AR")
    upload = uploads.bring_file(name="old.csv", content=file_of(OLGA), by=coordinator, now=timezone.now())
    uploads.work_waiting(now=timezone.now())
    window = open_window(live_server.url, language=language, member=coordinator)
    is_english = language == "en"

    page = window.visit("/admin/registrations/registration/", accessible=is_english)
    assert page.locator("#queue tbody tr").count() == 8
    assert page.locator("#result_list tbody tr").count() == 2
    window.screenshot(f"desk-queue-{language}")
    window.visit(reverse("admin:registrations_registration_change", args=[changed.pk]), accessible=False)
    assert page.locator("#changes tbody tr").count() == 2
    window.screenshot(f"desk-changes-{language}")
    page.locator("#changes input[type=submit]").click()
    page.locator("#result_list").wait_for()
    assert page.locator("#result_list tbody tr").count() == 1
    window.visit(reverse("admin:registrations_importupload_add"), accessible=False)
    window.visit(reverse("admin:registrations_eligibility_change", args=[1]), accessible=False)
    window.screenshot(f"desk-rules-{language}")
    window.visit(reverse("admin:registrations_importupload_change", args=[upload.pk]), accessible=is_english)
    window.screenshot(f"desk-import-{language}")
    page.locator(".submit-row input[type=submit]").click()
    uploads.work_waiting(now=timezone.now())
    assert Registration.objects.filter(name="Olga").exists()
