"""The page on which one registration is decided on: a first review, or another decision than the one that stands."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base.fields import longest
from letsconnect.base.keys import keys_among
from letsconnect.base.versions import ChangedMeanwhile
from registrations.admin.beside import ANEW, DECISIONS, problems_of
from registrations.admin.lane import PAGE, ReadsInLane
from registrations.admin.mass_acts import LIST
from registrations.domain.looks import LookKind
from registrations.domain.registrations import RegistrationError, RegistrationState
from registrations.models import Eligibility, Registration
from registrations.requests import signed_in
from registrations.review import deciding
from registrations.review.follows import follows


class DecisionForm(forms.Form):
    """The note that goes with a decision; the person reads it."""

    note = forms.CharField(
        label=gettext_lazy("Note to the person"),
        required=False,
        max_length=longest(Registration, "review_note"),
        widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
        help_text=gettext_lazy("They read it in their email. Needed to ask for changes and to decline."),
    )


class DecidesOnOne(ReadsInLane):
    """The page with the note and one button."""

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("decide/<str:decision>/", decide, name="registrations_registration_decide"),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest, decision: str) -> HttpResponse:
        """Show the registration to decide on and what follows, take the note, decide. Many are decided on by the
        buttons of the list."""
        if decision not in DECISIONS:
            return redirect(LIST)
        visible, given = self.get_queryset(request).select_related("member"), request.POST or request.GET
        registration = get_object_or_404(visible, pk__in=keys_among([given.get("id", "")]))
        form = DecisionForm(request.POST) if request.method == "POST" else DecisionForm()
        if form.is_valid():
            try:
                with self.as_opened(request, registration) as shown:
                    deciding.decide(
                        registration=shown,
                        decision=RegistrationState(decision),
                        note=form.cleaned_data["note"],
                        by=signed_in(request),
                        now=timezone.now(),
                    )
            except ChangedMeanwhile as refusal:
                form.add_error(None, str(refusal))
                registration = get_object_or_404(visible, pk=registration.pk)
            except RegistrationError as error:
                form.add_error("note", str(error))
            else:
                return redirect(PAGE, registration.pk)
        return self._decision_page(request, registration, RegistrationState(decision), form)

    def _decision_page(
        self, request: HttpRequest, registration: Registration, decision: RegistrationState, form: DecisionForm
    ) -> HttpResponse:
        if registration.state == decision and not registration.is_changed_since_review and not form.errors:
            messages.info(request, _("That is what is decided already."))
            return redirect(PAGE, registration.pk)
        self.note_look(request, self.people_on([registration]), kind=LookKind.REGISTRATIONS)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": DECISIONS[decision],
            "problems": [],
            "registration": registration,
            "form": form,
            "opened": self.opened(request, registration),
            "action_url": reverse("admin:registrations_registration_decide", args=[decision]),
        }
        if registration.state in DECISIONS and registration.state != decision:
            form.fields["note"].help_text = _("They read it in their email.")
            context |= {
                "title": ANEW[decision],
                "stands": registration.review_note,
                "follows": follows(registration, becomes=decision, now=timezone.now()),
            }
        if decision == RegistrationState.APPROVED:
            context["problems"] = problems_of(registration, Eligibility.objects.current().rules)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/registrations/registration/decide.html", context, status=status)
