"""How many people share or want a skill, without revealing who they are."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base.languages import speaking
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from registrations import documents
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
    be matched on that day, without ``besides``. Fewer than three are not given as a number.
    """
    counts = _counts(set(skill_ids), row=row, besides=besides, on=on or timezone.now().date())
    with speaking(language):
        return {skill: _sentence(people, row) for skill, people in counts.items()}


def _counts(skill_ids: set[int], *, row: str, besides: Member | None, on: date) -> dict[int, int]:
    if not skill_ids:
        return {}
    values = {"skills": list(skill_ids), "besides": besides.pk if besides is not None else 0}
    return dict(_COUNTS.rows(values, row=row, on=on, versions=documents.all_counting(on=on)))


def _counted(skills: list[int], besides: int, *, row: str, on: date, versions: object) -> QuerySet[Skill, Any]:
    """How many people are in the row of each skill; the SQL holds the day and the versions that count on it."""
    model = Offer if row == Row.WISH else Wish
    people = Registration.objects.matchable(on=on).exclude(member=besides)
    rows = model.objects.filter(skill=OuterRef("lives_on"), registration__in=people).order_by()
    count = rows.values("skill").annotate(people=Count("registration")).values("people")
    living = Skill.objects.filter(pk__in=any_of(skills)).annotate(lives_on=HEIR_OF_SKILL)
    return living.annotate(people=Coalesce(Subquery(count), 0)).values_list("pk", "people")


_COUNTS = Statement(_counted)


def _sentence(people: int, row: str) -> str:
    if row == Row.WISH:
        if not people:
            return _("Nobody shares this yet: your wish helps plan a clinic.")
        if people < FEWEST_COUNTED:
            return _("This is shared already.")
        return ngettext("%(count)d person shares this.", "%(count)d people share this.", people) % {"count": people}
    if not people:
        return _("Nobody asks for this yet. It is good to know that you share it.")
    if people < FEWEST_COUNTED:
        return _("This is wished for already.")
    return ngettext("%(count)d person wants to learn this.", "%(count)d people want to learn this.", people) % {
        "count": people
    }
