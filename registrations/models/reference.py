"""Skills, groups and roles: rows loaded by `load_reference_data`, extended by people and the working group."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineField, lines_can_be_seen
from letsconnect.base.languages import best_text
from registrations.domain.registrations import (
    GROUP_AT_MOST,
    WIKIDATA_ID,
    GroupKind,
    Region,
    SkillFamily,
    SkillState,
    SuggestionOutcome,
)
from registrations.models.countries import is_no_country_or_two_capital_letters
from registrations.reference.names import countries_by_name

if TYPE_CHECKING:
    from registrations.models.members import Member

ANSWERABLE = (SkillState.ACTIVE, SkillState.SUGGESTED)


@cache
def _answers(model: str) -> Coalesce:
    rows = apps.get_model("registrations", model)._base_manager.filter(skill=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("skill").annotate(count=Count("pk")).values("count")), 0)


def heir_at(way: str = "") -> Coalesce:
    """Return the key of the skill by whose name a skill is called: its own, or that of the one it was merged into.

    ``way`` (a lookup) leads to the skill from the rows that are read; without one they are skills themselves.
    """
    return Coalesce(f"{way}__merged_into", way) if way else Coalesce("merged_into", "pk")


HEIR_OF_SKILL = heir_at()


class SkillQuerySet(models.QuerySet["Skill"]):
    def active(self) -> "SkillQuerySet":
        return self.filter(state=SkillState.ACTIVE)

    def suggested(self) -> "SkillQuerySet":
        return self.filter(state=SkillState.SUGGESTED)

    def to_decide_for(self, member: "Member") -> "SkillQuerySet":
        """Suggested ones that this member can decide on: what one suggested oneself is for somebody else."""
        return self.suggested().exclude(
            pk__in=SkillSuggestion.objects.to_decide().filter(member=member).values("skill")
        )

    def answerable(self) -> "SkillQuerySet":
        """Skills that a new answer may name: active ones, and suggested ones, which can be used at once."""
        return self.filter(state__in=ANSWERABLE)

    def standing(self) -> "SkillQuerySet":
        """Skills that were not merged into another one."""
        return self.exclude(state=SkillState.MERGED)

    def with_names(self) -> "SkillQuerySet":
        """Fetch the names, and those of the skill it was merged into, in a constant number of queries."""
        return self.select_related("merged_into").prefetch_related("skill_names", "merged_into__skill_names")

    def with_usage(self) -> "SkillQuerySet":
        """Count who shares and who wants each skill, drafts included, as `offer_count` and `wish_count`."""
        return self.annotate(offer_count=_answers("Offer"), wish_count=_answers("Wish"))


class Skill(models.Model):
    """A node of a small tree in families. A suggested skill has no family until it is accepted.

    A merged skill keeps its own names for the record but is shown with those of its heir, the skill it was merged into.
    An heir is never itself merged: merging it moves what was merged into it along. A skill that the working group has
    changed is left alone when reference data is loaded.
    """

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    family = models.CharField(_("family"), max_length=20, blank=True, choices=SkillFamily)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("part of")
    )
    state = models.CharField(_("state"), max_length=10, choices=SkillState, default=SkillState.ACTIVE)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        verbose_name=_("merged into"),
    )
    wikidata_id = models.CharField(
        _("Wikidata id"), max_length=20, blank=True, validators=[RegexValidator(WIKIDATA_ID, _("Write it as Q123."))]
    )

    is_curated = models.BooleanField(_("kept by the working group"), default=False, editable=False)

    # Only on rows of `with_usage`.
    offer_count: int
    wish_count: int
    # What `names` returns, on rows of a list that read the names of all of them at once.
    names_read: Mapping[str, str] | None = None

    objects = SkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["family", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=SkillState.MERGED, merged_into__isnull=False)
                | (~Q(state=SkillState.MERGED) & Q(merged_into=None)),
                name="registrations_merged_skill_names_its_heir",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="registrations_skill_not_its_own_heir"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="registrations_skill_not_its_own_parent"),
            models.CheckConstraint(condition=Q(state__in=SkillState.values), name="registrations_skill_state_is_known"),
            models.CheckConstraint(
                condition=Q(family="") | Q(family__in=SkillFamily.values), name="registrations_skill_family_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=SkillState.ACTIVE) | ~Q(family=""), name="registrations_active_skill_has_a_family"
            ),
            models.CheckConstraint(
                condition=Q(wikidata_id="") | Q(wikidata_id__regex=WIKIDATA_ID),
                name="registrations_wikidata_id_is_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name_in(get_language() or "en"))

    @property
    def heir(self) -> "Skill":
        """The skill this one was merged into; itself if it was not merged."""
        return self.merged_into or self

    @property
    def heir_id(self) -> int:
        """The key of `heir`, which is not read for it."""
        return self.merged_into_id or self.pk

    def names(self) -> Mapping[str, str]:
        """The names (not the synonyms) by language; prefetch `skill_names` for lists."""
        if self.names_read is not None:
            return self.names_read
        return {name.language: name.text for name in self.skill_names.all() if not name.is_synonym}

    def name_in(self, language: str) -> str:
        """The name a reader of ``language`` understands best; a merged skill has the name of its heir."""
        return self.heir.own_name_in(language)

    def own_name_in(self, language: str) -> str:
        """The name of this very skill, merged or not."""
        return best_text(self.names(), language) or self.slug


class SkillName(models.Model):
    """The name of a skill in one language, or a synonym of it."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="skill_names")
    language = models.CharField(max_length=10)
    text = LineField(max_length=100)
    is_synonym = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["skill", "language"],
                condition=Q(is_synonym=False),
                name="registrations_one_name_per_skill_and_language",
            ),
            models.CheckConstraint(condition=lines_can_be_seen("text"), name="registrations_skill_name_can_be_seen"),
            models.UniqueConstraint(
                "skill", "language", Lower("text"), name="registrations_one_wording_per_skill_and_language"
            ),
        ]

    def __str__(self) -> str:
        return str(self.text)


