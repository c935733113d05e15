"""Large merges of skills, done by a worker for a few people at a time, so that no form waits for thousands of answers.

The skill itself is merged last, when few answers are left. Until then both skills stay as they were, and a new answer
about the one is stored as an answer about the other. If a worker dies, the next one continues its merge.
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from letsconnect.base import worker_queues
from letsconnect.base.clocks import running_from
from letsconnect.base.database_waits import wait_at_most
from letsconnect.base.fields import longest
from letsconnect.base.worker_queues import PATIENCE, do_step
from registrations.domain.registrations import SkillRefused
from registrations.models import SkillMerge
from registrations.skills import merging
from registrations.skills.arranging import complete_merge
from registrations.skills.merged_answers import keep_skills_in_place, lock_skill_tree

STEP = 20  # people in one transaction


def work_merges(*, now: datetime) -> int:
    """Continue merges that were started and that no worker is working on; return how many were completed."""
    return worker_queues.work_through(SkillMerge.objects.all(), _work_on, now=now)


def nudge_overlooked(now: datetime) -> int:
    """Wake a worker for merges whose nudge the broker lost, or whose worker died."""
    return worker_queues.nudge_overlooked(SkillMerge.objects.all(), "registrations.tasks.work_merges", now=now)


def _work_on(merge: SkillMerge, now: datetime) -> bool:
    """Do the rest of a merge; it is over then, complete or refused."""
    clock = running_from(now)
    try:
        while do_step(partial(_step, merge, now=clock())):
            pass
        do_step(partial(_complete, merge, now=clock()))
    except SkillRefused as refusal:
        SkillMerge.objects.waiting().filter(pk=merge.pk).update(
            ended_at=now, failure=str(refusal)[: longest(SkillMerge, "failure")]
        )
    return True


@transaction.atomic
def _step(merge: SkillMerge, *, now: datetime) -> bool:
    """Move the answers of a few people; return whether there may be more than the last step moves."""
    wait_at_most(PATIENCE)
    keep_skills_in_place()
    row = SkillMerge.objects.waiting().filter(pk=merge.pk).select_for_update(of=("self",), no_key=True).first()
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
    row = SkillMerge.objects.waiting().filter(pk=merge.pk).select_related("asked_by").first()
    if row is not None:
        complete_merge(source=row.source, target=row.target.heir, by=row.asked_by, now=now, moved=row.counts)
