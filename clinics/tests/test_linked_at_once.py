"""A clinic is cancelled at the moment at which an issue that invites to it is confirmed, resumed or being sent."""

from threading import Event

import pytest
from django.urls import reverse

from clinics.models import Clinic
from clinics.planning import plans
from clinics.planning.plans import cancel_clinic
from clinics.tests.factories import make_clinic
from letsconnect.tests.at_once import at_once, in_the_middle
from mailings.domain.newsletters import NewsletterRefused
from mailings.ledger.draining import drain
from mailings.models import Letter, Newsletter
from mailings.newsletters import checking, sending
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """An announced clinic, an issue that invites to it and waits for a second person, and two coordinators."""
    clinic, coordinators = make_clinic(), [make_coordinator() for _ in range(2)]
    for _ in range(6):
        make_subscription()
    issue = make_newsletter(body=f"[Come]({reverse('clinics:clinic-detail', args=[clinic.pk])})")
    return clinic, sending.ask_to_send(newsletter=issue, by=coordinators[0], now=NOW), coordinators


def confirming(scene):
    _clinic, issue, (_asks, confirms) = scene
    return lambda: sending.confirm(newsletter=issue, by=confirms, now=NOW)


def cancelling(scene):
    clinic, _issue, (by, _other) = scene
    return lambda: cancel_clinic(clinic=clinic, reason="Ill.", by=by, now=NOW)


def state_after(scene):
    assert Clinic.objects.get().state == "cancelled"
    return Newsletter.objects.get().state


def test_whoever_confirms_first_has_the_issue_held(monkeypatch, scene):
    """The clinic is still announced when its page is looked at; who cancels waits, and finds the issue being sent."""
    in_the_middle(monkeypatch, sending, "freeze", of=confirming(scene), does=cancelling(scene))

    assert state_after(scene) == "paused"
    assert drain(now=NOW) == {} and Letter.objects.count() == 6


def test_whoever_cancels_first_has_the_confirmation_refused(monkeypatch, scene):
    came_of_it = in_the_middle(
        monkeypatch, plans, "hold_issues_about", of=cancelling(scene), does=confirming(scene),
        refusals=(NewsletterRefused,),
    )  # fmt: skip

    assert state_after(scene) == "asked"
    assert "is cancelled" in str(came_of_it[1]) and not Letter.objects.exists()


def test_an_issue_that_goes_on_at_the_same_moment_is_held_or_stays_paused(monkeypatch, scene):
    issue = confirming(scene)()
    sending.pause(newsletter=issue, by=scene[2][0], now=NOW)

    def resume():
        return sending.resume(newsletter=issue, by=scene[2][1], now=NOW)

    in_the_middle(monkeypatch, sending.acts, "record", of=resume, does=cancelling(scene))
    assert state_after(scene) == "paused"
    (came_of_it,) = at_once(resume, refusals=(NewsletterRefused,))
    assert isinstance(came_of_it, NewsletterRefused) and checking.links_gone_wrong(issue)


def test_no_letter_is_begun_after_a_clinic_was_cancelled_while_its_issue_is_being_sent(scene, sink, settings):
    """Two letters are on the wire when the clinic is cancelled; the other four wait for a person."""
    settings.EMAIL_TOGETHER = 2
    confirming(scene)()
    sink.gate = Event()

    def cancel():
        try:
            assert sink.wait_for(1)
            cancelling(scene)()
        finally:
            sink.gate.set()

    counts, _cancelled = at_once(lambda: drain(now=NOW), cancel)

    assert state_after(scene) == "paused"
    assert (counts["sent"], counts["returned"], len(sink.messages)) == (2, 4, 2)
    assert Letter.objects.filter(state="queued", newsletter__isnull=False).count() == 4
