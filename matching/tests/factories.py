"""Rounds and matches for tests: real rows in any state, in a shape the constraints accept."""

from datetime import timedelta
from typing import Any

from matching.domain.matches import (
    LIVE,
    WAS_APPROVED,
    WAS_ASKED,
    WAS_CONNECTED,
    ClosedWhy,
    MatchState,
    RoundState,
    answer_by,
)
from matching.domain.requests import NotThisTime, RequestState
from matching.models import Match, Round, SharerRequest
from registrations.tests.factories import NOW, coordinator_of_the_test, make_registration, make_skill

REASONS = {
    "reasons": [
        {"criterion": "level_gap", "value": 800, "weight": 1, "points": 800},
        {"criterion": "hours_in_common", "value": 100, "weight": 2, "points": 200},
    ],
    "languages": ["ar", "fr"],
    "minutes_a_week": [360, 420, 360, 360],
    "hours": [[4, 12]],
    "from": "2026-03-09",
}


def make_round(state: str = RoundState.PROPOSED, **fields: Any) -> Round:
    values: dict[str, Any] = {"state": state, "created_at": NOW, **fields}
    if state == RoundState.SOLVING:
        values = {"started_at": NOW, "lease_until": NOW + timedelta(minutes=10), **values}
    if state in (RoundState.PROPOSED, RoundState.PUBLISHED):
        values = {"finished_at": NOW, "value": {"served": 1, "score": 1000}, "is_proven": True, **values}
    if state == RoundState.PUBLISHED:
        values = {"published_at": NOW, "published_by": coordinator_of_the_test(), **values}
    return Round.objects.create(**values)


def make_match(state: str = MatchState.PROPOSED, *, skill: str = "wikidata", **fields: Any) -> Match:
    """A match of two fresh people of MENA who could really be matched, unless told otherwise."""
    values: dict[str, Any] = {
        "state": state,
        "score": 1000,
        "reasons": REASONS,
        "proposed_at": NOW,
        "skill": make_skill(skill),
        **fields,
    }
    values.setdefault("round", None)
    values["round"] = values["round"] or make_round()
    if "learner" not in values:
        values["learner"] = make_registration(wishes=[values["skill"]], speaks=[("ar", 6), ("fr", 3)])
    if "sharer" not in values:
        values["sharer"] = make_registration(offers=[values["skill"]], speaks=[("ar", 6), ("fr", 3)])
    if state in WAS_APPROVED:
        values = {
            "approved_at": NOW,
            "approved_by": values.pop("approved_by", None) or coordinator_of_the_test(),
            **values,
        }
    if state in WAS_ASKED:
        values = {"asked_at": NOW, "answer_by": answer_by(NOW), **values}
    if state in WAS_CONNECTED:
        values = {"learner_accepted_at": NOW, "sharer_accepted_at": NOW, "connected_at": NOW, **values}
    if state not in LIVE:
        who = None if state == MatchState.EXPIRED else coordinator_of_the_test()
        values = {"closed_at": NOW, "closed_why": ClosedWhy.POOR_FIT, "closed_by": who, **values}
    return Match.objects.create(**values)


def make_request(state: str = RequestState.OPEN, *, skill: str = "wikidata", **fields: Any) -> SharerRequest:
    """A request of somebody who wishes the skill for somebody who shares it and may be found."""
    values: dict[str, Any] = {"state": state, "skill": make_skill(skill), "why": "I begin next week.", "made_at": NOW}
    values |= fields
    if "learner" not in values:
        values["learner"] = make_registration(wishes=[values["skill"]])
    if "sharer" not in values:
        values["sharer"] = make_registration(offers=[values["skill"]], is_findable=True)
    if state == RequestState.OPEN:
        return SharerRequest.objects.create(**{"place": 1, **values})
    values.setdefault("closed_at", NOW)
    if state == RequestState.MATCHED:
        pair = {"learner": values["learner"], "sharer": values["sharer"]}
        values.setdefault("match", make_match("asked", skill=skill, **pair))
        values.setdefault("round", values["match"].round)
    if state == RequestState.NOT_THIS_TIME:
        values = {"not_this_time": NotThisTime.NOT_EVERYBODY, **values}
        values.setdefault("round", make_round(RoundState.PUBLISHED))
    return SharerRequest.objects.create(**values)
