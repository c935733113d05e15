"""How many people there are today, by region: approved, and waiting for a decision."""

from typing import Any

from django.db.models import Count, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from registrations.domain.registrations import Region, RegistrationState
from registrations.models import Registration
from reports.catalogue import ReportKind, ReportQuestion
from reports.domain.privacy import ALL, hidden_in_list
from reports.domain.tables import HIDDEN, Cell, FigureColumn, FigureRow, FigureTable

COLUMNS = (
    FigureColumn("region", _("Region")),
    FigureColumn("approved", pgettext_lazy("people", "approved"), _("People whose registration is approved today.")),
    FigureColumn(
        "waiting",
        pgettext_lazy("people", "wait for review"),
        _("People who sent their registration and wait for an answer."),
    ),
)


def tables(_asked: ReportQuestion) -> list[FigureTable]:
    """Return the one table, by one query."""
    of = {"approved": RegistrationState.APPROVED, "waiting": RegistrationState.SUBMITTED}
    region = Coalesce(NullIf("region", Value("")), "member__region", Value(""))
    rows = Registration.objects.order_by().annotate(counts_in=region).values("counts_in")
    counted: dict[str, dict[str, Any]] = {
        row["counts_in"]: {**row}
        for row in rows.annotate(**{name: Count("pk", filter=Q(state=state)) for name, state in of.items()})
    }
    by_region: dict[str, dict[str, int]] = {
        name: {region: counted.get(region, {}).get(name, 0) for region in [*Region.values, ""]} for name in of
    }
    shown = {name: _shown(counts) for name, counts in by_region.items()}
    labels = {**{code: str(label) for code, label in Region.choices}, "": pgettext("region", "none")}
    table = [FigureRow((labels[region], *(shown[name][region] for name in of))) for region in labels]
    total = FigureRow((pgettext("people", "all"), *(shown[name][ALL] for name in of)), is_total=True)
    return [FigureTable("people", _("People today"), COLUMNS, (*table, total))]


def _shown(counts: dict[str, int]) -> dict[str, Cell]:
    hidden = hidden_in_list(counts)
    return {key: HIDDEN if key in hidden else count for key, count in {**counts, ALL: sum(counts.values())}.items()}


REPORT = ReportKind(
    name="people",
    title=_("People today"),
    says=_("How many people are in the programme, by region."),
    tables=tables,
    is_of_period=False,
)
