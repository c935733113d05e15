"""The log of acts: who did what to which object, from which state to which, when."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base.acts_in_words import state_in_words, verb_in_words
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from letsconnect.base.labels import label_of, without_code
from letsconnect.base.languages import listed
from letsconnect.base.reasons_in_words import reason_in_words
from letsconnect.base.worker_queues import WaitsForWorker, WorkerQueueQuerySet


class ActQuerySet(models.QuerySet["Act"]):
    def on(self, obj: models.Model) -> "ActQuerySet":
        """Return the acts on one object, oldest first, with the actor and the reason."""
        return (
            self.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
            .select_related("actor", "reason")
            .order_by("at", "pk")
        )

    def by(self, actor: models.Model, *, verb: str, on: type[models.Model]) -> "ActQuerySet":
        """Return the acts of one person on the rows of one table."""
        return self.filter(actor=actor.pk, verb=verb, object_type=on._meta.label_lower)


class Act(models.Model):
    """One line of the log. Written by `acts.record` only; a trigger refuses every change."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    was = models.CharField(max_length=30, blank=True)
    became = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField()

    objects = ActQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="base_act_by_object"),
            models.Index(fields=["at"], name="base_act_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb_in_words} {self.object_id}"

    @property
    def verb_in_words(self) -> str:
        return verb_in_words(self.verb)

    @property
    def was_in_words(self) -> str:
        return state_in_words(self.object_type, self.was)

    @property
    def became_in_words(self) -> str:
        return state_in_words(self.object_type, self.became)

    def reason_for(self, member: Any) -> str:
        """Return the reason if it is meant for the member or was written by them, else ""."""
        reason: ActReason | None = getattr(self, "reason", None)
        if reason is None or not (reason.is_for_them or self.actor_id == member.pk):
            return ""
        return reason.text

    def in_words(self, reason: str) -> str:
        """Return a reason of this act in the reader's language, if the portal wrote it; else as somebody typed it."""
        return reason_in_words(verb=self.verb, object_type=self.object_type, reason=reason)


class ActReason(models.Model):
    """The free text given with an act; erasure empties it without changing the log.

    Only the working group reads it, unless it was written for the person the act is about.
    """

    act = models.OneToOneField(Act, on_delete=models.CASCADE, related_name="reason")
    text = models.TextField(blank=True, max_length=2000)
    is_for_them = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text[:60]


class SecurityEventKind(models.TextChoices):
    """The kinds of events in the security log."""

    SIGNED_IN = "signed_in", _("signed in")
    SIGNED_OUT = "signed_out", _("signed out")
    CODE_REFUSED = "code_refused", _("a sign-in code was refused")
    ROLE_GIVEN = "role_given", _("a role was given")
    ROLE_ENDED = "role_ended", _("a role was ended")
    ACCOUNT_CLOSED = "account_closed", _("the account was closed")
    ACCOUNT_REOPENED = "account_reopened", _("the account was reopened")


# Each detail as it stands in the security log, and how it reads: the apps that record them name them at the start.
DETAILS: dict[str, Promise | str] = {}


class SecurityEventQuerySet(models.QuerySet["SecurityEvent"]):
    def visible_to(self, member: Any) -> "SecurityEventQuerySet":
        """Coordinators see the log, because they give and end the roles it is about."""
        return self if member.is_coordinator else self.none()


class SecurityEvent(models.Model):
    """One line of the security log: no address, no code, no network.

    Written by `security_log.record` only; a trigger refuses every change.
    """

    kind = models.CharField(_("what"), max_length=20, choices=SecurityEventKind)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("whose account")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom")
    )
    detail = models.CharField(_("which door or role"), max_length=60, blank=True)
    at = models.DateTimeField(_("when"))

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the security log")
        verbose_name_plural = _("lines of the security log")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=SecurityEventKind.values), name="base_security_event_kind_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "at"], name="base_security_by_member"),
            models.Index(fields=["at"], name="base_security_by_time"),
        ]

    def __str__(self) -> str:
        return listed([self.get_kind_display(), date_format(localtime(self.at))])

    @property
    def detail_in_words(self) -> str:
        """The door or the role in the reader's language."""
        return str(DETAILS.get(self.detail) or without_code(self.detail))


