"""What learners asked for: this sharer, for this skill, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from letsconnect.base.admin import LONG_ASKED, WaitingFilter, own_columns
from letsconnect.base.lines import isolated
from letsconnect.base.opened_lists import OpenedList
from letsconnect.base.querysets import as_own
from matching.admin.desk import BOTH, DeskAdmin, columns_of_side, names_searched, of_skills_called, side_in_words
from matching.models import SharerRequest, SharerRequestQuerySet
from registrations.domain.looks import LookKind
from registrations.skills.names import names_of


class OldRequestsFilter(WaitingFilter):
    kinds = {
        "week": (
            _("open for more than a week"),
            lambda rows, reader, now: as_own(rows, SharerRequestQuerySet).unheard_by(reader, since=now - LONG_ASKED),
        ),
    }


class RequestList(OpenedList):
    """Reads the names of the skills of all rows at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = self.rows_to_complete()
        names = names_of({row.skill.heir_id for row in rows})
        for row in rows:
            row.skill_in_words = names[row.skill.heir_id]


@admin.register(SharerRequest)
class SharerRequestAdmin(DeskAdmin[SharerRequest]):
    """A preference in the next round; the working group reads why, and the sharer never hears of it."""

    shows, look, look_at_list = BOTH, LookKind.MATCH, LookKind.MATCHES
    list_display = ["learner_side", "sharer_side", "skill_name", "why", "state", "made_at"]
    search_folded = names_searched(*BOTH)
    on_phones = ("learner_side", "sharer_side", "skill_name", "state", "made_at")
    list_display_links = ["learner_side"]
    list_columns = (
        *own_columns(SharerRequest),
        "skill__merged_into",
        *columns_of_side("learner"),
        *columns_of_side("sharer"),
    )
    list_filter = [OldRequestsFilter, "state"]
    show_full_result_count = False

    def also_found(self, words: str) -> Q:
        return of_skills_called(words)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OpenedList]:
        return RequestList

    def get_queryset(self, request: HttpRequest) -> SharerRequestQuerySet:
        return as_own(super().get_queryset(request), SharerRequestQuerySet).for_table()

    @admin.display(description=_("learner"))
    def learner_side(self, sharer_request: SharerRequest) -> str:
        return side_in_words(sharer_request.learner)

    @admin.display(description=_("sharer"))
    def sharer_side(self, sharer_request: SharerRequest) -> str:
        return side_in_words(sharer_request.sharer)

    @admin.display(description=_("skill"))
    def skill_name(self, sharer_request: SharerRequest) -> str:
        return sharer_request.skill_in_words

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the request, and the way to whether the two could be matched."""
        sharer_request = self.find(request, object_id)
        self.note_looks(request, sharer_request.learner, sharer_request.sharer)
        sides = [
            (_("Learner"), side_in_words(sharer_request.learner)),
            (_("Sharer"), side_in_words(sharer_request.sharer)),
        ]
        return self.page(
            request,
            "request",
            {
                "title": _("Asked for: %(who)s") % {"who": isolated(sharer_request)},
                "wanted": sharer_request,
                "sides": sides,
            },
        )
