"""What the pages of the archive show of an issue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import resolve
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from letsconnect.base.languages import chain
from mailings.models import Newsletter, NewsletterBody, NewsletterVersion


@dataclass(frozen=True)
class IssueShown:
    """One issue in one language, as a list or a page names it."""

    number: int
    month: date
    language: str
    subject: str
    preview: str
    published_at: datetime | None

    @property
    def language_name(self) -> str:
        """The language's own name for itself."""
        return dict(settings.LANGUAGES).get(self.language, self.language)


def shown(body: NewsletterBody) -> IssueShown:
    """Return what is shown of a body whose newsletter was read with it."""
    issue = body.newsletter
    return IssueShown(issue.number, issue.month, body.language, body.subject, body.preview, issue.published_at)


def page_context(body: NewsletterBody, *, others: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the page of one issue shows, for the archive and for its preview."""
    return {
        "issue": shown(body),
        "page_html": SafeString(body.page),  # written by us from clean HTML, see `markdown.to_html`
        "direction": "rtl" if get_language_info(body.language)["bidi"] else "ltr",
        "others": [(code, dict(settings.LANGUAGES)[code]) for code in others],
    }


def issues_for(newsletters: Iterable[Newsletter], language: str) -> list[IssueShown]:
    """Return each issue in the reader's language, else in the first of its chain that exists, else in any."""
    numbers = [newsletter.pk for newsletter in newsletters]
    bodies: dict[int, dict[str, NewsletterBody]] = {}
    rows = NewsletterBody.objects.filter(newsletter__in=numbers).select_related("newsletter").order_by("language")
    for body in rows.only(
        "language", "subject", "preview", "newsletter__number", "newsletter__month", "newsletter__published_at"
    ):
        bodies.setdefault(body.newsletter_id, {})[body.language] = body
    return [shown(_best(bodies[number], language)) for number in numbers if number in bodies]


def neighbours(body: NewsletterBody, *, now: datetime) -> tuple[IssueShown | None, IssueShown | None]:
    """Return the issue before and the one after in the same language, None at the ends."""
    archive = Newsletter.objects.in_the_archive(now)
    others = NewsletterBody.objects.filter(language=body.language, newsletter__in=archive).select_related("newsletter")
    before = others.filter(newsletter__number__lt=body.newsletter.number).order_by("-newsletter__number").first()
    after = others.filter(newsletter__number__gt=body.newsletter.number).order_by("newsletter__number").first()
    return (shown(before) if before else None, shown(after) if after else None)


def why_not_to_lead_there(path: str, _since: datetime | None) -> str | None:
    """Return why a letter cannot lead to this page of the archive, or None; an issue may lead to its own page."""
    named = resolve(path).kwargs
    versions = NewsletterVersion.objects.filter(newsletter__number=named["number"], language=named["language"])
    return None if versions.exists() else _("there is no such issue in this language.")


def _best(versions: dict[str, NewsletterBody], language: str) -> NewsletterBody:
    return next((versions[code] for code in chain(language) if code in versions), next(iter(versions.values())))
