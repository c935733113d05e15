"""The security log at the desk: to be read, by coordinators."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from letsconnect import mass_acts_desk  # noqa: F401 - importing it registers its page
from letsconnect.base.admin import WorkingGroupAdmin, own_columns
from letsconnect.base.models import SecurityEvent
from letsconnect.base.templatetags.when import when


@admin.register(SecurityEvent)
class SecurityEventAdmin(WorkingGroupAdmin):
    """The security log, read-only. People can read on their own page that somebody looked."""

    shows, look, look_at_list = ("member", "by"), "accounts", "accounts"
    liaisons_may = frozenset()
    coordinators_may = frozenset({"view"})
    list_display = ["moment", "kind", "member", "by", "details"]
    on_phones = ("moment", "kind", "member", "by", "details")
    list_filter = ["kind"]
    list_select_related = ["member", "by"]
    list_columns = (
        *own_columns(SecurityEvent),
        *(f"{way}__{column}" for way in ("member", "by") for column in ("name", "public_id")),
    )
    show_full_result_count = False
    search_folded = ("member__folded_name",)
    search_fields = ["=member__public_id"]
    ordering = ["-at", "-pk"]
    fields = ["kind", "member", "by", "details", "at"]
    readonly_fields = ["details"]
    actions = None

    @admin.display(description=_("when"), ordering="at")
    def moment(self, event: SecurityEvent) -> str:
        return when(event.at)

    @admin.display(description=_("which door or role"), ordering="detail")
    def details(self, event: SecurityEvent) -> str:
        return event.detail_in_words
