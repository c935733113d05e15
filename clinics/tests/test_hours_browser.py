"""The hour of a clinic in a real browser: the map of the week, the options and their clocks, in both directions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.tests.factories import make_clinic
from clinics.tests.finding_factories import make_crowd
from registrations.tests.factories import make_coordinator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_tab_that_finds_the_hour_scrolls_its_map_within_itself(live_server, open_window):
    make_crowd()
    clinic = make_clinic(starts_at=timezone.now() + timedelta(days=9), state="draft")
    first_on = timezone.now().date() + timedelta(days=14)
    asked = f"first_on={first_on}&last_on={first_on + timedelta(days=6)}&zone=UTC&minutes=120&weight=500&two=on"
    window = open_window(live_server.url, language="ar", width=360, member=make_coordinator(language="ar"))

    page = window.visit(f"/admin/clinics/clinic/{clinic.pk}/hours/?{asked}", accessible=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    frame = page.locator(".lc-heat-frame")
    assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")
    page.locator(".lc-options form button").first.click()
    assert page.url.endswith(f"/admin/clinics/clinic/{clinic.pk}/change/")
    clinic.refresh_from_db()
    assert clinic.hour_choices.get().starts_at == clinic.starts_at
