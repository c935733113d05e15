"""Files of the old form that a coordinator uploaded at the import desk: the rows are the queue."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.worker_queues import WaitsForWorker, WorkerQueueQuerySet
from registrations.models.members import Member

KEPT_FOR = timedelta(days=7)


class UploadState(models.TextChoices):
    CHECKING = "checking", _("waiting to be read")
    CHECKED = "checked", _("read, nothing is imported yet")
    APPLYING = "applying", _("waiting to be imported")
    APPLIED = "applied", pgettext_lazy("a file", "imported")
    FAILED = "failed", _("could not be read")


FOR_A_WORKER = (UploadState.CHECKING, UploadState.APPLYING)  # to be read, or to be imported


class ImportUploadQuerySet(WorkerQueueQuerySet["ImportUpload"]):
    unfinished = Q(state__in=FOR_A_WORKER)

    def visible_to(self, member: Member) -> "ImportUploadQuerySet":
        """Coordinators see uploads: the files are full of addresses."""
        return self if member.is_coordinator else self.none()

    def to_decide(self) -> "ImportUploadQuerySet":
        """Read, and nothing is imported yet: somebody has to look at what was guessed."""
        return self.filter(state=UploadState.CHECKED)

    def outdated(self, *, now: datetime) -> "ImportUploadQuerySet":
        return self.filter(uploaded_at__lt=now - KEPT_FOR)

    def for_lists(self) -> "ImportUploadQuerySet":
        """Leave out the file and its report, which are large."""
        return self.defer("content", "lines", "fates", "decisions", "samples").select_related("uploaded_by")


class ImportUpload(WaitsForWorker):
    """One file: read without writing anything, checked by a person, then imported.

    The file is deleted after the import.
    """

    file_name = LineField(_("file"), max_length=255)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField(null=True)
    state = models.CharField(_("state"), max_length=10, choices=UploadState, default=UploadState.CHECKING)
    uploaded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(_("applied at"), null=True)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    # While it is worked on: which rows are done with and what became of them.
    progress = models.JSONField(default=dict)
    encoding = models.CharField(max_length=20, blank=True)  # the code page somebody chose
    decisions = models.JSONField(default=list)  # about cells that were not understood for certain
    fates = models.JSONField(default=list)  # of each row: its number, what became of it, and which registration it is
    samples = models.JSONField(default=list)  # lines of the file by each code page it may be in
    is_sure_of_letters = models.BooleanField(default=True)
    failure = models.CharField(max_length=500, blank=True)

    objects = ImportUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of the old form")
        verbose_name_plural = _("files of the old form")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=lines_can_be_seen("file_name"), name="registrations_file_name_can_be_seen"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("applied", "failed"), content=None)
                | Q(state__in=("checking", "checked", "applying"), content__isnull=False),
                name="registrations_upload_keeps_its_file_until_done",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("applying", "applied"), applied_by__isnull=False)
                | Q(state__in=("checking", "checked", "failed")),
                name="registrations_applied_upload_names_who",
            ),
            models.CheckConstraint(
                condition=Q(is_sure_of_letters=True) | Q(state__in=("checking", "checked", "failed")),
                name="registrations_no_import_by_a_guessed_code_page",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_asking(self) -> bool:
        """Whether somebody has to choose the code page before the file can be imported."""
        return self.state == UploadState.CHECKED and not self.is_sure_of_letters

    @property
    def is_waiting(self) -> bool:
        return self.state in FOR_A_WORKER

    @property
    def settled_rows(self) -> int:
        return len(self.progress.get("settled", ()))

    @property
    def rows_to_settle(self) -> int:
        return self.progress.get("rows", 0)
