"""Topic requests: what people wish a clinic on, who supports it, and what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, F, Q, Value, When
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.domain.requests import GOING_ON, TopicRequestState
from clinics.models.clinics import Clinic
from letsconnect.base.fields import LineField, lines_can_be_seen
from registrations.models import Member, Skill, heir_at
from registrations.models.languages import is_written_as_a_language
from registrations.reference.names import language_name

if TYPE_CHECKING:
    from clinics.models.clinics import Reader


class TopicRequestQuerySet(models.QuerySet["TopicRequest"]):
    def going_on(self) -> "TopicRequestQuerySet":
        """Requests that people can still support: open, or with a clinic that is being planned."""
        return self.filter(state__in=GOING_ON)

    def visible_to(self, reader: "Reader") -> "TopicRequestQuerySet":
        """All of them for the whole working group, which reads every topic; `looked_after_by` says who reads names."""
        return self if reader.is_staff else self.none()

    def looked_after_by(self, reader: "Reader") -> "TopicRequestQuerySet":
        """Those a member of the working group decides about: asked by people of their regions; all for coordinators."""
        if not isinstance(reader, Member) or not reader.is_staff:
            return self.none()
        others = self.exclude(member=reader)  # nobody decides on what they asked for themselves
        return others if reader.is_coordinator else others.filter(member__region__in=reader.seat_regions)

    def open_since(self, moment: datetime) -> "TopicRequestQuerySet":
        """Not decided about yet, and asked at that moment or before."""
        return self.filter(state=TopicRequestState.OPEN, made_at__lte=moment)

    def asked_by(self, member: Member) -> "TopicRequestQuerySet":
        return self.filter(member=member)

    def of(self, member: Member) -> "TopicRequestQuerySet":
        """Those the member asked for or supports, newest first; one that was merged is seen where it was merged into,
        unless they asked for it themselves."""
        supported = TopicSupport.objects.filter(member=member).values("request")
        return self.filter(Q(member=member) | Q(pk__in=supported)).order_by("-made_at", "-pk")

    def about(self, skill: int) -> "TopicRequestQuerySet":
        """Those on this skill, or on one that was merged into it."""
        return self.alias(_heir=heir_at("skill")).filter(_heir=skill)

    def counting_supporters(self) -> "TopicRequestQuerySet":
        """With ``supporters``: how many people want it, who asked for it among them."""
        return self.annotate(supporters=Count("supports", distinct=True))

    def with_names(self) -> "TopicRequestQuerySet":
        """Fetch what their topics are called, in a constant number of queries."""
        names = ("skill__skill_names", "skill__merged_into__skill_names")
        return self.select_related("skill__merged_into").prefetch_related(*names)


class TopicRequest(models.Model):
    """A wish for a clinic, on a skill or on a topic in the words of the one who asked, in one language.

    Everybody who wants it has a row of `TopicSupport`, who asked for it too. The words stay as long as anybody does.
    """

    skill = models.ForeignKey(
        Skill, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("skill")
    )
    words = LineField(_("topic, in their words"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=20)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="topic_requests", verbose_name=_("asked by")
    )
    why = models.TextField(_("why"), max_length=1000, blank=True)
    why_is_public = models.BooleanField(_("others may read why"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=TopicRequestState, default=TopicRequestState.OPEN)
    made_at = models.DateTimeField(pgettext_lazy("a request", "asked at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # Nobody: the portal, when a clinic that was planned for it is held or cancelled.
    decided_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    # How often something was decided: a part of the keys of letters, so that each decision is told once.
    decisions = models.PositiveIntegerField(default=0)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    clinic = models.ForeignKey(
        Clinic,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="topic_requests",
        verbose_name=_("clinic"),
    )
    # A key of two columns keeps a request from being merged into one that is merged itself.
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    is_merged = models.GeneratedField(
        expression=ExpressionWrapper(Q(merged_into__isnull=False), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    target_is_merged = models.GeneratedField(
        expression=Case(When(merged_into__isnull=False, then=Value(False)), default=None),
        output_field=models.BooleanField(null=True),
        db_persist=True,
    )

    supporters: int  # only in rows of a queryset that is ``counting_supporters``

    objects = TopicRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic request")
        verbose_name_plural = _("topic requests")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TopicRequestState.values), name="clinics_topic_request_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("member")),
                name="clinics_nobody_decides_on_their_own_request",
            ),
            models.CheckConstraint(
                condition=Q(skill__isnull=False, words="") | Q(skill=None) & (~Q(words="") | ~Q(state__in=GOING_ON)),
                name="clinics_topic_request_has_one_topic",
            ),
            models.CheckConstraint(
                condition=lines_can_be_seen("words"), name="clinics_topic_request_words_can_be_seen"
            ),
            models.CheckConstraint(
                condition=is_written_as_a_language("language"), name="clinics_topic_request_language_is_a_code"
            ),
            models.UniqueConstraint(
                fields=["member", "skill", "language"],
                condition=Q(state__in=GOING_ON, skill__isnull=False),
                name="clinics_one_request_of_a_person_for_a_skill",
            ),
            models.UniqueConstraint(
                fields=["member", "words", "language"],
                condition=Q(state__in=GOING_ON, skill=None),
                name="clinics_one_request_of_a_person_in_the_same_words",
            ),
            models.CheckConstraint(
                condition=Q(state=TopicRequestState.MERGED, merged_into__isnull=False)
                | ~Q(state=TopicRequestState.MERGED) & Q(merged_into=None),
                name="clinics_merged_request_says_into_which",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="clinics_no_request_merged_into_itself"
            ),
            models.UniqueConstraint(fields=["id", "is_merged"], name="clinics_what_a_merged_request_refers_to"),
            models.CheckConstraint(
                condition=~Q(state=TopicRequestState.PLANNED) | Q(clinic__isnull=False),
                name="clinics_planned_request_has_a_clinic",
            ),
            models.CheckConstraint(
                condition=Q(clinic=None) | Q(state__in=(TopicRequestState.PLANNED, TopicRequestState.ANSWERED)),
                name="clinics_only_what_is_planned_or_answered_has_a_clinic",
            ),
            models.CheckConstraint(
                condition=~Q(state=TopicRequestState.DECLINED, answer="")
                & ~Q(state=TopicRequestState.ANSWERED, answer="", clinic=None),
                name="clinics_decided_request_says_what_came_of_it",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("made_at")),
                name="clinics_request_decided_after_it_was_made",
            ),
        ]
        indexes = [models.Index(fields=["state", "-made_at", "-id"], name="clinics_topic_requests_newest")]

    def __str__(self) -> str:
        return self.topic_in(get_language() or "en")

    def topic_in(self, reader: str) -> str:
        """What it is about, for a reader of that language; words of their own stay as they were written."""
        if self.skill is not None:
            return self.skill.name_in(reader)
        return self.words or str(_("a topic that nobody wants any more"))

    @property
    def language_in_words(self) -> str:
        return language_name(self.language, get_language() or "en")

    @property
    def is_going_on(self) -> bool:
        return self.state in GOING_ON


class TopicSupport(models.Model):
    """One person who wants the clinic that a request asks for; ``came_from`` is the merged request it moved from."""

    request = models.ForeignKey(TopicRequest, on_delete=models.PROTECT, related_name="supports")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="topic_supports")
    made_at = models.DateTimeField()
    came_from = models.ForeignKey(
        TopicRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="supports_moved"
    )

    class Meta:
        verbose_name = _("support of a topic request")
        verbose_name_plural = _("supports of topic requests")
        constraints = [
            models.UniqueConstraint(fields=["request", "member"], name="clinics_one_support_of_a_request_by_a_person"),
            models.CheckConstraint(
                condition=Q(came_from=None) | ~Q(came_from=F("request")), name="clinics_support_moved_from_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} ← {self.member_id}"
