"""Needs raised in discussions, at the desk: recorded, changed, met, and planned for."""

from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.domain.clinics import ClinicError
from clinics.models import RaisedNeed, RaisedNeedQuerySet
from clinics.needs.forms import RaisedNeedForm
from clinics.needs.raising import change_need, close_need, record_need, reopen_need
from clinics.planning.from_needs import plan_clinic_from, wanted_by_need
from letsconnect.base.admin import FixedFilter, WorkingGroupAdmin
from letsconnect.base.querysets import as_own
from letsconnect.base.requests import read_once
from letsconnect.base.versions import ChangedMeanwhile
from registrations.requests import signed_in

CHANGE = "admin:clinics_raisedneed_change"


class StandingNeedFilter(FixedFilter):
    title = gettext_lazy("state")
    parameter_name = "met"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("standing")), ("yes", gettext_lazy("met"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(closed_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(RaisedNeed)
class RaisedNeedAdmin(WorkingGroupAdmin[RaisedNeed]):
    """The whole working group reads all of them; each changes those of their regions."""

    shows_nobody_because = "a need names nobody but who of the working group recorded it"
    liaisons_may = frozenset({"view", "change", "add"})
    refusals = (ClinicError,)
    form = RaisedNeedForm
    list_display = ["topic", "raised_where", "people", "in_language", "region", "recorded_at", "closed_at"]
    search_folded = ("words", "skill__skill_names__text", "raised_where")
    on_phones = ("topic", "region", "people", "recorded_at", "closed_at")
    list_display_links = ["topic"]
    list_filter = [StandingNeedFilter, "region"]
    change_form_template = "clinics/admin/raised_need.html"
    change_list_template = "clinics/admin/topic_list.html"

    def get_queryset(self, request: HttpRequest) -> RaisedNeedQuerySet:
        return as_own(super().get_queryset(request), RaisedNeedQuerySet).with_names()

    def has_change_permission(self, request: HttpRequest, obj: RaisedNeed | None = None) -> bool:
        if not super().has_change_permission(request, obj) or obj is None:
            return super().has_change_permission(request, obj)
        theirs = RaisedNeed.objects.looked_after_by(signed_in(request)).filter(pk=obj.pk)
        return read_once(request, ("may change a need", obj.pk), theirs.exists)

    def get_form(
        self, request: HttpRequest, obj: RaisedNeed | None = None, change: bool = False, **kwargs: Any
    ) -> "type[ModelForm[Any]]":
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"reader": signed_in(request)})

    @admin.display(description=gettext_lazy("topic"))
    def topic(self, need: RaisedNeed) -> str:
        return str(need)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def in_language(self, need: RaisedNeed) -> str:
        return need.language_in_words

    def save_model(self, request: HttpRequest, obj: RaisedNeed, form: "ModelForm[Any]", change: bool) -> None:
        by, now = signed_in(request), timezone.now()
        if change and isinstance(form, RaisedNeedForm):
            change_need(need=obj, changes=form.changes(), by=by, now=now)
        else:
            record_need(need=obj, by=by, now=now)

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(self.act_view)
        return [path("<int:need_id>/<slug:act>/do/", act, name="clinics_raisedneed_act"), *super().get_urls()]

    def act_view(self, request: HttpRequest, need_id: int, act: str) -> HttpResponse:
        """Plan a clinic, or say that the need is met or stands again: the buttons of its page."""
        need = get_object_or_404(self.get_queryset(request), pk=need_id)
        by, now = signed_in(request), timezone.now()
        if request.method != "POST" or act not in ("plan", "close", "reopen"):
            return redirect(CHANGE, need.pk)
        try:
            with self.as_opened(request, need) as seen:
                if act == "plan":
                    clinic = plan_clinic_from(wanted=wanted_by_need(seen), by=by, now=now)
                    messages.success(request, _("A draft is made."))
                    return redirect("admin:clinics_clinic_who_wants", clinic.pk)
                (close_need if act == "close" else reopen_need)(need=seen, by=by, now=now)
        except (ClinicError, ChangedMeanwhile) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The need is met.") if act == "close" else _("The need stands again."))
        return redirect(CHANGE, need.pk)
