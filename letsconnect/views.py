"""Pages that belong to no app: a person's home page and the few about the programme."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_POST, require_safe

from clinics.cards import titles_of
from clinics.domain.checklists import CHECKLIST_TEMPLATE
from clinics.listing.versions import version_of_lists
from clinics.models import Clinic
from letsconnect.base.addresses import ours
from letsconnect.base.kept_pages import kept_for_visitors
from letsconnect.base.languages import duration_in_words, language_or_default
from letsconnect.base.links import absolute, path_or_nothing
from letsconnect.base.themes import keep_theme
from letsconnect.home import sections
from matching.models import MatchingRules
from registrations.answers.facts import current_version
from registrations.consents.asking import agreements_to_ask
from registrations.domain import eligibility
from registrations.domain.registrations import MIN_FREE_MINUTES, MIN_SHARED_LEVEL, GroupKind
from registrations.models import Eligibility
from registrations.requests import is_signed_in
from registrations.views.errands import is_errand
from registrations.views.steps import keep_typed

SECURITY_TXT_LASTS = timedelta(days=180)
_ALLOWED = tuple(
    f"Allow: /{page}/" for page in ("code-of-conduct", "privacy", "contact", "who-may-take-part", "run-your-own", "api")
)


@kept_for_visitors(version_of_lists)
def home(request: HttpRequest) -> HttpResponse:
    """Show a visitor what the portal is, and a member what to do first, their calendar, and what they could do."""
    now = timezone.now()
    if not is_signed_in(request):
        return render(request, "letsconnect/home.html", sections.for_everybody(now=now))
    asking = agreements_to_ask(request.user, on=now.date())
    return render(request, "letsconnect/home.html", sections.for_member(request.user, asking, now=now))


def code_of_conduct(request: HttpRequest) -> HttpResponse:
    return render(request, "letsconnect/code_of_conduct.html", {"version": current_version("code_of_conduct")})


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "letsconnect/privacy.html", {"version": current_version("privacy_notice")})


def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "letsconnect/contact.html")


def who_may_take_part(request: HttpRequest) -> HttpResponse:
    """Say who may come to clinics and who is matched, as the eligibility rules and the rules of matching are now."""
    least = max(MIN_FREE_MINUTES, MatchingRules.objects.current().min_minutes_a_week)
    context = {
        "requirements": list(eligibility.who_may_take_part(Eligibility.objects.current().rules)),
        "level": MIN_SHARED_LEVEL.label,
        "time": duration_in_words(least),
        "kinds": [capfirst(label) for label in GroupKind.labels],
    }
    return render(request, "letsconnect/who_may_take_part.html", context)


_LAST_HELD = 5  # kits to choose from; each clinic's own page has its own


def run_your_own(request: HttpRequest) -> HttpResponse:
    """Say how a group runs the programme in its own place, how rapid funds help, and where kits are."""
    lately = Clinic.objects.past(now=timezone.now()).ever_announced()[:_LAST_HELD]
    titles = titles_of({clinic.pk: clinic.floor_language for clinic in lately})
    before = max(-step.days for step in CHECKLIST_TEMPLATE)
    context = {"kits": list(titles.items()), "weeks": before // 7}
    return render(request, "letsconnect/run_your_own.html", context)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language, on the account for a member and in a cookie for anybody; return to the same page."""
    language = language_or_default(request.POST.get("language", ""))
    if request.user.is_authenticated:
        request.user.speak(language)
    response = redirect(path_or_nothing(request.POST.get("next", "")) or "home")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep whether this browser shows light or dark pages, or as the device says; return to the same page."""
    response = redirect(path_or_nothing(request.POST.get("next", "")) or "home")
    keep_theme(response, request.POST.get("theme", ""))
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines which pages they may list."""
    folders = ("/$", "/clinics/", "/newsletter/", "/static/")
    lines = ["User-agent: *", *(f"Allow: {path}" for path in folders), *_ALLOWED, "Disallow: /"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where to report a security problem (RFC 9116)."""
    expires = (timezone.now() + SECURITY_TXT_LASTS).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{ours(settings.CONTACT_EMAIL)}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {absolute('security-txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was open too long; keep what was typed into a long form.

    Whoever typed for two seats in two tabs and signed in with the first is led to the second, filled in.
    Browsers say where a request came from, and other sites cannot forge that. So nobody else can put text there.
    """
    is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    place = request.resolver_match
    if is_own and place is not None and place.view_name == "registrations:registration-step":
        return keep_typed(request, **place.kwargs)
    leads_to = request.POST.get("leads_to", "")
    if request.user.is_authenticated and place is not None and place.view_name == "registrations:sign-in-code":
        return redirect(leads_to if is_errand(leads_to) else "home")
    return render(request, "letsconnect/csrf_failure.html", status=403)
