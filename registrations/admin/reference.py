"""Groups; the desk of skills is beside, in `skills.py`."""

from django.contrib import admin

from letsconnect.base.admin import WorkingGroupAdmin
from registrations.models import Group, GroupAlias


class NameInline(admin.TabularInline):
    extra = 1

    def has_view_permission(self, request: object, obj: object | None = None) -> bool:
        return request.user.is_staff

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        return request.user.is_coordinator


class GroupAliasInline(NameInline):
    model = GroupAlias


@admin.register(Group)
class GroupAdmin(WorkingGroupAdmin):
    """Affiliates and informal groups with their other names."""

    list_display = ["name", "kind", "country", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "aliases__text"]
    inlines = [GroupAliasInline]
