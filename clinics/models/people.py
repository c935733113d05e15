"""The people of a clinic, its interpretation channels, and the hours to which people are held."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.domain.clinics import ClinicState
from clinics.domain.people import (
    ADDRESS_KEPT_FOR,
    ANSWERED,
    AT_THE_DOOR,
    MATERIAL_DAYS_BEFORE,
    MAY_STILL_COME,
    NEEDED_ROLES,
    WAITS_OR_COMES,
    AnswerState,
    ClinicRole,
    Turn,
)
from clinics.models.clinics import Clinic
from letsconnect.base import addresses
from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.numbers_read import read_numbers
from letsconnect.base.typed_links import validate_typed_link
from registrations.models import Member
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import language_name

if TYPE_CHECKING:
    from clinics.models.clinics import Reader

_SIXTY_TWO_BITS = 2**62 - 1


def _who() -> Coalesce:
    """The account's number, or a negative number made of the address of somebody without an account."""
    hashed = Func(F("address"), Value(0), function="hashtextextended", output_field=models.BigIntegerField())
    return Coalesce(F("member_id"), Value(-1) - hashed.bitand(_SIXTY_TWO_BITS), output_field=models.BigIntegerField())


class ChannelQuerySet(models.QuerySet["Channel"]):
    def interpreted(self) -> "ChannelQuerySet":
        """Channels for which an interpreter has said yes."""
        accepted = ClinicPerson.objects.interpreters().accepted()
        return self.filter(pk__in=accepted.values("channel"))


class Channel(models.Model):
    """Interpretation of one clinic into one language, by one or two interpreters who take turns.

    ``floor_language`` repeats the clinic's, by a key of two columns: the database keeps the two from being the same.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="channels", verbose_name=_("clinic"))
    language = models.CharField(_("language"), max_length=20)
    floor_language = models.CharField(max_length=20, editable=False)
    name = LineField(
        _("name of the channel"),
        max_length=100,
        blank=True,
        help_text=_("As the call shows it."),
    )
    material_days_before = models.PositiveSmallIntegerField(
        _("material is due, days before the start"),
        default=MATERIAL_DAYS_BEFORE,
        validators=[MaxValueValidator(60)],
        help_text=_("It moves with the start."),
    )

    # Where the channel has a call of its own; otherwise it is chosen by its name in the clinic's one call.
    meeting_link = models.URLField(
        _("meeting link of the channel"), max_length=500, blank=True, validators=[validate_typed_link]
    )

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("interpretation channel")
        verbose_name_plural = _("interpretation channels")
        ordering = ["language", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "language"], name="clinics_one_channel_per_language"),
            models.UniqueConstraint(fields=["id", "clinic"], name="clinics_what_an_interpreter_refers_to"),
            models.CheckConstraint(
                condition=~Q(language=F("floor_language")), name="clinics_no_channel_into_the_floor_language"
            ),
            models.CheckConstraint(
                condition=is_written_as_a_language("language"), name="clinics_channel_language_is_a_code"
            ),
            models.CheckConstraint(condition=lines_can_be_seen("name"), name="clinics_channel_name_can_be_seen"),
            models.CheckConstraint(
                condition=Q(meeting_link="") | Q(meeting_link__startswith="https://"),
                name="clinics_channel_link_is_encrypted",
            ),
            models.CheckConstraint(
                condition=Q(material_days_before__lte=60), name="clinics_material_is_due_within_two_months"
            ),
        ]

    def __str__(self) -> str:
        return self.language_in_words

    @property
    def language_in_words(self) -> str:
        """The language as the present reader calls it."""
        return language_name(self.language, get_language() or "en")

    @property
    def is_interpreted(self) -> bool:
        """Whether an interpreter has said yes; a list reads channels and interpreters together before it asks."""
        return any(person.is_accepted for person in self.interpreters.all())

    @property
    def material_due_on(self) -> date:
        """The day by which the interpreters have the material, in the clinic's own zone."""
        return self.clinic.starts_at.astimezone(ZoneInfo(self.clinic.zone)).date() - timedelta(
            days=self.material_days_before
        )


