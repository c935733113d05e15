"""Locks, taken in one order so that no two processes wait for each other, and what is read under them.

The order is: the round, matches by id, registrations by id.
"""

from collections.abc import Container, Iterable
from datetime import date

from letsconnect.base.statements import Statement
from matching.domain.matches import Side, Standing
from matching.models import Match, Round
from registrations.domain.registrations import RegistrationState
from registrations.models import Block, Registration

_MATCH = Statement(
    lambda key: (
        Match.objects.select_for_update(no_key=True, of=("self",))
        .select_related("learner__member", "sharer__member", "skill", "round")
        .filter(pk=key)
    )
)


def lock_match(match: Match) -> Match:
    """Return the match as it is now, locked; raise Match.DoesNotExist if it is gone."""
    for locked in _MATCH.rows({"key": match.pk}):
        return locked
    raise Match.DoesNotExist(f"there is no match {match.pk}")


def lock_people(matches: Iterable[Match]) -> None:
    """Lock both registrations of each match, lowest id first, and put the rows as they are now into the matches."""
    matches = list(matches)
    keys = {key for match in matches for key in (match.learner_id, match.sharer_id)}
    # Places are counted under these locks: two approvals for one sharer wait for each other here.
    rows = Registration.objects.select_for_update(no_key=True, of=("self",)).select_related("member")
    locked = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
    for match in matches:
        match.learner = locked[match.learner_id]
        match.sharer = locked[match.sharer_id]


def lock_step(keys: Iterable[int], *, rounds: bool = False) -> None:
    """Lock several matches and their people, and first their rounds, before something is done with one after the
    other."""
    matches = Match.objects.filter(pk__in=keys)
    if rounds:
        of_them = Round.objects.filter(pk__in=matches.values("round")).order_by("pk")
        list(of_them.select_for_update(no_key=True).values_list("pk"))
    lock_people(matches.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def people_who_agreed(matches: Iterable[Match], *, on: date) -> set[int]:
    """Return the registrations, by key, of those people of these matches who agreed to the documents.

    Asked once their rows are locked, it stays true until the transaction ends: taking an agreement back waits for the
    row.
    """
    keys = {key for match in matches for key in (match.learner_id, match.sharer_id)}
    return set(Registration.objects.filter(pk__in=keys).agreed(on=on).values_list("pk", flat=True))


def standing(
    match: Match,
    side: Side,
    *,
    on: date,
    agreed: Container[int],
    taken: int = 0,
    total: int = 0,
    most_at_once: int | None = None,
) -> Standing:
    """Return what decides whether one side can be matched.

    ``agreed`` is as `people_who_agreed` returns it; ``taken``, ``total`` and ``most_at_once`` are as `check_standing`
    reads them, and left out where no place is asked for.
    """
    person = match.person(side)
    return Standing(
        side=side,
        is_approved=person.state == RegistrationState.APPROVED,
        is_claimed=person.has_open_account,
        is_here=not person.is_resting(on=on),
        has_agreed=person.pk in agreed,
        places=person.can_learn_from if side == Side.LEARNER else person.can_help,
        taken=taken,
        has_left=person.has_left,
        total=total,
        most_at_once=most_at_once,
    )


def is_blocked(match: Match) -> bool:
    """Tell whether either person blocks the other."""
    return Block.objects.between(match.learner.member, match.sharer.member).exists()
