"""Acts on many rows at the desk: what one will do, how far it is, what became of each row."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from letsconnect.base import mass_act_answers, mass_acts
from letsconnect.base.admin import FixedFilter, WaitingFilter, WorkingGroupAdmin, own_columns
from letsconnect.base.choices import offer
from letsconnect.base.keys import keys_among
from letsconnect.base.links import path_or_nothing
from letsconnect.base.mass_acts import MassActKind, MassActRefused, NoteWanted
from letsconnect.base.models import RECENT_ACTS, MassAct, MassActOutcome, MassActQuerySet, MassActState
from letsconnect.base.querysets import as_own
from letsconnect.base.spreadsheets import csv_of, harmless
from registrations.requests import signed_in

NAMES_SHOWN = 50


class WordsForm(forms.Form):
    """The reason, if one has to be chosen, and the words to the people that go with an act."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), widget=forms.RadioSelect)

    def __init__(self, kind: MassActKind | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is None or not kind.reasons:
            del self.fields["reason"]
        else:
            offer(self, "reason", kind.reasons)
        if kind is not None and kind.note is not NoteWanted.NONE:
            self.fields["note"] = forms.CharField(
                label=str(kind.note_label) or _("Note to the person"),
                help_text=str(kind.note_help),
                required=False,
                max_length=kind.note_at_most,
                widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
            )


class LeftUndoneFilter(WaitingFilter):
    kinds = {
        "undone": (
            gettext_lazy("yours of the last days that left rows as they were"),
            lambda rows, reader, now: (
                as_own(rows, MassActQuerySet).filter(by=reader).left_undone(since=now - RECENT_ACTS)
            ),
        ),
    }


class BegunFilter(FixedFilter):
    """The states of what was begun: what nobody began is not in the list."""

    title, parameter_name = gettext_lazy("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in MassActState if state != MassActState.PREPARED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MassAct]) -> QuerySet[MassAct]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(MassAct)
class MassActAdmin(WorkingGroupAdmin[MassAct]):
    """Everybody reads what they began themselves, coordinators read all."""

    shows_nobody_because = "the list shows figures; the page of one act notes the people it names"
    coordinators_may = frozenset({"view"})
    list_display = ["what", "by", "state", "settled", "asked_at", "finished_at"]
    search_folded = ("by__folded_name",)
    on_phones = ("what", "by", "state", "settled", "asked_at")
    list_filter = [LeftUndoneFilter, BegunFilter]
    list_select_related = ["by"]
    list_columns = (*(name for name in own_columns(MassAct) if name != "note"), "by__name", "by__public_id")
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out in the list what nobody began."""
        rows = as_own(super().get_queryset(request), MassActQuerySet)
        match = request.resolver_match
        is_list = match is not None and match.url_name == "base_massact_changelist"
        return rows.exclude(state=MassActState.PREPARED).counting_rows() if is_list else rows

    @admin.display(description=gettext_lazy("what"))
    def what(self, act: MassAct) -> str:
        return act.label

    @admin.display(description=gettext_lazy("done with"))
    def settled(self, act: MassAct) -> str:
        return _("%(settled)d of %(total)d") % {"settled": act.settled_count, "total": act.rows_count}

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "base_massact"
        return [
            path("<int:pk>/begin/", wrap(self.begin), name=f"{name}_begin"),
            path("<int:pk>/cancel/", wrap(self.cancel), name=f"{name}_cancel"),
            path("<int:pk>/rows/", wrap(self.rows), name=f"{name}_rows"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what it will do, how far it is, or what became of the rows."""
        act = self._find(request, object_id)
        if act.state == MassActState.PREPARED:
            return self._prepared(request, act, WordsForm(mass_acts.kind_of(act), initial={"note": act.note}))
        return self._progress(request, act)

    @method_decorator(require_POST)
    def begin(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin; what is done in one step is done before the answer, the rest by a worker."""
        act, now = self._find(request, pk), timezone.now()
        form = WordsForm(mass_acts.kind_of(act), request.POST)
        if act.state == MassActState.PREPARED and not form.is_valid():
            return self._prepared(request, act, form)
        words = {name: form.cleaned_data.get(name, "") if form.is_valid() else "" for name in ("note", "reason")}
        try:
            act = mass_acts.begin(act=act, by=signed_in(request), now=now, **words)
        except MassActRefused as refusal:
            if act.state == MassActState.PREPARED and "note" in form.fields:
                form.add_error("note", str(refusal))
                return self._prepared(request, act, form)
            messages.error(request, str(refusal))
            return mass_act_answers.page_of(act, back=_back(request))
        return mass_act_answers.after_beginning(request, act, back=_back(request), now=now)

    @method_decorator(require_POST)
    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave the rest as it is."""
        act = self._find(request, pk)
        try:
            mass_acts.cancel(act=act, by=signed_in(request), now=timezone.now())
        except MassActRefused as refusal:
            messages.error(request, str(refusal))
        return mass_act_answers.page_of(act, back=_back(request))

    def rows(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Download what became of each row, as a CSV file."""
        act = self._find(request, pk)
        rows = list(act.rows.order_by("pk").values_list("object_id", "outcome", "reason"))
        names = mass_act_answers.names_shown(request, act, [key for key, _outcome, _reason in rows])
        labels = dict(MassActOutcome.choices)
        table = [[_("Number"), _("Name"), _("What became of it"), _("Why")]]
        for key, outcome, reason in rows:
            cells = (str(key), names.get(key, ""), str(labels[MassActOutcome(outcome)]), reason)
            table.append([harmless(cell) for cell in cells])
        response = StreamingHttpResponse(csv_of(table), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="act-{act.pk}.csv"'
        return response

    def _prepared(self, request: HttpRequest, act: MassAct, form: WordsForm) -> HttpResponse:
        kind = mass_acts.kind_of(act)
        if kind is None or act.by_id != signed_in(request).pk:
            raise Http404
        keys = list(act.rows.order_by("pk").values_list("object_id", flat=True))
        names = mass_act_answers.names_shown(request, act, keys[:NAMES_SHOWN])
        act.note = str(form["note"].value() or "") if "note" in form.fields else ""
        return self._page(
            request,
            "prepared",
            {
                "title": kind.label,
                "act": act,
                "count": len(keys),
                "preview": kind.preview(keys, act),
                "names": list(names.values()),
                "unnamed": len(keys) - len(names),
                "form": form,
                "back": _back(request) or reverse(kind.list_name),
                "may_begin": kind.may(signed_in(request)),
            },
        )

    def _progress(self, request: HttpRequest, act: MassAct) -> HttpResponse:
        kind, counts = mass_acts.kind_of(act), mass_acts.outcomes(act)
        is_running, total = act.state == MassActState.RUNNING, sum(counts.values())
        refused = act.rows.filter(outcome=MassActOutcome.REFUSED).order_by("pk")[:NAMES_SHOWN]
        rows = list(refused.values_list("object_id", "reason"))
        names = mass_act_answers.names_shown(request, act, [key for key, _reason in rows])
        return self._page(
            request,
            "progress",
            {
                "title": act.label,
                "act": act,
                "is_running": is_running,
                "reloads": is_running,
                "total": total,
                "settled": total - counts[MassActOutcome.WAITING],
                "counts": [(outcome.label, count) for outcome, count in counts.items() if count],
                "reasons": mass_acts.reasons(act),
                "remarks": mass_acts.reasons(act, MassActOutcome.DONE),
                "refused": [(names.get(key) or f"#{key}", reason) for key, reason in rows],
                "is_cut": counts[MassActOutcome.REFUSED] > len(rows),
                "back": _back(request) or (reverse(kind.list_name) if kind else reverse("admin:index")),
                "may_cancel": is_running and (act.by_id == request.user.pk or signed_in(request).is_coordinator),
            },
        )

    def _find(self, request: HttpRequest, pk: int | str) -> MassAct:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request).select_related("by"), pk__in=keys_among([str(pk)]))

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        values = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/base/massact/{template}.html", values)


def _back(request: HttpRequest) -> str:
    """Return the address of the list the reader came from, or nothing."""
    return path_or_nothing(request.POST.get("back") or request.GET.get("back", ""))
