"""The page of one's agreements: agree to documents that are new or not yet agreed to, and withdraw an agreement."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from letsconnect.base.links import path_or_nothing
from registrations import documents
from registrations.answers.forms.steps import is_step
from registrations.consents import agreeing, asking
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import RegistrationError
from registrations.models import Consent
from registrations.requests import MemberRequest, is_signed_in
from registrations.views.registration import redirect_to_sign_in
from registrations.views.steps import keep_typed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_list(request: HttpRequest) -> HttpResponse:
    """Show current and requested agreements; POST agrees to the ticked ones and leads back."""
    if not is_signed_in(request):
        step = request.POST.get("step", "")
        return keep_typed(request, step) if is_step(step) else redirect_to_sign_in(request.get_full_path())
    if request.method != "POST":
        return _show(request)
    to_ask = asking.agreements_to_ask(request.user, on=timezone.now().date())
    ticked = {document.value: request.POST[document] for document in documents.REQUIRED if document in request.POST}
    if to_ask.documents and not ticked:
        return _refuse(request, _("Nothing was ticked, so nothing was kept."))
    try:
        agreeing.agree(member=request.user, versions=ticked, by=request.user, now=timezone.now())
    except RegistrationError as refusal:
        return _refuse(request, str(refusal))
    not_ticked = [question for question in to_ask.documents if question.document not in ticked]
    if not_ticked:
        messages.info(request, _("Thank you, that is kept. One more document needs your agreement."))
    else:
        messages.success(request, _("Thank you. What you agreed to is kept, with its version and the time."))
    return _back(request)


def _back(request: MemberRequest) -> HttpResponse:
    """Lead back to the page that asked; what was typed in a step of the form is shown there again."""
    step = request.POST.get("step", "")
    if is_step(step):
        return keep_typed(request, step)
    return redirect(path_or_nothing(request.POST.get("next", "")) or "registrations:agreement-list")


@login_required
@require_POST
def agreement_take_back(request: MemberRequest) -> HttpResponse:
    """Withdraw one agreement."""
    document = request.POST.get("document", "")
    if document not in ConsentDocument.values:
        return redirect("registrations:agreement-list")
    try:
        agreeing.take_back(member=request.user, document=document, by=request.user, now=timezone.now())
    except RegistrationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. You can agree again at any time."))
    return redirect("registrations:agreement-list")


def _refuse(request: MemberRequest, why: str) -> HttpResponse:
    """Say why; what was typed in a step of the form is shown there again, with the question."""
    messages.error(request, why)
    if is_step(request.POST.get("step", "")):
        return _back(request)
    return _show(request, status=422)


def _show(request: MemberRequest, *, status: int = 200) -> HttpResponse:
    context = {
        "given": Consent.objects.given().filter(member=request.user).order_by("given_at", "pk"),
        "needed": documents.REQUIRED,
        "next": path_or_nothing(request.POST.get("next", "") or request.GET.get("next", "")),
    }
    return render(request, "registrations/agreement_list.html", context, status=status)