class SkillSuggestionQuerySet(models.QuerySet["SkillSuggestion"]):
    def to_decide(self) -> "SkillSuggestionQuerySet":
        return self.filter(decided_at=None)

    def to_tell(self, member: "Member") -> "SkillSuggestionQuerySet":
        """Decided suggestions that the member has not yet marked as read."""
        return self.filter(member=member, decided_at__isnull=False, noted_at=None)

    def for_telling(self) -> "SkillSuggestionQuerySet":
        """Suggestions with their skills, oldest decision first; the caller reads the names."""
        return self.select_related("skill").order_by("decided_at", "pk")


class SkillSuggestion(models.Model):
    """Who suggested a skill, and what was decided: shown to them on their next visits."""

    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="suggestions")
    member = models.ForeignKey("registrations.Member", on_delete=models.PROTECT, related_name="skill_suggestions")
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "registrations.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=10, blank=True, choices=SuggestionOutcome)
    noted_at = models.DateTimeField(null=True, blank=True)

    objects = SkillSuggestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["skill", "member"], name="registrations_one_suggestion_per_skill_and_member"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, outcome="")
                | Q(decided_at__isnull=False, decided_at__gte=F("made_at"), outcome__in=SuggestionOutcome.values),
                name="registrations_suggestion_decided_has_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(decided_at__isnull=False) & ~Q(decided_by=F("member")),
                name="registrations_nobody_decides_on_their_own_suggestion",
            ),
            models.CheckConstraint(
                condition=Q(noted_at=None) | Q(noted_at__gte=F("decided_at"), decided_at__isnull=False),
                name="registrations_suggestion_noted_after_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} ← {self.member_id}"


class GroupQuerySet(models.QuerySet["Group"]):
    def active(self) -> "GroupQuerySet":
        return self.filter(is_active=True)


class Group(models.Model):
    """An affiliate or an informal group; it keeps its id when it is renamed."""

    slug = models.SlugField(_("slug"), max_length=120, unique=True, allow_unicode=True)
    name = LineField(_("name"), max_length=GROUP_AT_MOST)
    kind = models.CharField(_("kind"), max_length=12, choices=GroupKind)
    country = models.CharField(_("country or territory"), max_length=2, blank=True, choices=countries_by_name)
    region = models.CharField(_("region"), max_length=5, blank=True, choices=Region)
    is_active = models.BooleanField(_("is active"), default=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=is_no_country_or_two_capital_letters(),
                name="registrations_country_of_a_group_is_two_capital_letters",
            ),
            models.CheckConstraint(condition=lines_can_be_seen("name"), name="registrations_group_name_can_be_seen"),
        ]

    def __str__(self) -> str:
        return str(self.name)


class GroupAlias(models.Model):
    """An alias of a group: an old one, a code, another language."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="aliases")
    text = LineField(_("name"), max_length=GROUP_AT_MOST)

    class Meta:
        verbose_name = _("alias of a group")
        verbose_name_plural = _("aliases of a group")
        constraints = [
            models.UniqueConstraint(Lower("text"), name="registrations_one_group_per_alias"),
            models.CheckConstraint(condition=lines_can_be_seen("text"), name="registrations_group_alias_can_be_seen"),
        ]

    def __str__(self) -> str:
        return str(self.text)


class Role(models.Model):
    """A main role in the movement."""

    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        names = {name.language: name.text for name in self.role_names.all()}
        return best_text(names, get_language() or "en") or self.slug


class RoleName(models.Model):
    """What a role is called in one language."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="role_names")
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "language"], name="registrations_one_name_per_role_and_language")
        ]

    def __str__(self) -> str:
        return str(self.text)
