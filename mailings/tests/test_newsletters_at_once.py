"""Two who press at the same moment: an issue is started once."""

import pytest

from letsconnect.tests.at_once import at_once
from mailings.domain.newsletters import NewsletterRefused
from mailings.models import Letter, Newsletter
from mailings.newsletters import sending
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_confirm_at_the_same_moment_start_it_once():
    first, second, third = (make_coordinator() for _ in range(3))
    for _ in range(5):
        make_subscription()
    newsletter = sending.ask_to_send(newsletter=make_newsletter(), by=first, now=NOW)

    def confirm(person):
        return lambda: sending.confirm(newsletter=newsletter, by=person, now=NOW)

    came_of_it = at_once(confirm(second), confirm(third), refusals=(NewsletterRefused,))

    assert sorted(type(one).__name__ for one in came_of_it) == ["Newsletter", "NewsletterRefused"]
    assert Letter.objects.count() == Newsletter.objects.get().recipients == 5
