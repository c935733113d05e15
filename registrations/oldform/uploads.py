"""The import desk: workers read and import uploaded files, so that no page waits for a file.

A file is imported in steps. Each step imports a few people whole, and notes in the same transaction which rows are
finished. When a worker dies between two steps, the next worker goes on from there. Others wait for one step at most.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges, worker_queues
from letsconnect.base.clocks import running_from
from letsconnect.base.encodings import UnreadableFile
from letsconnect.base.fields import longest
from letsconnect.base.lines import visible_line
from letsconnect.base.stored_words import in_words
from letsconnect.base.worker_queues import do_step
from registrations.domain.registrations import NotYours, RegistrationError, UploadRefused
from registrations.models import ImportUpload, Member
from registrations.models.uploads import UploadState
from registrations.oldform.importing import Counts, Plan, read_file, take_people
from registrations.oldform.reading import table
from registrations.oldform.reading.decisions import Decision, Decisions
from registrations.oldform.reading.persons import Person

LARGEST = table.LARGEST
_TASK = "registrations.tasks.work_uploads"


def bring_file(*, name: str, content: bytes, by: Member, now: datetime) -> ImportUpload:
    """Store an uploaded file, for a worker to read; nothing of it is imported yet.

    Raises NotYours for anybody but a coordinator, UploadRefused when it is too large or not the old form.
    """
    _check_coordinator(by)
    if len(content) > LARGEST:
        raise UploadRefused(
            _("The file is larger than %(limit)d MB. Please split it.") % {"limit": LARGEST // (1024 * 1024)}
        )
    try:
        table.glance(content)
    except UnreadableFile as error:
        raise UploadRefused(in_words(str(error))) from error
    with transaction.atomic():
        upload = ImportUpload.objects.create(
            file_name=_tidy_file_name(name),
            size=len(content),
            content=content,
            uploaded_by=by,
            uploaded_at=now,
            asked_at=now,
        )
        acts.record(by=by, verb="bring_file", on=upload, now=now, became=upload.state)
        nudges.on_commit(_TASK)
    return upload


def apply_upload(*, upload: ImportUpload, by: Member, now: datetime) -> ImportUpload:
    """Have a worker import a file that was read; pressing the button twice imports it once.

    Raises NotYours for anybody but a coordinator, UploadRefused when it was imported before or is not read yet.
    """
    _check_coordinator(by)
    with transaction.atomic():
        upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if upload.state != UploadState.CHECKED:
            raise UploadRefused(_("This file is %(state)s.") % {"state": upload.get_state_display()})
        if upload.is_asking:
            raise UploadRefused(_("Please choose first the code page under which the samples read right."))
        _hand_to_worker(upload, UploadState.APPLYING, verb="apply_file", by=by, now=now, applied_by=by)
    return upload


@transaction.atomic
def choose_encoding(*, upload: ImportUpload, encoding: str, by: Member, now: datetime) -> ImportUpload:
    """Have a worker read a file again, with the code page under which a person found its letters right.

    Raises NotYours for anybody but a coordinator, UploadRefused when there is nothing to choose.
    """
    _check_coordinator(by)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.state != UploadState.CHECKED or encoding not in {page for page, *_lines in upload.samples}:
        raise UploadRefused(_("This file cannot be read by another code page now."))
    _hand_to_worker(upload, UploadState.CHECKING, verb="choose_encoding", by=by, now=now, encoding=encoding)
    return upload


@transaction.atomic
def decide_readings(
    *, upload: ImportUpload, decided: Iterable[Decision], taken_back: Collection[str] = (), by: Member, now: datetime
) -> ImportUpload:
    """Have a worker read a file again, with what was decided about cells that were not understood for certain.

    ``taken_back`` has the keys of decisions that are none any more. Raises NotYours for anybody but a
    coordinator, UploadRefused when the file is not waiting to be looked at.
    """
    _check_coordinator(by)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.state != UploadState.CHECKED or upload.is_asking:
        raise UploadRefused(_("Nothing can be decided about this file now."))
    decisions = Decisions.of(upload.decisions).with_more(decided, without=taken_back).stored()
    if decisions != upload.decisions:
        _hand_to_worker(upload, UploadState.CHECKING, verb="decide_readings", by=by, now=now, decisions=decisions)
    return upload


def work_waiting(*, now: datetime) -> int:
    """Read or import each waiting file that no other worker is at, and return how many were finished."""
    return worker_queues.work_through(ImportUpload.objects.all(), _work_on, now=now)


def nudge_overlooked(now: datetime) -> int:
    """Wake a worker for files that wait although a worker was called, as when the broker lost the call."""
    return worker_queues.nudge_overlooked(ImportUpload.objects.all(), _TASK, now=now)


def forget_old_uploads(now: datetime) -> int:
    """Delete files and their reports a week after the upload, because they are full of personal data."""
    outdated = ImportUpload.objects.outdated(now=now).select_for_update(skip_locked=True, of=("self",))
    return ImportUpload.objects.filter(pk__in=list(outdated.values_list("pk", flat=True))).delete()[0]


def _check_coordinator(by: Member) -> None:
    if not by.is_coordinator:
        raise NotYours(_("Only coordinators import files of the old form."))


def _tidy_file_name(name: str) -> str:
    return visible_line(name)[: longest(ImportUpload, "file_name")].strip() or "?"


def _hand_to_worker(
    upload: ImportUpload, state: UploadState, *, verb: str, by: Member, now: datetime, **columns: object
) -> None:
    """Let a worker begin with a locked file from its first row, in its new state and with these columns."""
    was = upload.state
    columns = {**columns, "state": state, "asked_at": now, "progress": {}, "worked_at": None}
    for name, value in columns.items():
        setattr(upload, name, value)
    upload.save(update_fields=list(columns))
    acts.record(by=by, verb=verb, on=upload, now=now, was=was, became=upload.state)
    nudges.on_commit(_TASK)


def _work_on(upload: ImportUpload, now: datetime) -> bool:
    """Do the remaining steps of a file, and tell whether it is finished."""
    counts, clock = _counts(upload), running_from(now)
    try:
        plan = read_file(
            content=bytes(upload.content or b""),  # a waiting file always has its content, see the model
            now=upload.asked_at,
            encoding=upload.encoding,
            settled=counts.settled,
            decisions=upload.decisions,
        )
        plan.check_letters(is_dry_run=upload.state == UploadState.CHECKING)
        for people in plan.steps():
            step = partial(_step, upload, people, counts, rows=plan.outcome.rows, now=clock())
            new_counts = do_step(step)
            if new_counts is None:
                return False
            counts = new_counts
    except (UnreadableFile, RegistrationError) as error:
        return _finish(
            upload,
            counts,
            state=UploadState.FAILED,
            content=None,
            failure=str(error)[: longest(ImportUpload, "failure")],
        )
    if upload.state == UploadState.CHECKING:
        return _finish(upload, counts, plan, state=UploadState.CHECKED)
    return _finish(upload, counts, plan, state=UploadState.APPLIED, content=None, applied_at=now)


@transaction.atomic
def _step(upload: ImportUpload, people: Iterable[Person], counts: Counts, *, rows: int, now: datetime) -> Counts | None:
    """Import some people and note it in the file's row; return None when another worker has gone on with the file."""
    row = _locked_if_ours(upload, counts)
    if row is None:
        return None
    is_dry_run = row.state == UploadState.CHECKING
    counts = take_people(people, counts, by=row.applied_by, now=upload.asked_at, is_dry_run=is_dry_run)
    row.progress, row.worked_at = {**asdict(counts), "rows": rows}, now
    row.save(update_fields=["progress", "worked_at"])
    return counts


