"""What a row of questions.py is: a question with its facts, each with its field and how it is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django import forms
from django.utils.functional import Promise

from registrations.answers.kinds import Kind, Words
from registrations.answers.rows_in_words import BETWEEN, AnswerRows


@dataclass(frozen=True)
class Fact:
    """A fact that is a column: what the working group calls it, its kind, and its field in the form of the step.

    Where the form itself has to find choices for the field, the field stands in the form.
    """

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


class TickField(NamedTuple):
    """A field to tick, and what the fact names if it is ticked."""

    value: str
    field: forms.BooleanField


Cell = tuple[Any, Callable[[Any, Words], object]]  # the heading, and how it is read from a registration


BY_ITS_FACTS: Any = object()


@dataclass(frozen=True)
class Question:
    """One question of the form: the facts that answer it together, and how each page says them.

    Where nothing is said, the label is that of the field, each fact is a line of the read-back and a column of the
    export, and the desk shows the columns of the registration under their names.
    """

    facts: tuple[Fact | AnswerRows[Any], ...]
    label: Promise | None = None
    read_back: Callable[[Any, Words], list[Any]] | None = None
    cells: tuple[Cell, ...] = BY_ITS_FACTS
    desk: tuple[str, ...] = BY_ITS_FACTS
    ticks: Mapping[str, TickField] = field(default_factory=dict)  # by the name of the field
    row_fields: Mapping[str, forms.Field] = field(default_factory=dict)  # of one row, where the answer is rows
    for_coordinators: bool = False  # liaisons of a region neither see nor export it
    columns: tuple[Fact, ...] = field(init=False)

    def __post_init__(self) -> None:
        columns = tuple(fact for fact in self.facts if isinstance(fact, Fact))
        form_field = columns[0].field if columns else None
        derived = {
            "columns": columns,
            "label": self.label or (form_field.label if form_field is not None else columns[0].label),
            "desk": tuple(fact.name.removesuffix("_id") for fact in columns)
            if self.desk is BY_ITS_FACTS
            else self.desk,
            "cells": tuple((fact.label, fact.cell) for fact in columns) if self.cells is BY_ITS_FACTS else self.cells,
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        return self.facts[0].name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(fact.name for fact in self.facts)

    @property
    def field_names(self) -> tuple[str, ...]:
        """What the fields of this question are called, those that the form of the step declares included."""
        return (*self.names, *self.ticks)

    @property
    def fields(self) -> dict[str, forms.Field]:
        """The fields that the question brings along."""
        columns = {fact.name: fact.field for fact in self.columns if fact.field is not None}
        return columns | {name: tick.field for name, tick in self.ticks.items()}

    def lines(self, facts: Any, words: Words) -> list[str]:
        """Return the answer as the person reads it back, a line for each thing said."""
        if self.read_back is not None:
            lines = self.read_back(facts, words)
        else:
            lines = [line for fact in self.facts for line in _lines(fact, facts, words)]
        return [str(line) for line in lines if line]


def _lines(fact: Fact | AnswerRows[Any], facts: Any, words: Words) -> list[Any]:
    if isinstance(fact, Fact):
        return fact.lines(facts, words, for_the_person=True)
    return fact.lines(fact.read(getattr(facts, fact.name)), words)
