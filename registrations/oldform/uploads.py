"""The import desk: a file is read, looked at, imported; all of it by a worker, so that no page waits for a file.

A step takes in a few persons, whole, and notes in the same transaction which rows are done with. Whoever dies between
two steps leaves a file that the next worker goes on with; nobody else waits for longer than a step takes.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from letsconnect.base.database_waits import reason_of, try_again_while_busy
from letsconnect.base.lines import visible_line
from registrations.domain.registrations import NotYours, RegistrationError, UploadRefused
from registrations.models import ImportUpload, Member
from registrations.models.uploads import ImportUploadQuerySet, UploadState
from registrations.oldform.importing import PATIENCE, Counts, Plan, read_file, take_people
from registrations.oldform.reading import table
from registrations.oldform.reading.columns import NotTheOldForm
from registrations.oldform.reading.persons import Person

LARGEST = table.LARGEST
TRIES = 5  # of a step whose rows somebody else holds; after them the file waits for the next worker


def bring_file(*, name: str, content: bytes, by: Member, now: datetime) -> ImportUpload:
    """Keep a file and have it read; nothing of it is imported yet.

    Raises NotYours for anybody but a coordinator, UploadRefused when it is too large or not the old form.
    """
    _check_coordinator(by)
    if len(content) > LARGEST:
        raise UploadRefused(
            _("The file is larger than %(limit)d MB. Please split it.") % {"limit": LARGEST // (1024 * 1024)}
        )
    try:
        table.glance(content)
    except NotTheOldForm as error:
        raise UploadRefused(str(error)) from error
    with transaction.atomic():
        upload = ImportUpload.objects.create(
            file_name=_tidy(name), size=len(content), content=content, uploaded_by=by, uploaded_at=now, asked_at=now
        )
        acts.record(by=by, verb="bring_file", on=upload, now=now, became=upload.state)
    _begin()
    return upload


def apply_upload(*, upload: ImportUpload, by: Member, now: datetime) -> ImportUpload:
    """Import a file that was read; pressing the button twice imports once.

    Raises NotYours for anybody but a coordinator, UploadRefused when it was imported before or is not read yet.
    """
    _check_coordinator(by)
    with transaction.atomic():
        upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if upload.state != UploadState.CHECKED:
            raise UploadRefused(_("This file is %(state)s.") % {"state": upload.get_state_display()})
        if upload.is_asking:
            raise UploadRefused(_("Please choose first the code page under which the samples read right."))
        was, upload.state = upload.state, UploadState.APPLYING
        upload.applied_by, upload.asked_at, upload.progress, upload.worked_at = by, now, {}, None
        upload.save(update_fields=["state", "applied_by", "asked_at", "progress", "worked_at"])
        acts.record(by=by, verb="apply_file", on=upload, now=now, was=was, became=upload.state)
    _begin()
    return upload


@transaction.atomic
def choose_encoding(*, upload: ImportUpload, encoding: str, by: Member, now: datetime) -> ImportUpload:
    """Have a file read again by the code page under which a person finds its letters right.

    Raises NotYours for anybody but a coordinator, UploadRefused when there is nothing to choose.
    """
    _check_coordinator(by)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.state != UploadState.CHECKED or encoding not in {page for page, *_lines in upload.samples}:
        raise UploadRefused(_("This file cannot be read by another code page now."))
    was, upload.state = upload.state, UploadState.CHECKING
    upload.encoding, upload.asked_at, upload.progress, upload.worked_at = encoding, now, {}, None
    upload.save(update_fields=["state", "encoding", "asked_at", "progress", "worked_at"])
    acts.record(by=by, verb="choose_encoding", on=upload, now=now, was=was, became=upload.state)
    _begin()
    return upload


def work_waiting(*, now: datetime) -> int:
    """Read and import what waits, one after another, leaving out what another worker has; return how many."""
    done, passed, began = 0, set[int](), time.monotonic()
    while True:
        at = now + timedelta(seconds=time.monotonic() - began)
        upload = _take(ImportUpload.objects.exclude(pk__in=passed), now=at)
        if upload is None:
            return done
        passed.add(upload.pk)
        done += _work(upload, now=at)


def nudge_overlooked(now: datetime) -> int:
    """Wake a worker for files whose nudge was lost with the broker."""
    overlooked = ImportUpload.objects.overlooked(now=now).count()
    if overlooked:
        nudges.on_commit("registrations.tasks.work_uploads")
    return overlooked


def forget_old_uploads(now: datetime) -> int:
    """Delete files and reports a week after they came: they are full of people."""
    outdated = ImportUpload.objects.outdated(now=now).select_for_update(skip_locked=True, of=("self",))
    return ImportUpload.objects.filter(pk__in=list(outdated.values_list("pk", flat=True))).delete()[0]


def _check_coordinator(by: Member) -> None:
    if not by.is_coordinator:
        raise NotYours(_("Only coordinators import files of the old form."))


def _tidy(name: str) -> str:
    return visible_line(name)[:255].strip() or "?"


def _begin() -> None:
    nudges.on_commit("registrations.tasks.work_uploads")


@transaction.atomic
def _take(uploads: ImportUploadQuerySet, *, now: datetime) -> ImportUpload | None:
    """Return the file that waits longest and that nobody is at, and note that somebody is now."""
    waiting = uploads.waiting().untouched(now=now).select_for_update(skip_locked=True, of=("self",))
    upload = waiting.first()
    if upload is not None:
        upload.worked_at = now
        upload.save(update_fields=["worked_at"])
    return upload


def _work(upload: ImportUpload, *, now: datetime) -> bool:
    """Do what is left of a file, step by step; tell whether it is done with. Without the lock of a step, wait for it a
    few times, then leave the file to the next worker."""
    counts, began = _counts(upload), time.monotonic()
    try:
        plan = read_file(
            content=bytes(upload.content), now=upload.asked_at, encoding=upload.encoding, settled=counts.settled
        )
        plan.check_letters(is_dry_run=upload.state == UploadState.CHECKING)
        for people in plan.steps():
            at = now + timedelta(seconds=time.monotonic() - began)
            step = partial(_step, upload, people, counts, rows=plan.outcome.rows, now=at)
            stepped = try_again_while_busy(step, tries=TRIES, pause=PATIENCE)
            if stepped is None:
                return False
            counts = stepped
    except (NotTheOldForm, RegistrationError) as error:
        return _end(upload, counts, state=UploadState.FAILED, content=None, failure=str(error)[:500])
    except OperationalError as error:
        if reason_of(error) != "busy":
            raise
        return False
    if upload.state == UploadState.CHECKING:
        return _end(upload, counts, plan, state=UploadState.CHECKED)
    return _end(upload, counts, plan, state=UploadState.APPLIED, content=None, applied_at=now)


@transaction.atomic
def _step(upload: ImportUpload, people: Iterable[Person], counts: Counts, *, rows: int, now: datetime) -> Counts | None:
    """Take in some persons and note it; None when somebody else has gone on with the file."""
    row = _ours(upload, counts)
    if row is None:
        return None
    is_dry_run = row.state == UploadState.CHECKING
    counts = take_people(people, counts, by=row.applied_by, now=upload.asked_at, is_dry_run=is_dry_run)
    row.progress, row.worked_at = {**asdict(counts), "rows": rows}, now
    row.save(update_fields=["progress", "worked_at"])
    return counts


@transaction.atomic
def _end(upload: ImportUpload, counts: Counts, plan: Plan | None = None, **columns: object) -> bool:
    """Write what became of the file, unless somebody else has; tell whether it was us."""
    row = _ours(upload, counts)
    if row is None:
        return False
    if plan is not None:
        outcome = counts.add_to(plan.outcome)
        row.counts, row.notes = outcome.as_json(), outcome.notes
        row.samples, row.is_sure_of_letters = outcome.samples, outcome.is_sure_of_letters
        row.lines = [list(line) for line in sorted(outcome.lines)]
    for name, value in {**columns, "progress": {}, "worked_at": None}.items():
        setattr(row, name, value)
    row.save()
    return True


def _ours(upload: ImportUpload, counts: Counts) -> ImportUpload | None:
    """Return the row, locked, if the file stands where we left it."""
    rows = ImportUpload.objects.filter(pk=upload.pk, state=upload.state).select_for_update(of=("self",), no_key=True)
    row = rows.first()
    return row if row is not None and len(_counts(row).settled) == len(counts.settled) else None


def _counts(upload: ImportUpload) -> Counts:
    return Counts(**{name: value for name, value in upload.progress.items() if name != "rows"})
