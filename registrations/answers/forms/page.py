"""One step as a page: its form and its rows, read as facts."""

from datetime import time
from typing import Any, Self

from django.forms import Media
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import get_language

from letsconnect.base.keys import key_or_none
from registrations.answers.forms.fields import SkillForm, WhoForm
from registrations.answers.forms.rows import StepRows
from registrations.answers.forms.steps import FormStep
from registrations.answers.readiness import Missing
from registrations.answers.sensitive import SensitiveFacts
from registrations.domain.facts import RegistrationFacts, fingerprint
from registrations.models import Member
from registrations.recordings import recordings_on
from registrations.skills.finding import FoundSkill, search
from registrations.skills.hints import Row, hints

MORE_ROWS = 1
SHORTCUTS = {
    "mornings": ("weekdays", time(8), time(12)),
    "evenings": ("weekdays", time(18), time(21)),
    "weekend_mornings": ("weekend", time(9), time(12)),
    "weekend_afternoons": ("weekend", time(14), time(18)),
}


class StepPage:
    """One step as a page shows it: the form, with what was typed or else with what is stored.

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

    def is_valid(self) -> bool:
        """Check every field; a field that is only missing is not an error."""
        return self.form.is_valid()

    def values(self) -> dict[str, Any]:
        """Return the facts of the step as typed; call it after `is_valid`."""
        return self.form.values()

    @property
    def media(self) -> Media:
        """The scripts and sheets of the fields."""
        return self.form.media

    def questions(self) -> list[tuple[str, list[BoundField]]]:
        """Return each question of the step with its fields; one whose answers are rows alone has none."""
        return [
            (question.name, [self.form[name] for name in question.field_names if name in self.form.fields])
            for question in self.step.questions
        ]

    def add_missing(self, missing: list[Missing]) -> None:
        """Show at each field that it is needed now."""
        for needed in missing:
            if needed.field in self.form.fields:
                self.form.add_error(needed.field, needed.text)
            else:
                self.form.add_error(None, needed.text)

    def typed(self) -> QueryDict:
        """Return a copy of what was typed, to be changed and shown: nothing is saved."""
        return (self.data or QueryDict()).copy()


def with_looked_up_group(page: StepPage) -> StepPage:
    """Return the page with the groups found for what was typed: nothing is saved."""
    data = page.typed()
    data["group_searched"] = data.get("group_other", "")
    if data["group_searched"]:
        data["group_id"] = ""
    looked_up = StepPage(page.step, facts=page.facts, data=data)
    if isinstance(looked_up.form, WhoForm):
        looked_up.form.look_up()
    return looked_up


class RowsPage(StepPage):
    """A page with repeating rows."""

    facts: RegistrationFacts

    def __init__(
        self, step: FormStep, kind: StepRows, *, facts: RegistrationFacts, data: QueryDict | None = None
    ) -> None:
        super().__init__(step, facts=facts, data=data)
        self.kind = kind
        self.rows = kind.form_set(facts, data)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.rows.is_valid()])

    def values(self) -> dict[str, Any]:
        return super().values() | {self.kind.fact: tuple(self.kind.values(self.rows.rows()))}

    @property
    def media(self) -> Media:
        return super().media + self.rows.media

    def again(self, data: QueryDict) -> Self:
        """Return the page as if this had been typed."""
        return type(self)(self.step, self.kind, facts=self.facts, data=data)

    def with_row(self, **values: Any) -> Self:
        """Return the page with one more row, or with the first empty one filled in: nothing is saved."""
        data, name = self.typed(), self.kind.fact
        number = total = _total(data, name)
        if values:
            empty = (number for number, row in enumerate(self.rows.forms) if row.is_blank())
            number = next(empty, total)
        if number == total:
            total = min(total + MORE_ROWS, self.rows.max_num)
            data[f"{name}-TOTAL_FORMS"] = str(total)
            for key, field in self.rows.empty_form.fields.items():
                if field.initial is not None:
                    data.setdefault(f"{name}-{number}-{key}", str(int(field.initial)))
        for key, value in values.items():
            data[f"{name}-{number}-{key}"] = f"{value:%H:%M}" if isinstance(value, time) else str(value)
        return self.again(data)


class SkillsPage(RowsPage):
    """A page on which skills are found and added as rows."""

    def with_skill(self, key: str) -> Self:
        """Return the page with a row for the skill, unless it has one, and an empty field to find the next."""
        data = self.typed()
        data["skill_text"] = ""
        page = self.again(data)
        chosen = {str(row["skill"].value()) for row in page.rows}
        return page if key in chosen or key_or_none(key) is None else page.with_row(skill=key)

    @property
    def searched(self) -> str:
        """The text typed to find a skill."""
        return self.data.get("skill_text", "").strip() if self.data else ""

    def skills_found(self) -> list[FoundSkill]:
        return search(self.searched, language=get_language() or "en") if self.searched else []

    def add_hints(self, member: Member) -> None:
        """Show at each row how many others share or want its skill, and at a wish a recording of a clinic on it."""
        side = Row.OFFER if self.kind.fact == "offers" else Row.WISH
        keyed = [(row, key) for row in self.rows if (key := key_or_none(str(row["skill"].value() or ""))) is not None]
        sentences = hints({key for _row, key in keyed}, language=get_language() or "en", row=side, besides=member)
        recordings = recordings_on({key for _row, key in keyed}) if side == Row.WISH else {}
        for row, key in keyed:
            row.hint, row.recording = sentences.get(key, ""), recordings.get(key)


def page_of(step: FormStep, *, facts: RegistrationFacts | SensitiveFacts, data: QueryDict | None = None) -> StepPage:
    """Return the page of a step, with the rows it has."""
    if step.rows is None or isinstance(facts, SensitiveFacts):
        return StepPage(step, facts=facts, data=data)
    kind = SkillsPage if issubclass(step.form, SkillForm) else RowsPage
    return kind(step, step.rows, facts=facts, data=data)


def _total(data: QueryDict, name: str) -> int:
    total = data.get(f"{name}-TOTAL_FORMS", "")
    return int(total) if total.isascii() and total.isdigit() and len(total) < 5 else 0
