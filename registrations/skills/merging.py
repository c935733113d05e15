"""What a merge of two skills changes: shown first, then done. Called under the lock of the tree of skills."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from registrations.domain import registrations
from registrations.domain.registrations import SkillNaming, SkillRefused, SkillState
from registrations.models import Offer, Registration, Skill, SkillName, Wish

Answer = TypeVar("Answer", Offer, Wish)
AT_ONCE = 50  # people whose answers may move within one click
_COUNTS = ("people", "offers", "offers_joined", "wishes", "wishes_joined", "reasons_cut")


@dataclass(frozen=True)
class Merge:
    """What a merge changes, counted before it is done. A person who has both answers keeps one of the two."""

    people: int
    offers: int
    offers_joined: int
    wishes: int
    wishes_joined: int
    reasons_cut: int
    synonyms: tuple[SkillName, ...]
    parts: tuple[Skill, ...]
    inherited: tuple[Skill, ...]

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in _COUNTS}

    def after(self, moved: Mapping[str, int]) -> "Merge":
        """Add what earlier steps of the same merge have moved."""
        return replace(
            self,
            people=self.people + moved.get("people", 0),
            offers=self.offers + moved.get("offers", 0),
            offers_joined=self.offers_joined + moved.get("offers_joined", 0),
            wishes=self.wishes + moved.get("wishes", 0),
            wishes_joined=self.wishes_joined + moved.get("wishes_joined", 0),
            reasons_cut=self.reasons_cut + moved.get("reasons_cut", 0),
        )

    def __str__(self) -> str:
        return (
            f"{self.people} people, {self.offers} offers ({self.offers_joined} joined), "
            f"{self.wishes} wishes ({self.wishes_joined} joined)"
        )


def check(source: Skill, target: Skill) -> None:
    """Raise SkillRefused unless ``source`` may be merged into ``target`` in their current state."""
    names = {"source": source, "target": target}
    if source == target:
        raise SkillRefused(_("A skill cannot be merged into itself."))
    if source.state == SkillState.MERGED:
        raise SkillRefused(_("This skill was merged into “%(source)s” already.") % names)
    if target.state == SkillState.MERGED:
        raise SkillRefused(_("The skill to merge into was itself merged into “%(target)s”. Take that one.") % names)
    if target.state == SkillState.RETIRED:
        raise SkillRefused(_("“%(target)s” is retired. Take a skill that is in use.") % names)
    if target.state == SkillState.SUGGESTED and source.state != SkillState.SUGGESTED:
        raise SkillRefused(_("“%(target)s” is only suggested. Accept it first.") % names)


def people_with_answers(source: Skill) -> int:
    return _answered(source).count()


def some_people(source: Skill, *, at_most: int) -> list[int]:
    """Return the registrations, lowest id first, whose answers one step moves."""
    return list(_answered(source).order_by("pk").values_list("pk", flat=True)[:at_most])


def preview(source: Skill, target: Skill, *, people: Collection[int] | None = None) -> Merge:
    """Return what a merge would change, for everybody or only for some ``people``, in a constant number of queries."""
    of_people = {} if people is None else {"registration__in": people}
    offers = dict(Offer.objects.filter(skill=source, **of_people).values_list("registration", "pk"))
    wishes = dict(Wish.objects.filter(skill=source, **of_people).values_list("registration", "why"))
    target_reasons = dict(Wish.objects.filter(skill=target, registration__in=wishes).values_list("registration", "why"))
    return Merge(
        people=len(offers.keys() | wishes.keys()),
        offers=len(offers),
        offers_joined=Offer.objects.filter(skill=target, registration__in=offers).count(),
        wishes=len(wishes),
        wishes_joined=len(target_reasons),
        reasons_cut=sum(registrations.join_why(wishes[key], why)[1] for key, why in target_reasons.items()),
        synonyms=tuple(_new_synonyms(source, target)),
        parts=tuple(source.children.with_names().exclude(pk=target.pk)),
        inherited=tuple(source.merged_from.prefetch_related("skill_names")),
    )


def move(source: Skill, target: Skill) -> Merge:
    """Move answers, names, parts and earlier merges from ``source`` to ``target``; return what was moved."""
    changes = move_answers(source, target, list(_answered(source).values_list("pk", flat=True)))
    for name in changes.synonyms:
        name.pk, name.skill, name.is_synonym = None, target, True
    SkillName.objects.bulk_create(changes.synonyms)
    _move_parts(source, target)
    source.merged_from.update(merged_into=target)
    return changes


def move_answers(source: Skill, target: Skill, people: Collection[int]) -> Merge:
    """Move these people's answers about ``source``; return what was moved."""
    # Others delete answers under the lock of the registration: lowest id first, as matching locks them.
    rows = Registration.objects.filter(pk__in=people).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)))
    changes = preview(source, target, people=people)
    _move(Offer, ("level", "would_host"), registrations.join_offers, source, target, people)
    _move(Wish, ("priority", "why"), registrations.join_wishes, source, target, people)
    return changes


