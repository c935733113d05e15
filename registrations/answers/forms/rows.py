"""The repeating rows of the registration: languages, offers, wishes, windows. An empty row is ignored."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django import forms
from django.forms import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import EMPTY, KeptChoices
from letsconnect.base.fields import choice_field
from letsconnect.base.keys import key_or_none
from registrations.answers.forms import choices
from registrations.answers.questions import row_fields_of
from registrations.answers.windows import WeekOfCountry, window_rows
from registrations.domain import registrations
from registrations.domain.facts import RegistrationFacts
from registrations.recordings import Recording
from registrations.reference.typed_fields import TypedChoiceField


@contextmanager
def required_only(form: forms.Form, names: Iterable[str] | None) -> Iterator[None]:
    """Inside the block only the named fields of ``form`` are required; None leaves all as they are."""
    before = {name: field.required for name, field in form.fields.items()}
    for name, field in form.fields.items():
        field.required = before[name] and (names is None or name in names)
    yield
    for name, field in form.fields.items():
        field.required = before[name]


class RowForm(forms.Form):
    """The form of one row. Its fields stand in the order in which a stored row has its values.

    A row counts if one of the ``telling`` fields is filled; ``key`` names its subject and gets ``options``, unless it
    is typed.
    """

    key = ""
    telling: tuple[str, ...] = ()
    hint = ""  # how many others share or want the skill
    recording: Recording | None = None  # of a clinic on the skill

    def __init__(self, *args: Any, options: KeptChoices | None, country: str, **kwargs: Any) -> None:
        kwargs["empty_permitted"] = False
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        self.country = country
        field = self.fields[self.key]
        if isinstance(field, TypedChoiceField):
            field.keep(self.initial.get(self.key, ""))
        elif options is not None:
            choice_field(self, self.key).choices = options

    def full_clean(self) -> None:
        """Require nothing in a row whose telling fields are all empty, so that emptying a row removes it."""
        is_empty = self.is_bound and not any(self.data.get(self.add_prefix(name), "").strip() for name in self.telling)
        with required_only(self, () if is_empty else None):
            super().full_clean()

    def is_blank(self) -> bool:
        """Whether none of the telling fields shows anything."""
        return not any(self[name].value() for name in self.telling)

    def is_row(self) -> bool:
        return bool(self.cleaned_data.get(self.key))

    @property
    def subject(self) -> str:
        """What the row is about, by the name it has among the choices; "" where nothing is chosen."""
        chosen, field = str(self[self.key].value() or ""), self.fields[self.key]
        if isinstance(field, TypedChoiceField):
            return field.label_of(chosen)
        offered = cast("Iterable[Any]", choice_field(self, self.key).choices)
        return next((str(name) for value, name in _flat(offered) if str(value) == chosen), "")


def _flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the choices without their groups, and without the one that chooses nothing."""
    for value, name in choices:
        if isinstance(name, list | tuple):
            yield from name
        elif value != "":
            yield value, name


Row = TypeVar("Row", bound=RowForm)


def asks(rows: str) -> Callable[[type[Row]], type[Row]]:
    """Give a form of a row the fields that the question about these rows brings along."""

    def add(form: type[Row]) -> type[Row]:
        form.base_fields = form.declared_fields = row_fields_of(rows)
        return form

    return add


@asks("languages")
class LanguageRow(RowForm):
    key = "code"
    telling = ("code", "level")


@asks("offers")
class OfferRow(RowForm):
    key = "skill"
    telling = ("skill",)


@asks("wishes")
class WishRow(RowForm):
    key = "skill"
    telling = ("skill", "why")


@asks("windows")
class WindowRow(RowForm):
    """A time of the week; an end at or before the start is on the next day."""

    key = "day"
    telling = ("day", "start", "end")

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        for name in ("start", "end"):
            value = cleaned.get(name)
            if value is not None and (value.minute % registrations.WINDOW_STEP or value.second):
                self.add_error(name, _("Please use quarters of an hour: :00, :15, :30 or :45."))
        start, end = cleaned.get("start"), cleaned.get("end")
        if start is not None and start == end and start != time(0):
            self.add_error("end", _("This time is empty. For a whole day write 00:00 to 00:00."))
        return cleaned

    def windows(self) -> list[tuple[int, int]]:
        """Return the row's windows in minutes of the week."""
        day = self.cleaned_data["day"]
        start, end = (
            moment.hour * 60 + moment.minute for moment in (self.cleaned_data["start"], self.cleaned_data["end"])
        )
        length = (end - start) % 1440 or 1440
        windows: list[tuple[int, int]] = []
        for number in WeekOfCountry(self.country).days_of(day):
            first = number * 1440 + start
            last = first + length
            if last <= registrations.MINUTES_A_WEEK:
                windows.append((first, last))
            else:
                windows += registrations.split_window(first, last - registrations.MINUTES_A_WEEK)
        return windows


