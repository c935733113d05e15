"""The report on needs: skills by region, what is wished and offered, what was met and what was not."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from letsconnect.base.folding import plain
from registrations.domain.registrations import Region, SkillState
from registrations.models import Skill
from registrations.skills.names import best_names, name_rows, names_of
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.privacy import ALL, hidden_in_list, hidden_in_table
from reports.domain.tables import HIDDEN, Cell, FigureColumn, FigureRow, FigureTable
from reports.needs.counting import BEFORE, EARLIER, LATELY, OUTCOMES, UNMET, SkillFigures, skill_figures, wishes_of
from reports.row_names import joined_key, name_rows_together, row_name
from reports.row_names import name_rows as name_kind

REGIONS = [*Region.values, ""]
COLUMNS_OF_MAP = [*REGIONS, ALL]
SKILLS, BY_REGION = "skills", "regions"
SKILL, REGION = FigureColumn("skill", pgettext_lazy("heading", "Skill")), FigureColumn("region", _("Region"))
WISHED, OFFERED, IN_PAIRS, IN_CLINICS, NOT_MET = FIGURES = (
    FigureColumn(
        "wished",
        pgettext_lazy("needs", "wished"),
        _(
            "People who wish to learn the skill today, each once. Their registration is approved and claimed. They "
            "agreed to the documents, and they neither paused nor left. A skill that was merged counts as the one it "
            "became."
        ),
    ),
    FigureColumn("offered", pgettext_lazy("needs", "offered"), _("People of the same kind who share the skill today.")),
    FigureColumn(
        "met_one_to_one",
        pgettext_lazy("needs", "met 1:1"),
        _(
            "Of those who wish it, people who met their partner about it. One of the two said so, and the other did "
            "not deny it."
        ),
    ),
    FigureColumn(
        "met_in_clinics",
        pgettext_lazy("needs", "met in clinics"),
        _("Of the others who wish it, people who were at a clinic about it."),
    ),
    FigureColumn("unmet", pgettext_lazy("needs", "unmet"), _("Those who wish it and are in neither of these two.")),
)
TREND = (
    FigureColumn(
        "lately",
        pgettext_lazy("needs", "new in six months"),
        _("Of those who wish it, people who registered in the last six months that are over."),
    ),
    FigureColumn(
        "before",
        pgettext_lazy("needs", "new in the six before"),
        _("Of those who wish it, people who registered in the six months before these."),
    ),
)


NEEDS = FigureTable(
    SKILLS,
    _("Needs by skill"),
    (SKILL, *FIGURES, *TREND),
    (),
    _("People who wish several skills count in each: the rows do not add up to people."),
)
NEEDS_BY_REGION = FigureTable(BY_REGION, _("Needs by skill and region"), (SKILL, REGION, *FIGURES), (), is_folded=True)


class ShownSkill(NamedTuple):
    """One skill as the report shows it: its cells by region (`ALL`: everywhere) and figure, and the trend. ``slug`` is
    empty where the working group has not looked through its name, which is somebody's words and leaves no desk."""

    skill: int
    slug: str
    name: str
    cells: dict[tuple[str, str], Cell]
    trend: dict[str, Cell]


def slugs_of(_asked: ReportQuestion) -> dict[int, str]:
    """Return the slugs of the skills that the working group has looked through, by their keys."""
    return dict(Skill.objects.exclude(state=SkillState.SUGGESTED).order_by().values_list("pk", "slug"))


def tables(asked: ReportQuestion) -> list[FigureTable]:
    """Return a row for each skill, and one for each skill and region."""
    figures = skill_figures(asked.once(wishes_of), on=asked.now.date())
    names = names_of(figures.keys())
    slugs = asked.once(slugs_of)
    shown = (_shown(skill, slugs.get(skill, ""), names.get(skill, ""), of_it) for skill, of_it in figures.items())
    skills = sorted(shown, key=_order)
    return [
        replace(NEEDS, rows=tuple(_row_of_skill(each) for each in skills)),
        replace(NEEDS_BY_REGION, rows=tuple(row for each in skills for row in _rows_of_regions(each))),
    ]