class ClinicPersonQuerySet(models.QuerySet["ClinicPerson"]):
    def accepted(self) -> "ClinicPersonQuerySet":
        return self.filter(state=AnswerState.ACCEPTED)

    def to_ask(self) -> "ClinicPersonQuerySet":
        return self.filter(state=AnswerState.TO_ASK)

    def waiting_for_answer(self) -> "ClinicPersonQuerySet":
        return self.filter(state=AnswerState.ASKED)

    def that_may_still_come(self) -> "ClinicPersonQuerySet":
        return self.filter(state__in=MAY_STILL_COME)

    def asked_or_coming(self) -> "ClinicPersonQuerySet":
        return self.filter(state__in=WAITS_OR_COMES)

    def sharers(self) -> "ClinicPersonQuerySet":
        return self.filter(role=ClinicRole.SHARER)

    def hosts(self) -> "ClinicPersonQuerySet":
        return self.filter(role=ClinicRole.HOST)

    def at_the_door(self) -> "ClinicPersonQuerySet":
        """Those who see who comes, and tick them."""
        return self.filter(role__in=AT_THE_DOOR)

    def interpreters(self) -> "ClinicPersonQuerySet":
        return self.filter(role=ClinicRole.INTERPRETER)

    def needed(self) -> "ClinicPersonQuerySet":
        """Those without whom there is no clinic, whose hours must suit them: helpers are none of them."""
        return self.filter(role__in=NEEDED_ROLES)

    def of(self, member: Member) -> "ClinicPersonQuerySet":
        return self.filter(member=member)

    def without_account(self) -> "ClinicPersonQuerySet":
        return self.filter(member=None)

    def of_clinics_to_come(self, *, now: datetime) -> "ClinicPersonQuerySet":
        """People of clinics that can still be changed and have not begun."""
        to_come = (ClinicState.DRAFT, ClinicState.ANNOUNCED)
        return self.filter(clinic__state__in=to_come, clinic__starts_at__gt=now)

    def of_clinics_not_over(self, *, now: datetime) -> "ClinicPersonQuerySet":
        """People of clinics that are to come or go on at this moment."""
        return self.filter(
            clinic__in=Clinic.objects.upcoming(now=now).exclude(state=ClinicState.CANCELLED).order_by().values("pk")
        )

    def visible_to(self, reader: "Reader") -> "ClinicPersonQuerySet":
        """What somebody is asked themselves, and the people of the clinics they look after."""
        looked_after = Clinic.objects.looked_after_by(reader).values("pk")
        own = Q(member=reader.pk) if reader.pk is not None else Q(pk__in=[])
        return self.filter(own | Q(clinic__in=looked_after))

    def in_order(self) -> "ClinicPersonQuerySet":
        """In the order in which pages name them: interpreters by their turn, all others as they were asked."""
        return self.order_by("turn", "asked_at", "pk")