class ProxyDoubtKind(models.TextChoices):
    """The signs that the setting PROXY_HOPS is wrong."""

    NOT_COUNTED = "not_counted", _("a proxy of ours stands before the portal that PROXY_HOPS does not count")
    TOO_FEW_HEADERS = "too_few_headers", _("requests come through fewer proxies than PROXY_HOPS says")


class ProxyDoubt(models.Model):
    """A sign that PROXY_HOPS is wrong, when it was last seen, and the setting at that time.

    With a wrong setting everybody shares one network, and one limit.
    """

    kind = models.CharField(max_length=20, choices=ProxyDoubtKind)
    hops = models.PositiveSmallIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="base_one_doubt_per_kind"),
            models.CheckConstraint(
                condition=models.Q(kind__in=ProxyDoubtKind.values), name="base_proxy_doubt_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return label_of(self, "kind")

    @classmethod
    def standing(cls, *, hops: int, since: datetime) -> "models.QuerySet[ProxyDoubt]":
        """Return the doubts that were seen recently, with today's setting."""
        return cls.objects.filter(hops=hops, seen_at__gt=since)


MASS_ACT_KEPT_FOR = timedelta(days=30)  # so long its summary can be read
RECENT_ACTS = timedelta(days=3)  # so long the desk's first page speaks of one that left rows undone
PREPARED_KEPT_FOR = timedelta(days=1)  # and so long one waits that nobody began


# What each kind of act on many rows is called: whoever registers a kind names it here.
MASS_ACT_LABELS: dict[str, Promise | str] = {}


class MassActState(models.TextChoices):
    """How far a mass act is."""

    PREPARED = "prepared", _("not begun")
    RUNNING = "running", _("being done")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class MassActQuerySet(WorkerQueueQuerySet["MassAct"]):
    unfinished = models.Q(state=MassActState.RUNNING)

    def visible_to(self, member: Any) -> "MassActQuerySet":
        """Everybody sees their own; coordinators see all that were begun."""
        mine = models.Q(by=member.pk)
        return self.filter(mine | ~models.Q(state=MassActState.PREPARED) if member.is_coordinator else mine)

    def running(self) -> "MassActQuerySet":
        return self.filter(self.unfinished)

    def left_undone(self, *, since: datetime) -> "MassActQuerySet":
        """Over since that moment, with rows of which nothing was done: refused, or left when the act was stopped."""
        rows = MassActRow.objects.filter(act=OuterRef("pk"), outcome__in=("refused", "left"))
        return self.filter(Exists(rows), finished_at__gte=since)

    def counting_rows(self) -> "MassActQuerySet":
        """Count the rows along, and those of them that are done with."""
        settled = Count("rows", filter=~models.Q(rows__outcome="waiting"))
        return self.annotate(**{"rows_count": Count("rows"), "settled_count": settled})

    def outdated(self, *, now: datetime) -> "MassActQuerySet":
        """Those that nobody began, and those whose summary is old. What a worker is at stays."""
        never_begun = models.Q(state=MassActState.PREPARED, asked_at__lt=now - PREPARED_KEPT_FOR)
        return self.filter(never_begun | models.Q(finished_at__lt=now - MASS_ACT_KEPT_FOR))


class MassAct(WaitsForWorker):
    """One act on many rows, which a worker does: what is done, by whom, how far it is.

    ``asked_at`` is when it was prepared, and once it is begun, when it was begun.
    """

    asked_at = models.DateTimeField(pgettext_lazy("an act on many", "begun"))
    kind = models.CharField(_("what"), max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom")
    )
    note = models.TextField(blank=True, max_length=2000)  # to the people; it is emptied when nobody is left to get it
    reason = models.CharField(blank=True, max_length=40)  # a word of those that its kind offers
    state = models.CharField(_("state"), max_length=10, choices=MassActState, default=MassActState.PREPARED)
    finished_at = models.DateTimeField(_("finished"), null=True)

    rows_count: int  # by `counting_rows`
    settled_count: int

    objects = MassActQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on many")
        verbose_name_plural = _("acts on many")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=MassActState.values), name="base_mass_act_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("done", "cancelled"), finished_at__isnull=False, note="")
                | ~models.Q(state__in=("done", "cancelled")) & models.Q(finished_at=None),
                name="base_finished_mass_act_says_when_and_keeps_no_note",
            ),
            models.CheckConstraint(
                condition=models.Q(worked_at=None) | ~models.Q(state="prepared"),
                name="base_nobody_works_on_what_is_not_begun",
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at=None) | models.Q(finished_at__gte=models.F("asked_at")),
                name="base_mass_act_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["by", "-asked_at"], name="base_mass_act_by_person")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the desk calls it; of one that no app knows any more, the words in its code."""
        return str(MASS_ACT_LABELS.get(self.kind) or without_code(self.kind))


