"""The security log at the desk: to be read, by coordinators."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from letsconnect import mass_acts_desk  # noqa: F401 - importing it registers its page
from letsconnect.base.admin import WorkingGroupAdmin, own_columns
from letsconnect.base.models import SecurityEvent
from letsconnect.base.numbers_read import called_at_desk
from letsconnect.base.templatetags.people_at_desk import link_to
from letsconnect.base.templatetags.when import when

_OF_A_NAME = ("name", "public_id", "registration__id", "registration__region", "registration__state")


@admin.register(SecurityEvent)
class SecurityEventAdmin(WorkingGroupAdmin):
    """The security log, read-only. People can read on their own page that somebody looked.

    Its readers look after everybody: each name leads to the page of that person.
    """

    shows, look, look_at_list = ("member", "by"), "accounts", "accounts"
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    list_display = ["moment", "kind", "whose", "by_whom", "details"]
    on_phones = ("moment", "kind", "whose", "by_whom", "details")
    list_filter = ["kind"]
    list_select_related = ["member__registration", "by__registration"]
    list_columns = (
        *own_columns(SecurityEvent),
        *(f"{way}__{column}" for way in ("member", "by") for column in _OF_A_NAME),
    )
    show_full_result_count = False
    search_folded = ("member__folded_name",)
    search_fields = ["=member__public_id"]
    ordering = ["-at", "-pk"]
    fields = ["kind", "whose", "by_whom", "details", "at"]
    readonly_fields = ["whose", "by_whom", "details"]
    actions = None

    @admin.display(description=_("when"), ordering="at")
    def moment(self, event: SecurityEvent) -> str:
        return when(event.at)

    @admin.display(description=SecurityEvent._meta.get_field("member").verbose_name, ordering="member")
    def whose(self, event: SecurityEvent) -> str:
        return link_to(event.member, called_at_desk(event.member)) if event.member else "–"

    @admin.display(description=SecurityEvent._meta.get_field("by").verbose_name, ordering="by")
    def by_whom(self, event: SecurityEvent) -> str:
        return link_to(event.by, called_at_desk(event.by)) if event.by else "–"

    @admin.display(description=_("which door or role"), ordering="detail")
    def details(self, event: SecurityEvent) -> str:
        return event.detail_in_words
