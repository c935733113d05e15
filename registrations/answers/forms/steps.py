"""The steps of the registration: with which form and rows each one asks its questions."""

from dataclasses import dataclass

from django.forms import BaseFormSet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registrations.answers.forms import fields
from registrations.answers.forms.rows import LanguageRow, OfferRow, WindowRow, WishRow, rows_of
from registrations.answers.questions import Question, questions_of


@dataclass(frozen=True)
class FormStep:
    """What two tabs wrote differently is chosen question by question: the facts of one change together."""

    name: str
    title: Promise
    form: type[fields.StepForm] | None = None
    rows: str = ""
    rows_class: type[BaseFormSet] | None = None
    is_apart: bool = False  # not part of the registration: the voluntary questions

    @property
    def questions(self) -> tuple[Question, ...]:
        return questions_of(self.name)

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(name for question in self.questions for name in question.names)

    @property
    def template(self) -> str:
        return f"registrations/steps/{self.name.replace('-', '_')}.html"

    @property
    def fields(self) -> tuple[str, ...]:
        """What `readiness` may call missing here."""
        return (*(self.form.base_fields if self.form else ()), self.rows)


STEPS = (
    FormStep(
        "who",
        _("Who I am"),
        form=fields.WhoForm,
    ),
    FormStep("languages", _("Languages I speak"), rows="languages", rows_class=rows_of(LanguageRow)),
    FormStep(
        "share",
        _("What I can share"),
        form=fields.ShareForm,
        rows="offers",
        rows_class=rows_of(OfferRow),
    ),
    FormStep(
        "learn",
        _("What I want to learn"),
        form=fields.LearnForm,
        rows="wishes",
        rows_class=rows_of(WishRow),
    ),
    FormStep(
        "when",
        _("When I am usually free"),
        form=fields.WhenForm,
        rows="windows",
        rows_class=rows_of(WindowRow, most=120),
    ),
    FormStep(
        "how-much",
        _("How much, and how to reach me"),
        form=fields.AmountsForm,
    ),
    FormStep("consents", _("What I agree to"), form=fields.ConsentsForm),
    FormStep(
        "statistics",
        _("Two questions you may skip"),
        form=fields.StatisticsForm,
        is_apart=True,
    ),
)
BY_NAME = {step.name: step for step in STEPS}


def step_of(field: str) -> FormStep:
    """Return the step that asks for a form field or a kind of rows."""
    return next(step for step in STEPS if field in step.fields)


def after(step: FormStep) -> FormStep | None:
    number = STEPS.index(step) + 1
    return STEPS[number] if number < len(STEPS) else None


def before(step: FormStep) -> FormStep | None:
    number = STEPS.index(step)
    return STEPS[number - 1] if number else None
