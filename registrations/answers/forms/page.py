"""One step as a page: its form and its rows, read as facts."""

from collections.abc import Iterator
from datetime import time
from typing import Any, Self

from django import forms
from django.forms import Media
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base.keys import key_or_none
from letsconnect.base.read_together import reading_together
from registrations.answers import readback
from registrations.answers.forms.fields import GroupForm
from registrations.answers.forms.rows import STEP_ROWS, RowForm, RowFormSet
from registrations.answers.forms.steps import FormStep
from registrations.answers.readiness import Missing
from registrations.answers.rows_in_words import WINDOWS
from registrations.answers.sensitive import SensitiveFacts
from registrations.domain.facts import RegistrationFacts, fingerprint
from registrations.models import Member
from registrations.recordings import recordings_on
from registrations.skills.finding import FoundSkill, search
from registrations.skills.hints import Row, asked_about, hints

MORE_ROWS = 1
_SIDES = {"wishes": Row.WISH, "offers": Row.OFFER}
_SAID_AT = {"offers": "skill_text"}  # the field at which rows without any field are said to be missing
SHORTCUTS = {
    "mornings": ("weekdays", time(8), time(12)),
    "evenings": ("weekdays", time(18), time(21)),
    "weekend_mornings": ("weekend", time(9), time(12)),
    "weekend_afternoons": ("weekend", time(14), time(18)),
}


class StepPage:
    """One step as a page shows it: its form and its rows, with what was typed or else with what is stored.

    ``data`` is what was typed; without it, ``facts`` are shown. ``seen`` says which facts the form was opened with.
    """

    def __init__(
        self, step: FormStep, *, facts: RegistrationFacts | SensitiveFacts, data: QueryDict | None = None
    ) -> None:
        self.step = step
        self.facts = facts
        self.data = data
        self.seen = fingerprint(facts, step.facts) if data is None else data.get("seen", "")
        self.form = step.form(data, facts=facts)
        self.kinds = step.rows if isinstance(facts, RegistrationFacts) else ()
        self.rows = self._row_sets(facts) if isinstance(facts, RegistrationFacts) else {}

    def _row_sets(self, facts: RegistrationFacts) -> dict[str, RowFormSet]:
        """Return the rows of each kind; those that are chosen from the same list share it."""
        options = {read: read(facts, self.data) for read in {kind.options for kind in self.kinds}}
        return {kind.fact: kind.form_set(facts, self.data, options[kind.options]) for kind in self.kinds}

    def is_valid(self) -> bool:
        """Check every field; a field that is only missing is not an error."""
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    def values(self) -> dict[str, Any]:
        """Return the facts of the step as typed; call it after `is_valid`."""
        rows = {kind.fact: tuple(kind.values(self.rows[kind.fact].rows())) for kind in self.kinds}
        return self.form.values() | rows

    @property
    def media(self) -> Media:
        """The scripts and sheets of the fields."""
        return sum((rows.media for rows in self.rows.values()), self.form.media)

    @property
    def is_refused(self) -> bool:
        """Whether something was found missing or wrong."""
        return bool(self.form.errors) or any(rows.non_form_errors() for rows in self.rows.values())

    @property
    def all_rows(self) -> list[RowForm]:
        """The rows of all kinds, one after the other."""
        return [row for rows in self.rows.values() for row in rows.forms]

    def questions(self) -> list[tuple[str, list[BoundField]]]:
        """Return each question of the step with its fields; one whose answers are rows alone has none."""
        return [
            (question.name, [self.form[name] for name in question.field_names if name in self.form.fields])
            for question in self.step.questions
        ]

    def add_missing(self, missing: list[Missing]) -> None:
        """Show at each field that it is needed now: a tick in its own words, rows above the first of them."""
        for needed in missing:
            name = self._where_said(needed.field)
            field = self.form.fields.get(name)
            if isinstance(field, forms.BooleanField):
                self.form.add_error(needed.field, field.error_messages["required"])
            elif field is not None:
                self.form.add_error(name, needed.text)
            elif needed.field in self.rows:
                self.rows[needed.field].refuse(needed.text)
            else:
                self.form.add_error(None, needed.text)

    def _where_said(self, name: str) -> str:
        """Return the field at which it is said that this one lacks something: a group is typed before one is chosen."""
        if name == "group_id" and isinstance(self.form, GroupForm) and not self.form.has_groups:
            return "group_other"
        return _SAID_AT.get(name, name)

    @property
    def windows_in_words(self) -> list[str]:
        """The free hours that are typed or stored, said in a few lines; none while a row is not finished."""
        rows, windows = self.rows["windows"], getattr(self.facts, "windows", ())
        if rows.is_bound:
            windows = STEP_ROWS["windows"].values(rows.rows()) if rows.is_valid() else ()
        return WINDOWS.lines(WINDOWS.read(windows), readback.words_for(self.facts))

    @property
    def opens_list(self) -> bool:
        """Whether the list of free hours is what somebody works on: a row was added, or something in it is wrong."""
        rows = self.rows["windows"]
        return rows.is_bound and (self.typed().get("more") == "windows" or any(rows.errors))

    def typed(self) -> QueryDict:
        """Return a copy of what was typed, to be changed and shown: nothing is saved."""
        return (self.data or QueryDict()).copy()

    def again(self, data: QueryDict) -> Self:
        """Return the page as if this had been typed."""
        return type(self)(self.step, facts=self.facts, data=data)

    def with_row(self, fact: str, **values: Any) -> Self:
        """Return the page with one more row, or with the first empty one filled in: nothing is saved."""
        data, rows = self.typed(), self.rows[fact]
        number = total = _total(data, fact)
        if values:
            empty = (number for number, row in enumerate(rows.forms) if row.is_blank())
            number = next(empty, total)
        if number == total:
            total = min(total + MORE_ROWS, rows.max_num)
            data[f"{fact}-TOTAL_FORMS"] = str(total)
            data.setdefault(f"{fact}-INITIAL_FORMS", "0")
        for key, field in rows.empty_form.fields.items():
            if field.initial is not None:
                data.setdefault(f"{fact}-{number}-{key}", str(int(field.initial)))
        for key, value in values.items():
            data[f"{fact}-{number}-{key}"] = f"{value:%H:%M}" if isinstance(value, time) else str(value)
        return self.again(data)