if TYPE_CHECKING:
    _BaseFormSet = BaseFormSet[RowForm]
else:
    _BaseFormSet = BaseFormSet  # takes no types at run time


class RowFormSet(_BaseFormSet):
    """Rows of which no two may name the same thing."""

    twice = _("This stands here twice. Please keep one of the two.")

    def clean(self) -> None:
        keys_of_rows: set[object] = set()
        for form in self.forms:
            value = form.cleaned_data.get(form.key) if hasattr(form, "cleaned_data") else None
            if not value or form.key == "day":
                continue
            if value in keys_of_rows:
                form.add_error(form.key, self.twice)
            keys_of_rows.add(value)

    def refuse(self, text: str) -> None:
        """Say above the rows what is missing of them."""
        self.non_form_errors().append(text)

    def rows(self) -> list[RowForm]:
        return [form for form in self.forms if form.is_row()]


@cache
def _form_set_class(form: type[RowForm], most: int, extra: int) -> type[RowFormSet]:
    row_set = forms.formset_factory(
        form, formset=RowFormSet, extra=extra, max_num=most, absolute_max=most + 20, validate_max=True
    )
    assert issubclass(row_set, RowFormSet)  # the factory derives it from the one it is given
    return row_set


def _values(rows: Iterable[RowForm]) -> Iterable[tuple[Any, ...]]:
    return sorted(tuple(row.cleaned_data[name] for name in row.fields) for row in rows)


def _merged_windows(rows: Iterable[RowForm]) -> Iterable[tuple[Any, ...]]:
    windows = [window for row in rows if isinstance(row, WindowRow) for window in row.windows()]
    return registrations.merge_windows(windows)


def _typed(_facts: RegistrationFacts, _typed: QueryDict | None) -> None:
    """Return no options: the subject is typed."""


def _days(facts: RegistrationFacts, _typed: QueryDict | None) -> KeptChoices:
    return KeptChoices([EMPTY, *WeekOfCountry(facts.country).choices()])


def _skills(facts: RegistrationFacts, typed: QueryDict | None) -> KeptChoices:
    """Return skills to choose from on either side, those included that are stored or were typed into a row."""
    keys = (key_or_none(typed.get(name, "")) for name in typed if name.endswith("-skill")) if typed else ()
    mine = [*(offer.skill_id for offer in facts.offers), *(wish.skill_id for wish in facts.wishes)]
    skills = choices.skill_choices(mine, {key for key in keys if key is not None})
    return KeptChoices([EMPTY, *skills])


@dataclass(frozen=True)
class StepRows:
    """The repeating rows of a step: their form, their choices, and how rows become a fact and a fact rows."""

    fact: str
    form: type[RowForm]
    options: Callable[[RegistrationFacts, QueryDict | None], KeptChoices | None]
    stored: Callable[[RegistrationFacts], Iterable[tuple[Any, ...]]]
    values: Callable[[Iterable[RowForm]], Iterable[tuple[Any, ...]]] = _values
    most: int = 60
    always_one_more: bool = True  # an empty row below those that are stored

    def form_set(self, facts: RegistrationFacts, typed: QueryDict | None, options: KeptChoices | None) -> RowFormSet:
        """Return the rows as they were typed, or else as they are stored; ``options`` are those of the kind."""
        stored = [dict(zip(self.form.base_fields, row, strict=True)) for row in self.stored(facts)]
        form_set = _form_set_class(self.form, self.most, int(self.always_one_more or not stored))
        about = {"options": options, "country": facts.country}
        return form_set(typed, initial=stored, prefix=self.fact, form_kwargs=about)


STEP_ROWS = {
    rows.fact: rows
    for rows in (
        StepRows("languages", LanguageRow, options=_typed, stored=lambda facts: facts.languages, always_one_more=False),
        StepRows("offers", OfferRow, options=_skills, stored=lambda facts: facts.offers),
        StepRows("wishes", WishRow, options=_skills, stored=lambda facts: facts.wishes),
        StepRows(
            "windows",
            WindowRow,
            options=_days,
            stored=lambda facts: window_rows(facts.windows),
            values=_merged_windows,
            most=120,
        ),
    )
}
