"""Skills, groups and roles: rows loaded by `load_reference_data`, extended by people and the working group."""

from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.languages import best_text
from registrations.domain import GroupKind, Region, SkillFamily, SkillState
from registrations.reference.countries import COUNTRIES, country_choices


class SkillQuerySet(models.QuerySet["Skill"]):
    def active(self) -> "SkillQuerySet":
        return self.filter(state=SkillState.ACTIVE)

    def for_choosing(self) -> "SkillQuerySet":
        """Active skills with their names, two queries whatever their number."""
        return self.active().prefetch_related("skill_names")


class Skill(models.Model):
    """A node of a small tree in families."""

    slug = models.SlugField(max_length=80, unique=True)
    family = models.CharField(max_length=20, choices=SkillFamily)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    state = models.CharField(max_length=10, choices=SkillState, default=SkillState.ACTIVE)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
    wikidata_id = models.CharField(max_length=20, blank=True)

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
        ]

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def names(self) -> Mapping[str, str]:
        """The names (not the synonyms) by language; prefetch `skill_names` for lists."""
        return {name.language: name.text for name in self.skill_names.all() if not name.is_synonym}

    def name_in(self, language: str) -> str:
        """The name a reader of ``language`` understands best."""
        return best_text(self.names(), language) or self.slug


class SkillName(models.Model):
    """What a skill is called in one language, or a synonym of that."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="skill_names")
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=100)
    is_synonym = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["skill", "language"],
                condition=Q(is_synonym=False),
                name="registrations_one_name_per_skill_and_language",
            ),
            models.UniqueConstraint(
                "skill", "language", Lower("text"), name="registrations_one_wording_per_skill_and_language"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class GroupQuerySet(models.QuerySet["Group"]):
    def active(self) -> "GroupQuerySet":
        return self.filter(is_active=True)


class Group(models.Model):
    """An affiliate or an informal group; it keeps its id when it is renamed."""

    slug = models.SlugField(max_length=120, unique=True, allow_unicode=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=12, choices=GroupKind)
    country = models.CharField(max_length=2, blank=True, choices=country_choices)
    region = models.CharField(max_length=5, blank=True, choices=Region)
    is_active = models.BooleanField(default=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(country="") | Q(country__in=sorted(COUNTRIES)),
                name="registrations_country_of_a_group_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupAlias(models.Model):
    """Another name of a group: an old one, a code, another language."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="aliases")
    text = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("text"), name="registrations_one_group_per_alias")]

    def __str__(self) -> str:
        return self.text


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
        return self.text
