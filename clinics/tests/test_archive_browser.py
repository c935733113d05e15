"""What a browser sees of the archive: a clinic that was held, what is kept of it at the desk, the rules, a report."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinics.demo.plans import PLANS
from clinics.models import Attendance, Rsvp
from clinics.resources.writing import write_resources
from clinics.tests.factories import make_clinic
from letsconnect.tests.browser import LOOKED_AT_IN, WIDTHS
from registrations.tests.factories import make_agreement, make_coordinator, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", LOOKED_AT_IN)
def test_the_pages_of_what_is_kept_are_sound(live_server, open_window, language):
    now = timezone.now()
    coordinator, member = make_coordinator(language=language), make_member(language=language)
    for reader in (coordinator, member):
        make_agreement(reader)
    clinic = make_clinic(
        starts_at=now - timedelta(days=9), state="archived", head_count=31, outcome="We wrote.\n\nAgain in May.",
        outcome_language="en", capacity=20,
    )  # fmt: skip
    for region, number in (("MENA", 7), ("LAC", 6)):
        for _ in range(number):
            person = make_member(region=region)
            Attendance.objects.create(clinic=clinic, member=person, joined_at=clinic.starts_at)
    Rsvp.objects.create(clinic=clinic, member=member, state="going", seat=1, made_at=now, seated_at=now)
    links = next(plan.links for plan in PLANS if plan.links)
    write_resources(clinic=clinic, entries=links, by=coordinator, now=now)

    window = open_window(live_server.url, language=language, widths=WIDTHS, member=member)
    for name, path in {
        "archive": reverse("clinics:clinic-detail", args=[clinic.pk]),
        "safe-space": reverse("clinics:safe-space"),
        "report-clinic": reverse("trust:report-clinic", args=[clinic.pk]),
    }.items():
        window.visit(path)
        window.screenshot(f"{name}-{language}")
    desk = open_window(live_server.url, language=language, widths=WIDTHS, member=coordinator)
    for name in ("resources", "wikitext"):
        desk.visit(reverse(f"admin:clinics_clinic_{name}", args=[clinic.pk]))
        desk.screenshot(f"desk-{name}-{language}")
