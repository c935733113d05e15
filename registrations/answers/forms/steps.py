"""The screens of the registration and the cards that come after it: with which form each one asks which questions."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registrations.answers.forms import cards, fields
from registrations.answers.forms.rows import STEP_ROWS, StepRows
from registrations.answers.question_rows import Question
from registrations.answers.questions import questions_of
from registrations.domain.eligibility import Rules


@dataclass(frozen=True, eq=False)  # the steps are those below: none is equal to another
class FormStep:
    """One screen or card of the form: its title, its form, and the questions it asks, by name.

    Where two tabs wrote different answers, the person chooses question by question: the facts of one change together.
    """

    name: str
    title: Promise
    form: type[fields.StepForm]
    asks: tuple[str, ...]
    changes: Promise | str = ""  # of a card: what its answer changes
    template: str = ""
    is_apart: bool = False  # not part of the registration: the voluntary questions

    def __post_init__(self) -> None:
        template = self.template or self.name.replace("-", "_")
        object.__setattr__(self, "template", f"registrations/steps/{template}.html")

    @property
    def questions(self) -> tuple[Question, ...]:
        return questions_of(*self.asks)

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(name for question in self.questions for name in question.names)

    @property
    def rows(self) -> tuple[StepRows, ...]:
        """The repeating rows of its questions."""
        return tuple(STEP_ROWS[name] for name in self.facts if name in STEP_ROWS)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names that `readiness` may say are missing here: form fields and kinds of rows."""
        return (*self.form.base_fields, *(rows.fact for rows in self.rows))


_WHO = _("Who I am")
YOU = FormStep("you", _WHO, fields.WhoForm, ("name", "country", "languages"))
YOU_IN_A_GROUP = FormStep("you", _WHO, fields.WhoInAGroupForm, ("name", "country", "group_id", "languages"))
SKILLS = FormStep("skills", _("What I learn or share"), fields.SkillForm, ("offers", "wishes"))
HOURS = FormStep("hours", _("When I am free"), fields.WhenForm, ("zone",))
HAND_IN = FormStep("hand-in", _("Read and send"), fields.ConsentsForm, ("consents",))

GROUP = FormStep(
    "group",
    _("My group"),
    fields.GroupForm,
    ("group_id",),
    _("Your match and the working group see it. It does not change whom we find for you."),
)
CARDS = (
    FormStep(
        "about-skills",
        _("More about my skills"),
        cards.AboutSkillsForm,
        ("offers", "wishes"),
        _(
            "We prefer somebody who knows a skill better than you do, and what you want soonest counts more. Your "
            "match reads why you want to learn it."
        ),
    ),
    FormStep(
        "places",
        _("How many people at once"),
        cards.PlacesForm,
        ("can_help", "can_learn_from"),
        _(
            "One round finds at most one person for you to learn from. It finds as many to help as you have "
            "room for. With 0 you are left out on that side."
        ),
        "card",
    ),
    FormStep(
        "region",
        _("My region and that of my match"),
        cards.RegionForm,
        ("country", "region_wish"),
        _(
            "If you choose one kind of region, nobody else is found for you, so there are fewer people. With “either "
            "is fine” everybody can be found."
        ),
        "card",
    ),
    FormStep(
        "spoken",
        _("Languages I prefer"),
        cards.SpokenForm,
        ("languages",),
        _("Everybody with a language in common can be found. A language that both prefer makes a match better."),
    ),
    FormStep(
        "findable",
        _("Let others ask for me"),
        cards.FindableForm,
        ("is_findable",),
        _("Others find you by what you share. A match that somebody asked for gets more points in the next round."),
        "card",
    ),
    FormStep(
        "away",
        _("When I am away"),
        cards.AwayForm,
        ("away_until",),
        _("Until that day you are in no round of matches. After it you take part again by yourself."),
        "card",
    ),
    FormStep(
        "contact",
        _("How to reach me"),
        cards.ContactForm,
        ("contact_way",),
        _("It does not change whom we find. Your match sees it only after both of you have said yes."),
        "card",
    ),
    GROUP,
    FormStep(
        "work",
        _("My role and topics"),
        cards.WorkForm,
        ("role_id", "topics"),
        _("It does not change whom we find. The working group reads it when it looks at your registration."),
        "card",
    ),
    FormStep(
        "newsletter",
        _("The newsletter"),
        cards.NewsletterForm,
        ("consents",),
        _("It does not change whom we find. It tells you about learning clinics to come."),
        "card",
    ),
    FormStep(
        "gender-age",
        _("Two questions about gender and age"),
        cards.StatisticsForm,
        ("gender", "age"),
        _("They change nothing for you. They help the programme see whom it reaches."),
        "statistics",
        is_apart=True,
    ),
)

# Where the questions of the eight steps are now that there were before (docs/decisions/0078).
FORMER = {
    "who": "you",
    "languages": "you",
    "share": "skills",
    "learn": "skills",
    "when": "hours",
    "how-much": "places",
    "consents": "hand-in",
    "statistics": "gender-age",
}
_NAMES = frozenset(step.name for step in (YOU, SKILLS, HOURS, HAND_IN, *CARDS))


def screens(rules: Rules) -> tuple[FormStep, ...]:
    """Return the screens up to handing in; a group is asked for on the first where the rules ask everybody for one."""
    return (YOU_IN_A_GROUP if rules.must_belong_to_a_group else YOU, SKILLS, HOURS, HAND_IN)


def cards_after(rules: Rules) -> tuple[FormStep, ...]:
    """Return the cards that come after handing in."""
    return tuple(card for card in CARDS if card is not GROUP or not rules.must_belong_to_a_group)


def is_step(name: str) -> bool:
    """Tell whether a screen or card has this name."""
    return name in _NAMES


def step_named(name: str, rules: Rules) -> FormStep:
    """Return the screen or card of this name; the card of the group is there, too, where the first screen asks it."""
    return next(step for step in (*screens(rules), *CARDS) if step.name == name)


def step_of(field: str, rules: Rules) -> FormStep:
    """Return the screen or card that asks for a form field or a kind of rows."""
    return next(step for step in (*screens(rules), *CARDS) if field in step.fields)


def after(screen: FormStep, rules: Rules) -> FormStep | None:
    """Return the next screen, None after the last or for a card."""
    return _beside(screen, rules, 1)


def before(screen: FormStep, rules: Rules) -> FormStep | None:
    """Return the screen before, None before the first or for a card."""
    return _beside(screen, rules, -1)


def _beside(screen: FormStep, rules: Rules, distance: int) -> FormStep | None:
    in_order = screens(rules)
    number = in_order.index(screen) + distance if screen in in_order else -1
    return in_order[number] if 0 <= number < len(in_order) else None
