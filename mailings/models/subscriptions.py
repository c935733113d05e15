"""Who gets bulk mail: one row for each address, member or visitor."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from letsconnect.base import addresses
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.languages import listed
from letsconnect.base.zones import validate_zone
from mailings.domain.subscriptions import BulkList, SubscriptionSource, SubscriptionState, lists_in

S = SubscriptionState


def _is_written_to(chosen: BulkList) -> Q:
    """Those who want this list now, with an address that is proved and an account, if any, that is open."""
    has_address = Q(member=None) & ~Q(address="")
    has_account = Q(member__is_active=True, member__has_doubtful_address=False, member__email__isnull=False)
    return (has_address | has_account) & Q(state=S.CONFIRMED, paused_at=None, **{chosen: True})


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, member: Any) -> "SubscriptionQuerySet":
        """All subscriptions for coordinators, none for others, because addresses are shown."""
        return self if member.is_coordinator else self.none()

    def of(self, address: str) -> "SubscriptionQuerySet":
        """The subscription of one address, in whatever spelling it is typed."""
        return self.filter(address=addresses.canonical_or_as_it_is(address))

    def to_write_to(self, chosen: BulkList) -> "SubscriptionQuerySet":
        """Those to whom letters of this list go now.

        Suppressed addresses are left out when a letter is about to be sent, because that may change until then.
        """
        return self.filter(_is_written_to(chosen))

    def saying_whether_written_to(self, chosen: BulkList) -> "SubscriptionQuerySet":
        """Each subscription with ``is_written_to``: whether it is among those `to_write_to` finds."""
        return self.annotate(wants_and_may_get=_is_written_to(chosen))


class Subscription(models.Model):
    """What one address wants to get, in which language, and since when and from where we know that they agreed.

    The language and zone of a member are read from their account. Somebody who left keeps their row: it is the refusal
    that no import may pass over.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subscription",
        verbose_name=_("member"),
    )
    address = models.EmailField(_("address"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_zone])
    wants_newsletter = models.BooleanField(BulkList.NEWSLETTER.label, default=False)
    wants_announcements = models.BooleanField(BulkList.ANNOUNCEMENTS.label, default=False)
    wants_digest = models.BooleanField(BulkList.DIGEST.label, default=False)
    state = models.CharField(_("state"), max_length=11, choices=SubscriptionState, default=S.UNCONFIRMED)
    source = models.CharField(_("consent from"), max_length=8, choices=SubscriptionSource)
    source_text = LineField(_("consent, in words"), max_length=200, blank=True)
    agreed_at = models.DateTimeField(_("agreed at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    # The lists that a letter asks the reader to confirm, as `as_bits` writes them.
    asked_for = models.PositiveSmallIntegerField(default=0, editable=False)
    # Counts up with each "leave": a letter from before that asks for a confirmation no longer acts.
    turn = models.PositiveIntegerField(default=1, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=~Q(address=""), name="mailings_one_subscription_per_address"
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False) | ~Q(address=""), name="mailings_subscription_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(address="") | Q(address__regex=addresses.CANONICAL),
                name="mailings_subscription_address_is_canonical",
            ),
            models.CheckConstraint(condition=Q(state__in=S.values), name="mailings_subscription_state_is_known"),
            models.CheckConstraint(
                condition=Q(source__in=SubscriptionSource.values), name="mailings_subscription_source_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(source=SubscriptionSource.IMPORT) | ~Q(source_text=""),
                name="mailings_imported_consent_says_where_it_was_given",
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("source_text"), name="mailings_consent_in_words_can_be_seen"
            ),
            models.CheckConstraint(
                condition=Q(state=S.CONFIRMED, confirmed_at__isnull=False) | ~Q(state=S.CONFIRMED),
                name="mailings_confirmed_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=S.LEFT, left_at__isnull=False) | (~Q(state=S.LEFT) & Q(left_at=None)),
                name="mailings_left_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.LEFT)
                | Q(wants_newsletter=False, wants_announcements=False, wants_digest=False, paused_at=None),
                name="mailings_whoever_left_wants_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="mailings_newsletter_readers", condition=Q(state=S.CONFIRMED, wants_newsletter=True)
            )
        ]

    def __str__(self) -> str:
        """Return the language in which letters go, and the day of the consent; not everybody may see the address."""
        reads = (self.member or self).language
        return listed([dict(settings.LANGUAGES).get(reads, reads), date_format(localtime(self.agreed_at))])

    @property
    def is_confirmed(self) -> bool:
        return self.state == S.CONFIRMED

    @property
    def is_written_to(self) -> bool:
        """Whether letters of the list go to them now: said by the database, where `saying_whether_written_to` asked."""
        return bool(vars(self)["wants_and_may_get"])

    @property
    def lists(self) -> list[BulkList]:
        """What they chose, also while paused."""
        return [chosen for chosen in BulkList if getattr(self, chosen)]

    @property
    def lists_asked_for(self) -> list[BulkList]:
        """What a letter asks them to confirm."""
        return lists_in(self.asked_for)


class SubscriptionRequestQuerySet(models.QuerySet["SubscriptionRequest"]):
    def since(self, moment: datetime) -> "SubscriptionRequestQuerySet":
        return self.filter(made_at__gt=moment)


class SubscriptionRequest(models.Model):
    """Somebody asked for a letter to confirm a subscription: kept for a day, for the limits of letters only.

    Address and network are kept as fingerprints that only this portal can make.
    """

    address = models.CharField(max_length=64)
    network = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    objects = SubscriptionRequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["address", "made_at"], name="mailings_requests_of_address"),
            models.Index(fields=["network", "made_at"], name="mailings_requests_of_network"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
