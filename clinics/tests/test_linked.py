"""A newsletter does not lead to a clinic that nobody can come to."""

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.planning.plans import cancel_clinic, change_clinic, reschedule
from clinics.tests.factories import make_clinic
from mailings.domain.newsletters import NewsletterRefused
from mailings.ledger.draining import drain
from mailings.models import Letter
from mailings.newsletters import checking, sending
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


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


def make_confirmed(clinic, *, send_at):
    """An issue that leads to the clinic, confirmed, with three readers who get it at that moment."""
    for _ in range(3):
        make_subscription()
    issue = make_newsletter(body=f"[Come]({reverse('clinics:clinic-detail', args=[clinic.pk])})", send_at=send_at)
    issue = sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)
    return sending.confirm(newsletter=issue, by=make_coordinator(), now=NOW)


def move(clinic, by, *, hours):
    start = clinic.starts_at + timedelta(hours=hours)
    return reschedule(
        clinic=clinic, local_date=start.date(), local_time=start.time(), zone="UTC", by=by, now=NOW + HOUR
    )


def cancel(clinic, by):
    return cancel_clinic(clinic=clinic, reason="Ill.", by=by, now=NOW + HOUR)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (cancel, "is cancelled"),
        (lambda clinic, by: move(clinic, by, hours=2), "was moved since the text was written: it begins"),
        (lambda clinic, by: change_clinic(
            clinic=clinic, changes={"local_time": time(3)}, by=by, now=NOW + HOUR
        ), "was moved since the text was written: it begins"),
    ],
    ids=["cancelled", "moved", "moved by its form"],
)  # fmt: skip
def test_an_issue_is_held_when_a_clinic_in_it_changes_after_it_was_confirmed(coordinator, sink, change, says):
    clinic, other = make_clinic(), make_clinic()
    issue, of_another = (make_confirmed(each, send_at=NOW + 5 * HOUR) for each in (clinic, other))

    change(clinic, coordinator)

    issue.refresh_from_db(), of_another.refresh_from_db()
    assert (issue.state, of_another.state) == ("paused", "sending")
    (sentence,) = checking.links_gone_wrong(issue)
    assert says in sentence.replace("\u2068", "").replace("\u2069", "")
    assert drain(now=NOW + 6 * HOUR)["sent"] == of_another.recipients == Letter.objects.filter(state="sent").count()
    assert set(Letter.objects.of_issue(issue).values_list("state", flat=True)) == {"queued"}


def test_whoever_cancels_reads_that_an_issue_is_held(client, coordinator):
    clinic = make_clinic()
    issue = make_confirmed(clinic, send_at=NOW + 5 * HOUR)
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("admin:clinics_clinic_cancel", args=[clinic.pk])).content.decode()
        of_another = client.get(reverse("admin:clinics_clinic_cancel", args=[make_clinic().pk])).content.decode()

    assert f"Issue {issue.number} of the newsletter is being sent and invites to this clinic" in page
    assert "invites to this clinic" not in of_another


def test_what_says_nothing_else_to_readers_holds_no_issue(coordinator):
    clinic = make_clinic()
    issue = make_confirmed(clinic, send_at=NOW + 5 * HOUR)

    move(clinic, coordinator, hours=0)
    change_clinic(clinic=clinic, changes={"capacity": 9}, by=coordinator, now=NOW)
    sending.pause(newsletter=issue, by=coordinator, now=NOW)

    assert checking.links_gone_wrong(issue) == []
    sending.resume(newsletter=issue, by=coordinator, now=NOW)


def test_a_clinic_that_was_moved_after_somebody_asked_is_named_to_whoever_confirms(coordinator):
    clinic = make_clinic()
    make_subscription()
    issue = make_newsletter(body=f"[Come]({reverse('clinics:clinic-detail', args=[clinic.pk])})")
    sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=NOW)
    move(clinic, coordinator, hours=2)

    with pytest.raises(NewsletterRefused, match="was moved since"):
        sending.confirm(newsletter=issue, by=coordinator, now=NOW + HOUR)
    issue = sending.take_back(newsletter=issue, by=coordinator, now=NOW + HOUR)
    assert checking.why_not_to_send(issue) == []
