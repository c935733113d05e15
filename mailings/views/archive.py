"""The archive of newsletters: a list, a page for each issue and language, and an Atom feed. Nothing personal."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from letsconnect.base.languages import speaking
from letsconnect.base.lines import one_line
from letsconnect.base.links import absolute
from letsconnect.base.paging import page_of
from mailings.models import Newsletter, NewsletterBody
from mailings.newsletters.archive import issues_for, neighbours, page_context
from mailings.newsletters.markdown import with_full_addresses

IN_A_FEED = 20


@require_safe
def newsletter_list(request: HttpRequest) -> HttpResponse:
    language = translation.get_language() or settings.LANGUAGE_CODE
    page = page_of(Newsletter.objects.in_the_archive(timezone.now()).order_by("-number"), request)
    context = {"page": page, "issues": issues_for(page.object_list, language), "language": language}
    return render(request, "mailings/newsletter_list.html", context)


@require_safe
def newsletter_detail(request: HttpRequest, number: int, language: str) -> HttpResponse:
    now = timezone.now()
    bodies = NewsletterBody.objects.filter(newsletter__in=Newsletter.objects.in_the_archive(now))
    body = get_object_or_404(bodies.select_related("newsletter"), newsletter__number=number, language=language)
    languages = bodies.filter(newsletter=body.newsletter).order_by("language").values_list("language", flat=True)
    before, after = neighbours(body, now=now)
    context = page_context(body, others=[code for code in languages if code != language])
    return render(request, "mailings/newsletter_detail.html", {**context, "before": before, "after": after})


@require_safe
def newsletter_feed(_request: HttpRequest, language: str) -> HttpResponse:
    """Return the newest issues of one language as Atom (RFC 4287)."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    bodies = NewsletterBody.objects.filter(
        language=language, newsletter__in=Newsletter.objects.in_the_archive(timezone.now())
    )
    with speaking(language):
        feed = Atom1Feed(
            title=_("Newsletter of %(name)s") % {"name": settings.SITE_NAME},
            link=absolute("mailings:newsletter-list"),
            description="",
            feed_url=absolute("mailings:newsletter-feed", language),
            feed_guid=absolute("mailings:newsletter-feed", language),  # each language is a feed of its own
            author_name=settings.SITE_NAME,  # RFC 4287, 4.1.1: a feed has an author
            language=language,
        )
    for body in bodies.select_related("newsletter").order_by("-newsletter__number")[:IN_A_FEED]:
        address = absolute("mailings:newsletter-detail", body.newsletter.number, language)
        published: datetime | None = body.newsletter.published_at
        feed.add_item(
            title=one_line(body.subject),
            link=address,
            unique_id=address,
            description=with_full_addresses(body.page),
            pubdate=published,
            updateddate=published,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
