"""The reading lane: one registration after the other, each with all that was written, decided by a button or a key."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.fields import check_can_be_seen, longest
from letsconnect.base.keys import keys_among
from letsconnect.base.lines import isolated
from letsconnect.base.querysets import as_own
from letsconnect.base.versions import ChangedMeanwhile
from registrations.admin import reading
from registrations.admin.undo_offers import undo_offer
from registrations.domain.looks import LookKind
from registrations.domain.registrations import Region, RegistrationError, RegistrationState
from registrations.domain.reviews import DECISIONS
from registrations.models import OpenReview, Registration, RegistrationQuerySet, ReviewNote, ReviewSnapshot
from registrations.requests import signed_in
from registrations.review import deciding, notes
from registrations.review.lane import Lane

LANE, ONE, PAGE = (f"admin:registrations_registration_{name}" for name in ("lane", "read", "change"))
NOTE = "note"  # the button that keeps a note for colleagues and decides nothing


class ReadingForm(forms.Form):
    """What the person reads, and what colleagues read."""

    note = forms.CharField(
        label=gettext_lazy("Note to the person"),
        required=False,
        max_length=longest(Registration, "review_note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They read it in their email. Needed to ask for changes and to decline."),
    )
    beside = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        required=False,
        max_length=longest(ReviewNote, "text"),
        validators=[check_can_be_seen],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stays beside this registration. The person can read it among their data."),
    )


class ReadsInLane(WorkingGroupAdmin[Registration]):
    """The pages of the lane, and the button that undoes."""

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "registrations_registration"
        return [
            path("read/", wrap(self.read_next), name=f"{name}_lane"),
            path("read/undo/", wrap(self.undo), name=f"{name}_undo"),
            path("<int:pk>/read/", wrap(self.read_one), name=f"{name}_read"),
            *super().get_urls(),
        ]

    def read_next(self, request: HttpRequest) -> HttpResponse:
        """Show the next registration that waits for this seat and that no colleague has open, or say that none does."""
        self._check(request)
        lane = self._lane(request)
        registration = lane.open_next(now=timezone.now(), fetch=reading.to_read)
        if registration is not None:
            return self._page(request, lane, registration, ReadingForm())
        context = {
            **self._around(request, lane),
            "title": _("That was all"),
            "left": lane.waiting().count(),
            "again": _address(replace(lane, after=None)),
        }
        return TemplateResponse(request, "admin/registrations/registration/lane_end.html", context)

    def read_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one registration of the queue; take the decision, and go on to the next."""
        self._check(request)
        lane, reader = self._lane(request), signed_in(request)
        registration = get_object_or_404(self._readable(request), pk=pk)
        if request.method == "POST":
            return self._take(request, lane, registration)
        number, is_waiting = lane.standing(registration)
        if not is_waiting:
            return redirect(PAGE, pk)
        is_mine = OpenReview.objects.open(registration, by=reader, now=timezone.now())
        opened_by = None if is_mine else OpenReview.objects.who_has_open(registration)
        return self._page(request, lane, registration, ReadingForm(), number=number, opened_by=opened_by)

    @method_decorator(require_POST)
    def undo(self, request: HttpRequest) -> HttpResponse:
        """Put back what was decided a few seconds ago, and show that registration again."""
        self._check(request)
        mine = ReviewSnapshot.objects.decided_by(signed_in(request))
        keys = keys_among([request.POST.get("decision", "")])
        snapshot = mine.filter(pk__in=keys, registration__in=self.get_queryset(request)).first()
        if snapshot is None:
            messages.error(request, _("This decision does not stand any more: there is nothing to undo."))
            return redirect(_address(self._lane(request)))
        try:
            deciding.undo(snapshot=snapshot, by=signed_in(request), now=timezone.now())
        except RegistrationError as refusal:
            messages.error(request, str(refusal))
            return redirect(PAGE, snapshot.registration_id)
        messages.success(request, _("Undone: it is as it was before, and no email goes out."))
        return redirect(_address(self._lane(request), snapshot.registration_id))

    def _take(self, request: HttpRequest, lane: Lane, registration: Registration) -> HttpResponse:
        form, wanted = ReadingForm(request.POST), request.POST.get("decision", "")
        if form.is_valid() and wanted in (*DECISIONS, NOTE):
            try:
                with self.as_opened(request, registration) as shown:
                    self._do(request, wanted, shown, form)
            except ChangedMeanwhile:
                return self._overtaken(request, lane, registration, form)
            except RegistrationError as refusal:
                form.add_error("note", str(refusal))
            else:
                return self._after(request, lane, registration, wanted, form)
        return self._page(request, lane, registration, form, status=422)

    def _do(self, request: HttpRequest, wanted: str, registration: Registration, form: ReadingForm) -> None:
        by, now, typed = signed_in(request), timezone.now(), form.cleaned_data
        if typed["beside"]:
            notes.write_note(registration=registration, text=typed["beside"], by=by, now=now)
        if wanted != NOTE:
            decision = RegistrationState(wanted)
            deciding.decide(registration=registration, decision=decision, note=typed["note"], by=by, now=now)

    def _after(
        self, request: HttpRequest, lane: Lane, registration: Registration, wanted: str, form: ReadingForm
    ) -> HttpResponse:
        if wanted != NOTE:
            return redirect(_address(lane, undo=ReviewSnapshot.objects.latest_of(registration)))
        if not form.cleaned_data["note"]:
            return redirect(_address(lane, registration.pk))
        return self._page(request, lane, registration, ReadingForm(initial={"note": form.cleaned_data["note"]}))

    def _overtaken(
        self, request: HttpRequest, lane: Lane, registration: Registration, form: ReadingForm
    ) -> HttpResponse:
        """Go on to the next if somebody else has decided; show it anew if the person has changed something."""
        current = self._readable(request).select_related("reviewed_by").filter(pk=registration.pk).first()
        if current is not None and lane.standing(current)[1]:
            form.add_error(None, _("It was changed once more meanwhile. Please look again."))
            return self._page(request, lane, current, form, status=422)
        if current is None or current.state not in DECISIONS:
            messages.warning(request, _("This registration does not wait for a review any more."))
            return redirect(_address(lane))
        if current.reviewed_by_id == signed_in(request).pk:  # pressed twice
            return redirect(_address(lane, undo=ReviewSnapshot.objects.latest_of(current)))
        text = _("%(who)s has decided on %(name)s meanwhile: %(decision)s. Nothing was done twice.")
        words = {"who": isolated(current.reviewed_by), "name": isolated(current)}
        messages.warning(request, text % {**words, "decision": current.get_state_display()})
        return redirect(_address(lane))

    def _page(
        self,
        request: HttpRequest,
        lane: Lane,
        registration: Registration,
        form: ReadingForm,
        *,
        number: int | None = None,
        opened_by: OpenReview | None = None,
        status: int = 200,
    ) -> HttpResponse:
        self.note_look(request, self.people_on([registration]), kind=LookKind.REGISTRATION)
        context = {
            **self._around(request, lane),
            **reading.read(registration, reader=signed_in(request)),
            "title": isolated(registration),
            "form": form,
            "opened": self.opened(request, registration),
            "action_url": _address(lane, registration.pk),
            "later_url": _address(replace(lane, after=registration)),
            "opened_by": opened_by,
            "waiting": _waiting(lane.waiting().count() if number is None else number),
        }
        return TemplateResponse(request, "admin/registrations/registration/lane.html", context, status=status)

    def _around(self, request: HttpRequest, lane: Lane) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "undo": undo_offer(request.GET.get("undo", ""), reader=lane.reviewer, now=timezone.now()),
            "undo_url": _with(reverse("admin:registrations_registration_undo"), lane),
        }

    def _readable(self, request: HttpRequest) -> RegistrationQuerySet:
        return reading.to_read(as_own(self.get_queryset(request), RegistrationQuerySet))

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _lane(self, request: HttpRequest) -> Lane:
        reader, region = signed_in(request), request.GET.get("region", "")
        keys = keys_among([request.GET.get("after", "")])
        after = Registration.objects.visible_to(reader).filter(pk__in=keys).first() if keys else None
        return Lane(reader, region if region in Region.values else "", after)


def _waiting(number: int) -> str:
    return ngettext("%(count)d waits", "%(count)d wait", number) % {"count": number}


def _address(lane: Lane, pk: int | None = None, *, undo: ReviewSnapshot | None = None) -> str:
    """Return the address of the next registration in this lane, or of one of it, with what can be undone there."""
    return _with(reverse(LANE) if pk is None else reverse(ONE, args=[pk]), lane, undo=undo.pk if undo else None)


def _with(address: str, lane: Lane, **more: Any) -> str:
    asked = {"region": lane.region, "after": lane.after.pk if lane.after else None, **more}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{address}?{query}" if query else address
