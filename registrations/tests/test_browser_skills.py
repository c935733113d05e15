"""The skill desk in a browser: seen by a coordinator, wide in Arabic and narrow in English."""

import pytest
from django.urls import reverse

from letsconnect.tests.browser import type_into
from registrations.catalogue.loading import load_reference_data
from registrations.models import Skill
from registrations.tests.factories import make_coordinator, make_registration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize(("language", "width"), [("ar", 1280), ("en", 360)])
def test_a_coordinator_names_and_merges_skills(live_server, open_window, language, width):
    load_reference_data()
    make_registration(offers=["budgeting", "fundraising"], wishes=["budgeting"])
    source, target = Skill.objects.get(slug="budgeting"), Skill.objects.get(slug="fundraising")
    window = open_window(live_server.url, language=language, width=width, member=make_coordinator(language=language))

    def visit(page):
        window.visit(reverse(f"admin:registrations_skill_{page}", args=[source.pk]))

    window.visit(reverse("admin:registrations_skill_changelist"))
    window.screenshot(f"skills-list-{language}-{width}")
    visit("names")
    window.screenshot(f"skills-names-{language}-{width}")
    visit("merge")
    type_into(window.page.locator("[name=target]"), str(target))
    window.page.locator("form[method=get] input[type=submit]").click()
    window.check()
    window.screenshot(f"skills-merge-{language}-{width}")
    window.page.locator("form:has(input[name=target]) input[type=submit].default").click()
    window.page.wait_for_url(f"**{reverse('admin:registrations_skill_change', args=[target.pk])}")
    window.check()
    window.screenshot(f"skills-skill-{language}-{width}")
    assert Skill.objects.get(pk=source.pk).heir == target
