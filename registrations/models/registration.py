"""The registration: who a person is in the programme. Its rows are in `answer_rows`."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from letsconnect.base.addresses import canonical_or_as_it_is, readable
from letsconnect.base.fields import EachOnce, LineField, folded, lines_can_be_seen
from letsconnect.base.zones import in_zone, validate_zone
from registrations.domain.calling import called
from registrations.domain.registrations import (
    GROUP_AT_MOST,
    HANDED_IN,
    MAX_TOPICS,
    MOST_PLACES,
    NAME_AT_MOST,
    OUT_OF_THE_PROGRAMME,
    QUIET_AFTER,
    STILL_IN_WITHIN,
    UNTIL_THEY_RETURN,
    ContactWay,
    Region,
    RegionWish,
    RegistrationState,
    Source,
    Topic,
    is_pausing,
    name_to_show,
)
from registrations.models.consents import has_agreed
from registrations.models.countries import is_no_country_or_two_capital_letters
from registrations.models.members import Block, Member
from registrations.models.reference import Group, Role
from registrations.reference.names import countries_by_name
from registrations.reference.zones import first_zone

_CHANGED_WHILE_APPROVED = Q(state=RegistrationState.APPROVED, changed_at__gt=F("reviewed_at"))
CHANGED_SINCE_REVIEW = Q(state=RegistrationState.SUBMITTED, reviewed_at__isnull=False) | _CHANGED_WHILE_APPROVED
IN_REVIEW_QUEUE = Q(state=RegistrationState.SUBMITTED) | _CHANGED_WHILE_APPROVED


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def of(self, member: Member) -> "Registration | None":
        """The registration of one member, or None."""
        return self.of_member(member).first()

    def of_member(self, member: Member) -> "RegistrationQuerySet":
        """The same as rows, with all that its pages say of it."""
        return self.filter(member=member).select_related("member", "group", "role")

    def approved(self) -> "RegistrationQuerySet":
        return self.filter(state=RegistrationState.APPROVED)

    def in_force(self) -> "RegistrationQuerySet":
        """What members handed in and did not take back: waiting for review or approved, with an account behind it."""
        return self.filter(state__in=HANDED_IN, member__isnull=False)

    def of_open_accounts(self) -> "RegistrationQuerySet":
        """Registrations of members whose account is open, and those that nobody has claimed."""
        return self.exclude(member__is_active=False)

    def waiting_for_review(self) -> "RegistrationQuerySet":
        return self.of_open_accounts().filter(state=RegistrationState.SUBMITTED)

    def new_to_review(self) -> "RegistrationQuerySet":
        """Submitted and never reviewed."""
        return self.waiting_for_review().filter(reviewed_at=None)

    def changed_since_review(self) -> "RegistrationQuerySet":
        """Submitted again, or approved and changed since the last review."""
        return self.of_open_accounts().filter(CHANGED_SINCE_REVIEW)

    def in_review_queue(self) -> "RegistrationQuerySet":
        """Registrations that wait for a liaison: the new and the changed."""
        return self.of_open_accounts().filter(IN_REVIEW_QUEUE)

    def waiting_for(self, reviewer: Member) -> "RegistrationQuerySet":
        """Those of them that this member of the working group can decide on: one's own is for colleagues."""
        return self.in_review_queue().exclude(member=reviewer)

    def claimed(self) -> "RegistrationQuerySet":
        return self.filter(member__isnull=False, member__is_active=True, member__erased_at=None)

    def here(self, *, on: date) -> "RegistrationQuerySet":
        """Registrations that are neither paused nor away on that day."""
        return self.filter(Q(paused_until=None) | Q(paused_until__lte=on), Q(away_until=None) | Q(away_until__lte=on))

    def resting(self, *, on: date) -> "RegistrationQuerySet":
        """Registrations that are paused or away on that day."""
        return self.filter(Q(paused_until__gt=on) | Q(away_until__gt=on))

    def agreed(self, *, on: date) -> "RegistrationQuerySet":
        """Registrations of members who agreed themselves to what the programme requires, counted on that day."""
        return self.filter(has_agreed(on=on))

    def lacking_consents(self, *, on: date) -> "RegistrationQuerySet":
        """Approved and claimed, but left out of everything because the member's own agreement is missing."""
        return self.approved().claimed().filter(~has_agreed(on=on))

    def matchable(self, *, on: date) -> "RegistrationQuerySet":
        """Approved, claimed, agreed to the documents, and neither paused nor away."""
        return self.approved().claimed().agreed(on=on).here(on=on)

    def findable_by(self, member: Member, *, on: date) -> "RegistrationQuerySet":
        """People who let others find and ask them; never the member, nor anybody a block keeps apart from them."""
        return self.claimed().agreed(on=on).filter(is_findable=True).not_apart_from(member)

    def not_apart_from(self, member: Member) -> "RegistrationQuerySet":
        """Registrations of others than the member whom no block keeps apart from them."""
        blocks = Block.objects.between(member, OuterRef("member"))
        return self.filter(~Exists(blocks)).exclude(member=member)

    def quiet(self, *, since: date) -> "RegistrationQuerySet":
        """Registrations of people who have not been active here since that day, that day included."""
        never = Q(member__last_seen_on=None, member__joined_at__date__lt=since)
        return self.filter(Q(member__last_seen_on__lt=since) | never)

    def owed_still_in(self, *, on: date) -> "RegistrationQuerySet":
        """People who take part, were inactive for half a year, can be written to, and were not asked about it yet."""
        since = on - QUIET_AFTER
        not_asked = Q(still_in_asked_on=None) | Q(still_in_asked_on__lt=since)
        return self.matchable(on=on).quiet(since=since).filter(not_asked, member__email__isnull=False)

    def silent(self, *, on: date) -> "RegistrationQuerySet":
        """People who take part, were asked whether they are still in, and did nothing for a month since; also those
        whom the button behind the letter's link keeps in.
        """
        unheard = Q(member__last_seen_on=None) | Q(member__last_seen_on__lt=F("still_in_asked_on"))
        not_kept = Q(kept_in_by_link_on=None) | Q(kept_in_by_link_on__lt=F("still_in_asked_on"))
        return self.matchable(on=on).filter(unheard, not_kept, still_in_asked_on__lte=on - STILL_IN_WITHIN)

    def with_imported_address(self, proved: Iterable[str]) -> "RegistrationQuerySet":
        """Registrations whose address in the old form is one of these, compared in canonical form."""
        canonical = {canonical_or_as_it_is(address) for address in proved} - {""}
        written = canonical | {readable(address) for address in canonical}
        alike = Q(*(Q(imported_address__iexact=address) for address in written), _connector=Q.OR)
        candidates = self.filter(alike).values_list("pk", "imported_address") if canonical else ()
        return self.filter(pk__in=[pk for pk, address in candidates if canonical_or_as_it_is(address) in canonical])

    def visible_to(self, member: Member) -> "RegistrationQuerySet":
        """What a liaison (of their regions) or a coordinator (all) may see, but no draft that somebody is writing."""
        handed_in = self.exclude(state=RegistrationState.DRAFT, member__isnull=False)
        return handed_in if member.is_coordinator else handed_in.filter(region__in=member.seat_regions)


