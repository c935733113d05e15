"""The page on which an agenda is typed, of a clinic or to begin with: rows change places before it is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.agendas.context import fit_in_words
from clinics.agendas.forms import AgendaForms, AgendaOwner, rearranged
from clinics.domain.agendas import timed
from clinics.domain.clinics import ClinicError
from clinics.models import Clinic
from letsconnect.base import edit_conflicts, versions


@dataclass(frozen=True)
class AgendaPage:
    """Whose agenda it is, and what the form does there: ``lock`` returns its owner as it is now, locked."""

    owner: AgendaOwner
    lock: Callable[[], AgendaOwner]
    save: Callable[[AgendaOwner, AgendaForms], None]
    draw: Callable[[AgendaOwner, dict[str, Any]], HttpResponse]
    back: str

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Show the form, put its rows in another order, or save it as a whole.

        Of two people who save at the same time the second is shown what the first changed, and keeps what they typed.
        """
        opened = request.POST.get(versions.FIELD, "")
        if request.method != "POST":
            forms = AgendaForms(self.owner)
            return self._show(forms, opened=versions.opened_at(forms.facts()))
        if "add" in request.POST or "move" in request.POST:
            return self._show(AgendaForms(self.owner, rearranged(request.POST)), opened=opened, is_said=False)
        with transaction.atomic():
            owner = self.lock()
            untouched = AgendaForms(owner)
            facts = untouched.facts()
            if changed := versions.changed_since(opened, facts):
                comparison = edit_conflicts.compare(
                    changed,
                    opened=opened,
                    posted=request.POST,
                    row=owner,
                    form=untouched.question,
                    formsets=[untouched.rows],
                )
                forms, differences = AgendaForms(owner, comparison.data), comparison.differences
                return self._show(forms, opened=versions.opened_at(facts), differences=differences)
            forms = AgendaForms(owner, request.POST)
            if forms.is_valid() and self._is_saved(request, owner, forms):
                return redirect(self.back)
        return self._show(forms, opened=opened)

    def _is_saved(self, request: HttpRequest, owner: AgendaOwner, forms: AgendaForms) -> bool:
        try:
            with transaction.atomic():
                self.save(owner, forms)
        except ClinicError as refusal:
            messages.error(request, str(refusal))
            return False
        messages.success(request, _("The agenda is saved."))
        return True

    def _show(
        self,
        forms: AgendaForms,
        *,
        opened: str,
        is_said: bool = True,
        differences: list[edit_conflicts.Difference] | None = None,
    ) -> HttpResponse:
        """Draw the form; what is wrong in it is not said while somebody only moves rows."""
        owner, rows = forms.owner, forms.rows.in_order()
        clocks: dict[int, Any] = {}
        fit = ""
        if isinstance(owner, Clinic):
            counted = [(number, minutes) for number, minutes in enumerate(map(forms.minutes_of, rows)) if minutes]
            minutes = [each for _number, each in counted]
            times = timed(minutes, starts_at=owner.starts_at, length=owner.minutes)
            clocks = dict(zip([number for number, _minutes in counted], times, strict=True))
            fit = fit_in_words(minutes, length=owner.minutes)
        says_errors = is_said and forms.is_bound
        context = {
            "forms": forms,
            "rows": [(form, clocks.get(number)) for number, form in enumerate(rows)],
            "rows_in_order": rows,
            "has_clock": isinstance(owner, Clinic),
            "fit": fit,
            "opened": opened,
            "shows_errors": says_errors,
            "is_wrong": says_errors and not forms.is_valid(),
            "differences": differences,
        }
        return self.draw(owner, context)