def _answered(source: Skill) -> "models.QuerySet[Registration]":
    mine = Q(Exists(Offer.objects.filter(registration=OuterRef("pk"), skill=source)))
    return Registration.objects.filter(mine | Q(Exists(Wish.objects.filter(registration=OuterRef("pk"), skill=source))))


def line_of(skill: Skill | None) -> list[int]:
    """Return the ids of a skill and of every skill above it in the tree."""
    line: list[int] = []
    while skill is not None and skill.pk not in line:
        line.append(skill.pk)
        skill = skill.parent
    return line


def naming_of(skill: Skill, language: str) -> SkillNaming:
    """Return the name and synonyms of this very skill in one language."""
    rows = [row for row in skill.skill_names.all() if row.language == language]
    return SkillNaming(
        next((row.text for row in rows if not row.is_synonym), ""),
        tuple(sorted(row.text for row in rows if row.is_synonym)),
    )


def write_names(skill: Skill, language: str, naming: SkillNaming) -> None:
    """Replace the name and synonyms of the skill in one language."""
    skill.skill_names.filter(language=language).delete()
    texts = [(naming.name, False)] if naming.name else []
    texts += [(text, True) for text in naming.synonyms]
    SkillName.objects.bulk_create(
        SkillName(skill=skill, language=language, text=text, is_synonym=is_synonym) for text, is_synonym in texts
    )


def _new_synonyms(source: Skill, target: Skill) -> list[SkillName]:
    texts_of_target = {(row.language, row.text.lower()) for row in target.skill_names.all()}
    return [row for row in source.skill_names.order_by("pk") if (row.language, row.text.lower()) not in texts_of_target]


def _move(
    table: type[Answer],
    columns: tuple[str, str],
    join: Callable[..., tuple[object, object]],
    source: Skill,
    target: Skill,
    people: Collection[int],
) -> None:
    """Move every answer of a table; a person who answered about both skills keeps one, in which ``join`` puts both."""
    about = table._default_manager.filter
    target_rows = {row.registration_id: row for row in about(skill=target, registration__in=people)}
    for row in list(about(skill=source, registration__in=target_rows)):
        kept_row = target_rows[row.registration_id]
        first, second = (tuple(getattr(each, column) for column in columns) for each in (kept_row, row))
        for column, value in zip(columns, join(first, second), strict=True):
            setattr(kept_row, column, value)
        kept_row.save(update_fields=columns)
        row.delete()
    about(skill=source, registration__in=people).update(skill=target)


def _move_parts(source: Skill, target: Skill) -> None:
    """Put the parts of ``source`` below ``target``, which moves up if it was below ``source`` itself."""
    if source.pk in line_of(target):
        target.parent = source.parent
        target.save(update_fields=["parent"])
    source.children.exclude(pk=target.pk).update(parent=target)
