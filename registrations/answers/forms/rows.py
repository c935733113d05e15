"""The repeating rows of the registration: languages, offers, wishes, windows. An empty row is ignored."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any

from django import forms
from django.forms import BaseFormSet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.fields import LineFormField
from registrations.domain import registrations
from registrations.domain.registrations import BabelLevel, OfferLevel, WishPriority

_EMPTY = ("", "—")
_DAYS_OF = {"weekdays": range(5), "weekend": range(5, 7), "daily": range(7)}


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
    """One row.

    A row counts if one of the ``telling`` fields is filled; ``key`` names its subject and gets ``options``.
    """

    key = ""
    telling: tuple[str, ...] = ()

    def __init__(self, *args: Any, options: list[Any], **kwargs: Any) -> None:
        kwargs["empty_permitted"] = False
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        self.fields[self.key].choices = [_EMPTY, *options]

    def full_clean(self) -> None:
        """Require nothing in a row whose telling fields are all empty, so that emptying a row removes it."""
        is_empty = self.is_bound and not any(self.data.get(self.add_prefix(name), "").strip() for name in self.telling)
        with required_only(self, () if is_empty else None):
            super().full_clean()

    def is_row(self) -> bool:
        return bool(self.cleaned_data.get(self.key))


class LanguageRow(RowForm):
    key = "code"
    telling = ("code", "level")
    code = forms.ChoiceField(
        label=_("Language"), error_messages={"required": _("Please choose the language this level is about.")}
    )
    level = forms.TypedChoiceField(
        label=_("How well I speak it"),
        coerce=int,
        empty_value=None,
        choices=[_EMPTY, *(choice for choice in BabelLevel.choices if choice[0] > BabelLevel.NONE)],
        error_messages={"required": _("Please say how well you speak it.")},
    )
    is_preferred = forms.BooleanField(label=_("I prefer it for one-to-one meetings"), required=False)


class SkillRow(RowForm):
    key = "skill"
    telling = ("skill",)
    skill = forms.TypedChoiceField(
        label=_("Skill"),
        coerce=int,
        empty_value=None,
        error_messages={"required": _("Please choose the skill this is about.")},
    )


class OfferRow(SkillRow):
    level = forms.TypedChoiceField(
        label=_("How well I know it"), coerce=int, choices=OfferLevel.choices, initial=OfferLevel.PRACTICE
    )
    would_host = forms.BooleanField(label=_("I would also share it in a learning clinic"), required=False)


class WishRow(SkillRow):
    telling = ("skill", "why")
    priority = forms.TypedChoiceField(
        label=_("How soon"), coerce=int, choices=WishPriority.choices, initial=WishPriority.SOON
    )
    why = LineFormField(
        label=_("Why I want to learn it"),
        required=False,
        max_length=500,
        help_text=_("The person you are matched with reads this."),
    )


NOT_AN_HOUR = _("This is not an hour of the day. Write it as 18:30.")


class WindowRow(RowForm):
    """A time of the week; an end at or before the start is on the next day."""

    key = "day"
    telling = ("day", "start", "end")
    day = forms.ChoiceField(label=_("Day"), error_messages={"required": _("Please choose the day.")})
    start = forms.TimeField(
        # Translators: the hour at which a free time of the week begins
        label=pgettext_lazy("hour", "From"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 900}),
        error_messages={"invalid": NOT_AN_HOUR, "required": _("Please say from when.")},
    )
    end = forms.TimeField(
        # Translators: the hour at which a free time of the week ends
        label=pgettext_lazy("hour", "Until"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 900}),
        error_messages={"invalid": NOT_AN_HOUR, "required": _("Please say until when.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
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
        for number in _DAYS_OF.get(day) or [int(day)]:
            first = number * 1440 + start
            last = first + length
            if last <= registrations.MINUTES_A_WEEK:
                windows.append((first, last))
            else:
                windows += registrations.split_window(first, last - registrations.MINUTES_A_WEEK)
        return windows


class RowFormSet(BaseFormSet):
    """Rows of which no two may name the same thing."""

    twice = _("This stands here twice. Please keep one of the two.")

    def clean(self) -> None:
        seen: set[object] = set()
        for form in self.forms:
            value = form.cleaned_data.get(form.key) if hasattr(form, "cleaned_data") else None
            if not value or form.key == "day":
                continue
            if value in seen:
                form.add_error(form.key, self.twice)
            seen.add(value)

    def rows(self) -> list[Any]:
        return [form for form in self.forms if form.is_row()]


def rows_of(form: type[RowForm], *, extra: int = 1, most: int = 60) -> type[RowFormSet]:
    """Return the formset class of one kind of row."""
    return forms.formset_factory(
        form, formset=RowFormSet, extra=extra, max_num=most, absolute_max=most + 20, validate_max=True
    )
