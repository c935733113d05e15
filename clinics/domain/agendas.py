"""What can be decided about the agenda of a clinic: what comes when, and whether it fits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from clinics.domain.clinics import MAX_MINUTES, ClinicError, ClinicFormat


class AgendaPart(TextChoices):
    """What an item of an agenda is; `OTHER` is named in words of its own."""

    ICEBREAKER = "icebreaker", pgettext_lazy("part of an agenda", "icebreaker")
    INTRODUCTION = "introduction", pgettext_lazy("part of an agenda", "what it is about")
    PRESENTATION = "presentation", pgettext_lazy("part of an agenda", "presentation")
    CASE_STUDY = "case_study", pgettext_lazy("part of an agenda", "case study")
    QUESTIONS = "questions", pgettext_lazy("part of an agenda", "questions and answers")
    SUMMARY = "summary", pgettext_lazy("part of an agenda", "summary")
    CLOSING_GAME = "closing_game", pgettext_lazy("part of an agenda", "closing game")
    MEETING_PEERS = "meeting_peers", pgettext_lazy("part of an agenda", "finding somebody to learn with")
    NEWS = "news", pgettext_lazy("part of an agenda", "news")
    BREAK = "break", pgettext_lazy("part of an agenda", "break")
    OTHER = "other", pgettext_lazy("part of an agenda", "something else")


class AgendaRefused(ClinicError):
    """An agenda has more items than anybody can follow, or one of another clinic."""


class AgendaStep(NamedTuple):
    """An item of a template: what, and for how many minutes."""

    part: AgendaPart
    minutes: int


class TimedItem(NamedTuple):
    """When one item begins and ends; ``runs_over`` says that it ends after the clinic."""

    begins_at: datetime
    ends_at: datetime
    runs_over: bool


ITEMS_AT_MOST = 40
MINUTES_AT_MOST = MAX_MINUTES  # of one item

# Two hours of a clinic, one of a connectathon or a call, as the programme runs them.
AGENDA_TEMPLATES: dict[str, tuple[AgendaStep, ...]] = {
    ClinicFormat.CLINIC: (
        AgendaStep(AgendaPart.ICEBREAKER, 10),
        AgendaStep(AgendaPart.INTRODUCTION, 10),
        AgendaStep(AgendaPart.PRESENTATION, 35),
        AgendaStep(AgendaPart.CASE_STUDY, 20),
        AgendaStep(AgendaPart.QUESTIONS, 25),
        AgendaStep(AgendaPart.SUMMARY, 10),
        AgendaStep(AgendaPart.CLOSING_GAME, 10),
    ),
    ClinicFormat.CONNECTATHON: (
        AgendaStep(AgendaPart.ICEBREAKER, 10),
        AgendaStep(AgendaPart.INTRODUCTION, 10),
        AgendaStep(AgendaPart.MEETING_PEERS, 30),
        AgendaStep(AgendaPart.SUMMARY, 10),
    ),
    ClinicFormat.COMMUNITY_CALL: (
        AgendaStep(AgendaPart.ICEBREAKER, 10),
        AgendaStep(AgendaPart.NEWS, 15),
        AgendaStep(AgendaPart.PRESENTATION, 15),
        AgendaStep(AgendaPart.QUESTIONS, 15),
        AgendaStep(AgendaPart.SUMMARY, 5),
    ),
}


def timed(minutes: Sequence[int], *, starts_at: datetime, length: int) -> list[TimedItem]:
    """Return when each item begins and ends, one after the other from the start; ``length`` is the clinic's minutes."""
    ends_at, items, begins = starts_at + timedelta(minutes=length), [], starts_at
    for each in minutes:
        ends = begins + timedelta(minutes=each)
        items.append(TimedItem(begins, ends, runs_over=ends > ends_at))
        begins = ends
    return items


def minutes_left(minutes: Sequence[int], *, length: int) -> int:
    """Return how many minutes of the clinic no item fills; below 0 by how many the agenda is too long."""
    return length - sum(minutes)
