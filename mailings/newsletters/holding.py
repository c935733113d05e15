"""Holding an issue that is being sent, because a page it leads to is not what readers are told.

The app whose page it is calls this in the transaction that changes the page, so not one letter leaves after it. Nothing
is asked while letters are sent.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef

from letsconnect.base import acts
from mailings.domain.letters import OPEN
from mailings.domain.newsletters import NewsletterState
from mailings.models import Letter, Newsletter, NewsletterSection
from mailings.models.newsletters import NewsletterQuerySet
from mailings.newsletters import markdown
from mailings.newsletters.checking import page_of_ours
from mailings.newsletters.sending import out_of_the_archive_if_nobody_has_it

S = NewsletterState
_NOT_OVER = (S.DRAFT, S.ASKED, S.SENDING, S.PAUSED)


def lock_issues_leading_to(path: str) -> list[int]:
    """Lock the issues that are not sent yet and lead to this page, and return their keys.

    Call it before the page is changed, and `hold_issues` after it. Whoever confirms an issue or goes on with it takes
    the same lock, and then reads what its links lead to. So either they see the page as it is now, or the issue is
    being sent and is held. They lock nothing behind a page, so nobody waits in a circle.
    """
    locked = Newsletter.objects.select_for_update(no_key=True).filter(pk__in=_leading_to(path, _NOT_OVER))
    return list(locked.order_by("pk").values_list("pk", flat=True))


def issues_being_sent_that_lead_to(path: str) -> list[Newsletter]:
    """Return the issues that would be held if this page changed now."""
    return list(_not_with_everybody().filter(pk__in=_leading_to(path, [S.SENDING])))


def hold_issues(issues: Collection[int], *, path: str, now: datetime) -> list[Newsletter]:
    """Pause those of these issues that are being sent and have not reached everybody; return them.

    The page of the issue says why, and asks whether it goes on all the same (`checking.links_gone_wrong`).
    """
    going_out = list(_not_with_everybody().filter(pk__in=issues))
    Newsletter.objects.filter(pk__in=[issue.pk for issue in going_out]).update(state=S.PAUSED)
    for issue in going_out:
        issue.state = S.PAUSED
        out_of_the_archive_if_nobody_has_it(issue)
        acts.record(by=None, verb="hold_newsletter", on=issue, now=now, was=S.SENDING, became=S.PAUSED, reason=path)
    return going_out


def _not_with_everybody() -> NewsletterQuerySet:
    still_open = Letter.objects.filter(newsletter=OuterRef("pk"), state__in=OPEN)
    return Newsletter.objects.being_sent().filter(Exists(still_open)).order_by("pk")


def _leading_to(path: str, states: Collection[NewsletterState]) -> set[int]:
    sections = NewsletterSection.objects.filter(newsletter_version__newsletter__state__in=states)
    written = sections.values_list("newsletter_version__newsletter", "body")
    return {issue for issue, body in written if path in map(page_of_ours, markdown.targets(body))}