@transaction.atomic
def _finish(upload: ImportUpload, counts: Counts, plan: Plan | None = None, **columns: object) -> bool:
    """Store the result of the whole file, unless another worker has done so; tell whether it was stored here."""
    row = _locked_if_ours(upload, counts)
    if row is None:
        return False
    if plan is not None:
        outcome = counts.add_to(plan.outcome)
        row.counts, row.notes = outcome.as_json(), outcome.notes
        row.samples, row.is_sure_of_letters = outcome.samples, outcome.is_sure_of_letters
        row.lines = [list(line) for line in sorted(outcome.lines)]
        row.fates = [list(fate) for fate in counts.fates]  # before the import no key of what would be made exists
    for name, value in {**columns, "progress": {}, "worked_at": None}.items():
        setattr(row, name, value)
    row.save()
    return True


def _locked_if_ours(upload: ImportUpload, counts: Counts) -> ImportUpload | None:
    """Return the file's row, locked, or None when another worker has changed it since this one's last step."""
    rows = ImportUpload.objects.filter(pk=upload.pk, state=upload.state).select_for_update(of=("self",), no_key=True)
    row = rows.first()
    return row if row is not None and len(_counts(row).settled) == len(counts.settled) else None


def _counts(upload: ImportUpload) -> Counts:
    return Counts(**{name: value for name, value in upload.progress.items() if name != "rows"})
