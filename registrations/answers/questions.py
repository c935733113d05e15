"""The questions of the registration form, one row each. Form, read-back, changes, snapshots, export, desk and "my data"
read them here; who may see an answer is declared in columns.toml.

A new question is a column (models, migration, columns.toml), a fact (domain/facts.py) and a row here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.fields import LineFormField
from registrations.answers import kinds
from registrations.answers.kinds import Kind, Words
from registrations.answers.rows_in_words import CONSENTS, LANGUAGES, OFFERS, ROWS, WINDOWS, WISHES, Rows
from registrations.domain.registrations import AgeRange, ContactWay, Gender, Region, RegionWish, Topic

BETWEEN = "; "  # of two things in one cell of a spreadsheet
_NO_ANSWER = ("", _("no answer"))


@dataclass(frozen=True)
class Fact:
    """A fact that is a column: what the working group calls it, its kind, and its field in the form of the step. Where
    the form itself has to find choices for the field, it stands there."""

    name: str
    label: Promise
    kind: Kind
    field: forms.Field | None = None

    def lines(self, facts: Any, words: Words, *, for_the_person: bool = False) -> list[Any]:
        return self.kind.lines(getattr(facts, self.name), words, for_the_person=for_the_person)

    def cell(self, registration: Any, words: Words) -> object:
        if self.kind.is_plain:
            return getattr(registration, self.name)
        return BETWEEN.join(map(str, self.lines(registration, words)))


Cell = tuple[Any, Callable[[Any, Words], object]]  # the heading, and how it is read from a registration
BY_ITS_FACTS: Any = object()


@dataclass(frozen=True)
class Question:
    """``facts`` are answered together. Where nothing is said, the label is that of the field, each fact is a line of
    the read-back and a column of the export, and the desk shows the columns of the registration under their names.
    """

    step: str
    facts: tuple[Fact | Rows, ...]
    label: Promise | None = None
    read_back: Callable[[Any, Words], list[Any]] | None = None
    cells: tuple[Cell, ...] = BY_ITS_FACTS
    desk: tuple[str, ...] = BY_ITS_FACTS
    for_coordinators: bool = False  # liaisons of a region neither see nor export it
    columns: tuple[Fact, ...] = field(init=False)

    def __post_init__(self) -> None:
        columns = tuple(fact for fact in self.facts if isinstance(fact, Fact))
        asked = columns[0].field if columns else None
        known = {
            "columns": columns,
            "label": self.label or (asked.label if asked is not None else columns[0].label),
            "desk": tuple(fact.name.removesuffix("_id") for fact in columns)
            if self.desk is BY_ITS_FACTS
            else self.desk,
            "cells": tuple((fact.label, fact.cell) for fact in columns) if self.cells is BY_ITS_FACTS else self.cells,
        }
        for name, value in known.items():
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        return self.facts[0].name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(fact.name for fact in self.facts)

    def lines(self, facts: Any, words: Words) -> list[str]:
        """Return the answer as the person reads it back, a line for each thing said."""
        if self.read_back is not None:
            lines = self.read_back(facts, words)
        else:
            lines = [line for fact in self.facts for line in _lines(fact, facts, words)]
        return [str(line) for line in lines if line]


def _lines(fact: Fact | Rows, facts: Any, words: Words) -> list[Any]:
    if isinstance(fact, Fact):
        return fact.lines(facts, words, for_the_person=True)
    return fact.lines(getattr(facts, fact.name), words)


def _group(facts: Any, words: Words) -> list[Any]:
    return [words.named("group", facts.group_id)] if facts.group_id else [facts.group_other]


def _hours(facts: Any, words: Words) -> list[Any]:
    return [_("Hours of %(zone)s") % {"zone": facts.zone} if facts.zone else "", *WINDOWS.lines(facts.windows, words)]


def _contact(registration: Any, _words: Words) -> str:
    return f"{ContactWay(registration.contact_way).label} {registration.contact_text}".strip()


def _cell_of(rows: Rows) -> Callable[[Any, Words], str]:
    return lambda registration, words: BETWEEN.join(rows.cells(rows.of(registration), words))


_COUNTRY = Fact("country", _("country or territory"), kinds.COUNTRY)
TOPICS: Question = Question(
    "who",
    (
        Fact(
            "topics",
            _("topics of work"),
            kinds.choices_of(Topic),
            forms.MultipleChoiceField(
                label=_("What I work on"),
                required=False,
                choices=Topic.choices,
                help_text=_("Up to two, your own words included."),
                widget=forms.CheckboxSelectMultiple,
            ),
        ),
        Fact(
            "topic_other",
            _("another topic, in their words"),
            kinds.TEXT,
            LineFormField(label=_("Something else, in my words"), required=False, max_length=100),
        ),
    ),
    cells=((_("topics of work"), lambda registration, words: BETWEEN.join(TOPICS.lines(registration, words))),),
    desk=("shown_topics",),
)

# In the order of the export and the desk; a step asks for its own in this order, too.
QUESTIONS = (
    Question(
        "who",
        (
            Fact(
                "name",
                _("name to show"),
                kinds.TEXT,
                LineFormField(
                    label=_("Name to show"),
                    max_length=100,
                    help_text=_("What your match and the working group call you. A pseudonym is fine."),
                    widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
                ),
            ),
        ),
        cells=(
            (
                pgettext_lazy("of a person", "name"),
                lambda registration, _words: registration.shown_name or str(registration),
            ),
        ),
        desk=("shown_name",),
    ),
    Question(
        "who",
        (_COUNTRY, Fact("region", _("region"), kinds.choice_of(Region))),
        label=_("Country and region"),
        cells=(
            (_("country code"), lambda registration, _words: registration.country),
            (_COUNTRY.label, _COUNTRY.cell),
            (_("region"), lambda registration, _words: registration.region),
        ),
        desk=("shown_country", "region"),
    ),
    Question(
        "who",
        (
            Fact("group_id", _("group"), kinds.key_of("group")),
            Fact("group_other", _("another group, in their words"), kinds.TEXT),
        ),
        label=_("My group"),
        read_back=_group,
        cells=(
            (
                _("group"),
                lambda registration, _words: (
                    registration.group.name if registration.group else registration.group_other
                ),
            ),
        ),
    ),
    Question("who", (Fact("role_id", _("main role"), kinds.key_of("role")),), label=_("Main role")),
    TOPICS,
    Question(
        "languages",
        (LANGUAGES,),
        label=_("Languages I speak"),
        cells=((_("spoken languages"), _cell_of(LANGUAGES)),),
    ),
    Question("share", (OFFERS,), label=_("What I can share"), cells=((_("shares"), _cell_of(OFFERS)),)),
    Question("learn", (WISHES,), label=_("What I want to learn"), cells=((_("wants to learn"), _cell_of(WISHES)),)),
    Question(
        "when",
        (Fact("zone", _("time zone"), kinds.TEXT), WINDOWS),
        label=_("When I am usually free"),
        read_back=_hours,
        cells=((_("free hours"), _cell_of(WINDOWS)), (_("time zone"), lambda registration, _words: registration.zone)),
        desk=("zone", "free_hours"),
    ),
    Question(
        "how-much",
        (
            Fact(
                "can_help",
                _("people they can help at once"),
                kinds.PEOPLE,
                forms.IntegerField(label=_("How many people I can help at once"), min_value=0, max_value=20),
            ),
        ),
    ),
    Question(
        "how-much",
        (
            Fact(
                "can_learn_from",
                _("people they want to learn from at once"),
                kinds.PEOPLE,
                forms.IntegerField(label=_("How many people I want to learn from at once"), min_value=0, max_value=20),
            ),
        ),
    ),
    Question(
        "share",
        (
            Fact(
                "is_findable",
                _("others may find them and ask for them"),
                kinds.YES_NO,
                forms.BooleanField(
                    label=_("Let others find me and ask for me"),
                    required=False,
                    help_text=_(
                        "People with an approved registration then see the name you show, your region and group, "
                        "what you share, your languages and roughly when you are free; never how to reach you. When "
                        "somebody asks for you, it is a wish for the next round of matches: you need not answer "
                        "anything."
                    ),
                ),
            ),
        ),
        label=_("Others may find me and ask for me"),
    ),
    Question(
        "how-much",
        (
            Fact(
                "away_until",
                _("away until"),
                kinds.DAY,
                forms.DateField(
                    label=_("I am away until"),
                    required=False,
                    widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
                    help_text=_("Leave it empty if you are here. Until that day you are not matched."),
                    error_messages={"invalid": _("This is not a day of the calendar. Write it as 2026-12-31.")},
                ),
            ),
        ),
    ),
    Question(
        "how-much",
        (
            Fact(
                "region_wish",
                _("where their match is from"),
                kinds.choice_of(RegionWish),
                forms.ChoiceField(
                    label=_("Where my match is from"), choices=RegionWish.choices, widget=forms.RadioSelect
                ),
            ),
        ),
        cells=(),
    ),
    Question(
        "how-much",
        (
            Fact(
                "contact_way",
                _("how a match may reach them"),
                kinds.choice_of(ContactWay),
                forms.ChoiceField(
                    label=_("How a match may reach me"),
                    choices=ContactWay.choices,
                    widget=forms.RadioSelect,
                    help_text=_("Shown to your match only after both of you have accepted."),
                ),
            ),
            Fact(
                "contact_text",
                _("talk page or other way"),
                kinds.TEXT,
                LineFormField(
                    label=_("Talk page or other way"),
                    required=False,
                    max_length=300,
                    help_text=_("For example User talk:Amina, or the name you use in a chat."),
                ),
            ),
        ),
        cells=((_("how a match may reach them"), _contact),),
        desk=("contact",),
        for_coordinators=True,
    ),
    Question("consents", (CONSENTS,), label=_("What I agree to"), cells=(), desk=("consent_lines",)),
)

# Kept apart from the registration: no desk, no export, no changes.
VOLUNTARY = (
    Question(
        "statistics",
        (
            Fact(
                "gender",
                _("Gender"),
                kinds.choice_of(Gender),
                forms.ChoiceField(
                    label=_("Gender"), required=False, choices=[_NO_ANSWER, *Gender.choices], widget=forms.RadioSelect
                ),
            ),
            Fact(
                "gender_words",
                _("In my words"),
                kinds.TEXT,
                LineFormField(label=_("Not listed: in my words"), required=False, max_length=100),
            ),
        ),
    ),
    Question(
        "statistics",
        (
            Fact(
                "age",
                _("Age"),
                kinds.choice_of(AgeRange),
                forms.ChoiceField(label=_("Age"), required=False, choices=[_NO_ANSWER, *AgeRange.choices]),
            ),
        ),
    ),
)

COLUMNS = {fact.name: fact for question in QUESTIONS for fact in question.columns}
FOR_COORDINATORS = frozenset(name for question in QUESTIONS if question.for_coordinators for name in question.names)


def questions_of(step: str) -> tuple[Question, ...]:
    """Return the questions of one step in their order."""
    return tuple(question for question in (*QUESTIONS, *VOLUNTARY) if question.step == step)


def fields_of(step: str) -> dict[str, forms.Field]:
    """Return the fields the questions of one step bring along."""
    columns = [fact for question in questions_of(step) for fact in question.columns]
    return {fact.name: fact.field for fact in columns if fact.field is not None}


def keys_in(facts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what some facts point at: ("group", 3), ("skill", 12). Facts of another time may lack some."""
    for column in COLUMNS.values():
        key = facts.get(column.name)
        if column.kind.names and key is not None:
            yield column.kind.names, key
    for rows in ROWS.values():
        if rows.names:
            yield from ((rows.names, rows.row(*row).skill_id) for row in facts.get(rows.name, ()))
