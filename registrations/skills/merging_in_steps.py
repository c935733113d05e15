"""Large merges of skills, done by a worker for a few people at a time, so that no form waits for thousands of answers.

The skill itself is merged last, when few answers are left. Until then both skills stay as they were, and a new answer
about the one is stored as an answer about the other. If a worker dies, the next one continues its merge.
"""

from datetime import datetime
from functools import partial

from django.db import OperationalError, transaction

from letsconnect.base import nudges
from letsconnect.base.clocks import running_from
from letsconnect.base.database_waits import reason_of, try_again_while_busy, wait_at_most
from letsconnect.base.fields import longest
from registrations.domain.registrations import SkillRefused
from registrations.models import SkillMerge
from registrations.skills import merging
from registrations.skills.arranging import complete_merge
from registrations.skills.merged_answers import keep_skills_in_place, lock_skill_tree

STEP = 20  # people in one transaction
PATIENCE, TRIES = 1.0, 5  # seconds a step waits for a lock, and how often it is tried before the next worker


def work_merges(*, now: datetime) -> int:
    """Continue merges that were started and that no worker is working on; return how many were completed."""
    completed, tried, clock = 0, set[int](), running_from(now)
    while (merge := _take_next(tried, now=clock())) is not None:
        tried.add(merge.pk)
        completed += _work_on(merge, now=clock())
    return completed


def nudge_overlooked(now: datetime) -> int:
    """Wake a worker for merges whose nudge the broker lost, or whose worker died."""
    overlooked = SkillMerge.objects.overlooked(now=now).count()
    if overlooked:
        nudges.on_commit("registrations.tasks.work_merges")
    return overlooked


@transaction.atomic
def _take_next(passed: set[int], *, now: datetime) -> SkillMerge | None:
    """Return the merge that has waited longest, and record that a worker has it now."""
    waiting = SkillMerge.objects.untouched(now=now).exclude(pk__in=passed)
    merge = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if merge is not None:
        merge.worked_at = now
        merge.save(update_fields=["worked_at"])
    return merge


def _work_on(merge: SkillMerge, *, now: datetime) -> bool:
    """Do the rest of a merge and return whether it is complete. If a step cannot lock, leave it to the next worker."""
    clock = running_from(now)
    try:
        while try_again_while_busy(partial(_step, merge, now=clock()), tries=TRIES, pause=PATIENCE):
            pass
        try_again_while_busy(partial(_complete, merge, now=clock()), tries=TRIES, pause=PATIENCE)
    except SkillRefused as refusal:
        SkillMerge.objects.open().filter(pk=merge.pk).update(
            ended_at=now, failure=str(refusal)[: longest(SkillMerge, "failure")]
        )
    except OperationalError as error:
        if reason_of(error) != "busy":
            raise
        return False
    return True


@transaction.atomic
def _step(merge: SkillMerge, *, now: datetime) -> bool:
    """Move the answers of a few people; return whether there may be more than the last step moves."""
    wait_at_most(PATIENCE)
    keep_skills_in_place()
    row = SkillMerge.objects.open().filter(pk=merge.pk).select_for_update(of=("self",), no_key=True).first()
    people = merging.some_people(row.source, at_most=STEP) if row is not None else []
    if row is None or len(people) < STEP:
        return False
    target = row.target.heir
    merging.check(row.source, target)
    moved = merging.move_answers(row.source, target, people)
    row.counts = {name: row.counts.get(name, 0) + count for name, count in moved.counts().items()}
    row.worked_at = now
    row.save(update_fields=["counts", "worked_at"])
    return True


@transaction.atomic
def _complete(merge: SkillMerge, *, now: datetime) -> None:
    """Move the remaining answers and merge the skill itself."""
    wait_at_most(PATIENCE)
    lock_skill_tree()
    row = SkillMerge.objects.open().filter(pk=merge.pk).select_related("asked_by").first()
    if row is not None:
        complete_merge(source=row.source, target=row.target.heir, by=row.asked_by, now=now, moved=row.counts)
