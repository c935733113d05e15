"""What clinics begin with, changed by coordinators: the agenda of each format, and the usual checklist."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.admin.agenda_form import AgendaPage
from clinics.agendas.forms import AgendaForms
from clinics.agendas.writing import write_usual_agenda
from clinics.checklists.forms import UsualItemForm
from clinics.checklists.items import save_usual_item
from clinics.domain.clinics import ClinicError
from clinics.models import AgendaTemplate, ChecklistTemplateItem
from letsconnect.base.admin import WorkingGroupAdmin
from registrations.requests import signed_in


@admin.register(AgendaTemplate)
class AgendaTemplateAdmin(WorkingGroupAdmin[AgendaTemplate]):
    """The agenda with which a clinic of each format begins; formats are not added."""

    unscoped_because = shows_nobody_because = "what clinics begin with says nothing about a person"
    coordinators_may = frozenset({"view", "change"})
    list_display = ["format", "length"]
    on_phones = ("format", "length")
    list_display_links = ["format"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("items")

    @admin.display(description=_("minutes"))
    def length(self, template: AgendaTemplate) -> int:
        return sum(item.minutes for item in template.items.all())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        template = self.get_object(request, object_id)
        if template is None or not self.has_change_permission(request, template):
            return super().change_view(request, object_id, form_url, extra_context)

        def lock() -> AgendaTemplate:
            return AgendaTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)

        def save(_owner: Any, forms: AgendaForms) -> None:
            entries = forms.rows.entries()
            write_usual_agenda(template=template, entries=entries, by=signed_in(request), now=timezone.now())

        def draw(_owner: Any, context: dict[str, Any]) -> HttpResponse:
            context |= {**self.admin_site.each_context(request), "title": str(template), "opts": self.opts}
            return TemplateResponse(request, "clinics/admin/agenda_template.html", context)

        back = reverse("admin:clinics_agendatemplate_change", args=[template.pk])
        return AgendaPage(template, lock, save, draw, back=back).respond(request)


@admin.register(ChecklistTemplateItem)
class ChecklistTemplateItemAdmin(WorkingGroupAdmin[ChecklistTemplateItem]):
    """What new clinics have on their list; an item is not deleted, but taken off the list of new clinics."""

    unscoped_because = shows_nobody_because = "what clinics begin with says nothing about a person"
    form = UsualItemForm
    refusals = (ClinicError,)
    list_display = ["in_words", "days", "is_used"]
    on_phones = ("in_words", "days", "is_used")
    list_filter = ["is_used"]

    @admin.display(description=pgettext_lazy("of a checklist item", "what is to be done"))
    def in_words(self, item: ChecklistTemplateItem) -> str:
        return item.in_words

    def get_fields(self, request: HttpRequest, obj: ChecklistTemplateItem | None = None) -> Any:
        """What the portal names in every language has no words of its own."""
        return ["in_words", "days", "is_used"] if obj and obj.name else ["title", "days", "is_used"]

    def get_readonly_fields(self, request: HttpRequest, obj: ChecklistTemplateItem | None = None) -> list[str]:
        return ["in_words"] if obj and obj.name else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "title" in form.base_fields:
            form.base_fields["title"].required = True
        return form

    def save_model(
        self, request: HttpRequest, obj: ChecklistTemplateItem, form: "ModelForm[Any]", change: bool
    ) -> None:
        save_usual_item(item=obj, by=signed_in(request), now=timezone.now())
