"""One's own registration: see it, change it, save it for later, hand it in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from registrations.actions import editing
from registrations.domain import RegistrationState, StaleForm
from registrations.facts import RegistrationFacts
from registrations.forms.registration import RegistrationPage
from registrations.models import Member, Registration

# What was typed when the session had ended, kept for after signing in. Longer than any honest form is not kept.
KEPT = "kept_registration"
KEPT_MAX = 100_000


def keep_typed(request: HttpRequest) -> HttpResponse:
    """Keep what was typed, unsaved, and show it again: after signing in where the session had ended."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    is_kept = len(typed.urlencode()) <= KEPT_MAX
    if is_kept:
        request.session[KEPT] = typed.urlencode()
    if request.user.is_authenticated:
        return redirect("registrations:registration-edit")
    if is_kept:
        messages.info(request, _("Your session had ended. Sign in again: what you wrote is kept."))
    return redirect_to_sign_in(reverse("registrations:registration-edit"))


def redirect_to_sign_in(target: str) -> HttpResponse:
    """Ask who it is, then lead back to ``target``."""
    return redirect(f"{reverse('registrations:sign-in')}?{urlencode({'next': target})}")


@never_cache
def registration_edit(request: HttpRequest) -> HttpResponse:
    """Show the form with what is stored; POST saves a draft, submits, or adds empty rows."""
    if not request.user.is_authenticated:
        if request.method == "POST":
            return keep_typed(request)
        return redirect_to_sign_in(request.path)
    registration = Registration.objects.of(request.user)
    if request.method == "POST" and "more" in request.POST:
        page = _page(request.user, registration, RegistrationPage.with_more(request.POST, request.POST["more"]))
        return _show(request, page, registration, anchor=request.POST["more"])
    if request.method == "POST":
        return _save(request, registration)
    kept = request.session.pop(KEPT, None)
    if kept:
        messages.info(request, _("This is what you wrote before. It is not saved yet."))
    return _show(request, _page(request.user, registration, QueryDict(kept) if kept else None), registration)


def _page(member: Member, registration: Registration | None, data: QueryDict | None) -> RegistrationPage:
    if registration is None:
        facts = RegistrationFacts(name=member.name, zone=member.zone if member.zone != "UTC" else "")
        return RegistrationPage(facts=facts, version=0, data=data)
    return RegistrationPage(facts=RegistrationFacts.of(registration), version=registration.version, data=data)


def _save(request: HttpRequest, registration: Registration | None) -> HttpResponse:
    is_submitting = "submit" in request.POST or (registration is not None and registration.is_handed_in)
    page = _page(request.user, registration, request.POST)
    if not page.is_valid(is_submitting=is_submitting):
        return _show(request, page, registration, status=422)
    save = editing.submit_registration if is_submitting else editing.save_registration
    try:
        saved = save(member=request.user, facts=page.facts(), version=page.version, by=request.user, now=timezone.now())
    except StaleForm as error:
        return _show_stale(request, page, str(error))
    messages.success(request, _saved_text(saved))
    return redirect("home" if is_submitting else "registrations:registration-edit")


def _saved_text(saved: Registration) -> str:
    if saved.state == RegistrationState.SUBMITTED:
        return _("Thank you! Your registration waits for review by the working group. You will get a letter.")
    if saved.state == RegistrationState.APPROVED:
        return _("Saved. Your registration stays approved, and the next matching uses what you changed.")
    return _("Saved. Nobody sees it until you submit it; you can go on whenever you like.")


def _show_stale(request: HttpRequest, page: RegistrationPage, text: str) -> HttpResponse:
    """Keep what was typed; saving once more, knowingly, replaces what the other window saved."""
    registration = Registration.objects.of(request.user)
    page.main.add_error(None, text)
    page.main.data = page.main.data.copy()
    page.main.data["version"] = str(registration.version if registration else 0)
    return _show(request, page, registration, status=409, is_stale=True)


def _show(
    request: HttpRequest,
    page: RegistrationPage,
    registration: Registration | None,
    *,
    status: int = 200,
    anchor: str = "",
    is_stale: bool = False,
) -> HttpResponse:
    context = {"page": page, "registration": registration, "anchor": anchor, "is_stale": is_stale}
    return render(request, "registrations/registration_edit.html", context, status=status)
