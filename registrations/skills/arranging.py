"""Changes to the tree of skills, by people who suggest skills and by the working group; one change at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from letsconnect.base import acts, nudges
from letsconnect.base.fields import longest
from letsconnect.base.folding import phrase
from letsconnect.base.languages import language_or_default
from letsconnect.base.lines import isolated, one_line
from letsconnect.base.ways_to_reach import LEAVE_IT_OUT, tells_how_to_reach
from registrations.domain.registrations import (
    NotYours,
    SkillFamily,
    SkillNaming,
    SkillRefused,
    SkillState,
    SuggestionOutcome,
)
from registrations.models import Member, Skill, SkillMerge, SkillName, SkillSuggestion
from registrations.skills import merging
from registrations.skills.merged_answers import lock_skill_tree, stop_answers

SUGGESTIONS_A_DAY = 20


@transaction.atomic
def suggest_skill(*, name: str, language: str, by: Member, now: datetime) -> Skill:
    """Return the skill of that name, created as a suggestion if there is none; it can be used at once.

    Names that differ only in case, accents or letter forms are the same name, in any language. Raises SkillRefused for
    a text that is not a name, for a retired skill, and after too many suggestions in one day.
    """
    lock_skill_tree()
    text = _clean(name)
    skill = _called(text)
    if skill is not None and skill.state == SkillState.RETIRED:
        raise SkillRefused(_("“%(skill)s” is no longer used. Please choose another skill.") % {"skill": isolated(text)})
    if skill is None:
        if tells_how_to_reach(text):
            raise SkillRefused(str(LEAVE_IT_OUT))
        _check_pace(by, now=now)
        skill = Skill.objects.create(slug=_free_slug(text), family="", state=SkillState.SUGGESTED, is_curated=True)
        SkillName.objects.create(skill=skill, language=language_or_default(language), text=text)
        acts.record(by=by, verb="suggest_skill", on=skill, now=now, became=skill.state)
    if skill.state == SkillState.SUGGESTED:
        SkillSuggestion.objects.get_or_create(skill=skill, member=by, defaults={"made_at": now})
    return skill


@transaction.atomic
def add_skill(
    *, name: str, language: str, family: str, parent: Skill | None = None, by: Member, now: datetime
) -> Skill:
    """Add a skill for the working group. Raises SkillRefused if a skill has that name, NotYours for liaisons."""
    _coordinators_only(by)
    lock_skill_tree()
    text = _clean(name)
    if (namesake := _called(text)) is not None:
        raise SkillRefused(_("There is a skill of that name already: %(skill)s.") % {"skill": isolated(namesake)})
    skill = Skill.objects.create(slug=_free_slug(text), family=SkillFamily(family), parent=parent, is_curated=True)
    SkillName.objects.create(skill=skill, language=language_or_default(language), text=text)
    acts.record(by=by, verb="add_skill", on=skill, now=now, became=skill.state)
    return skill


@transaction.atomic
def accept_skill(*, skill: Skill, family: str, by: Member, now: datetime) -> Skill:
    """Take a suggested or retired skill into the list that everybody finds. Accepting twice changes nothing.

    Raises NotYours if a liaison takes back a retired skill, SkillRefused for a merged one.
    """
    lock_skill_tree()
    skill = _now(skill)
    if skill.state == SkillState.ACTIVE:
        return skill
    _check_may_order(by, skill)
    _check_not_their_own(by, skill)
    _refuse_merged(skill)
    was = skill.state
    skill.state, skill.family, skill.is_curated = SkillState.ACTIVE, SkillFamily(family), True
    skill.save(update_fields=["state", "family", "is_curated"])
    _tell_suggesters(skill, SuggestionOutcome.ACCEPTED, by=by, now=now)
    acts.record(by=by, verb="accept_skill", on=skill, now=now, was=was, became=skill.state)
    return skill


@transaction.atomic
def place_skill(
    *, skill: Skill, family: str, parent: Skill | None, wikidata_id: str, by: Member, now: datetime
) -> Skill:
    """Move a skill to another place in the tree. Raises SkillRefused if it would be below itself."""
    _coordinators_only(by)
    lock_skill_tree()
    skill = _now(skill)
    _refuse_merged(skill)
    if parent is not None and skill.pk in merging.line_of(parent):
        raise SkillRefused(_("A skill cannot be part of itself or of one of its own parts."))
    skill.family, skill.parent, skill.wikidata_id, skill.is_curated = family, parent, wikidata_id.strip(), True
    skill.save(update_fields=["family", "parent", "wikidata_id", "is_curated"])
    acts.record(by=by, verb="place_skill", on=skill, now=now)
    return skill


@transaction.atomic
def name_skill(*, skill: Skill, names: Mapping[str, SkillNaming], by: Member, now: datetime) -> Skill:
    """Set the name and all synonyms of a skill in each given language; other languages stay as they are.

    A replaced name becomes a synonym, an empty name is removed. Writing the same again changes nothing. Raises
    SkillRefused if a name belongs to another skill or no name is left, NotYours if a liaison renames a skill that is
    not suggested.
    """
    lock_skill_tree()
    skill = _now(skill)
    _check_may_order(by, skill)
    _refuse_merged(skill)
    old = {language: merging.naming_of(skill, language) for language in names}
    new = {language: _tidy(naming, old[language]) for language, naming in names.items()}
    if new == old:
        return skill
    for language, naming in new.items():
        if naming.name and naming.name != old[language].name:
            _check_free(naming.name, skill)
        merging.write_names(skill, language, naming)
    if not skill.skill_names.filter(is_synonym=False).exists():
        raise SkillRefused(_("A skill needs a name in at least one language."))
    _curate(skill)
    changed = sorted(language for language in new if new[language].name != old[language].name)
    acts.record(
        by=by,
        verb="name_skill",
        on=skill,
        now=now,
        reason="; ".join(
            f"{language}: {old[language].name or '—'} → {new[language].name or '—'}" for language in changed
        ),
    )
    return skill


@transaction.atomic
def merge_skills(*, source: Skill, target: Skill, by: Member, now: datetime) -> Skill:
    """Replace ``source`` by ``target`` everywhere and return ``target``, its heir from now on.

    Everybody's offers and wishes move to it; a person who has both keeps one, with the better level, the higher
    priority and both reasons. Names become synonyms, parts of the tree move, and skills merged into ``source`` before
    now have ``target`` as heir. Matches keep the skill they were made for and show its heir. Merging the same twice
    changes nothing. A merge of many answers is only started here: a worker moves them, a few people at a time. Raises
    NotYours for liaisons; SkillRefused if either was merged elsewhere, is being merged, or the target is not in use.
    """
    _coordinators_only(by)
    lock_skill_tree()
    _check_not_their_own(by, source)
    if merging.people_with_answers(source) <= merging.AT_ONCE:
        _refuse_merging(source, target)
        return complete_merge(source=source, target=target, by=by, now=now)
    source, target = _now(source), _now(target)
    merging.check(source, target)
    if _refuse_merging(source, target):
        return target
    SkillMerge.objects.create(source=source, target=target, asked_by=by, asked_at=now)
    acts.record(by=by, verb="begin_merging_skill", on=source, now=now, reason=f"→ {target.slug}")
    nudges.on_commit("registrations.tasks.work_merges")
    return target


@transaction.atomic
def complete_merge(
    *, source: Skill, target: Skill, by: Member, now: datetime, moved: Mapping[str, int] | None = None
) -> Skill:
    """Merge under the lock of the tree of skills; ``moved`` counts what earlier steps have moved."""
    stop_answers()
    locked = Skill.objects.select_for_update().filter(pk__in=(source.pk, target.pk)).order_by("pk").in_bulk()
    source, target = locked[source.pk], locked[target.pk]
    if source.merged_into_id == target.pk and source != target:
        return target
    merging.check(source, target)
    was = source.state
    changes = merging.move(source, target).after(moved or {})
    source.state, source.merged_into, source.is_curated = SkillState.MERGED, target, True
    source.save(update_fields=["state", "merged_into", "is_curated"])
    _curate(target)
    _tell_suggesters(source, SuggestionOutcome.MERGED, by=by, now=now)
    SkillMerge.objects.waiting().filter(source=source).update(ended_at=now)
    acts.record(
        by=by,
        verb="merge_skill",
        on=source,
        now=now,
        was=was,
        became=source.state,
        reason=f"→ {target.slug}; {changes}",
    )
    acts.record(by=by, verb="take_in_skill", on=target, now=now, reason=f"← {source.slug}; {changes}")
    return target


@transaction.atomic
def retire_skill(*, skill: Skill, by: Member, now: datetime) -> Skill:
    """Stop offering a skill for new answers; existing answers stay visible. Retiring twice changes nothing."""
    _coordinators_only(by)
    lock_skill_tree()
    skill = _now(skill)
    if skill.state == SkillState.RETIRED:
        return skill
    _check_not_their_own(by, skill)
    _refuse_merged(skill)
    was, skill.state, skill.is_curated = skill.state, SkillState.RETIRED, True
    skill.save(update_fields=["state", "is_curated"])
    _tell_suggesters(skill, SuggestionOutcome.RETIRED, by=by, now=now)
    acts.record(by=by, verb="retire_skill", on=skill, now=now, was=was, became=skill.state)
    return skill


def note_suggestions(*, by: Member, now: datetime) -> int:
    """Record that the member has read the decisions on their suggestions; return how many."""
    return SkillSuggestion.objects.to_tell(by).update(noted_at=now)


def _coordinators_only(by: Member) -> None:
    if not by.is_coordinator:
        raise NotYours(_("Only coordinators change the tree of skills."))


def may_order(*, by: Member, skill: Skill) -> bool:
    """Tell whether ``by`` may change the skill: liaisons suggested ones, coordinators all."""
    return by.is_coordinator or (by.is_staff and skill.state == SkillState.SUGGESTED)


def _check_may_order(by: Member, skill: Skill) -> None:
    if not may_order(by=by, skill=skill):
        raise NotYours(_("Liaisons accept and rename suggested skills; the others are the coordinators'."))


def is_their_own(*, by: Member, skill: Skill) -> bool:
    """Tell whether ``by`` suggested the skill and nobody has decided on that yet: then somebody else does."""
    return skill.suggestions.to_decide().filter(member=by).exists()


def _check_not_their_own(by: Member, skill: Skill) -> None:
    if is_their_own(by=by, skill=skill):
        raise NotYours(_("You suggested this skill yourself: somebody else decides about it."))


def _now(skill: Skill) -> Skill:
    return Skill.objects.select_for_update(no_key=True).get(pk=skill.pk)  # answers that name it go on being saved


def _refuse_merged(skill: Skill) -> None:
    if skill.state == SkillState.MERGED:
        raise SkillRefused(_("This skill was merged into “%(skill)s”.") % {"skill": isolated(skill)})


def _refuse_merging(source: Skill, target: Skill) -> bool:
    """Return whether this same merge was already started; raise SkillRefused if either skill is in another merge."""
    begun = dict(SkillMerge.objects.waiting().filter(source__in=(source, target)).values_list("source", "target"))
    if begun.get(source.pk, target.pk) != target.pk:
        raise SkillRefused(_("“%(source)s” is being merged into another skill.") % {"source": source})
    if target.pk in begun:
        raise SkillRefused(
            _("“%(target)s” is itself being merged. Please wait until that is done.") % {"target": target}
        )
    return source.pk in begun


def _curate(skill: Skill) -> None:
    skill.is_curated = True
    skill.save(update_fields=["is_curated"])


def _tell_suggesters(skill: Skill, outcome: SuggestionOutcome, *, by: Member, now: datetime) -> None:
    """Store the decision on a suggestion: the people who made it read it on their next visit."""
    skill.suggestions.to_decide().update(decided_at=now, decided_by=by, outcome=outcome)


def _tidy(naming: SkillNaming, old: SkillNaming) -> SkillNaming:
    """Return the naming cleaned, with the old name as a synonym and no text twice."""
    name = _clean(naming.name) if naming.name.strip() else ""
    synonyms: dict[str, str] = {}
    for text in (*naming.synonyms, *([old.name] if name and old.name else [])):
        if text.strip() and text.strip().lower() != name.lower():
            synonyms.setdefault(_clean(text).lower(), _clean(text))
    return SkillNaming(name, tuple(sorted(synonyms.values())))


def _clean(name: str) -> str:
    """Return a name on one line, or raise SkillRefused."""
    text = one_line(name)
    most = longest(SkillName, "text")
    if not 2 <= len(text) <= most or not any(sign.isalpha() for sign in phrase(text)) or "://" in text:
        message = _("Please name the skill in a few words, at most %(count)d letters.")
        raise SkillRefused(message % {"count": most})
    return text


def _called(text: str, *, besides: Skill | None = None, is_synonym: bool | None = None) -> Skill | None:
    """Return the skill with this name or synonym; active ones before suggested ones before retired ones."""
    order = (SkillState.ACTIVE, SkillState.SUGGESTED, SkillState.RETIRED)
    rows = SkillName.objects.exclude(skill__state=SkillState.MERGED).select_related("skill")
    rows = rows.exclude(skill=besides) if besides is not None else rows
    rows = rows.filter(is_synonym=is_synonym) if is_synonym is not None else rows
    phrase_of_text = phrase(text)
    namesakes = [row for row in rows if phrase(row.text) == phrase_of_text]
    best = min(namesakes, key=lambda row: (order.index(row.skill.state), row.is_synonym, row.skill_id), default=None)
    return best.skill if best else None


def _check_free(text: str, skill: Skill) -> None:
    namesake = _called(text, besides=skill, is_synonym=False)
    if namesake is not None:
        raise SkillRefused(
            _("“%(name)s” is the name of another skill already. If the two are one, merge them.")
            % {"name": isolated(text)}
        )


def _check_pace(member: Member, *, now: datetime) -> None:
    recent = SkillSuggestion.objects.filter(member=member, made_at__gt=now - timedelta(days=1))
    if recent.count() >= SUGGESTIONS_A_DAY:
        raise SkillRefused(_("You have suggested many skills today. Please come back tomorrow for more."))


def _free_slug(text: str) -> str:
    slug = slugify(text)[:60].strip("-") or "skill"
    while Skill.objects.filter(slug=slug).exists():
        slug = f"{slug[:60]}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}"
    return slug
