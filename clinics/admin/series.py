"""The series of clinics at the desk, each with its parts."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicSeries
from clinics.planning.series import create_series, rename_series
from clinics.texts.call_links import WordsOfNoClinicForm
from letsconnect.base.admin import WorkingGroupAdmin
from registrations.requests import signed_in


class SeriesForm(WordsOfNoClinicForm, ModelForm):
    """The name of a series, which everybody reads on the pages of its clinics."""


@admin.register(ClinicSeries)
class SeriesAdmin(WorkingGroupAdmin[ClinicSeries]):
    """The list of series; whoever plans a clinic may make one, coordinators rename them."""

    liaisons_may = frozenset({"view", "add"})
    unscoped_because = "the names of series stand on the pages of clinics, which everybody reads"
    shows_nobody_because = "a series has a name and clinics"
    list_display = ["name", "parts"]
    on_phones = ("name", "parts")
    search_folded = ("name",)
    fields = ["name"]
    form = SeriesForm
    change_form_template = "clinics/admin/series.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(part_count=Count("clinics"))

    @admin.display(description=_("parts"))
    def parts(self, series: ClinicSeries) -> int:
        return getattr(series, "part_count", 0)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: ClinicSeries | None = None,
    ) -> HttpResponse:
        context["parts"] = [] if obj is None else self._parts_of(request, obj)
        parts = [part for part, _url in context["parts"]]
        context["has_kit"] = any(part.is_public and part.state != ClinicState.CANCELLED for part in parts)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _parts_of(self, request: HttpRequest, series: ClinicSeries) -> list[tuple[Clinic, str]]:
        """Return the parts the reader may see, in their order, with the page of each: at the desk if it is theirs."""
        reader = signed_in(request)
        theirs = set(Clinic.objects.looked_after_by(reader).filter(series=series).values_list("pk", flat=True))
        parts = Clinic.objects.visible_to(reader).filter(series=series).prefetch_related("texts")
        pages = {True: "admin:clinics_clinic_change", False: "clinics:clinic-detail"}
        return [(part, reverse(pages[part.pk in theirs], args=[part.pk])) for part in parts.order_by("starts_at", "pk")]

    def save_model(self, request: HttpRequest, obj: ClinicSeries, form: "ModelForm[Any]", change: bool) -> None:
        now, by = timezone.now(), signed_in(request)
        if change:
            rename_series(series=obj, name=obj.name, by=by, now=now)
        else:
            obj.pk = create_series(name=obj.name, by=by, now=now).pk
