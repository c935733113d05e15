"""The rules of a safe space, in plain words, and what happens with a report: read before anybody joins a clinic."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinics.domain.safe_space import ASKED, NOT_ACCEPTED


@require_safe
def safe_space(request: HttpRequest) -> HttpResponse:
    return render(request, "clinics/safe_space.html", {"asked": ASKED, "not_accepted": NOT_ACCEPTED})
