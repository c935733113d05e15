"""What the pages of the archive show of an issue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from letsconnect.base.languages import chain
from mailings.models import Newsletter, NewsletterBody


@dataclass(frozen=True)
class IssueShown:
    """One issue in one language, as a list or a page names it."""

    number: int
    month: date
    language: str
    subject: str
    preview: str
    published_at: datetime | None


def shown(body: NewsletterBody) -> IssueShown:
    """Return what is shown of a body whose newsletter was read with it."""
    issue = body.newsletter
    return IssueShown(issue.number, issue.month, body.language, body.subject, body.preview, issue.published_at)


def issues_for(newsletters: Iterable[Newsletter], language: str) -> list[IssueShown]:
    """Return each issue in the reader's language, else in the first of its chain that exists, else in any."""
    numbers = [newsletter.pk for newsletter in newsletters]
    bodies: dict[int, dict[str, NewsletterBody]] = {}
    rows = NewsletterBody.objects.filter(newsletter__in=numbers).select_related("newsletter")
    for body in rows.only(
        "language", "subject", "preview", "newsletter__number", "newsletter__month", "newsletter__published_at"
    ):
        bodies.setdefault(body.newsletter_id, {})[body.language] = body
    return [shown(_best(bodies[number], language)) for number in numbers if number in bodies]


def neighbours(body: NewsletterBody, *, now: datetime) -> tuple[IssueShown | None, IssueShown | None]:
    """Return the issue before and the one after in the same language, None at the ends."""
    others = NewsletterBody.objects.filter(
        language=body.language, newsletter__in=Newsletter.objects.in_the_archive(now)
    )
    others = others.select_related("newsletter")
    before = others.filter(newsletter__number__lt=body.newsletter.number).order_by("-newsletter__number").first()
    after = others.filter(newsletter__number__gt=body.newsletter.number).order_by("newsletter__number").first()
    return (shown(before) if before else None, shown(after) if after else None)


def _best(versions: dict[str, NewsletterBody], language: str) -> NewsletterBody:
    return next((versions[code] for code in chain(language) if code in versions), next(iter(versions.values())))
