"""The pages after a clinic: how it was, without a name; and what may be quoted, under the name somebody chooses."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.domain.clinics import ClinicError
from clinics.domain.feedback import NOT_SAFE, FeedbackClosed, FeedbackQuestion
from clinics.feedback.forms import ClinicFeedbackForm, QuoteForm
from clinics.feedback.giving import give_feedback, said_by
from clinics.feedback.quoting import give_quote, take_back_quote
from clinics.feedback.sums import feedback_on
from clinics.feedback.whose import check_open, clinics_of
from clinics.models import Clinic, ClinicPerson, Quote
from registrations.domain.registrations import RegistrationError
from registrations.requests import MemberRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_give(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Ask somebody who had a seat or a part how a clinic was; to anybody else there is no such page."""
    now, clinic = timezone.now(), _theirs(request, clinic_id)
    try:
        check_open(clinic, now=now)
    except FeedbackClosed as refusal:
        messages.error(request, str(refusal))
        return redirect("clinics:clinic-detail", clinic_id)
    stored = said_by(request.user, clinic)
    form = ClinicFeedbackForm(request.POST if request.method == "POST" else None, said=stored)
    if form.is_bound and form.is_valid():
        seen, said = request.POST.get("seen", ""), form.said()
        try:
            give_feedback(clinic=clinic, said=said, seen_fingerprint=seen, by=request.user, now=now)
        except (ClinicError, RegistrationError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Nothing is stored of you about this clinic.") if said.is_nothing else _("Thank you for telling us."),
            )
            return redirect("clinics:quote-give", clinic_id)
    context = {"clinic": clinic, "form": form, "seen": stored.fingerprint, "has_said": not stored.is_nothing}
    return render(request, "clinics/feedback_give.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quote_give(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Thank somebody for their feedback, lead them to the trust team if they did not feel safe, and ask for a quote.

    Whoever gave one finds it here as long as it exists.
    """
    now, quote = timezone.now(), Quote.objects.of(request.user).filter(clinic=clinic_id).first()
    clinic = _with_texts(quote.clinic_id) if quote else _theirs(request, clinic_id)
    closed = _why_closed(clinic)
    if closed and quote is None:
        messages.error(request, closed)
        return redirect("clinics:clinic-detail", clinic_id)
    data = request.POST if request.method == "POST" else None
    form = QuoteForm(data, quote=quote, member=request.user, clinic=clinic)
    if form.is_bound and form.is_valid():
        try:
            give_quote(clinic=clinic, **form.cleaned_data, by=request.user, now=now)
        except (ClinicError, RegistrationError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. The working group reads it before it stands on the clinic's page."))
            return redirect("clinics:quote-give", clinic_id)
    said = said_by(request.user, clinic)
    context = {
        "clinic": clinic,
        "form": form,
        "quote": quote,
        "was_not_safe": said.options.get(FeedbackQuestion.SAFE) == NOT_SAFE,
        "may_say": not closed,
    }
    return render(request, "clinics/quote_give.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def quote_take_back(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Delete what the reader allowed to be quoted; it leaves the page of the clinic at once."""
    clinic = get_object_or_404(Clinic, quotes__member=request.user, pk=clinic_id)
    take_back_quote(clinic=clinic, by=request.user, now=timezone.now())
    messages.success(request, _("It is deleted, and stands nowhere any more."))
    return redirect("clinics:clinic-detail", clinic_id)


@never_cache
@login_required
@require_safe
def feedback_read(request: MemberRequest, clinic_id: int) -> HttpResponse:
    """Show a host who said yes what people said of the clinic, once it is final. No such page for anybody else."""
    hosts = ClinicPerson.objects.hosts().accepted().of(request.user)
    clinic = Clinic.objects.ever_announced().filter(pk=clinic_id, people__in=hosts).prefetch_related("texts").first()
    if clinic is None:
        raise Http404
    feedback = feedback_on(clinic, now=timezone.now())
    return render(request, "clinics/feedback_read.html", {"clinic": clinic, "feedback": feedback})


def _theirs(request: MemberRequest, clinic_id: int) -> Clinic:
    return get_object_or_404(clinics_of(request.user).prefetch_related("texts"), pk=clinic_id)


def _with_texts(clinic_id: int) -> Clinic:
    return Clinic.objects.prefetch_related("texts").get(pk=clinic_id)


def _why_closed(clinic: Clinic) -> str:
    try:
        check_open(clinic, now=timezone.now())
    except FeedbackClosed as refusal:
        return str(refusal)
    return ""