class MassActOutcome(models.TextChoices):
    """What became of one row of a mass act."""

    WAITING = "waiting", _("still to do")
    DONE = "done", pgettext_lazy("a row", "done")
    REFUSED = "refused", pgettext_lazy("a row", "not done")
    LEFT = "left", pgettext_lazy("a row", "left as it was, because the rest was cancelled")


class MassActRow(models.Model):
    """One row that a mass act is about, as it was when it was chosen, and what became of it.

    ``reason`` says why it was refused; of one that was done, what else there is to say.
    """

    act = models.ForeignKey(MassAct, on_delete=models.CASCADE, related_name="rows")
    object_id = models.BigIntegerField()
    seen_version = models.CharField(max_length=80)
    outcome = models.CharField(max_length=8, choices=MassActOutcome, default=MassActOutcome.WAITING)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "object_id"], name="base_mass_act_has_each_row_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=MassActOutcome.values), name="base_mass_act_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="refused") | ~models.Q(reason=""), name="base_refused_row_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=("done", "refused")) | models.Q(reason=""),
                name="base_nothing_is_said_of_rows_left_alone",
            ),
        ]
        indexes = [models.Index(fields=["act", "outcome"], name="base_mass_act_outcomes")]

    def __str__(self) -> str:
        return f"{self.act_id}: {self.object_id}"


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def of_list(self, reader: Any, table: str) -> "SavedFilterQuerySet":
        """Return those that somebody finds above a list: their own, and what colleagues share."""
        return self.filter(models.Q(member=reader.pk) | models.Q(is_shared=True), table=table).order_by("name", "pk")


class SavedFilter(models.Model):
    """The filters and the order of a list at the desk, under the name that a member gave them.

    It keeps no words that were searched for: mostly they are somebody's name or address.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("whose filter")
    )
    table = models.CharField(_("of which list"), max_length=60)  # as "registrations.registration"
    name = LineField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=800)  # as they stand in the address of the list
    is_shared = models.BooleanField(_("colleagues see it, too"), default=False)
    made_at = models.DateTimeField(_("saved at"))

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["member", "table", "name"], name="base_saved_filter_has_its_name_once"),
            models.CheckConstraint(
                condition=can_be_seen("name") & lines_can_be_seen("name"), name="base_saved_filter_has_a_name"
            ),
            models.CheckConstraint(condition=~models.Q(query=""), name="base_saved_filter_filters_something"),
        ]
        indexes = [models.Index(fields=["table"], name="base_saved_filters_of_list")]

    def __str__(self) -> str:
        return self.name
