"""The account, seats in the working group, and blocks."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from letsconnect.base import addresses
from letsconnect.base.fields import LineField, folded, lines_can_be_seen
from letsconnect.base.statements import Statement
from letsconnect.base.terms import TermOfOffice, TermOfOfficeQuerySet, never_ends_before_it_begins
from letsconnect.base.zones import validate_zone
from registrations.domain.calling import called
from registrations.domain.registrations import (
    NAME_AT_MOST,
    WORKING_GROUP,
    ClosedBy,
    Region,
    RegistrationState,
    SeatRole,
)
from registrations.models.countries import is_no_country_or_two_capital_letters
from registrations.reference.names import countries_by_name

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_public_id() -> str:
    """Return a random id (60 bits) that can be read aloud: no 0/o, no 1/l."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


class MemberQuerySet(models.QuerySet["Member"]):
    def with_address(self, address: str) -> "MemberQuerySet":
        """The account that an address signs in to, however the address was typed."""
        canonical_form = addresses.canonical_or_nothing(address)
        return self.filter(email=canonical_form) if canonical_form else self.none()

    def with_doubtful_address(self) -> "MemberQuerySet":
        return self.filter(has_doubtful_address=True, email__isnull=False)

    def visible_to(self, member: "Member") -> "MemberQuerySet":
        """Coordinators see accounts at the desk, because addresses are shown."""
        return self if member.is_coordinator else self.none()

    def with_open_account(self) -> "MemberQuerySet":
        return self.filter(is_active=True, erased_at=None)


_MemberManager = BaseUserManager.from_queryset(MemberQuerySet)


class MemberManager(_MemberManager):
    """Accounts are made by signing in; `create_user` and `create_superuser` serve Django's own commands."""

    def create_user(self, email: str | None = None, **fields: Any) -> "Member":
        member = Member(email=addresses.canonical(email) if email else None, **fields)
        member.save(force_insert=True, using=self.db)
        return member

    def create_superuser(self, public_id: str | None = None, password: str | None = None, **fields: Any) -> "Member":
        return self.create_user(is_superuser=True, **fields)


