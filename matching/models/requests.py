"""A learner asks for one sharer: a preference in the next round, never told to the sharer."""

from datetime import date, datetime

from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matching.domain.requests import (
    ANSWERED,
    MOST_OPEN_REQUESTS,
    REQUEST_KEPT,
    REQUEST_WHY_AT_MOST,
    NotThisTime,
    RequestState,
)
from matching.models import people
from matching.models.matches import Match
from matching.models.rounds import Round
from registrations.domain.registrations import OUT_OF_THE_PROGRAMME
from registrations.models import Member, Registration, Skill, has_agreed

_OPEN = Q(state=RequestState.OPEN)


class SharerRequestQuerySet(models.QuerySet["SharerRequest"]):
    def waiting(self) -> "SharerRequestQuerySet":
        """Stored as open, whatever became of the two people meanwhile: what the learner sees as waiting."""
        return self.filter(_OPEN)

    def open(self) -> "SharerRequestQuerySet":
        """What the next round and the working group are told of.

        Both people still take part and have open accounts, neither blocks the other, and the sharer still lets others
        find them.
        """
        return self.waiting().filter(
            ~Q(learner__state__in=OUT_OF_THE_PROGRAMME),
            ~Q(sharer__state__in=OUT_OF_THE_PROGRAMME),
            ~people.blocked(),
            learner__member__is_active=True,
            sharer__member__is_active=True,
            sharer__is_findable=True,
        )

    def stale(self, *, now: datetime) -> "SharerRequestQuerySet":
        return self.waiting().filter(made_at__lte=now - REQUEST_KEPT)

    def open_since(self, moment: datetime) -> "SharerRequestQuerySet":
        """Open, and asked at that moment or before."""
        return self.open().filter(made_at__lte=moment)

    def unheard_by(self, member: Member, *, since: datetime) -> "SharerRequestQuerySet":
        """Those open since then that somebody of the working group may look after: not their own."""
        return self.open_since(since).exclude(learner__member=member)

    def of(self, member: Member) -> "SharerRequestQuerySet":
        """Those the member made, newest first."""
        return self.filter(learner__member=member).order_by("-made_at", "-pk")

    def waiting_first(self) -> "SharerRequestQuerySet":
        return self.order_by(Case(When(_OPEN, then=0), default=1), "-made_at", "-pk")

    def visible_to(self, member: Member) -> "SharerRequestQuerySet":
        """What a working-group member may see: a liaison where either side is of their regions, a coordinator all.

        The sharer sees nothing of it, at the desk as everywhere.
        """
        others = self.exclude(sharer__member=member)
        return others.filter(people.looked_after_by(member))

    def saying_who_is_named(self, *, on: date) -> "SharerRequestQuerySet":
        """With ``is_named``: whether the one who asked may read whom they asked for.

        Nobody is shown to others who has not agreed to it, unless the two were matched.
        """
        agreed = has_agreed(on=on, member="sharer__member") | Q(match__isnull=False)
        return self.annotate(is_named=ExpressionWrapper(agreed, output_field=models.BooleanField()))

    def for_lines(self) -> "SharerRequestQuerySet":
        """Fetch no more than a line of the learner's list shows, in a constant number of queries."""
        columns = ("state", "why", "made_at", "closed_at", "not_this_time", "match", "skill")
        names = ("sharer__member", "sharer__name", "sharer__member__name", "sharer__member__erased_at")
        return (
            self.select_related("sharer__member", "skill__merged_into")
            .only(*columns, *names)
            .prefetch_related("skill__skill_names", "skill__merged_into__skill_names")
        )

    def with_people(self) -> "SharerRequestQuerySet":
        """Fetch both people, their groups and the skill's names in a constant number of queries."""
        names = ("skill__skill_names", "skill__merged_into__skill_names")
        return self.for_table().select_related("skill__merged_into").prefetch_related(*names)

    def for_table(self) -> "SharerRequestQuerySet":
        """Fetch both people, their groups and the skill; the caller reads the names of skills."""
        return self.select_related("learner__member", "learner__group", "sharer__member", "sharer__group", "skill")


class SharerRequest(models.Model):
    """A learner's wish for one sharer and one skill. ``place`` is one of the few a learner has for open requests."""

    learner = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="requests_made", verbose_name=_("learner")
    )
    sharer = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="requests_about", verbose_name=_("sharer")
    )
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+", verbose_name=_("skill"))
    why = models.TextField(_("why, in their words"), max_length=REQUEST_WHY_AT_MOST, blank=True)
    state = models.CharField(_("state"), max_length=15, choices=RequestState, default=RequestState.OPEN)
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(pgettext_lazy("a request", "asked at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    not_this_time = models.CharField(_("why not this time"), max_length=20, blank=True, choices=NotThisTime)
    round = models.ForeignKey(
        Round,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests_answered",
        verbose_name=_("answered by the round"),
    )
    match = models.ForeignKey(
        Match, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("match")
    )

    is_named: bool  # only in rows of a queryset that is ``saying_who_is_named``

    skill_in_words: str  # only in rows of the desk's list

    objects = SharerRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a sharer")
        verbose_name_plural = _("requests for a sharer")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="matching_request_state_is_known"),
            models.CheckConstraint(condition=~Q(learner=F("sharer")), name="matching_nobody_asks_for_themselves"),
            models.UniqueConstraint(
                fields=["learner", "sharer", "skill"],
                condition=_OPEN,
                name="matching_one_open_request_per_pair_and_skill",
            ),
            models.UniqueConstraint(
                fields=["learner", "place"], condition=_OPEN, name="matching_one_open_request_per_place"
            ),
            models.CheckConstraint(
                condition=~_OPEN | Q(place__isnull=False, place__gte=1, place__lte=MOST_OPEN_REQUESTS),
                name="matching_open_request_has_one_of_three_places",
            ),
            models.CheckConstraint(condition=~_OPEN | ~Q(why=""), name="matching_open_request_says_why"),
            models.CheckConstraint(
                condition=Q(_OPEN, closed_at=None) | Q(~_OPEN, closed_at__isnull=False),
                name="matching_closed_request_has_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ANSWERED, round__isnull=False) | Q(~Q(state__in=ANSWERED), round=None),
                name="matching_answered_request_has_its_round",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.MATCHED, match__isnull=False)
                | Q(~Q(state=RequestState.MATCHED), match=None),
                name="matching_matched_request_has_its_match",
            ),
            models.CheckConstraint(
                condition=Q(Q(state=RequestState.NOT_THIS_TIME), ~Q(not_this_time=""))
                | Q(~Q(state=RequestState.NOT_THIS_TIME), not_this_time=""),
                name="matching_not_this_time_says_why",
            ),
        ]

    def __str__(self) -> str:
        return str(self.skill)