def _shown(skill: int, slug: str, name: str, of_it: SkillFigures) -> ShownSkill:
    wishes = {(region, outcome): of_it.wishes[region, outcome] for region in REGIONS for outcome in OUTCOMES}
    wished = {region: sum(wishes[region, outcome] for outcome in OUTCOMES) for region in REGIONS}
    offers = {region: of_it.offers[region] for region in REGIONS}
    away, offers_away = hidden_in_table(wishes), hidden_in_list(offers)
    cells: dict[tuple[str, str], Cell] = {}
    for region in REGIONS:
        cells[region, WISHED.key] = _cell((region, ALL) in away, wished[region])
        cells[region, OFFERED.key] = _cell(region in offers_away, offers[region])
        for outcome in OUTCOMES:
            cells[region, outcome] = _cell((region, outcome) in away, wishes[region, outcome])
    everywhere = sum(wished.values())
    cells[ALL, WISHED.key] = _cell((ALL, ALL) in away, everywhere)
    cells[ALL, OFFERED.key] = _cell(ALL in offers_away, sum(offers.values()))
    for outcome in OUTCOMES:
        cells[ALL, outcome] = _cell((ALL, outcome) in away, sum(wishes[region, outcome] for region in REGIONS))
    return ShownSkill(skill, slug, name, cells, _trend(of_it, wished_is_hidden=(ALL, ALL) in away))


def _trend(of_it: SkillFigures, *, wished_is_hidden: bool) -> dict[str, Cell]:
    since = {when: of_it.since[when] for when in (LATELY, BEFORE, EARLIER)}
    decided: dict[str, Collection[str]] = {"hidden" if wished_is_hidden else "shown": [ALL]}
    away = hidden_in_list(since, unpublished=[EARLIER], **decided)
    return {when: _cell(when in away, since[when]) for when in (LATELY, BEFORE)}


def _cell(is_hidden: bool, count: int) -> Cell:
    return HIDDEN if is_hidden else count


def _order(each: ShownSkill) -> tuple[int, int, str, int]:
    """Put what is unmet most first. What is hidden stands after it, by name: its place tells nothing."""
    unmet, wished = each.cells[ALL, UNMET], each.cells[ALL, WISHED.key]
    return _last_if_hidden(unmet), _last_if_hidden(wished), plain(each.name), each.skill


def _last_if_hidden(cell: Cell) -> int:
    return -cell if isinstance(cell, int) else 1


def _row_of_skill(each: ShownSkill) -> FigureRow:
    figures = (each.cells[ALL, column.key] for column in FIGURES)
    trend = (each.trend[column.key] for column in TREND)
    return FigureRow((each.name, *figures, *trend), key=_key(each), leads_to=_plan(each.skill))


def _key(each: ShownSkill, *more: str) -> str:
    return joined_key(f"skill:{each.slug}", *more) if each.slug else ""


def _rows_of_regions(each: ShownSkill) -> Iterator[FigureRow]:
    """Yield a row for each region where anything is not seen to be 0, and their sum."""
    for region in COLUMNS_OF_MAP:
        figures = tuple(each.cells[region, column.key] for column in FIGURES)
        if any(cell != 0 for cell in figures):
            is_total = region == ALL
            leads_to = _plan(each.skill, "" if is_total else region)
            key = _key(each, _key_of_region(region))
            cells = (each.name, name_of_region(region), *figures)
            yield FigureRow(cells, is_total=is_total, key=key, leads_to=leads_to)


def _key_of_region(region: str) -> str:
    return f"regions:{ALL}" if region == ALL else f"region:{region}"


def name_of_region(region: str) -> str:
    return row_name(_key_of_region(region))


def _names_of_slugs(slugs: Collection[str]) -> dict[str, str]:
    rows = list(name_rows(Skill.objects.filter(slug__in=sorted(slugs))))
    names = best_names(rows)
    return {slug: names[pk] for pk, slug, *_more in rows}


name_rows_together("skill", _names_of_slugs)
name_kind("regions", lambda _all: pgettext("regions", "all"))


def _plan(skill: int, region: str = "") -> str:
    """Return the page of the desk where a clinic can be planned from this need."""
    page = reverse("admin:clinics_topicrequest_need", args=[skill])
    return f"{page}?region={region}" if region else page


REPORT = ReportKind(
    name="needs",
    title=_("Needs by skill and region"),
    says=_("What people wish to learn and who shares it, and what matches and clinics have met of it."),
    tables=tables,
    is_of_period=False,
    picture="needs",
    frames=(NEEDS, NEEDS_BY_REGION),
)
