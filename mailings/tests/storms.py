"""What the storms of bulk mail share: an issue that is being sent, and what became of each of its readers.

Run them with `-s` to read the figures.
"""

from collections import Counter

from django.utils import timezone

from mailings.domain.letters import LARGEST_BATCH, OPEN, LetterState
from mailings.models import Letter, Subscription
from mailings.newsletters import sending
from mailings.tests.factories import make_newsletter
from registrations.tests.factories import make_coordinator


def start_issue(settings, *, readers, zone="UTC", **columns):
    """Count so many readers of an issue in two languages, and start sending it."""
    settings.NEWSLETTER_NEEDS_TWO = False
    now = timezone.now()
    issue = make_newsletter(languages=("en", "ar"), **columns)
    Subscription.objects.update(wants_newsletter=False, wants_digest=True)  # the readers of an issue before
    Subscription.objects.bulk_create(
        Subscription(
            address=f"reader-{number}-of-{issue.number}@example.org",
            language=("en", "ar", "fr")[number % 3],
            zone=zone,
            state="confirmed",
            confirmed_at=now,
            source="page",
            agreed_at=now,
            wants_newsletter=True,
        )
        for number in range(readers)
    )
    return sending.ask_to_send(newsletter=issue, by=make_coordinator(), now=now)


def moment_of(number, *, readers, deaths, workers=1):
    """Return how many letters have arrived when the storm strikes for this time: the moments are spread over those that
    arrive although each death keeps a batch of each of its workers until the leases are over."""
    assert readers > deaths * workers * LARGEST_BATCH
    return max(1, (readers - deaths * workers * LARGEST_BATCH) * number // (deaths + 2))


def addresses_of(issue):
    return list(Letter.objects.of_issue(issue).order_by("pk").values_list("address", flat=True))


def states_of(issue):
    return Counter(Letter.objects.of_issue(issue).values_list("state", flat=True))


def doubles(sink):
    """Return the Message-IDs that arrived more than once."""
    return [message_id for message_id, count in Counter(sink.message_ids).items() if count > 1]


def queue_again(*, now):
    """What a ledger would do that does not know "uncertain": send again whatever a worker has left."""
    abandoned = Letter.objects.abandoned(now)
    abandoned.update(state=LetterState.QUEUED, claimed_by="", lease_until=None)


def say(storm, sink, issue=None, **figures):
    """Print the figures of a storm."""
    states = dict(states_of(issue)) if issue else Letter.objects.tally()
    words = {**figures, "arrived": len(set(sink.message_ids)), "doubles": len(doubles(sink)), **states}
    print(f"\n{storm}: " + ", ".join(f"{name} {value}" for name, value in words.items() if value != ""))  # noqa: T201  read with -s


def assert_every_reader_is_accounted_for(sink, issue, *, readers, most_uncertain=0, may_fail=()):
    """Check that nobody got the issue twice, and that all readers stand in the ledger as what became of them."""
    states, letters = states_of(issue), Letter.objects.of_issue(issue)
    arrived = set(sink.message_ids) & set(letters.values_list("message_id", flat=True))
    sent = set(letters.filter(state=LetterState.SENT).values_list("message_id", flat=True))
    perhaps = set(letters.filter(state=LetterState.UNCERTAIN).values_list("message_id", flat=True))

    assert doubles(sink) == []
    assert issue.recipients == readers == sum(states.values())
    assert not OPEN & set(states)
    assert set(states) <= {"sent", "uncertain", *may_fail}
    assert states["uncertain"] <= most_uncertain
    assert sent <= arrived <= sent | perhaps
