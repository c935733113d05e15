"""What the working group sets for every round, and which pairs it keeps apart."""

from datetime import date

from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from matching.models import people
from registrations.models import Member, Registration


class MatchingRulesQuerySet(models.QuerySet["MatchingRules"]):
    def current(self) -> "MatchingRules":
        """Return the one row; before anybody changed anything, the rules it would begin with."""
        return self.first() or MatchingRules()

    def next_round_on(self, on: date) -> date | None:
        """Return the day set for the next round, if one is set and not over."""
        return self.filter(next_round_on__gte=on).values_list("next_round_on", flat=True).first()

    def least_minutes(self) -> Combinable:
        """Return the column that says how many minutes a week somebody must be free, for a query of other rows."""
        return Coalesce(Subquery(self.values("min_minutes_a_week")[:1]), MatchingRules().min_minutes_a_week)


class MatchingRules(models.Model):
    """One row, which coordinators change; every change is logged."""

    cool_down_days = models.PositiveSmallIntegerField(
        _("days until two people may be proposed to each other again"),
        default=180,
        help_text=_(
            "Counted from the end of their last match. “Already know each other” and “rather somebody else” "
            "keep two people apart for good."
        ),
    )
    min_minutes_a_week = models.PositiveSmallIntegerField(
        _("least minutes a week somebody must be free to take part"), default=120
    )
    most_at_once = models.PositiveSmallIntegerField(
        _("most matches of one person at once, as learner and sharer together"), default=6
    )
    both_must_approve = models.BooleanField(
        _("a pair across two regions needs an approval for each region"), default=False
    )
    facts_kept_days = models.PositiveSmallIntegerField(
        _("days the facts of a round are kept"),
        default=90,
        help_text=_("Until then the rest of a round can be computed again and every “why not” answered exactly."),
    )
    next_round_on = models.DateField(
        _("day of the next round"),
        null=True,
        blank=True,
        help_text=_("People are told this day. Once it is over, they read that no day is set yet."),
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    changed_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    objects = MatchingRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of matching")
        verbose_name_plural = _("rules of matching")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="matching_rules_are_one_row"),
            models.CheckConstraint(
                condition=Q(
                    cool_down_days__lte=3650,
                    min_minutes_a_week__lte=2400,
                    most_at_once__gte=1,
                    most_at_once__lte=40,
                    facts_kept_days__gte=1,
                    facts_kept_days__lte=366,
                ),
                name="matching_rules_are_sensible",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules of matching"))


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def standing(self) -> "ExclusionQuerySet":
        return self.filter(lifted_at=None)

    def visible_to(self, member: Member) -> "ExclusionQuerySet":
        """A liaison sees those with a person of their regions, a coordinator all; nobody what is about themselves."""
        others = self.exclude(person__member=member).exclude(other__member=member)
        return others.filter(people.looked_after_by(member, "person", "other"))


class Exclusion(models.Model):
    """Two people the working group does not want proposed to each other, in either role."""

    person = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="exclusions_as_person", verbose_name=_("one")
    )
    other = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="exclusions_as_other", verbose_name=_("the other")
    )
    reason = models.TextField(_("reason"), max_length=1000)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    lifted_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lifted by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_why = models.TextField(_("why it was lifted"), max_length=1000, blank=True)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair kept apart")
        verbose_name_plural = _("pairs kept apart")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__lt=F("other")), name="matching_exclusion_names_two_people_in_order"
            ),
            models.UniqueConstraint(
                fields=["person", "other"], condition=Q(lifted_at=None), name="matching_one_standing_exclusion_per_pair"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_why="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="matching_lifted_has_when_and_who",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Pair kept apart %(number)s") % {"number": self.pk})
