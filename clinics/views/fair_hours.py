"""What everybody may read of how hours are found: the burden of past nights, by region."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinics.domain.requests import shown_count
from clinics.finding.burden import current_burden
from clinics.finding.notes import burden_chart
from clinics.models import ClinicHourRules
from letsconnect.base.small_counts import SMALLEST_COUNT_SHOWN


@require_safe
def hours_fairness(request: HttpRequest) -> HttpResponse:
    """Say how hours are found, how the burden of past nights is counted, and what it is for each region now."""
    rules = ClinicHourRules.objects.current()
    burden = current_burden(rules, now=timezone.now())
    context = {
        "chart": burden_chart(burden),
        "burden": burden,
        "rules": rules,
        "without_zone": shown_count(burden.people_without_zone),
        "without_region": shown_count(burden.people_without_region),
        "least": SMALLEST_COUNT_SHOWN,
    }
    return render(request, "clinics/hours_fairness.html", context)