class Member(AbstractBaseUser, PermissionsMixin):
    """The account. No password; erasure empties the row and keeps it."""

    password: Any = None  # Django leaves the column out; its types know a column only
    emailaddress_set: Any  # allauth adds it
    public_id = models.CharField(
        _("Number of the account"), max_length=22, unique=True, default=new_public_id, editable=False
    )
    email = models.EmailField(_("email address"), null=True, blank=True)
    # Kept as it was typed, because its canonical form is another account's, or nobody proved that one: it opens
    # nothing and gets no letter until a person has decided. See decision 27.
    has_doubtful_address = models.BooleanField(_("address to decide about"), default=False, editable=False)
    name = LineField(_("name to show"), max_length=NAME_AT_MOST, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_zone])
    country = models.CharField(_("country or territory"), max_length=2, blank=True, choices=countries_by_name)
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    is_active = models.BooleanField(_("is active"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)
    last_seen_on = models.DateField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = models.CharField(_("closed by"), max_length=5, choices=ClosedBy, blank=True, editable=False)
    sessions_renewed = models.PositiveIntegerField(default=0, editable=False)
    folded_name = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)

    objects = MemberManager()

    USERNAME_FIELD = "public_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["email"], name="registrations_one_member_per_address"),
            models.CheckConstraint(condition=~Q(email=""), name="registrations_no_empty_address"),
            models.CheckConstraint(condition=lines_can_be_seen("name"), name="registrations_member_name_can_be_seen"),
            models.CheckConstraint(
                condition=Q(email=None) | Q(has_doubtful_address=True) | Q(email__regex=addresses.CANONICAL),
                name="registrations_address_is_canonical",
            ),
            models.CheckConstraint(
                condition=is_no_country_or_two_capital_letters(),
                name="registrations_country_of_a_member_is_two_capital_letters",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="") | Q(closed_at__isnull=False, closed_by__in=ClosedBy.values),
                name="registrations_closed_account_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(is_active=False), name="registrations_closed_account_is_not_active"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(has_doubtful_address=False),
                name="registrations_erased_account_has_no_address_to_decide_about",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name) or self.public_id

    @property
    def name_at_desk(self) -> str:
        """What the desk calls them: of who shows no name the number of the registration, if it was read along."""
        is_read = Member._meta.get_field("registration").is_cached(self)
        registration = getattr(self, "registration", None) if is_read else None
        if registration is None or registration.state == RegistrationState.DRAFT:
            return str(self)
        return called(str(self.name), number=registration.pk, region=registration.region)

    def get_full_name(self) -> str:
        return str(self)

    get_short_name = get_full_name

    def get_session_auth_hash(self) -> str:
        """Return what sessions are checked against: it changes with the address, and when a way in is removed."""
        value = f"{self.public_id}:{self.email}" + (f":{self.sessions_renewed}" if self.sessions_renewed else "")
        return salted_hmac("registrations.Member", value, algorithm="sha256").hexdigest()

    def renew_sessions(self) -> None:
        """End every session of the member except those that are given the new hash."""
        self.sessions_renewed += 1
        self.save(update_fields=["sessions_renewed"])

    def get_session_auth_fallback_hash(self) -> list[str]:
        return []

    def has_usable_password(self) -> bool:
        return False

    def set_unusable_password(self) -> None:
        """Do nothing: there is no password, but allauth calls this."""

    def set_password(self, raw_password: str | None) -> None:
        """Do nothing: there is no password, but Django's own commands call this."""

    def check_password(self, raw_password: str | None) -> bool:
        return False

    @classmethod
    def holding(
        cls, roles: frozenset[tuple[str, str]], *, is_superuser: bool, reader: "Member | None" = None
    ) -> "Member":
        """Return somebody with these seats who is not stored, as a `StatementOfSeats` needs them.

        ``reader`` is its stand-in for whoever reads, if it compares them with anything.
        """
        reader = reader or cls()
        reader.is_superuser = is_superuser
        reader.sit_on(roles)
        return reader

    def sit_on(self, roles: Iterable[tuple[str, str]]) -> None:
        """Take ``roles`` for the current seats, which whoever calls this has read: they are not read again."""
        vars(self)["seat_roles"] = frozenset(roles)

    @property
    def seats_as_fixed(self) -> dict[str, Any]:
        """What a `StatementOfSeats` calls `holding` with for this reader; a superuser sees all: no seat is read."""
        roles = frozenset() if self.is_superuser else self.seat_roles
        return {"roles": roles, "is_superuser": self.is_superuser}

    @cached_property
    def seat_roles(self) -> frozenset[tuple[str, str]]:
        """The current seats, each as its role and, for a liaison, the region."""
        today = timezone.now().date()
        return frozenset(_SEATS.rows({"member": self, "on": today}) if self.is_active else ())

    @property
    def seat_regions(self) -> frozenset[str]:
        """The regions of which the member is liaison; never "all", and never an empty one."""
        return frozenset(region for role, region in self.seat_roles if role == SeatRole.LIAISON and region)

    @property
    def is_staff(self) -> bool:
        """Whether the member is in the working group, as coordinator or liaison; an editor is not."""
        return self.is_active and (self.is_superuser or any(role in WORKING_GROUP for role, _region in self.seat_roles))

    @property
    def is_coordinator(self) -> bool:
        return self.is_active and (self.is_superuser or (SeatRole.COORDINATOR, "") in self.seat_roles)

    @property
    def is_newsletter_editor(self) -> bool:
        """Whether the member has the seat that opens the pages of the newsletter at the desk, and no other page."""
        return self.is_active and (SeatRole.EDITOR, "") in self.seat_roles

    @property
    def may_open_desk(self) -> bool:
        """Whether the desk lets the member in; what is behind its door is up to each page."""
        return self.is_staff or self.is_newsletter_editor

    def speak(self, language: str) -> None:
        """Store the language in which the member reads the portal and its letters."""
        self.language = language
        self.save(update_fields=["language"])

    def read_hours_in(self, zone: str) -> None:
        """Store by whose clock the member reads hours, on pages and in letters."""
        self.zone = zone
        self.save(update_fields=["zone"])

    @property
    def has_proved_address(self) -> bool:
        """Whether a code has proved the address; one that came from a wiki, or is in doubt, is not proved."""
        if not self.email or self.has_doubtful_address:
            return False
        return not self.emailaddress_set.filter(email=self.email, verified=False).exists()

    @property
    def has_open_account(self) -> bool:
        """Whether the account can still be signed in to, as `MemberQuerySet.with_open_account` asks the database."""
        return self.is_active and self.erased_at is None

    def be_seen(self, *, on: date) -> None:
        """Record that the member was active on that day; a second time on the same day costs no query."""
        if self.is_active and (self.last_seen_on is None or self.last_seen_on < on):
            self.last_seen_on = on
            Member.objects.filter(pk=self.pk, is_active=True).update(last_seen_on=on)  # nothing of who was just erased

    def looks_after(self, region: str) -> bool:
        """Tell whether the member is a coordinator or the liaison of ``region``."""
        return self.is_coordinator or (bool(region) and region in self.seat_regions)


