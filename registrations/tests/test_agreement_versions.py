"""Only the version of a document that a page showed is agreed to, also where a new one comes into force meanwhile."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse

from mailings.tests.factories import make_subscription
from registrations.answers.facts import subscriptions_to_the_newsletter
from registrations.consents.agreeing import agree
from registrations.models import Consent
from registrations.tests.factories import make_registration
from registrations.tests.typing import url

pytestmark = pytest.mark.django_db

PAGE = reverse("registrations:agreement-list")
BOTH = {"code_of_conduct": "2024-01", "privacy_notice": "2026-11"}
STEP, AT_MIDNIGHT = url("hand-in"), datetime(2026, 12, 1, tzinfo=UTC)
BEFORE, AFTER = AT_MIDNIGHT - timedelta(minutes=5), AT_MIDNIGHT + timedelta(minutes=5)
NEWER = "There is a newer version of what you agreed to."
NEW_AT_MIDNIGHT = ("privacy_notice",)
TICKS = ("agrees_to_conduct", "agrees_to_privacy")


@pytest.fixture
def changes_at_midnight(settings):
    """A privacy notice that has a new version from midnight on."""
    changed = {name: [*settings.DOCUMENT_VERSIONS[name], ("new", AT_MIDNIGHT.date())] for name in NEW_AT_MIDNIGHT}
    settings.DOCUMENT_VERSIONS = {**settings.DOCUMENT_VERSIONS, **changed}


def sent_by(page):
    """What a browser sends of the page's form as it stands."""
    text = page.content.decode()
    text = text[text.index('id="step"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    ticked = {name: "on" for name in TICKS if re.search(rf'<input type="checkbox" name="{name}"[^>]* checked', text)}
    return {name: value for name, value in hidden.items() if name != "csrfmiddlewaretoken"} | ticked


def drafting():
    """A member whose registration lacks nothing but what they agree to."""
    return make_registration(state="draft", name="Amina", offers=["wikidata"], agrees=False).member


def opened_before_midnight(client, member, step=STEP):
    client.force_login(member)
    with time_machine.travel(BEFORE, tick=False):
        return sent_by(client.get(step))


def given_by(member):
    return dict(member.consents.given().values_list("document", "version"))


NEWSLETTER = url("newsletter")


def gets_newsletter(member):
    return subscriptions_to_the_newsletter(member).exists()


def test_the_form_records_the_version_it_showed_or_asks_again_at_the_field(client, changes_at_midnight):
    member = drafting()
    form = opened_before_midnight(client, member) | dict.fromkeys(TICKS, "on")

    with time_machine.travel(AFTER, tick=False):
        refused = client.post(STEP, form)
        assert (refused.status_code, given_by(member)) == (422, {})
        errors = refused.context["page"].form.errors
        assert {name for name, text in errors.items() if NEWER in str(text)} == {"agrees_to_privacy"}
        again = sent_by(refused)
        assert [name for name in TICKS if name in again] == ["agrees_to_conduct"]  # as typed
        assert client.post(STEP, again | {"agrees_to_privacy": "on"}).status_code == 302

    assert given_by(member) == {"code_of_conduct": "2024-01", "privacy_notice": "new"}


def test_what_was_shown_is_recorded_while_it_is_in_force(client, changes_at_midnight):
    member = drafting()
    form = opened_before_midnight(client, member) | dict.fromkeys(TICKS, "on")

    with time_machine.travel(BEFORE, tick=False):
        client.post(STEP, form)

    assert given_by(member) == BOTH


@pytest.mark.parametrize("shown", ["", "1999-01", "new"])
def test_a_version_that_no_page_showed_is_not_recorded(client, changes_at_midnight, shown):
    member = drafting()
    form = opened_before_midnight(client, member) | {"agrees_to_privacy": "on", "version-privacy_notice": shown}

    with time_machine.travel(BEFORE, tick=False):
        assert client.post(STEP, form).status_code == 422

    assert given_by(member) == {}


def test_an_open_form_of_who_agreed_before_is_not_said_to_be_saved_in_another_window(client, changes_at_midnight):
    member = make_registration(state="draft", name="Amina", offers=["wikidata"]).member
    form = opened_before_midnight(client, member)
    assert form["agrees_to_privacy"] == "on"

    with time_machine.travel(AFTER, tick=False):
        refused = client.post(STEP, form)
        assert refused.status_code == 422
        assert "agrees_to_privacy" in refused.context["page"].form.errors
        assert given_by(member) == BOTH  # the older one still counts for a while
        assert client.post(STEP, sent_by(refused) | {"agrees_to_privacy": "on"}).status_code == 302
    assert given_by(member) == {"code_of_conduct": "2024-01", "privacy_notice": "new"}


def test_what_is_unticked_after_midnight_is_taken_back_and_what_was_agreed_to_elsewhere_stays(
    client, changes_at_midnight
):
    member = make_registration().member
    make_subscription(member=member, address=member.email, wants_newsletter=True)
    form = opened_before_midnight(client, member, NEWSLETTER)

    with time_machine.travel(AFTER, tick=False):
        agree(member=member, versions={"privacy_notice": "new"}, by=member, now=AFTER)
        assert client.post(NEWSLETTER, {"seen": form["seen"], "go": "on"}).status_code == 302

    assert given_by(member) == {"code_of_conduct": "2024-01", "privacy_notice": "new"}
    assert not gets_newsletter(member)


def test_a_form_kept_over_midnight_while_somebody_signs_in_is_asked_again_too(client, changes_at_midnight, mailoutbox):
    member = drafting()
    form = opened_before_midnight(client, member) | dict.fromkeys(TICKS, "on")
    client.logout()

    with time_machine.travel(AFTER, tick=False):
        client.post(client.post(STEP, form).url, {"email": member.email, "next": STEP})
        client.post(reverse("registrations:sign-in-code"), {"code": mailoutbox[-1].subject[:6]})
        kept = sent_by(client.get(STEP))
        assert client.post(STEP, kept).status_code == 422

    assert given_by(member) == {}


@pytest.mark.parametrize("versions", [{}, {"privacy_notice": "2026-11"}])
def test_what_was_typed_in_a_step_is_kept_when_the_agreement_there_is_refused(client, changes_at_midnight, versions):
    member = make_registration(agrees=False).member
    client.force_login(member)

    with time_machine.travel(AFTER, tick=False):
        page = client.post(PAGE, {"contact_text": "By pigeon", "step": "contact", **versions}, follow=True)

    assert page.context["page"].form["contact_text"].value() == "By pigeon"
    assert 'name="privacy_notice" value="new"' in page.content.decode()
    assert (NEWER if versions else "Nothing was ticked") in page.content.decode()
    assert given_by(member) == {}


def test_what_was_typed_in_a_step_is_kept_when_the_session_ended_before_the_agreement(client, mailoutbox):
    sent = client.post(PAGE, {"contact_text": "By pigeon", "step": "contact", **BOTH})

    assert parse_qs(urlsplit(sent.url).query)["next"] == [url("contact")]
    client.post(sent.url, {"email": "ana@example.org", "next": url("contact")})
    client.post(reverse("registrations:sign-in-code"), {"code": mailoutbox[-1].subject[:6]})
    assert client.get(url("contact")).context["page"].form["contact_text"].value() == "By pigeon"
    assert not Consent.objects.exists()
