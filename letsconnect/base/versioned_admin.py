"""How forms, buttons and lists of the desk notice that somebody else changed the row in the meantime."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import BadRequest
from django.db import models, transaction
from django.forms import BaseForm, BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from letsconnect.base import edit_conflicts, mass_acts, versions
from letsconnect.base.escaping import each_escaped
from letsconnect.base.keys import keys_among
from letsconnect.base.languages import listed
from letsconnect.base.requests import noted_on
from letsconnect.base.versions import ChangedMeanwhile

MOST_ACROSS = 5000  # the most rows a button can be pressed for at once with "select all", across all pages
MOST_WHILE_ONE_WAITS = 50  # the most for a button whose work no worker does

FormOf = Callable[[Any], BaseForm]
_in_words_of_django = _  # a name that `makemessages` passes over: the text is in Django's own catalogues


Row = TypeVar("Row", bound=models.Model)

if TYPE_CHECKING:

    class _Admin(admin.ModelAdmin[Row]):
        """Django's own, with the method that its stubs leave out."""

        def _changeform_view(
            self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
        ) -> HttpResponse: ...

else:

    class _Admin(admin.ModelAdmin, Generic[Row]):
        """Django's own, which may be told at run time too whose rows it shows."""


class VersionedAdmin(_Admin[Row]):
    """Desk pages that compare versions before they save, so that nobody overwrites a change without seeing it.

    Every form and every button carries the version of its row, every list the versions of its rows. They are compared
    under the row's lock. So of two people who save at the same time, the second is shown what the first changed.
    """

    # The columns whose change matters to whoever looks at a row; None means all of them.
    version_columns: tuple[str, ...] | None = None
    # Whether the buttons of the list lock the ticked rows first. False where the action locks another row first.
    locks_ticked: bool = True
    # The columns of the list whose values are found for all rows of a page at once, and the methods that find them.
    columns_read_together: Mapping[str, str] = {"action_checkbox": "boxes_to_tick"}
    # The buttons of the list whose work is left to a worker where the rows are many (`mass_acts`).
    left_to_worker: Collection[str] = ()
    # Whether the actions behind the buttons of the list compare the versions themselves, under their own locks.
    compares_in_action: bool = False

    def facts(self, request: HttpRequest, obj: Row) -> dict[str, Any]:
        """Return what a page about this row shows: its columns and, where there is a form, its fields and rows."""
        columns = versions.columns_of(obj, self.version_columns or ())
        if not self.has_change_permission(request, obj):
            return columns
        form, formsets = self._untouched(request, obj)
        facts = _with_form(columns, form)
        for formset in formsets:
            facts |= edit_conflicts.facts_of_rows(formset)
        return facts

    def opened(self, request: HttpRequest, obj: Row, form: FormOf | None = None) -> str:
        """Return the value of the hidden field for a form, or for a button about this row.

        ``form`` makes the unchanged form of a row, for pages that are not Django's own.
        """
        return versions.opened_at(self._facts(request, obj, form))

    def _facts(self, request: HttpRequest, obj: Row, form: FormOf | None) -> dict[str, Any]:
        facts = self.facts(request, obj)
        return facts if form is None else _with_form(facts, form(obj))

    def lock(self, obj: Row) -> None:
        """Lock the row that the action behind a form or button locks first."""
        list(self.model._base_manager.select_for_update(no_key=True, of=("self",)).filter(pk=obj.pk).values_list("pk"))

    @contextmanager
    def as_opened(self, request: HttpRequest, obj: Row, form: FormOf | None = None) -> Iterator[Row]:
        """Act on a row as the page showed it, in one transaction; raises ChangedMeanwhile if the row has changed."""
        with transaction.atomic():
            self.lock(obj)
            current = self.get_object(request, str(obj.pk))
            if current is None:
                raise ChangedMeanwhile(_("This is not there any more."))
            opened = request.POST.get(versions.FIELD, "")
            changed = versions.changed_since(opened, self._facts(request, current, form))
            if changed:
                raise ChangedMeanwhile(self._message_about(changed), self._comparison(request, current, changed, form))
            yield current

    def _comparison(
        self, request: HttpRequest, current: Row, changed: list[str], form: FormOf | None
    ) -> edit_conflicts.Comparison | None:
        if form is None:
            return None
        opened = request.POST.get(versions.FIELD, "")
        return edit_conflicts.compare(
            changed, opened=opened, posted=request.POST, row=current, form=form(current), formsets=()
        )

    def _message_about(self, changed: list[str]) -> str:
        labels = {versions.label_of(self.model, name) for name in changed} - {""}
        if not labels:
            return _("Somebody else changed this since you opened the page. Nothing was done: look at it as it is now.")
        message = _(
            "Somebody else changed this since you opened the page: %(what)s. Nothing was done: look at it as it is now."
        )
        return message % {"what": listed(sorted(labels))}

    # Django's own change form

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        """Compare before Django's form saves; it runs in the transaction of `changeform_view`."""
        if request.method == "POST" and object_id is not None:
            if refused := self._refuse_kindly(request, unquote(object_id)):
                return refused
            extra_context = {**self._compare(request, unquote(object_id)), **(extra_context or {})}
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def _refuse_kindly(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """If the row can no longer be changed, show what it became and what the user typed."""
        obj = self.get_object(request, object_id)
        may_change_others = self.has_change_permission(request)
        if obj is None or not may_change_others or self.has_change_permission(request, obj):
            return None
        fingerprints = versions.read(request.POST.get(versions.FIELD, ""))
        fields = flatten_fieldsets(self.get_fieldsets(request))
        form = self.get_form(request, None, change=False, fields=fields)(instance=obj)
        formsets = [
            formset_class(instance=obj) for formset_class, _inline in self.get_formsets_with_inlines(request, obj)
        ]
        rows = tuple(f"{formset.prefix}:" for formset in formsets)
        if not any(name in form.fields or name.startswith(rows) for name in fingerprints):
            return None  # a page without a form, on which nobody typed
        context = {
            **self.admin_site.each_context(request),
            "title": _("This cannot be changed any more"),
            "opts": self.opts,
            "object": obj,
            "changed": edit_conflicts.columns_changed(fingerprints, obj),
            "typed": edit_conflicts.typed_into(form, formsets, posted=request.POST, fingerprints=fingerprints),
        }
        return TemplateResponse(request, "admin/too_late.html", context, status=409)

    def _compare(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_change_permission(request, obj):
            return {}
        self.lock(obj)
        obj = self.get_object(request, object_id)
        if obj is None:
            return {}
        facts, opened = self.facts(request, obj), request.POST.get(versions.FIELD, "")
        changed = versions.changed_since(opened, facts)
        noted_on(request).opened = versions.opened_at(facts)
        if not changed:
            return {}
        form, formsets = self._untouched(request, obj)
        comparison = edit_conflicts.compare(
            changed, opened=opened, posted=request.POST, row=obj, form=form, formsets=formsets
        )
        cast(Any, request).POST = comparison.data  # the form goes on with what stands there now; Django allows it
        noted_on(request).why_refused = _(
            "Somebody else saved this since you opened it, so nothing of yours is saved yet. What changed is shown "
            "below; where you had typed something, it is kept. Save again if it is right as it stands now."
        )
        return {"differences": comparison.differences}

    def _untouched(self, request: HttpRequest, obj: Row) -> tuple["ModelForm[Any]", "list[BaseModelFormSet[Any, Any]]"]:
        """Return the form and its formsets as they are before anybody types."""
        fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        form = self.get_form(request, obj, change=True, fields=fields)(instance=obj)
        formsets: list[BaseModelFormSet[Any, Any]] = []
        prefixes: dict[str, int] = {}
        for formset, inline in self.get_formsets_with_inlines(request, obj):
            prefix = formset.get_default_prefix()
            prefixes[prefix] = prefixes.get(prefix, 0) + 1
            if prefixes[prefix] != 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            formsets.append(formset(instance=obj, prefix=prefix, queryset=inline.get_queryset(request)))
        return form, formsets

    def get_form(
        self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: Any
    ) -> type["ModelForm[Any]"]:
        form = super().get_form(request, obj, change=change, **kwargs)
        why = getattr(request, "why_refused", "")
        return _refusing(form, why) if why else form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Row | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["opened"] = getattr(request, "opened", "") or self.opened(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Row, form: "ModelForm[Any]", change: bool) -> None:
        """Write only the fields that were changed."""
        columns = {field.name for field in obj._meta.concrete_fields}
        if not change:
            obj.save()
        elif changed_columns := [name for name in form.changed_data if name in columns]:
            obj.save(update_fields=changed_columns)

    # The buttons of lists

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send a version of all rows along, if a button can be pressed for more rows than this page shows."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        rows = context.get("cl") if context.get("action_form") else None
        if rows is not None and len(rows.result_list) < rows.result_count <= MOST_ACROSS:
            context["opened_all"] = rows.version_of_all(self.version_columns or ())
        return response

    def row_version(self, obj: Row) -> str:
        return f"{obj.pk}:{versions.fingerprint(versions.columns_of(obj, self.version_columns or ()))}"

    def names_of_rows(self, rows: Sequence[Row]) -> list[str]:
        """Return how the list calls each of these rows."""
        return list(map(str, rows))

    def boxes_to_tick(self, rows: Sequence[Row]) -> list[SafeString]:
        """Return Django's box to tick and the version of each row, drawn for all of them at once."""
        label = _in_words_of_django("Select this object for an action - {}")
        labels = each_escaped([label.format(name) for name in self.names_of_rows(rows)])
        return [
            SafeString(  # each value escaped, or made of digits and letters
                f'<input type="checkbox" name="{ACTION_CHECKBOX_NAME}" value="{row.pk}" class="action-select"'
                f' aria-label="{name}"><input type="hidden" name="{versions.ROWS}" value="{self.row_version(row)}">'
            )
            for row, name in zip(rows, labels, strict=True)
        ]

    def action_checkbox(self, obj: Row) -> SafeString:
        return self.boxes_to_tick([obj])[0]

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Run a button for the ticked rows as they were shown; report the rows that changed and leave them alone.

        Ticks that cannot be rows are ignored: our page did not send them.
        """
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if len(keys_among(ticked)) != len(ticked):
            raise BadRequest("a row that cannot be")
        across = request.POST.get("select_across") == "1"
        most = MOST_ACROSS if _action_of(request) in self.left_to_worker else MOST_WHILE_ONE_WAITS
        if (queryset.count() if across else len(ticked)) > most:
            messages.error(request, mass_acts.too_many(most))
            return None
        with transaction.atomic() if self.locks_ticked else nullcontext():  # what is done in steps stays in steps
            if across and not self._are_all_as_shown(request, queryset):
                return None
            if across or self.compares_in_action:
                return super().response_action(request, queryset, *args, **kwargs)
            stale = self._changed_rows(request, keys_among(ticked))
            return super().response_action(request, queryset.exclude(pk__in=stale), *args, **kwargs)

    def _are_all_as_shown(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> bool:
        """Tell whether no row of the list, on any page, has changed since it was opened; if one has, tell the user."""
        if self.locks_ticked:
            self._lock_rows(queryset.values("pk"))
        rows, version_of_all = list(queryset), request.POST.get(versions.ALL, "")
        if version_of_all and version_of_all == versions.all_objects(rows, self.version_columns or ()):
            noted_on(request).compared = {row.pk: row for row in rows}
            return True
        message = _(
            "Something in this list changed since you opened it, so nothing was done with any of it. Look again."
        )
        messages.error(request, message)
        return False

    def as_compared(self, request: HttpRequest, rows: Iterable[Any]) -> list[Any]:
        """Return the rows as they were compared with the page, for actions that compare again under their own locks."""
        rows_compared = getattr(request, "compared", {})
        return [rows_compared.get(row.pk, row) for row in rows]

    def _lock_rows(self, keys: Any) -> None:
        rows = self.model._base_manager.select_for_update(no_key=True, of=("self",)).order_by("pk")
        list(rows.filter(pk__in=keys).values_list("pk"))

    def _changed_rows(self, request: HttpRequest, ticked: list[int]) -> list[int]:
        if self.locks_ticked:
            self._lock_rows(ticked)
        versions_of_rows, stale = set(request.POST.getlist(versions.ROWS)), []
        related = self.get_list_select_related(request)
        rows = self.get_queryset(request).filter(pk__in=ticked)
        if related:
            rows = rows.select_related(*(() if isinstance(related, bool) else related))
        noted_on(request).compared = compared = {row.pk: row for row in rows}
        for row in compared.values():
            if self.row_version(row) not in versions_of_rows:
                stale.append(row.pk)
                message = _("%(row)s changed since you saw this list, so nothing was done with it. Look at it again.")
                messages.error(request, message % {"row": row})
        return stale


def _action_of(request: HttpRequest) -> str:
    """Return the action that Django runs: of several selects with actions, the one beside the button."""
    actions, index = request.POST.getlist("action"), request.POST.get("index", "0")
    place = int(index) if index.isascii() and index.isdecimal() and len(index) < 3 else 0
    return actions[place] if place < len(actions) else ""


def _with_form(facts: dict[str, Any], form: BaseForm) -> dict[str, Any]:
    """Add what the fields show; a column that is also a field counts once."""
    fields = {f"column:{name}" for name in form.fields}
    return {name: value for name, value in facts.items() if name not in fields} | edit_conflicts.facts_of(form)


def _refusing(form: type["ModelForm[Any]"], why: str) -> type["ModelForm[Any]"]:
    """Return the same form as a class that saves nothing and says why."""

    def clean(self: "ModelForm[Any]") -> dict[str, Any] | None:
        cleaned = form.clean(self)
        self.add_error(None, why)
        return cleaned

    return type(form.__name__, (form,), {"clean": clean})