class Registration(models.Model):
    """Who a person is in the programme, what they share and what they want to learn."""

    member = models.OneToOneField(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="registration",
        verbose_name=_("member"),
    )
    state = models.CharField(
        _("state"), max_length=15, choices=RegistrationState, default=RegistrationState.DRAFT, db_index=True
    )
    source = models.CharField(_("came by"), max_length=6, choices=Source, default=Source.FORM)
    name = LineField(_("name to show"), max_length=NAME_AT_MOST, blank=True)
    country = models.CharField(_("country or territory"), max_length=2, blank=True, choices=countries_by_name)
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name=_("group"),
    )
    group_other = LineField(_("another group, in my words"), max_length=GROUP_AT_MOST, blank=True)
    role = models.ForeignKey(
        Role,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name=_("main role"),
    )
    topics = ArrayField(
        models.CharField(max_length=20, choices=Topic), verbose_name=_("topics of work"), default=list, blank=True
    )
    topic_other = LineField(_("another topic, in my words"), max_length=100, blank=True)
    zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[validate_zone])
    can_help = models.PositiveSmallIntegerField(_("people I can help at once"), default=1)
    can_learn_from = models.PositiveSmallIntegerField(_("people I want to learn from at once"), default=1)
    is_findable = models.BooleanField(_("others may find me and ask for me"), default=False)
    region_wish = models.CharField(
        _("where my match is from"), max_length=6, choices=RegionWish, default=RegionWish.EITHER
    )
    contact_way = models.CharField(
        _("how a match may reach me"), max_length=10, choices=ContactWay, default=ContactWay.EMAIL
    )
    contact_text = LineField(_("talk page or other way"), max_length=300, blank=True)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    cards_seen = ArrayField(models.CharField(max_length=20), default=list, blank=True, editable=False)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    still_in_asked_on = models.DateField(_("asked whether still in, on"), null=True, blank=True, editable=False)
    kept_in_by_link_on = models.DateField(
        _("kept in by the link of an email, on"), null=True, blank=True, editable=False
    )
    confirmed_on = models.DateField(_("answers last given or confirmed on"), null=True, blank=True, editable=False)
    wikimedia_username = LineField(_("Wikimedia username, as told"), max_length=255, blank=True)
    imported_address = models.EmailField(_("address in the old form"), blank=True)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(_("begun at"))
    changed_at = models.DateTimeField(_("changed at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    review_note = models.TextField(_("note to the person"), max_length=2000, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    folded_names = models.GeneratedField(
        expression=folded("name", "wikimedia_username"), output_field=models.TextField(), db_persist=True
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [
            models.Index(
                fields=["region", "submitted_at", "id"],
                condition=IN_REVIEW_QUEUE,
                name="registrations_review_queue",
            ),
            models.Index(F("submitted_at").desc(), F("id").desc(), name="registrations_newest_first"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RegistrationState.values), name="registrations_state_is_known"
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("name", "group_other", "topic_other", "contact_text", "wikimedia_username"),
                name="registrations_lines_can_be_seen",
            ),
            models.CheckConstraint(
                condition=~Q(state=RegistrationState.APPROVED)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="registrations_approved_has_a_reviewer_and_a_time",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | Q(member=None) | ~Q(reviewed_by=F("member")),
                name="registrations_nobody_reviews_their_own",
            ),
            models.CheckConstraint(
                condition=Q(source=Source.IMPORT) | Q(member__isnull=False),
                name="registrations_only_an_imported_one_has_no_member",
            ),
            models.CheckConstraint(
                condition=is_no_country_or_two_capital_letters(),
                name="registrations_country_is_two_capital_letters",
            ),
            models.CheckConstraint(
                condition=Q(region="") | Q(region__in=Region.values), name="registrations_region_is_known"
            ),
            models.CheckConstraint(
                condition=Q(can_help__lte=MOST_PLACES, can_learn_from__lte=MOST_PLACES),
                name="registrations_places_at_most_20",
            ),
            models.CheckConstraint(
                condition=Q(topics__contained_by=Topic.values, topics__len__lte=MAX_TOPICS),
                name="registrations_topics_are_known_and_at_most_2",
            ),
            models.CheckConstraint(condition=EachOnce("topics"), name="registrations_topics_stand_once"),
            models.CheckConstraint(
                condition=EachOnce("cards_seen") & ~Q(cards_seen__contains=[""]),
                name="registrations_cards_seen_stand_once",
            ),
            models.CheckConstraint(
                condition=Q(kept_in_by_link_on=None) | Q(still_in_asked_on__isnull=False),
                name="registrations_a_link_answers_a_question",
            ),
            models.CheckConstraint(
                condition=Q(contact_way=ContactWay.EMAIL) | ~Q(contact_text="") | ~Q(state__in=HANDED_IN),
                name="registrations_contact_way_has_its_text",
            ),
        ]

    def __str__(self) -> str:
        return called(str(self.shown_name), number=self.pk, region=self.region)

    @property
    def shown_name(self) -> str:
        return name_to_show(self.name, self.member.name if self.member else None)

    @property
    def is_changed_since_review(self) -> bool:
        """Tell whether it waits for review again: the working group has reviewed an earlier version."""
        if self.reviewed_at is None:
            return False
        is_changed = self.state == RegistrationState.APPROVED and self.changed_at > self.reviewed_at
        return is_changed or self.state == RegistrationState.SUBMITTED

    @property
    def own_zone(self) -> str:
        """The time zone whose clock the person lives by."""
        return self.zone or first_zone("", self.member.zone if self.member else None)

    def own_day(self, moment: datetime) -> date:
        """Return the day that a moment falls on by the person's own clock."""
        return in_zone(moment, self.own_zone).date()

    def is_not_back(self, moment: datetime, *, until: date) -> bool:
        """Whether a moment lies before the day on which the person comes back, by their own clock."""
        return self.own_day(moment) < until

    def is_away(self, moment: datetime) -> bool:
        """Whether a pause or an absence covers the day of a moment by the person's own clock.

        A pause for silence does not: it has no day on which it ends, and ends no hour that was agreed on.
        """
        paused_until = None if self.paused_until == UNTIL_THEY_RETURN else self.paused_until
        return is_pausing(paused_until=paused_until, away_until=self.away_until, today=self.own_day(moment))

    def is_resting(self, *, on: date) -> bool:
        """Whether a pause or an absence covers this day of the portal.

        It is a day in UTC, the same for everybody, because a round is computed for all at one moment.
        """
        return is_pausing(paused_until=self.paused_until, away_until=self.away_until, today=on)

    @property
    def is_handed_in(self) -> bool:
        """Whether people are matched or reviewed by it; then every save must leave it complete."""
        return self.state in HANDED_IN

    @property
    def is_claimed(self) -> bool:
        """Whether it is somebody's account at all, be that open or closed."""
        return self.member_id is not None

    @property
    def has_open_account(self) -> bool:
        """Whether an open account stands behind it, as `RegistrationQuerySet.claimed` asks the database."""
        return self.member is not None and self.member.has_open_account

    @property
    def is_erased(self) -> bool:
        """Whether the person has deleted their account, so that nobody is told their name."""
        return self.member is not None and self.member.erased_at is not None

    @property
    def has_left(self) -> bool:
        """Whether the person has left the programme: by this registration, or because their account was closed."""
        return self.state in OUT_OF_THE_PROGRAMME or (self.member is not None and not self.member.is_active)
