"""The import desk: a file is read, looked at, imported. Small ones at once, large ones by a worker."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from registrations.actions.importing import import_registrations
from registrations.domain import NotYours, RegistrationError, UploadRefused
from registrations.importing import table
from registrations.importing.columns import NotTheOldForm
from registrations.importing.report import Outcome
from registrations.models import ImportUpload, Member
from registrations.models.uploads import UploadState

LARGEST = 5 * 1024 * 1024
SMALL = 128 * 1024


@transaction.atomic
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
        table.read(content)
    except NotTheOldForm as error:
        raise UploadRefused(str(error)) from error
    upload = ImportUpload.objects.create(
        file_name=_tidy(name), size=len(content), content=content, uploaded_by=by, uploaded_at=now, asked_at=now
    )
    acts.record(by=by, verb="bring_file", on=upload, now=now, became=upload.state)
    _begin(upload, now=now)
    return upload


@transaction.atomic
def apply_upload(*, upload: ImportUpload, by: Member, now: datetime) -> ImportUpload:
    """Import a file that was read; pressing the button twice imports once.

    Raises NotYours for anybody but a coordinator, UploadRefused when it was imported before or is not read yet.
    """
    _check_coordinator(by)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.state != UploadState.CHECKED:
        raise UploadRefused(_("This file is %(state)s.") % {"state": upload.get_state_display()})
    was, upload.state = upload.state, UploadState.APPLYING
    upload.applied_by, upload.asked_at = by, now
    upload.save(update_fields=["state", "applied_by", "asked_at"])
    acts.record(by=by, verb="apply_file", on=upload, now=now, was=was, became=upload.state)
    _begin(upload, now=now)
    return upload


def work_waiting(*, now: datetime) -> int:
    """Read and import what waits, one after another, leaving out what another worker has; return how many."""
    done = 0
    while _work_one(now=now):
        done += 1
    return done


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
    return "".join(char for char in name if char.isprintable())[:255] or "?"


def _begin(upload: ImportUpload, *, now: datetime) -> None:
    if upload.size <= SMALL:
        _work(upload, now=now)
    else:
        nudges.on_commit("registrations.tasks.work_uploads")


@transaction.atomic
def _work_one(*, now: datetime) -> bool:
    """Work while holding the row: when this process dies, the file waits again as if nobody had begun."""
    upload = ImportUpload.objects.waiting().select_for_update(skip_locked=True, of=("self",)).first()
    if upload is None:
        return False
    _work(upload, now=now)
    return True


def _work(upload: ImportUpload, *, now: datetime) -> None:
    is_dry_run = upload.state == UploadState.CHECKING
    try:
        outcome = import_registrations(
            content=bytes(upload.content), by=upload.applied_by, now=now, is_dry_run=is_dry_run
        )
    except (NotTheOldForm, RegistrationError) as error:
        upload.state, upload.content, upload.failure = UploadState.FAILED, None, str(error)[:500]
        upload.save(update_fields=["state", "content", "failure"])
        return
    _keep(upload, outcome)
    if is_dry_run:
        upload.state = UploadState.CHECKED
    else:
        upload.state, upload.content, upload.applied_at = UploadState.APPLIED, None, now
    upload.save()


def _keep(upload: ImportUpload, outcome: Outcome) -> None:
    upload.counts, upload.notes = outcome.as_json(), outcome.notes
    upload.lines = [list(line) for line in sorted(outcome.lines)]
