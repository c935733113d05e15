"""What stands beside a registration at the desk, read together: agreements, notes of colleagues, the last review."""

from collections.abc import Iterable
from dataclasses import dataclass

from letsconnect.base.query_batches import QueryBatch
from mailings.models import Subscription
from registrations.answers.facts import facts_of, subscriptions_to_the_newsletter
from registrations.domain.facts import RegistrationFacts
from registrations.models import Consent, Eligibility, Registration, ReviewNote, ReviewSnapshot


@dataclass(frozen=True)
class RowsBeside:
    """The rows that point at a registration and at its account, as far as its pages at the desk say them."""

    facts: RegistrationFacts
    snapshot: ReviewSnapshot | None
    notes: list[ReviewNote]
    agreements: list[Consent]  # of the account, withdrawn ones too
    imported_agreements: list[Consent]
    subscriptions: list[Subscription]
    eligibility: Eligibility


def beside_of(registration: Registration) -> RowsBeside:
    """Return what stands beside it; read once for each page."""
    read_before: RowsBeside | None = vars(registration).get("beside")
    if read_before is None:
        read_before = vars(registration)["beside"] = _read(registration)
    return read_before


def _read(registration: Registration) -> RowsBeside:
    batch, member = QueryBatch(), registration.member
    reviews = ReviewSnapshot.objects.filter(registration=registration).select_related("act")
    last = batch.add(reviews.order_by("-reviewed_at", "-pk")[:1])
    notes = batch.add(registration.review_notes.select_related("by"))
    imported = batch.add(registration.imported_consents.filter(withdrawn_at=None))
    rules = batch.add(Eligibility.objects.asked())
    given: Iterable[Consent] = batch.add(member.consents.all()) if member is not None else ()
    letters: Iterable[Subscription] = ()
    if member is not None:
        letters = batch.add(subscriptions_to_the_newsletter(member))
    batch.run()
    for snapshot in last:
        snapshot.registration = registration  # whose name and account are read already
    return RowsBeside(
        facts=facts_of(registration),
        snapshot=next(iter(last), None),
        notes=list(notes),
        agreements=list(given),
        imported_agreements=list(imported),
        subscriptions=list(letters),
        eligibility=Eligibility.objects.among(rules),
    )
