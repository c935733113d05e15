"""What one's matches read of oneself before they say yes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from matching.matches.introducing import IntroductionForm, introduce_oneself, username
from matching.models import Introduction
from registrations.requests import MemberRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_edit(request: MemberRequest) -> HttpResponse:
    """Let people say a few words of themselves, and whether their match sees their user page."""
    form = IntroductionForm(
        request.POST if request.method == "POST" else None,
        introduction=Introduction.objects.filter(member=request.user).first(),
        username=username(request.user),
    )
    if form.is_bound and form.is_valid():
        introduce_oneself(**form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("Saved. Whoever you are matched with reads it."))
        return redirect("matching:match-list")
    return render(request, "matching/introduction_edit.html", {"form": form}, status=422 if form.errors else 200)
