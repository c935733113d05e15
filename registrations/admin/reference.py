"""Skills, groups and roles."""

from django.contrib import admin

from letsconnect.base.admin import WorkingGroupAdmin
from registrations.models import Group, GroupAlias, Skill, SkillName


class NameInline(admin.TabularInline):
    extra = 1

    def has_view_permission(self, request: object, obj: object | None = None) -> bool:
        return request.user.is_staff

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request: object, obj: object | None = None) -> bool:
        return request.user.is_coordinator


class SkillNameInline(NameInline):
    model = SkillName


class GroupAliasInline(NameInline):
    model = GroupAlias


@admin.register(Skill)
class SkillAdmin(WorkingGroupAdmin):
    """Skills with their names in each language."""

    list_display = ["slug", "__str__", "family", "state"]
    list_filter = ["family", "state"]
    search_fields = ["slug", "skill_names__text"]
    autocomplete_fields = ["parent", "merged_into"]
    inlines = [SkillNameInline]

    def get_queryset(self, request: object) -> object:
        return super().get_queryset(request).prefetch_related("skill_names")


@admin.register(Group)
class GroupAdmin(WorkingGroupAdmin):
    """Affiliates and informal groups with their other names."""

    list_display = ["name", "kind", "country", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "aliases__text"]
    inlines = [GroupAliasInline]