def with_looked_up_group(page: StepPage) -> StepPage:
    """Return the page with the groups found for what was typed: nothing is saved."""
    data = page.typed()
    data["group_searched"] = data.get("group_other", "")
    if data["group_searched"]:
        data["group_id"] = ""
    looked_up = page.again(data)
    if isinstance(looked_up.form, GroupForm):
        looked_up.form.look_up()
    return looked_up


class SkillsPage(StepPage):
    """A page on which skills are found and added as rows, and said more about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.form.fields.get("skill_text")
        if field is not None and not (self.has_no_wishes and self.has_no_offers):
            field.label, field.required = _("One more skill"), False

    def with_skill(self, key: str, *, to: str) -> Self:
        """Return the page with a row of this kind for the skill, unless it has one, and an empty field to find the
        next."""
        data = self.typed()
        data["skill_text"] = ""
        page = self.again(data)
        chosen = {str(row["skill"].value()) for row in page.rows[to]}
        return page if key in chosen or key_or_none(key) is None else page.with_row(to, skill=key)

    def without(self, row: str) -> Self:
        """Return the page without this row, named as its fields are ("offers-0"): nothing is saved."""
        data = self.typed()
        for name in ("skill", "why"):
            if f"{row}-{name}" in data:
                data[f"{row}-{name}"] = ""
        return self.again(data)

    @property
    def has_no_wishes(self) -> bool:
        return not any(row.subject for row in self.rows["wishes"].forms)

    @property
    def has_no_offers(self) -> bool:
        return not any(row.subject for row in self.rows["offers"].forms)

    @property
    def searched(self) -> str:
        """The text typed to find a skill."""
        return self.data.get("skill_text", "").strip() if self.data else ""

    def skills_found(self) -> list[FoundSkill]:
        return search(self.searched, language=get_language() or "en") if self.searched else []

    def add_hints(self, member: Member) -> None:
        """Show at each row how many others share or want its skill, and at a wish a recording of a clinic on it."""
        keyed = {side: list(self._with_keys(fact)) for fact, side in _SIDES.items()}
        today, asked = timezone.now().date(), []
        for side, rows in keyed.items():
            if rows:
                asked.append(asked_about((key for _row, key in rows), row=side, besides=member, on=today))
        with reading_together() as read:
            read(*asked)
            for side, rows in keyed.items():
                skills = {key for _row, key in rows}
                sentences = hints(skills, language=get_language() or "en", row=side, besides=member, on=today)
                recordings = recordings_on(skills) if side == Row.WISH else {}
                for row, key in rows:
                    row.hint, row.recording = sentences.get(key, ""), recordings.get(key)

    def _with_keys(self, fact: str) -> Iterator[tuple[Any, int]]:
        """Yield the rows that name a skill, each with its key."""
        for row in self.rows[fact].forms:
            key = key_or_none(str(row["skill"].value() or ""))
            if key is not None:
                yield row, key


def page_of(step: FormStep, *, facts: RegistrationFacts | SensitiveFacts, data: QueryDict | None = None) -> StepPage:
    """Return the page of a step."""
    kind = SkillsPage if any(rows.fact in _SIDES for rows in step.rows) else StepPage
    return kind(step, facts=facts, data=data)


def _total(data: QueryDict, name: str) -> int:
    total = data.get(f"{name}-TOTAL_FORMS", "")
    return int(total) if total.isascii() and total.isdigit() and len(total) < 5 else 0
