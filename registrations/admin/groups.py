"""Groups at the desk. Skills are in `skills.py`."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from letsconnect.base.admin import DeskInline, WorkingGroupAdmin
from letsconnect.base.opened_lists import ListOfSeats
from registrations.models import Group, GroupAlias


class GroupAliasInline(DeskInline, admin.TabularInline):
    model = GroupAlias
    extra = 1

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Group)
class GroupAdmin(WorkingGroupAdmin):
    """Affiliates and informal groups with their other names."""

    unscoped_because = shows_nobody_because = "names of groups say nothing about a person"
    list_display = ["name", "kind", "country", "is_active"]
    on_phones = ("name", "kind", "country", "is_active")
    list_filter = ["kind", "is_active"]
    search_folded = ("name", "aliases__text")
    inlines = [GroupAliasInline]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ListOfSeats]:
        return ListOfSeats
