"""The addresses for programs, and the page that tells people of them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from clinics.calendars import ended_by, ending_after
from clinics.domain.listing import Which
from clinics.listing.choices import is_likely, offered
from clinics.listing.versions import version_of_lists
from clinics.models import Clinic, ClinicQuerySet
from letsconnect.base.kept_pages import KeptValues
from letsconnect.base.links import absolute
from letsconnect.open_data import clinics, statistics
from letsconnect.open_data.answers import KEPT_BY_CACHES, JsonAnswer, public_json
from letsconnect.open_data.openapi import LICENCE, document
from letsconnect.open_data.questions import MOST_PER_PAGE, USUAL_PER_PAGE, ListQuestion, question_of
from reports.models import Edition

_KEPT: KeptValues[JsonAnswer] = KeptValues(version_of_lists, most=128)


@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """Tell people what a program can read here, how, how often, and what they may do with it."""
    every = absolute("api-clinics")
    coming = f"{every}?when=coming"
    context = {
        "list": every,
        "coming": coming,
        "in_arabic": f"{coming}&language=ar",
        "second_page": f"{every}?when=past&per_page=10&page=2",
        "script": (f'const answer = await fetch("{coming}");', "const { clinics } = await answer.json();"),
        "editions": absolute("api-editions"),
        "edition": absolute("api-edition", "slug").replace("/slug.json", "/{slug}.json"),
        "document": absolute("api-document"),
        "one": absolute("api-clinic", 1).replace("/1.json", "/{id}.json"),
        "minutes": int(KEPT_BY_CACHES.total_seconds() // 60),
        "usual": USUAL_PER_PAGE,
        "most": MOST_PER_PAGE,
        "licence": LICENCE,
    }
    return render(request, "letsconnect/api.html", context)


@public_json
def openapi(request: HttpRequest) -> JsonAnswer:
    return _KEPT.get("document", lambda: JsonAnswer.of(document()))


@public_json
def clinic_list(request: HttpRequest) -> JsonAnswer:
    """Answer with one page of clinics: those to come soonest first, all others latest first."""
    question = question_of(request.GET)
    if question.page > 2 or not is_likely(question.filters, offered()):
        return _page(question)  # few ask for it: it pushes nothing out of what is kept
    return _KEPT.get(question, lambda: _page(question))


@public_json
def clinic_one(request: HttpRequest, clinic_id: int) -> JsonAnswer:
    def make() -> JsonAnswer:
        now = timezone.now()
        rows = list(_for_all(Clinic.objects.filter(pk=clinic_id)).counting_seats(now=now))
        if not rows:
            raise Http404
        return JsonAnswer.of(clinics.shown(rows, now=now)[0])

    return _KEPT.get(clinic_id, make)


@public_json
def edition_list(request: HttpRequest) -> JsonAnswer:
    """Answer with all published editions, the newest first; one that was corrected stays, and names its correction."""
    with override(statistics.language_of(request.GET)):
        editions = [statistics.summary(edition) for edition in Edition.objects.published().for_pages()]
        return _in_words({"editions": editions})


@public_json
def edition_one(request: HttpRequest, slug: str) -> JsonAnswer:
    """Answer with one edition. It is read anew each time: a quote leaves with its author's consent."""
    with override(statistics.language_of(request.GET)):
        edition = get_object_or_404(Edition.objects.published().for_pages(), slug=slug)
        return _in_words(statistics.whole(edition, now=timezone.now()))


def _in_words(body: dict[str, Any]) -> JsonAnswer:
    return JsonAnswer.of({**body, "licence": LICENCE}, **{"Content-Language": get_language() or "en"})


@public_json
def nothing(request: HttpRequest, rest: str) -> JsonAnswer:
    raise Http404


def _for_all(rows: ClinicQuerySet) -> ClinicQuerySet:
    return rows.ever_announced().select_related("series")


def _page(question: ListQuestion) -> JsonAnswer:
    now, filters = timezone.now(), question.filters
    rows = Clinic.objects.ever_announced()
    if filters.which == Which.COMING:
        rows = ending_after(rows, now)
    elif filters.which == Which.PAST:
        rows = ended_by(rows, now)
    rows = filters.narrow(rows, zone="UTC")
    number, begins = rows.count(), (question.page - 1) * question.per_page
    if begins and begins >= number:
        raise Http404
    order = "starts_at" if filters.which == Which.COMING else "-starts_at"
    there = _for_all(rows).order_by(order, "pk").counting_seats(now=now)[begins : begins + question.per_page]
    has_more = begins + question.per_page < number
    body = {
        "clinics": clinics.shown(list(there), now=now),
        "number": number,
        "page": question.page,
        "per_page": question.per_page,
        "next": clinics.address_of_list(question.query(page=question.page + 1)) if has_more else None,
        "previous": clinics.address_of_list(question.query(page=question.page - 1)) if question.page > 1 else None,
        "licence": LICENCE,
    }
    return JsonAnswer.of(body)
