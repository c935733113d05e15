"""The forms of a checklist: who does what until when, and something more to do."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.checklists.people import who_may_do_it
from clinics.domain.checklists import DAYS_AFTER_AT_MOST, DAYS_BEFORE_AT_MOST
from clinics.models import ChecklistItem, Clinic
from clinics.texts.call_links import WordsOfNoClinicForm, refuse_call_link
from letsconnect.base import versions
from letsconnect.base.fields import LineFormField, longest
from registrations.models import Member

_ARRANGED = ("assignee", "days")


class _ItemForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days from the clinic"),
        min_value=-DAYS_BEFORE_AT_MOST,
        max_value=DAYS_AFTER_AT_MOST,
        widget=forms.NumberInput(attrs={"class": "lc-number"}),
        help_text=_("Before the day of the clinic with a minus, as in -14; 0 is the day itself."),
    )
    assignee = forms.ModelChoiceField(
        label=pgettext_lazy("of a checklist item", "Who does it"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("nobody yet"),
    )


class ItemForm(_ItemForm):
    """Who does one item, and when; it carries the version at which the page showed it."""

    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    data: Any

    def __init__(self, item: ChecklistItem, people: list[Member], data: QueryDict | None = None) -> None:
        self.item, self.shown_as = item, versions.opened_at(versions.columns_of(item, _ARRANGED))
        initial = {"days": item.days, "assignee": item.assignee_id, "opened": self.shown_as}
        super().__init__(data, prefix=f"item-{item.pk}", initial=initial)
        _offer(self, people, item.assignee)

    @property
    def is_stale(self) -> bool:
        """Tell whether somebody else arranged the item since the page was opened."""
        return bool(self.cleaned_data["opened"] != self.shown_as)

    @property
    def is_changed(self) -> bool:
        said = self.cleaned_data
        return bool(said["days"] != self.item.days or said["assignee"] != self.item.assignee)

    def show_again(self) -> None:
        """Keep what was typed, and go on from the version that stands now."""
        self.data = {**self.data.dict(), self.add_prefix("opened"): self.shown_as}


class NewItemForm(_ItemForm):
    """Something more to do for one clinic."""

    title = LineFormField(label=_("What is to be done"), max_length=longest(ChecklistItem, "title"))
    field_order = ["title", "days", "assignee"]

    def __init__(
        self, people: list[Member], data: QueryDict | None = None, *, clinic: Clinic, planner: Member | None = None
    ) -> None:
        super().__init__(data, prefix="new", initial={"assignee": planner.pk if planner else None})
        self._clinic = clinic
        _offer(self, people, None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_call_link(self, self._clinic)
        return cleaned


class UsualItemForm(WordsOfNoClinicForm, forms.ModelForm):
    """What new clinics have on their list."""


def people_to_choose(clinic: Clinic) -> list[Member]:
    """Return whom an item can be given to, read once for all rows of a page."""
    return list(who_may_do_it(clinic, on=timezone.now().date()))


def _offer(form: _ItemForm, people: list[Member], present: Member | None) -> None:
    """Offer these people, and whoever has it now, who may have left since."""
    field = form.fields["assignee"]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError("the one who does it is chosen")
    offered = people if present is None or present in people else [*people, present]
    field.queryset = Member.objects.filter(Q(pk__in=[person.pk for person in offered]))
    field.choices = [("", field.empty_label or ""), *((person.pk, str(person)) for person in offered)]
