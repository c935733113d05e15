"""Issues that go out at 09:00 of each reader's own clock follow a reader who moves."""

from datetime import datetime
from typing import Any

from mailings.domain.letters import LetterState
from mailings.domain.newsletters import SendTime
from mailings.models import Letter, Newsletter
from mailings.newsletters.freezing import due_at


def follow_clock(*, member: Any, now: datetime) -> int:
    """Let issues that wait for the morning of a member wait for that of the zone they have now; return how many.

    No letter leads to a page of the archive that is not there yet: the page comes with the first letter.
    """
    waiting = Letter.objects.filter(
        member=member, newsletter__send_time=SendTime.MORNING, state=LetterState.QUEUED, due_at__gt=now
    )
    issues = Newsletter.objects.in_bulk(waiting.values_list("newsletter", flat=True))
    for key, issue in issues.items():
        moment = due_at(issue, member.zone, now=now)
        waiting.filter(newsletter=key).update(due_at=moment, zone=member.zone)
        Newsletter.objects.filter(pk=key, published_at__gt=moment).update(published_at=moment)
    return len(issues)
