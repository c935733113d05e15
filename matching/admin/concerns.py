"""People to look after: who was absent twice, and who has not met for weeks. For the liaisons of their region."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import FixedFilter, own_columns
from letsconnect.base.opened_lists import OpenedList
from letsconnect.base.querysets import as_own
from letsconnect.base.statements import StatementOfSeats
from matching.admin.desk import DeskAdmin, columns_of_name, columns_of_side, concern_in_words, names_searched
from matching.admin.mass_acts import LOOK_AFTER
from matching.domain.feedback import MARKS, Verdict
from matching.domain.sessions import SessionState
from matching.models import Concern, Feedback, Match, SessionOutcome
from matching.models.feedback import ConcernQuerySet
from registrations.domain.looks import LookKind
from registrations.models import Member
from registrations.requests import signed_in

# From fewer marks than this, somebody who knows one of them could guess who gave the others.
FEWEST_MARKS = 5


class OpenFilter(FixedFilter):
    title = _("looked after")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("not yet"),
        }
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Concern]) -> QuerySet[Concern]:
        if self.value() == "yes":
            return queryset.exclude(closed_at=None)
        return queryset if self.value() == "all" else queryset.filter(closed_at=None)


@admin.register(Concern)
class ConcernAdmin(DeskAdmin[Concern]):
    shows, look_at_list = ("registration", "match__learner", "match__sharer"), LookKind.MATCHES
    version_columns = ("closed_at",)
    list_display = ["who", "kind", "raised_at", "looked_after"]
    search_folded = names_searched("registration", "match__learner", "match__sharer")
    on_phones = ("who", "kind", "raised_at", "looked_after")
    list_display_links = None
    list_columns = (
        *(*own_columns(Concern), *columns_of_side("registration"), "closed_by__name", "closed_by__public_id"),
        *(*columns_of_name("match__learner"), *columns_of_name("match__sharer")),
    )
    list_filter = [OpenFilter, "kind"]
    actions = left_to_worker = ["look_after"]
    ordering = ["raised_at", "pk"]
    change_list_template = "matching/admin/concern_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return OpenedList

    def get_queryset(self, request: HttpRequest) -> ConcernQuerySet:
        return as_own(super().get_queryset(request), ConcernQuerySet).with_people()

    def has_view_permission(self, request: HttpRequest, obj: Concern | None = None) -> bool:
        """The list is all there is: a row has no page of its own."""
        return obj is None and super().has_view_permission(request)

    @admin.display(description=_("who"))
    def who(self, concern: Concern) -> str:
        return concern_in_words(concern)

    @admin.display(description=_("looked after"))
    def looked_after(self, concern: Concern) -> str:
        if concern.closed_at is None:
            return ""
        return str(concern.closed_by or _("it has settled by itself"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show above the list what came of the hours of the matches one looks after: counts, and no word of anybody."""
        return super().changelist_view(
            request, {"title": _("People to look after"), **_counts(request), **(extra_context or {})}
        )

    @admin.action(description=_("I have looked after it"), permissions=["seat"])
    def look_after(self, request: HttpRequest, queryset: QuerySet[Concern]) -> HttpResponse | None:
        return self.go_to_mass_act(request, LOOK_AFTER, self.as_compared(request, queryset))


_MET_ELSEWHERE = "met_elsewhere"


def _counts(request: HttpRequest) -> dict[str, Any]:
    """Return how many hours had which verdict, and how many had which mark, of the matches the reader may see."""
    reader = signed_in(request)
    verdicts, marks = (dict(counts.rows(reader)) for counts in (_VERDICTS, _MARKS))
    enough = sum(marks.values()) >= FEWEST_MARKS
    return {
        "verdicts": [(verdict.label, verdicts[verdict]) for verdict in Verdict if verdicts.get(verdict)]
        + ([(_("they met outside the portal"), verdicts[_MET_ELSEWHERE])] if verdicts.get(_MET_ELSEWHERE) else []),
        "marks": [(mark, marks.get(mark, 0)) for mark in MARKS] if enough else [],
    }


def _count_verdicts(reader: Member) -> QuerySet[SessionOutcome, Any]:
    """Count the settled hours by verdict."""
    matches = Match.objects.visible_to(reader)
    settled = SessionOutcome.objects.filter(session__match__in=matches.values("pk"), settled_at__isnull=False)
    met_elsewhere = Q(verdict=Verdict.MET, session__state=SessionState.ELSEWHERE)
    verdict = Case(When(met_elsewhere, then=Value(_MET_ELSEWHERE)), default=F("verdict"))
    return settled.annotate(came_of_it=verdict).values_list("came_of_it").annotate(Count("pk"))


def _count_marks(reader: Member) -> QuerySet[Feedback, Any]:
    """Count the marks by their value."""
    matches = Match.objects.visible_to(reader)
    marked = Feedback.objects.filter(session__match__in=matches.values("pk"), useful__isnull=False)
    return marked.values_list("useful").annotate(Count("pk"))


_VERDICTS, _MARKS = StatementOfSeats(_count_verdicts), StatementOfSeats(_count_marks)
