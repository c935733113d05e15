"""How many people share or want a skill, without revealing who they are."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base.languages import speaking
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Inquiry, Statement
from registrations import documents
from registrations.domain.registrations import UNTIL_THEY_RETURN
from registrations.models import HEIR_OF_SKILL, Member, Offer, Registration, Skill, Wish

FEWEST_COUNTED = 3


class Row(TextChoices):
    """The row of the form that a hint stands beside."""

    WISH = "wish", "wish"
    OFFER = "offer", "offer"


def hints(
    skill_ids: Iterable[int],
    *,
    language: str,
    row: str = Row.WISH,
    besides: Member | None = None,
    on: date | None = None,
) -> dict[int, str]:
    """Return one true sentence for each skill, in one query; unknown skills have none.

    Beside a wish it says how many people share the skill, beside an offer how many want it. It counts people who could
    be matched on that day, without ``besides``. Fewer than three are not given as a number. Where all of them are away,
    it says until when, and not who.
    """
    answers = answers_about(skill_ids, row=row, besides=besides, on=on or timezone.now().date())
    with speaking(language):
        return {skill: _sentence(answer, row) for skill, answer in answers.items()}


class SkillAnswers(NamedTuple):
    """How many people who can be matched share a skill (or want it), and when the first of the others is back.

    The others would be matched if they were not paused or away.
    """

    people: int
    back_on: date | None


def answers_about(
    skill_ids: Iterable[int], *, row: str = Row.WISH, besides: Member | None, on: date
) -> dict[int, SkillAnswers]:
    """Count for each of these skills who shares it (beside a wish), or who wants it (beside an offer), in one query."""
    rows = asked_about(skills, row=row, besides=besides, on=on).rows() if (skills := set(skill_ids)) else []
    return {skill: SkillAnswers(people, back_on) for skill, people, back_on in rows}


def asked_about(skill_ids: Iterable[int], *, row: str, besides: Member | None, on: date) -> Inquiry[Any]:
    """Return what `hints` and `answers_about` ask, for pages that read it together with more."""
    values = {"skills": sorted(set(skill_ids)), "besides": besides.pk if besides is not None else 0}
    return _ANSWERS.asked(values, row=row, on=on, versions=documents.all_counting(on=on))


def _answers(skills: list[int], besides: int, *, row: str, on: date, versions: object) -> QuerySet[Skill, Any]:
    """The columns of `SkillAnswers` for each skill; the SQL holds the day and the versions that count on it."""
    model = Offer if row == Row.WISH else Wish
    others = Registration.objects.approved().claimed().agreed(on=on).exclude(member=besides)
    rows = model.objects.filter(skill=OuterRef("lives_on")).order_by().values("skill")
    here, resting = (rows.filter(registration__in=people) for people in (others.here(on=on), others.resting(on=on)))
    count = here.annotate(people=Count("registration")).values("people")
    back = resting.annotate(day=Min(Greatest("registration__paused_until", "registration__away_until"))).values("day")
    living = Skill.objects.filter(pk__in=any_of(skills)).annotate(lives_on=HEIR_OF_SKILL)
    return living.annotate(people=Coalesce(Subquery(count), 0), back_on=Subquery(back)).values_list(
        "pk", "people", "back_on"
    )


_ANSWERS = Statement(_answers)


def _sentence(answer: SkillAnswers, row: str) -> str:
    people = answer.people
    if row == Row.WISH:
        if not people:
            return _while_away(answer) or _("Nobody shares this yet: your wish helps plan a clinic.")
        if people < FEWEST_COUNTED:
            return _("This is shared already.")
        return ngettext("%(count)d person shares this.", "%(count)d people share this.", people) % {"count": people}
    if not people:
        if answer.back_on is not None:
            return _("This is wished for, by somebody who is away at the moment.")
        return _("Nobody asks for this yet. It is good to know that you share it.")
    if people < FEWEST_COUNTED:
        return _("This is wished for already.")
    return ngettext("%(count)d person wants to learn this.", "%(count)d people want to learn this.", people) % {
        "count": people
    }


def _while_away(answer: SkillAnswers) -> str:
    """Say that whoever shares it is away; "" where nobody does."""
    if answer.back_on is None:
        return ""
    if answer.back_on == UNTIL_THEY_RETURN:
        return _("Somebody shares this, but does not take part at the moment.")
    return _("Somebody shares this, but is away until %(day)s.") % {"day": date_format(answer.back_on)}
