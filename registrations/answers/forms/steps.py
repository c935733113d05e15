"""The steps of the registration: with which form each one asks its questions."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registrations.answers.forms import fields
from registrations.answers.forms.rows import STEP_ROWS, StepRows
from registrations.answers.question_rows import Question
from registrations.answers.questions import questions_of


@dataclass(frozen=True, eq=False)  # the steps are those of `STEPS`: none is equal to another
class FormStep:
    """One step of the form: its title, its form, and through its name the questions it asks.

    Where two tabs wrote different answers, the person chooses question by question: the facts of one change together.
    """

    name: str
    title: Promise
    form: type[fields.StepForm]
    is_apart: bool = False  # not part of the registration: the voluntary questions

    @property
    def questions(self) -> tuple[Question, ...]:
        return questions_of(self.name)

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(name for question in self.questions for name in question.names)

    @property
    def rows(self) -> StepRows | None:
        """The repeating rows of one of the questions, if the step has any."""
        return next((STEP_ROWS[name] for name in self.facts if name in STEP_ROWS), None)

    @property
    def template(self) -> str:
        return f"registrations/steps/{self.name.replace('-', '_')}.html"

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names that `readiness` may say are missing in this step: form fields and kinds of rows."""
        return (*self.form.base_fields, *([self.rows.fact] if self.rows else []))


STEPS = (
    FormStep("who", _("Who I am"), fields.WhoForm),
    FormStep("languages", _("Languages I speak"), fields.LanguagesForm),
    FormStep("share", _("What I can share"), fields.ShareForm),
    FormStep("learn", _("What I want to learn"), fields.LearnForm),
    FormStep("when", _("When I am usually free"), fields.WhenForm),
    FormStep("how-much", _("How much, and how to reach me"), fields.AmountsForm),
    FormStep("consents", _("What I agree to"), fields.ConsentsForm),
    FormStep("statistics", _("Two questions you may skip"), fields.StatisticsForm, is_apart=True),
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
