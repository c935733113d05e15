"""Planning a clinic again at the desk, next month or as another edition: a page that asks for the start."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.admin.tabs import ClinicDesk
from clinics.domain.clinics import ClinicError
from clinics.domain.months import next_after
from clinics.forms import START, NewStartForm
from clinics.models import Clinic
from clinics.planning.cloning import plan_again, plan_edition
from letsconnect.base.versions import ChangedMeanwhile
from letsconnect.base.wall_clock import NotOneMoment
from letsconnect.base.zones import in_zone
from registrations.requests import signed_in


class CloningDesk(ClinicDesk):
    """The pages that make a new draft from a clinic."""

    def get_urls(self) -> list[Any]:
        again, edition = self.admin_site.admin_view(self.again_view), self.admin_site.admin_view(self.edition_view)
        return [
            path("<int:clinic_id>/again/", again, name="clinics_clinic_again"),
            path("<int:clinic_id>/edition/", edition, name="clinics_clinic_edition"),
            *super().get_urls(),
        ]

    def copies_of(self, clinic: Clinic) -> list[tuple[str, str]]:
        """Return the links to these pages, as far as they can be used."""
        links = [(_("Again next month"), reverse("admin:clinics_clinic_again", args=[clinic.pk]))]
        if clinic.is_to_come:
            links.append((_("A second edition"), reverse("admin:clinics_clinic_edition", args=[clinic.pk])))
        return links

    def again_view(self, request: HttpRequest, clinic_id: int) -> HttpResponse:
        """Make a draft of the same clinic on the same weekday of the next month, at the same wall clock."""
        clinic = self.clinic_for(request, clinic_id)
        day = next_after(clinic.local_date, in_zone(timezone.now(), clinic.zone).date())
        title, sentence = _("Plan this clinic again"), _("On the same weekday of the next month, at the same hour.")
        start = {"local_date": day, "local_time": clinic.local_time}
        return self._planned(request, clinic, plan_again, start, title=title, sentence=sentence)

    def edition_view(self, request: HttpRequest, clinic_id: int) -> HttpResponse:
        """Make a draft of the same clinic at another hour."""
        clinic = self.clinic_for(request, clinic_id)
        title = _("A second edition")
        sentence = _("The same clinic at another hour, for those whom the first does not suit.")
        start: dict[str, Any] = {"local_date": clinic.local_date, "local_time": None}
        return self._planned(request, clinic, plan_edition, start, title=title, sentence=sentence)

    def _planned(
        self,
        request: HttpRequest,
        clinic: Clinic,
        action: Callable[..., Clinic],
        start: dict[str, Any],
        *,
        title: str,
        sentence: str,
    ) -> HttpResponse:
        beginning = Clinic(**start | {"local_time": start["local_time"] or time(0)}, zone=clinic.zone)
        form = NewStartForm(request.POST or None, instance=beginning, initial=start)
        if request.method == "POST" and form.is_valid():
            given = {name: form.cleaned_data[name] for name in START}
            try:
                with self.as_opened(request, clinic) as seen:
                    draft = action(clinic=seen, **given, by=signed_in(request), now=timezone.now())
            except (ClinicError, NotOneMoment, ChangedMeanwhile) as refusal:
                messages.error(request, str(refusal))
                return redirect("admin:clinics_clinic_change", clinic.pk)
            messages.success(request, _("This is the new draft. Nobody was written to."))
            return redirect("admin:clinics_clinic_change", draft.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "clinic": clinic,
            "form": form,
            "opened": self.opened(request, clinic),
            "sentences": [
                sentence,
                _(
                    "Everything is taken over but people's answers: people are asked anew, texts are drafts until "
                    "somebody has read them again, and nobody is signed up."
                ),
            ],
            "button": _("Make the draft"),
        }
        return TemplateResponse(request, "clinics/admin/act.html", context)
