"""The form of an agenda: one table of rows, which are put in order, added and taken out without JavaScript."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.agendas.writing import AgendaEntry, usual_agenda
from clinics.domain.agendas import ITEMS_AT_MOST, AgendaPart
from clinics.models import AgendaItem, AgendaTemplate, AgendaTemplateItem, Clinic
from clinics.texts.call_links import refuse_call_link, refuse_call_link_in_rows, refuse_links_to_come_in_rows
from letsconnect.base.edit_conflicts import facts_of, facts_of_rows
from letsconnect.base.fields import longest

_LAST = 1000  # where a row stands of which nobody said where
UP, DOWN = "up", "down"


class AgendaLineForm(forms.ModelForm):
    """One row; where it stands is a number of its own, so that rows can change places before anything is stored."""

    order = forms.IntegerField(
        label=pgettext_lazy("of an agenda item", "Place"),
        min_value=1,
        max_value=_LAST - 1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "lc-number"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["order"] = self.instance.place

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("part") == AgendaPart.OTHER and not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", ValidationError(_("Say in your own words what it is."), code="unnamed"))
        return cleaned

    def entry(self) -> AgendaEntry:
        said = self.cleaned_data
        return AgendaEntry(said["part"], said["minutes"], said["title"], said.get("speaker", ""), self.instance.pk)


class AgendaItemForm(AgendaLineForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["speaker"] = self.instance.speaker_planned

    class Meta:
        model = AgendaItem
        fields = ["part", "title", "minutes", "speaker"]
        widgets = {"speaker": forms.TextInput(attrs={"list": "speakers"})}


class TemplateItemForm(AgendaLineForm):
    class Meta:
        model = AgendaTemplateItem
        fields = ["part", "title", "minutes"]


class AgendaRows(forms.BaseInlineFormSet):
    """The rows in the order in which they stand on the page."""

    forms: list[Any]

    def clean(self) -> None:
        """Refuse a form that came without some of its rows: they would be taken off the agenda unasked."""
        super().clean()
        if len(self.forms) < len(self.get_queryset()):
            raise ValidationError(_("Somebody took an item away meanwhile. Look at the agenda as it is now."))
        if isinstance(self.instance, Clinic):
            refuse_call_link_in_rows(self, self.instance)
        else:
            refuse_links_to_come_in_rows(self)

    def in_order(self) -> list[AgendaLineForm]:
        """Return the rows by the number that was typed for them; those without one come last."""
        rows = list(enumerate(self.forms))
        return [form for _place, form in sorted(rows, key=lambda row: (_order_of(row[1]), row[0]))]

    def entries(self) -> list[AgendaEntry]:
        """Return what is to be stored, in order: neither rows that are to go, nor empty ones."""
        going = set(map(id, self.deleted_forms))
        kept = [form for form in self.in_order() if form.instance.pk or form.has_changed()]
        return [form.entry() for form in kept if id(form) not in going]


def _order_of(form: forms.BaseForm) -> int:
    value = form["order"].value()
    return int(value) if isinstance(value, int) or (value and str(value).isdecimal() and len(value) < 4) else _LAST


class QuestionForm(forms.ModelForm):
    """What people are asked to begin with, and the quiz."""

    quiz_link = forms.URLField(
        label=_("Link to a quiz"),
        required=False,
        assume_scheme="https",
        max_length=longest(Clinic, "quiz_link"),
        help_text=_("Shown to those who have a seat only. It begins with https://."),
    )

    class Meta:
        model = Clinic
        fields = ["icebreaker", "quiz_link"]
        help_texts = {"icebreaker": _("Everybody can read it on the page of the clinic.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_call_link(self, self.instance)
        return cleaned


_ItemRows = forms.inlineformset_factory(
    Clinic, AgendaItem, form=AgendaItemForm, formset=AgendaRows, can_delete=True, extra=1, max_num=ITEMS_AT_MOST
)
_TemplateRows = forms.inlineformset_factory(
    AgendaTemplate,
    AgendaTemplateItem,
    form=TemplateItemForm,
    formset=AgendaRows,
    can_delete=True,
    extra=1,
    max_num=ITEMS_AT_MOST,
)


AgendaOwner = Clinic | AgendaTemplate


class AgendaForms:
    """The forms of one page: the rows, and for a clinic its question and quiz."""

    def __init__(self, owner: AgendaOwner, data: QueryDict | None = None) -> None:
        is_clinic = isinstance(owner, Clinic)
        self.owner, self.is_bound = owner, data is not None
        rows: Any = owner.items.all() if isinstance(owner, AgendaTemplate) else owner.agenda.all()
        rows = rows.order_by("place").select_related("person__member") if is_clinic else rows.order_by("place")
        usual = usual_agenda(owner.format) if isinstance(owner, Clinic) and data is None and not rows.exists() else []
        self.begins_with_the_usual = bool(usual)
        initial = [
            {"part": entry.part, "title": entry.title, "minutes": entry.minutes, "order": place}
            for place, entry in enumerate(usual, start=1)
        ]
        kind: Any = _ItemRows if is_clinic else _TemplateRows
        self.rows: AgendaRows = kind(data, instance=owner, queryset=rows, initial=initial, prefix="items")
        self.rows.extra = len(initial) + 1
        self.question = QuestionForm(data, instance=owner, prefix="call") if is_clinic else forms.Form(data)

    def is_valid(self) -> bool:
        return all([self.rows.is_valid(), self.question.is_valid()])

    def facts(self) -> dict[str, Any]:
        """Return what the page shows, so that it is noticed when somebody changes it meanwhile."""
        keys = [form.instance.pk for form in self.rows.initial_forms]
        return {"rows": keys} | facts_of(self.question) | facts_of_rows(self.rows)

    @staticmethod
    def minutes_of(form: forms.BaseForm) -> int:
        """Return the minutes of a row as it stands on the page; 0 where that is no number, or the row is to go."""
        value = str(form["minutes"].value() or "")
        is_number = value.isascii() and value.isdecimal() and len(value) < 5
        return int(value) if is_number and not form["DELETE"].value() else 0


def rearranged(posted: QueryDict, prefix: str = "items") -> QueryDict:
    """Return what was posted with one row more, or with two rows in each other's place, as the button says.

    Nothing is stored: whoever moves rows goes on typing.
    """
    data, places = posted.copy(), _places(posted, prefix)
    if "add" in posted and len(places) < ITEMS_AT_MOST:
        data[f"{prefix}-TOTAL_FORMS"] = str(len(places) + 1)
    row, _sign, direction = posted.get("move", "").partition(":")
    if row in places and direction in (UP, DOWN):
        here = places.index(row)
        there = here - 1 if direction == UP else here + 1
        if 0 <= there < len(places):
            places[here], places[there] = places[there], places[here]
    for number, place in enumerate(places, start=1):
        data[f"{prefix}-{place}-order"] = str(number) if not _is_empty(posted, prefix, place) else ""
    return data


def _places(posted: QueryDict, prefix: str) -> list[str]:
    """Return the numbers of the rows in the form, in the order in which they stand on the page."""
    total = posted.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), ITEMS_AT_MOST + 1) if total.isascii() and total.isdecimal() and len(total) < 4 else 0

    def order(place: int) -> tuple[int, int]:
        typed = posted.get(f"{prefix}-{place}-order", "")
        return (int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else _LAST, place)

    return [str(place) for place in sorted(range(count), key=order)]


def _is_empty(posted: QueryDict, prefix: str, place: str) -> bool:
    columns: Iterable[str] = ("id", "part", "title", "minutes", "speaker")
    return not any(posted.get(f"{prefix}-{place}-{name}") for name in columns)