class WorkingGroupSeatQuerySet(TermOfOfficeQuerySet["WorkingGroupSeat"]):
    def coordinators(self) -> "WorkingGroupSeatQuerySet":
        return self.filter(role=SeatRole.COORDINATOR)

    def coordinators_without_end(self) -> "WorkingGroupSeatQuerySet":
        """Coordinators who can still appoint others tomorrow: a closed account cannot."""
        return self.coordinators().filter(until_on=None, member__is_active=True)


class WorkingGroupSeat(TermOfOffice, models.Model):
    """A seat at the desk: its role is chosen by name, so that an empty field gives nobody power."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="seats", verbose_name=_("member"))
    role = models.CharField(_("role"), max_length=11, choices=SeatRole)
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until, not included"), null=True, blank=True)
    # Nobody: the command of whoever runs the portal, or a time when it was not noted.
    given_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("a seat", "given by"),
        editable=False,
    )
    # Their own choice, which nobody else makes for them.
    is_shown = models.BooleanField(_("shown on the page of the team"), default=False, db_default=False, editable=False)

    objects = WorkingGroupSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("working-group seat")
        verbose_name_plural = _("working-group seats")
        constraints = [
            never_ends_before_it_begins("registrations_seat_never_ends_before_it_begins"),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("member")),
                name="registrations_nobody_gives_themselves_a_seat",
            ),
            models.UniqueConstraint(
                fields=["member", "role", "region"],
                condition=Q(until_on=None),
                name="registrations_one_open_seat_per_role_and_region",
            ),
            models.CheckConstraint(
                condition=Q(role=SeatRole.LIAISON, region__in=Region.values)
                | Q(role__in=[SeatRole.COORDINATOR, SeatRole.EDITOR], region=""),
                name="registrations_liaison_has_a_region_and_others_none",
            ),
            models.CheckConstraint(
                condition=Q(is_shown=False) | Q(role__in=WORKING_GROUP),
                name="registrations_only_the_working_group_is_shown_as_the_team",
            ),
        ]

    def is_last_coordinator(self, *, on: date) -> bool:
        """Tell whether nobody could appoint others if this seat ended on that day.

        A seat that begins later does not count: on the days between there would be nobody.
        """
        if self.role != SeatRole.COORDINATOR or self.until_on is not None:
            return False
        others = WorkingGroupSeat.objects.coordinators_without_end().exclude(pk=self.pk)
        return not others.filter(from_on__lte=on).exists()

    @property
    def role_in_words(self) -> str:
        """The role of the seat in words, as in "liaison: South Asia"."""
        if self.role != SeatRole.LIAISON:
            return self.get_role_display()
        return f"{self.get_role_display()}: {self.get_region_display()}"

    def __str__(self) -> str:
        return f"{self.member}: {self.role_in_words}"


_SEATS = Statement(
    lambda member, on: WorkingGroupSeat.objects.current(on=on).filter(member=member).values_list("role", "region")
)


class BlockQuerySet(models.QuerySet["Block"]):
    def between(self, first: "Member | OuterRef | None", second: "Member | OuterRef | None") -> "BlockQuerySet":
        """Blocks of either by the other; somebody without an account blocks nobody and is blocked by nobody."""
        return self.filter(Q(member=first, blocked=second) | Q(member=second, blocked=first))


class Block(models.Model):
    """One member does not want to be matched with another; the other is never told."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="blocks_made")
    blocked = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="blocks_received")
    made_at = models.DateTimeField()

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "blocked"], name="registrations_one_block_per_pair"),
            models.CheckConstraint(condition=~Q(member=F("blocked")), name="registrations_no_block_of_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.member} ⊘ {self.blocked}"