class ClinicPerson(models.Model):
    """Somebody who is asked to do something at a clinic: with an account, or known by an address only.

    Whoever has no account is deleted 30 days after the clinic. What people are called stands as they wish it.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="people", verbose_name=_("clinic"))
    role = models.CharField(_("role"), max_length=11, choices=ClinicRole)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="clinic_roles", verbose_name=_("member")
    )
    address = models.EmailField(_("email address"), blank=True)
    who = models.GeneratedField(expression=_who(), output_field=models.BigIntegerField(), db_persist=True)
    # Of somebody without an account: their letters have no other way to know.
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    zone = models.CharField(_("time zone"), max_length=50, blank=True)
    name = LineField(pgettext_lazy("of a person", "name"), max_length=100, blank=True)
    role_line = LineField(
        _("role line"), max_length=150, blank=True, help_text=_("What stands below the name, such as “grants officer”.")
    )
    group = LineField(_("group"), max_length=150, blank=True)
    channel = models.ForeignKey(
        Channel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interpreters",
        verbose_name=_("interpretation channel"),
    )
    turn = models.CharField(_("turn"), max_length=6, choices=Turn, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=AnswerState, default=AnswerState.TO_ASK)
    version = models.PositiveIntegerField(default=0, editable=False)  # counts what was asked and answered
    # They are asked again, because the clinic was moved after their yes; until they answer, nothing is lost.
    had_said_yes = models.BooleanField(default=False, db_default=False, editable=False)
    asked_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True, editable=False)
    answer_note = models.TextField(_("what they said"), max_length=500, blank=True, editable=False)
    uid = models.UUIDField(_("calendar id"), default=uuid.uuid4, db_default=RandomUUID(), editable=False)

    objects = ClinicPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person of a clinic")
        verbose_name_plural = _("people of clinics")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=ClinicRole.values), name="clinics_role_is_known"),
            models.CheckConstraint(condition=Q(state__in=AnswerState.values), name="clinics_answer_is_known"),
            models.CheckConstraint(
                condition=Q(member__isnull=False, address="", language="", zone="")
                | (Q(member=None, address__regex=addresses.CANONICAL) & ~Q(language="") & ~Q(name="")),
                name="clinics_person_has_an_account_or_an_address",
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("name", "role_line", "group"), name="clinics_names_of_people_can_be_seen"
            ),
            models.UniqueConstraint(fields=["id", "clinic"], name="clinics_what_a_speaker_refers_to"),
            models.UniqueConstraint(fields=["uid"], name="clinics_one_person_per_uid"),
            models.UniqueConstraint(
                fields=["clinic", "role", "member"],
                condition=Q(member__isnull=False),
                name="clinics_one_person_per_role",
            ),
            # In its canonical form an address has no capital letters.
            models.UniqueConstraint(
                fields=["clinic", "role", "address"],
                condition=~Q(address=""),
                name="clinics_one_address_per_role",
            ),
            models.CheckConstraint(
                condition=Q(role=ClinicRole.INTERPRETER, channel__isnull=False, turn__in=Turn.values)
                | ~Q(role=ClinicRole.INTERPRETER) & Q(channel=None, turn=""),
                name="clinics_interpreter_has_a_channel_and_others_none",
            ),
            models.UniqueConstraint(
                fields=["channel", "turn"],
                condition=Q(channel__isnull=False, state__in=MAY_STILL_COME),
                name="clinics_one_interpreter_per_turn",
            ),
            models.CheckConstraint(
                condition=Q(state=AnswerState.TO_ASK, asked_at=None)
                | ~Q(state=AnswerState.TO_ASK) & Q(asked_at__isnull=False),
                name="clinics_asked_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ANSWERED, answered_at__isnull=False)
                | ~Q(state__in=ANSWERED) & Q(answered_at=None, answer_note=""),
                name="clinics_answered_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(had_said_yes=False) | Q(state=AnswerState.ASKED),
                name="clinics_only_who_is_asked_again_had_said_yes",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(state=AnswerState.ASKED, reminded_at=None), name="clinics_to_remind"
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """What they are called: as they wish for this clinic, or else as their account does."""
        return str(self.name_as_written)

    @property
    def name_as_written(self) -> str:
        """The same for a cell of a table, where nothing isolates it from a sentence around it."""
        return self.name or (self.member.name if self.member else "") or str(_("somebody"))

    @property
    def shows_name(self) -> bool:
        return bool(str.__str__(self.name) or (self.member and str.__str__(self.member.name)))

    @property
    def name_at_desk(self) -> str:
        """The same at the desk, where somebody who shows no name has a number."""
        return self.name or (self.member.name_at_desk if self.member else "") or str(_("somebody"))

    def called_at_desk(self) -> str:
        """The same in a sentence about one of them."""
        read_numbers([self.member])
        return self.name_at_desk

    @property
    def is_accepted(self) -> bool:
        return self.state == AnswerState.ACCEPTED

    @property
    def is_at_the_door(self) -> bool:
        """Whether they see who comes, and tick them."""
        return self.is_accepted and self.role in AT_THE_DOOR

    @property
    def is_asked(self) -> bool:
        return self.state == AnswerState.ASKED

    @property
    def is_counted_on(self) -> bool:
        """Whether they said yes, if only to the hour before the clinic was moved: a yes that nobody has taken back."""
        return self.is_accepted or (self.is_asked and self.had_said_yes)

    @property
    def may_still_come(self) -> bool:
        return self.state in MAY_STILL_COME

    @property
    def has_account(self) -> bool:
        return self.member_id is not None

    @property
    def kept_until(self) -> datetime | None:
        """Until when somebody without an account is kept; None for members, who erase themselves."""
        return None if self.has_account else self.clinic.ends_at + ADDRESS_KEPT_FOR


class Appointment(models.Model):
    """A clinic at which somebody is confirmed in a role without which there is none: nobody has two at once.

    The database keeps these rows by itself (see the migration `people_and_channels`), whoever changes an answer, a
    start, a length or a state.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="appointments")
    who = models.BigIntegerField()  # as in `ClinicPerson.who`
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "who"], name="clinics_one_appointment_per_person"),
            ExclusionConstraint(
                name="clinics_nobody_in_two_places",
                expressions=[
                    (
                        Func("who", "who", Value("[]"), function="int8range", output_field=BigIntegerRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.starts_at:%Y-%m-%d %H:%M}"
