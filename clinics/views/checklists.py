"""What somebody has to do for clinics: the page to which the letter and the desk lead, for hosts and working group."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinics.checklists.items import settle_item
from clinics.domain.checklists import ItemState
from clinics.domain.clinics import ClinicError
from clinics.models import ChecklistItem
from letsconnect.base.paging import page_of
from registrations.requests import MemberRequest


@login_required
@require_safe
def checklist_mine(request: MemberRequest) -> HttpResponse:
    """List what is still to do, or only what is due, the longest due first, page by page."""
    today, theirs = timezone.localdate(), ChecklistItem.objects.of(request.user)
    is_only_due = request.GET.get("show") == "due"
    mine = (theirs.due_by(today) if is_only_due else theirs.open()).in_good_hands(on=timezone.now().date())
    page = page_of(list(mine.in_order().values_list("pk", flat=True)), request)
    rows = mine.filter(pk__in=list(page)).in_order().select_related("clinic").prefetch_related("clinic__texts")
    items = [(item, item.state_on(today)) for item in rows]
    return render(request, "clinics/checklist_mine.html", {"items": items, "page": page, "is_only_due": is_only_due})


@login_required
@require_POST
def checklist_settle(request: MemberRequest, item_id: int) -> HttpResponse:
    """Say that it is done, or that it is not needed."""
    mine = ChecklistItem.objects.of(request.user).in_good_hands(on=timezone.now().date()).select_related("clinic")
    item = get_object_or_404(mine, pk=item_id)
    said, item.state = request.POST.get("said", ""), ItemState.OPEN  # as the page showed it
    if said in (ItemState.DONE, ItemState.NOT_NEEDED):
        try:
            settle_item(item=item, state=ItemState(said), by=request.user, now=timezone.now())
        except ClinicError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("“%(item)s”: %(state)s") % {"item": item, "state": ItemState(said).label})
    return redirect("clinics:checklist-mine")
