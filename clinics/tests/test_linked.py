"""A newsletter does not lead to a clinic that nobody can come to."""

import pytest
from django.urls import reverse

from clinics.domain import ClinicState
from clinics.planning.plans import cancel_clinic
from clinics.tests.factories import make_clinic
from mailings.domain.newsletters import NewsletterRefused
from mailings.models import Letter
from mailings.newsletters import checking, sending
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (ClinicState.DRAFT, "“Asking for money kindly” is not announced yet"),
        (ClinicState.CANCELLED, "“Asking for money kindly” is cancelled"),
        (ClinicState.ANNOUNCED, None),
        (ClinicState.HELD, None),
    ],
)
def test_a_link_to_a_clinic_nobody_can_come_to_is_named(state, says):
    path = reverse("clinics:clinic-detail", args=[make_clinic(state=state).pk])

    why = checking.why_not_to_link(path)

    assert (says is None and why is None) or says in why.replace("\u2068", "").replace("\u2069", "")
    assert checking.why_not_to_link("/clinics/999999/") == "there is no such clinic."


def test_an_issue_is_not_sent_once_a_clinic_in_it_was_cancelled(client, coordinator):
    clinic, asks = make_clinic(), make_coordinator()
    make_subscription()
    issue = make_newsletter(body=f"[Come]({reverse('clinics:clinic-detail', args=[clinic.pk])})")
    issue = sending.ask_to_send(newsletter=issue, by=asks, now=NOW)
    cancel_clinic(clinic=clinic, reason="Ill.", by=asks, now=NOW)

    with pytest.raises(NewsletterRefused, match="is cancelled"):
        sending.confirm(newsletter=issue, by=make_coordinator(), now=NOW)
    client.force_login(coordinator)
    page = client.post(reverse("admin:mailings_newsletter_act", args=[issue.pk, "confirm"]), {"confirmed": "9"})
    assert "is cancelled" in page.content.decode() and 'name="confirmed"' not in page.content.decode()
    issue.refresh_from_db()
    assert issue.state == "asked" and not Letter.objects.filter(newsletter=issue).exists()
