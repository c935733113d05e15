"""One step as a page: its form and its rows, read as facts."""

from datetime import time
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import get_language

from registrations import skills
from registrations.answers.forms import choices
from registrations.answers.forms.rows import RowFormSet
from registrations.answers.forms.steps import FormStep
from registrations.answers.readiness import Missing
from registrations.answers.windows import DAYS, window_rows
from registrations.domain import registrations
from registrations.domain.facts import RegistrationFacts, fingerprint
from registrations.models import Member

MORE_ROWS = 1
SHORTCUTS = {
    "mornings": ("weekdays", time(8), time(12)),
    "evenings": ("weekdays", time(18), time(21)),
    "weekends": ("weekend", time(10), time(18)),
}
_ROW_FIELDS = {
    "languages": ("code", "level", "is_preferred"),
    "offers": ("skill", "level", "would_host"),
    "wishes": ("skill", "priority", "why"),
}


class StepPage:
    """``data`` is what was typed; without it, ``facts`` are shown.

    ``seen`` says which facts the form was opened with.
    """

    def __init__(self, step: FormStep, *, facts: Any, data: QueryDict | None = None) -> None:
        self.step = step
        self.facts = facts
        self.data = data
        self.seen = fingerprint(facts, step.facts) if data is None else data.get("seen", "")
        self.form = step.form(data, facts=facts) if step.form else forms.Form(data)
        self.form.helper = plain_helper()
        self.rows: RowFormSet | None = None
        if step.rows_class:
            options = {"options": _options(step.rows, facts, data)}
            self.rows = step.rows_class(
                data, initial=_row_initial(step.rows, facts), prefix=step.rows, form_kwargs=options
            )

    def is_valid(self) -> bool:
        """Check every field; a field that is only missing is not an error."""
        return all([self.form.is_valid(), self.rows is None or self.rows.is_valid()])

    def values(self) -> dict[str, Any]:
        """Return the facts of the step as typed; call it after `is_valid`."""
        values = self.form.values() if self.step.form else {}
        if self.rows is not None:
            values[self.step.rows] = _row_values(self.rows)
        return values

    def questions(self) -> list[tuple[str, list[BoundField]]]:
        """Return each question of the step with its fields; one whose answers are rows alone has none."""
        return [
            (question.name, [self.form[name] for name in question.names if name in self.form.fields])
            for question in self.step.questions
        ]

    def add_missing(self, missing: list[Missing]) -> None:
        """Show at each field that it is needed now."""
        for needed in missing:
            if needed.field in self.form.fields:
                self.form.add_error(needed.field, needed.text)
            else:
                self.form.add_error(None, needed.text)

    def with_row(self, **values: Any) -> "StepPage":
        """Return the page with one more row, or with the first empty one filled in: nothing is saved."""
        data = (self.data or QueryDict()).copy()
        name, total = self.step.rows, _total(data, self.step.rows)
        number = total
        if values:
            empty = (row.number for row in _numbered(self) if row.is_empty)
            number = next(empty, total)
        if number == total:
            total = min(total + MORE_ROWS, self.rows.max_num)
            data[f"{name}-TOTAL_FORMS"] = str(total)
            for key, field in self.rows.empty_form.fields.items():
                if field.initial is not None:
                    data.setdefault(f"{name}-{number}-{key}", str(int(field.initial)))
        for key, value in values.items():
            data[f"{name}-{number}-{key}"] = f"{value:%H:%M}" if isinstance(value, time) else str(value)
        return StepPage(self.step, facts=self.facts, data=data)

    def with_looked_up_group(self) -> "StepPage":
        """Return the page with the groups found for what was typed: nothing is saved."""
        data = self.data.copy()
        data["group_searched"] = data.get("group_other", "")
        if data["group_searched"]:
            data["group_id"] = ""
        page = StepPage(self.step, facts=self.facts, data=data)
        page.form.look_up()
        return page

    def with_skill(self, key: str) -> "StepPage":
        """Return the page with a row for the skill, unless it has one, and an empty field to find the next."""
        page = StepPage(self.step, facts=self.facts, data=self.data.copy())
        page.data["skill_text"] = ""
        chosen = {str(row["skill"].value()) for row in page.rows}
        return page if key in chosen or _number(key) is None else page.with_row(skill=key)

    @property
    def searched(self) -> str:
        """The text typed to find a skill."""
        return self.data.get("skill_text", "").strip() if self.data and "skill_text" in self.form.fields else ""

    def found(self) -> list[skills.FoundSkill]:
        return skills.search(self.searched, language=get_language() or "en") if self.searched else []

    def add_hints(self, member: Member) -> None:
        """Show at each row how many others share or want its skill."""
        side = skills.Row.OFFER if self.step.rows == "offers" else skills.Row.WISH
        keys = {row: _number(str(row["skill"].value() or "")) for row in self.rows}
        hints = skills.hints(set(keys.values()) - {None}, language=get_language() or "en", row=side, besides=member)
        for row, key in keys.items():
            row.hint = hints.get(key, "")


class _NumberedRow:
    def __init__(self, number: int, form: forms.Form) -> None:
        self.number = number
        self.is_empty = not any((form[name].value() or "") for name in form.telling)


def _numbered(page: StepPage) -> list[_NumberedRow]:
    return [_NumberedRow(number, form) for number, form in enumerate(page.rows.forms)]


def _total(data: QueryDict, name: str) -> int:
    total = data.get(f"{name}-TOTAL_FORMS", "")
    return int(total) if total.isascii() and total.isdigit() and len(total) < 5 else 0


def _number(text: str) -> int | None:
    """Read what may be the key of a row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _options(rows: str, facts: RegistrationFacts, data: QueryDict | None) -> list[Any]:
    if rows == "languages":
        return choices.language_choices()
    if rows == "windows":
        return list(DAYS)
    typed = {_number(value) for name, value in (data or {}).items() if name.endswith("-skill")}
    return choices.skill_choices([row.skill_id for row in getattr(facts, rows)], typed - {None})


def _row_initial(rows: str, facts: RegistrationFacts) -> list[dict[str, Any]]:
    if rows == "windows":
        return window_rows(list(facts.windows))
    return [dict(zip(_ROW_FIELDS[rows], row, strict=True)) for row in getattr(facts, rows)]


def _row_values(rows: RowFormSet) -> tuple[tuple[Any, ...], ...]:
    if rows.prefix == "windows":
        return tuple(registrations.merge_windows([window for row in rows.rows() for window in row.windows()]))
    names = _ROW_FIELDS[rows.prefix]
    return tuple(sorted(tuple(row.cleaned_data[name] for name in names) for row in rows.rows()))


def plain_helper() -> FormHelper:
    """Fields only: the page brings the form tag and its buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper
