"""The archive of newsletters: a list, a page for each issue and language, and an Atom feed. Nothing personal."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from letsconnect.base.languages import chain
from letsconnect.base.paging import page_of
from mailings.models import Newsletter, NewsletterBody
from mailings.newsletters.archive import IssueShown, issues_for, neighbours

IN_A_FEED = 20


@require_safe
def newsletter_list(request: HttpRequest) -> HttpResponse:
    language = translation.get_language() or settings.LANGUAGE_CODE
    page = page_of(request, Newsletter.objects.in_the_archive().order_by("-number"))
    return render(
        request,
        "mailings/newsletter_list.html",
        {"page": page, "issues": issues_for(page.object_list, language), "language": language},
    )


@require_safe
def newsletter_detail(request: HttpRequest, number: int, language: str) -> HttpResponse:
    bodies = NewsletterBody.objects.filter(newsletter__in=Newsletter.objects.in_the_archive())
    body = get_object_or_404(bodies.select_related("newsletter"), newsletter__number=number, language=language)
    others = bodies.filter(newsletter=body.newsletter).exclude(pk=body.pk).order_by("language")
    before, after = neighbours(body)
    return render(
        request,
        "mailings/newsletter_detail.html",
        {"body": body, "issue": IssueShown.of(body), "others": list(others), "before": before, "after": after},
    )


class _NewsletterFeed(Feed[NewsletterBody, str]):
    feed_type = Atom1Feed

    def get_object(self, _request: HttpRequest, language: str) -> str:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        return language
