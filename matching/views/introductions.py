"""What one's matches read of oneself before they say yes: a page of its own, and one of the cards after handing in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from matching.matches.introducing import CARD, IntroductionForm, introduce_oneself, username
from matching.models import Introduction
from registrations.answers.editing import put_aside
from registrations.requests import MemberRequest
from registrations.views import after_card
from registrations.views.registration import own_registration


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_edit(request: MemberRequest) -> HttpResponse:
    """Let people say a few words of themselves, and whether their match sees their user page."""
    registration, is_card = own_registration(request.user), "card" in request.GET
    is_asked = after_card.is_new(registration, CARD.name)
    if is_card and request.POST.get("go") == "skip":
        return after_card.lead_on(request, CARD.name, registration)
    form = IntroductionForm(
        request.POST if request.method == "POST" else None,
        introduction=Introduction.objects.filter(member=request.user).first(),
        username=username(request.user),
    )
    if form.is_bound and form.is_valid():
        introduce_oneself(**form.cleaned_data, by=request.user, now=timezone.now())
        says_something = any(form.cleaned_data.values())
        said = (
            _("Saved. People you are matched with can read it.")
            if says_something
            else _("Saved. Your match reads no words of yours.")
        )
        if is_card:
            return after_card.lead_on(request, CARD.name, registration, said=said)
        put_aside(member=request.user, card=CARD.name)
        messages.success(request, said)
        return redirect("matching:match-list")
    context = {"form": form, "card": CARD if is_card else None, "is_asked": is_asked}
    return render(request, "matching/introduction_edit.html", context, status=422 if form.errors else 200)
