"""Feedback on clinics: answers without a key to a person for 90 days, then only counted; and what may be quoted."""

import uuid
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinics.domain.feedback import MOST_WORDS, OPTIONS, FeedbackQuestion, QuoteAs
from clinics.models.clinics import Clinic
from letsconnect.base.fields import LineField, can_be_seen, lines_can_be_seen
from letsconnect.base.labels import label_of
from letsconnect.base.lines import isolated
from registrations.models import Member

if TYPE_CHECKING:
    from clinics.models.clinics import Reader

_KNOWN = reduce(or_, (Q(question=question, option__in=list(options)) for question, options in OPTIONS.items()))


class FeedbackAnswerQuerySet(models.QuerySet["FeedbackAnswer"]):
    def from_before(self, day: date) -> "FeedbackAnswerQuerySet":
        """Answers from weeks that began on that day or earlier."""
        return self.filter(week_of__lte=day)

    def ticked(self) -> "FeedbackAnswerQuerySet":
        """All but those in words."""
        return self.exclude(question=FeedbackQuestion.WORDS)


class FeedbackAnswer(models.Model):
    """One answer to one question about one clinic. No column leads to a person.

    ``digest`` is a keyed hash that differs between clinics and questions: the person can change the answer, but nobody
    can connect it with another answer. Once the answers are counted, none comes or changes (a trigger, migration 0034).
    """

    # Random, because a number that counts up would put one person's answers side by side.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="feedback_answers")
    question = models.CharField(max_length=10, choices=FeedbackQuestion)
    digest = models.CharField(max_length=64)
    option = models.CharField(max_length=10)
    words = models.TextField(max_length=MOST_WORDS, blank=True)
    week_of = models.DateField()

    objects = FeedbackAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="clinics_one_feedback_answer_per_question"),
            models.CheckConstraint(condition=_KNOWN, name="clinics_feedback_option_is_known"),
            models.CheckConstraint(
                condition=Q(question=FeedbackQuestion.WORDS) & can_be_seen("words")
                | ~Q(question=FeedbackQuestion.WORDS) & Q(words=""),
                name="clinics_feedback_words_stand_where_they_are_asked_for",
            ),
            models.CheckConstraint(condition=Q(week_of__iso_week_day=1), name="clinics_feedback_week_is_its_monday"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CountedFeedback(models.Model):
    """That the feedback on a clinic was counted, once and for good: before, nobody reads any of it.

    ``words_withheld`` since somebody who was asked was erased: what was theirs is gone from the words, and whoever read
    these before could tell which.
    """

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="counted_feedback")
    counted_at = models.DateTimeField()
    words_withheld = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.counted_at:%Y-%m-%d}"


class FeedbackTally(models.Model):
    """How often an option was chosen in the feedback on a clinic: what remains of the answers."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="feedback_tallies")
    question = models.CharField(max_length=10, choices=FeedbackQuestion)
    option = models.CharField(max_length=10)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "question", "option"], name="clinics_one_tally_per_option"),
            models.CheckConstraint(condition=_KNOWN, name="clinics_tally_option_is_known"),
            models.CheckConstraint(condition=Q(count__gt=0), name="clinics_tally_counts_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.clinic_id} {label_of(self, 'question')}: {self.count}"


class QuoteQuerySet(models.QuerySet["Quote"]):
    def of(self, member: Member) -> "QuoteQuerySet":
        return self.filter(member=member)

    def published(self) -> "QuoteQuerySet":
        """What anybody may read on the page of a clinic, in the order in which it was given."""
        return self.filter(published_at__isnull=False).order_by("given_at", "pk")

    def to_decide_for(self, member: Member) -> "QuoteQuerySet":
        """Those on which nobody has decided since they were given; what one said oneself, somebody else decides on."""
        return self.filter(decided_at=None).exclude(member=member)

    def visible_to(self, reader: "Reader") -> "QuoteQuerySet":
        """The reader's own, and those on the clinics they look after."""
        return self.filter(Q(member=reader) | Q(clinic__in=Clinic.objects.looked_after_by(reader).values("pk")))


class Quote(models.Model):
    """What somebody allows to be quoted about one clinic, under the name they chose. Theirs to change and take back."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("clinic"))
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("member"))
    text = models.TextField(_("what may be quoted"), max_length=500)
    as_whom = models.CharField(_("as whom"), max_length=12, choices=QuoteAs, default=QuoteAs.PARTICIPANT)
    name = LineField(_("name"), max_length=100, blank=True)
    # Beside the page of the clinic, where the working group may put it: reports for funders and everybody else.
    in_reports = models.BooleanField(_("may stand in public reports"), default=False, db_default=False)
    given_at = models.DateTimeField(_("given at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # When somebody put it on the page of the clinic, took it off, or left it where it is; anew for other words.
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "member"], name="clinics_one_quote_per_member"),
            models.CheckConstraint(condition=can_be_seen("text"), name="clinics_quote_can_be_seen"),
            models.CheckConstraint(condition=Q(as_whom__in=QuoteAs.values), name="clinics_quote_is_as_somebody"),
            models.CheckConstraint(
                condition=(Q(as_whom=QuoteAs.PARTICIPANT, name="") | ~Q(as_whom=QuoteAs.PARTICIPANT) & ~Q(name=""))
                & lines_can_be_seen("name"),
                name="clinics_quote_names_whom_it_is_to_name",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False, published_at__gte=F("given_at")),
                name="clinics_published_quote_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(decided_at__isnull=False),
                name="clinics_published_quote_was_decided_on",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("member")),
                name="clinics_nobody_publishes_their_own_quote",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def version(self) -> str:
        """What changes with the words, the name and where they stand: nothing is published that nobody has read."""
        return f"{self.given_at.isoformat()} {bool(self.published_at)}"

    @property
    def said_by(self) -> str:
        """Whose words these are, as they wish it to be said."""
        return isolated(self.name) if self.name else str(_("a participant"))
