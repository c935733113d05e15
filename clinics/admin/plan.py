"""The tab of the plan: what a clinic is, for whom, when and where. It is the form of its columns."""

from typing import Any

from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Field
from django.forms import BaseModelFormSet, ModelForm, TypedChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.admin.tabs import ClinicDesk, NoColumns, Tab, ask_who_is_told
from clinics.admin.texts import ClinicTextInline
from clinics.domain.clinics import ClinicError, ClinicState
from clinics.forms import START, ClinicForm
from clinics.models import Clinic, ClinicText
from clinics.notices.changes import WrittenSoFar
from clinics.planning.editions import asked_for_editions
from clinics.planning.plans import change_clinic, create_clinic
from clinics.planning.recipients import recipients_of
from clinics.planning.series import create_series
from clinics.planning.zones import asked_for_zones
from clinics.texts.languages import asked_for_likely_languages
from clinics.texts.writing import save_text
from letsconnect.base.once_more import NotConfirmed, goes_back
from letsconnect.base.requests import noted_on
from letsconnect.base.statements import Inquiry
from letsconnect.base.wall_clock import NotOneMoment
from registrations.domain.registrations import Region
from registrations.requests import signed_in


def _form_of_columns(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    return desk.changeform_view(request, str(clinic.pk), "", desk.frame(request, clinic))


def _asked(clinic: Clinic) -> list[Inquiry[Any]]:
    return [asked_for_zones(), asked_for_likely_languages(), asked_for_editions(clinic)]


PLAN = Tab("change", _("Plan"), _form_of_columns, asked=_asked)


def _shown_again(form: type["ModelForm[Any]"]) -> type["ModelForm[Any]"]:
    """Return the same form as a class that is never saved, so that it is shown with what was typed into it."""
    return type(form.__name__, (form,), {"is_valid": lambda _self: False})


class PlanDesk(ClinicDesk):
    """The form of a clinic's columns, and what the forms of all tabs do with what they save."""

    form = ClinicForm
    refusals = (ClinicError, NotOneMoment)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save the form; what writes to people is asked once more, and until then nothing is changed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except NotConfirmed as asked:
            return self.asked_before_saving(request, asked.question, back=request.path)

    def get_form(
        self, request: HttpRequest, obj: Clinic | None = None, change: bool = False, **kwargs: Any
    ) -> type["ModelForm[Any]"]:
        if obj is not None and self._is_of_rows(request):
            kwargs["form"] = NoColumns
        form = super().get_form(request, obj, change=change, **kwargs)
        return _shown_again(form) if goes_back(request) else form

    def get_fields(self, request: HttpRequest, obj: Clinic | None = None) -> Any:
        if obj is not None and self._is_of_rows(request):
            return []
        fields = list(super().get_fields(request, obj))
        order = list(ClinicForm.Meta.fields)
        order.insert(order.index("series") + 1, "new_series")
        places = {name: place for place, name in enumerate(order)}
        fields.sort(key=lambda name: places.get(str(name), len(places)))  # what is only shown stands where it is typed
        # Questions for whoever types a start, or a series: there is nothing to read in them.
        may_change = obj is None or self.has_change_permission(request, obj)
        types_start = obj is None or (may_change and "fold" not in self.get_readonly_fields(request, obj))
        asks = {"fold": types_start, "new_series": may_change}
        return [name for name in fields if asks.get(str(name), True)]

    def get_inlines(self, request: HttpRequest, obj: Clinic | None) -> list[type[InlineModelAdmin]]:
        """A new clinic is made with a first text; afterwards each tab has its own rows."""
        if obj is None:
            return [ClinicTextInline]
        tab = getattr(request, "tab", None)
        return list(tab.inlines) if tab else []

    def _is_of_rows(self, request: HttpRequest) -> bool:
        return getattr(request, "tab", PLAN) is not PLAN

    def get_readonly_fields(self, request: HttpRequest, obj: Clinic | None = None) -> list[str]:
        """Once it is announced, nothing asks any more to whom; and once anybody was told when, moving has its page."""
        if obj is None or self._is_of_rows(request):
            return []
        if obj.state != ClinicState.DRAFT:
            return ["announce_to_all", *START]
        return [*START] if self._are_told_when(request, obj) else []

    def _are_told_when(self, request: HttpRequest, clinic: Clinic) -> bool:
        """Tell whether anybody would be written to if this draft began at another time; asked once for each request."""
        if not hasattr(request, "start_is_told"):
            noted_on(request).start_is_told = recipients_of(clinic).total > 0
        return noted_on(request).start_is_told

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        """Offer only the regions the reader looks after; the action refuses all others."""
        if db_field.name == "region" and not signed_in(request).is_coordinator:
            mine = [(code, label) for code, label in Region.choices if signed_in(request).looks_after(code)]
            kwargs["choices"] = [("", "—"), *mine]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Clinic, form: "ModelForm[Any]", change: bool) -> None:
        by, now = signed_in(request), timezone.now()
        name = form.cleaned_data.get("new_series")
        series = create_series(name=name, by=by, now=now) if name else obj.series
        if change and isinstance(form, ClinicForm):
            changes = {**form.changes(), **({"series": series} if name else {})}
            before = WrittenSoFar.now()
            ask_who_is_told(request, change_clinic(clinic=obj, changes=changes, by=by, now=now), since=before)
        elif not change:
            obj.series = series
            create_clinic(clinic=obj, by=by, now=now)

    def save_formset(
        self, request: HttpRequest, form: "ModelForm[Any]", formset: "BaseModelFormSet[Any, Any]", change: bool
    ) -> None:
        for row in formset.save(commit=False):
            if isinstance(row, ClinicText):
                save_text(text=row, by=signed_in(request), now=timezone.now())
        formset.save_m2m()
