"""The log of acts: who did what to which object, from which state to which, when."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from letsconnect.base.acts_in_words import state_in_words, verb_in_words
from letsconnect.base.languages import listed
from letsconnect.base.reasons_in_words import reason_in_words


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
        return f"{self.verb} {self.object_type} {self.object_id}"

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
        return str(DETAILS.get(self.detail, self.detail))


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
        return self.kind

    @classmethod
    def standing(cls, *, hops: int, since: datetime) -> "models.QuerySet[ProxyDoubt]":
        """Return the doubts that were seen recently, with today's setting."""
        return cls.objects.filter(hops=hops, seen_at__gt=since)
