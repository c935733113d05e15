"""Drafts: what a round is asked to do, before anybody computes it."""

from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from matching.domain.matches import BadSetting, MatchMoveNotAllowed, NotYourMatch, RoundState, check_round_move
from matching.engine.criteria import CRITERIA, MOST_WEIGHT
from matching.engine.settings import PRESETS, Settings
from matching.inputs.scope import Scope
from matching.models import MatchingRules, Round
from registrations.domain.registrations import Region
from registrations.models import Member, Skill

MOST_WEEKS = 520


@transaction.atomic
def draft_round(
    *, by: Member, now: datetime, settings: Settings | None = None, scope: Scope | None = None, seed: int = 0
) -> Round:
    """Begin a round that nobody computes yet: it can be changed, previewed and filled with pairs made by hand."""
    if not by.is_staff:
        raise NotYourMatch(_("Only the working group begins rounds."))
    settings, scope = settings or Settings(), scope or Scope()
    _check(settings, scope)
    round_ = Round.objects.create(
        settings=asdict(under_the_rules(settings)),
        scope=scope.as_json(),
        seed=seed,
        created_by=by,
        created_at=now,
    )
    acts.record(by=by, verb="draft_round", on=round_, now=now, became=round_.state)
    return round_


@transaction.atomic
def change_draft(
    *,
    round_: Round,
    by: Member,
    now: datetime,
    settings: Settings | None = None,
    scope: Scope | None = None,
    seed: int | None = None,
) -> Round:
    """Change what a draft is asked to do; what is None stays as it is."""
    round_ = lock_draft(round_, by=by)
    settings = settings or settings_of(round_)
    scope = Scope.of(round_.scope) if scope is None else scope
    _check(settings, scope)
    round_.settings, round_.scope = asdict(under_the_rules(settings)), scope.as_json()
    round_.seed = round_.seed if seed is None else seed
    round_.save(update_fields=["settings", "scope", "seed"])
    acts.record(by=by, verb="change_draft", on=round_, now=now, was=round_.state, became=round_.state)
    return round_


@transaction.atomic
def request_round(*, round_: Round, by: Member, now: datetime) -> Round:
    """Put a draft, or a round that failed, into the queue; a worker computes it by the rules of this moment."""
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    check_may_steer(round_, by=by)
    was = round_.state
    if was != RoundState.DRAFT:
        check_round_move(was, RoundState.DRAFT)
    elif round_.requested_at is not None:
        return round_
    round_.state, round_.failure, round_.finished_at = RoundState.DRAFT, "", None
    round_.requested_at, round_.preview_requested_at = now, None
    round_.settings = asdict(under_the_rules(settings_of(round_)))
    round_.save(update_fields=["state", "failure", "finished_at", "requested_at", "preview_requested_at", "settings"])
    acts.record(by=by, verb="request_round", on=round_, now=now, was=was, became=round_.state)
    nudges.on_commit("matching.tasks.solve")
    return round_


def settings_of(round_: Round) -> Settings:
    """Return what a round was asked to do."""
    return Settings(**{**round_.settings, "levels": tuple(round_.settings.get("levels", ()))})


def under_the_rules(settings: Settings) -> Settings:
    """Return the settings with what the rules of matching say for every round."""
    return replace(settings, min_minutes_a_week=MatchingRules.objects.current().min_minutes_a_week)


def check_may_steer(round_: Round, *, by: Member) -> None:
    """Raise NotYourMatch unless ``by`` is a coordinator or of the working group and began the round."""
    if not round_.can_be_steered_by(by):
        raise NotYourMatch(_("Only a coordinator or whoever began a round changes it."))


def lock_draft(round_: Round, *, by: Member) -> Round:
    """Return the round as it is now, locked; refuse one that is not a draft any more."""
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_.pk)
    check_may_steer(round_, by=by)
    if not round_.is_open_draft:
        raise MatchMoveNotAllowed(_("This round is not a draft any more."))
    return round_


def _check(settings: Settings, scope: Scope) -> None:
    if settings.levels and sorted(settings.levels) != sorted(PRESETS["most_people"]):
        raise BadSetting(_("A round counts every level, each once."))
    if settings.preset not in PRESETS:
        raise BadSetting(_("Choose one of the named orders of the levels."))
    if set(settings.weights) - set(CRITERIA) or not all(
        isinstance(weight, int) and 0 <= weight <= MOST_WEIGHT for weight in settings.weights.values()
    ):
        raise BadSetting(_("Weights are whole numbers from 0 to %(most)d.") % {"most": MOST_WEIGHT})
    if scope.regions is not None and not 0 < len(set(scope.regions) & set(Region.values)) == len(set(scope.regions)):
        raise BadSetting(_("Choose regions of the list."))
    if scope.skills is not None and not 0 < Skill.objects.filter(pk__in=scope.skills).count() == len(set(scope.skills)):
        raise BadSetting(_("Choose skills of the list."))
    if not 0 <= scope.waiting_weeks <= MOST_WEEKS:
        raise BadSetting(_("The weeks to have waited are a whole number from 0 to %(most)d.") % {"most": MOST_WEEKS})
