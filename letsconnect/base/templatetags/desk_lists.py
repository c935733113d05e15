"""The page of a list at the desk with its table and filters."""

from functools import partial
from typing import Any, cast

from django import template
from django.contrib.admin.filters import BooleanFieldListFilter, ChoicesFieldListFilter, ListFilter
from django.contrib.admin.templatetags.admin_list import date_hierarchy, search_form
from django.contrib.admin.views.main import ChangeList
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from letsconnect.base import desk_tables, list_heads, lists_kept, pieces
from letsconnect.base.admin import FixedFilter
from letsconnect.base.drawn import drawn_once
from letsconnect.base.escaping import escaped
from letsconnect.base.opened_lists import ValuesFilter
from letsconnect.base.templatetags.drawn import drawn_media

register = template.Library()

# Filters whose choices stand in the code, or are few values. Those of others may be rows, or hang on who asks.
_OF_FEW_CHOICES = (BooleanFieldListFilter, ChoicesFieldListFilter, FixedFilter, ValuesFilter)
_MARK = "\0"  # PostgreSQL stores none, so no text of a row holds one


class DeskListPage(Node):
    """What is between the tags, in the frame of a list's page. The frame is drawn once for all who see the same one."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        shape, texts = _shape_of_frame(context), _texts_of_frame(context)
        if context.get("messages"):
            shape["has_messages"] = True
            texts["list_of_messages"] = render_to_string("admin/_messages.html", {"messages": context["messages"]})
        texts["content"] = self.nodelist.render(context)
        return pieces.draw([pieces.Piece(shape, texts)], "admin/_list_frame.html")


def _shape_of_frame(context: Context) -> dict[str, Any]:
    """Return all that a frame depends on beside the language. Nothing here is of one person."""
    media, opts = context["media"], context["opts"]
    return {
        "opts": opts,
        "body_class": f" app-{opts.app_label} model-{opts.model_name} change-list",
        "is_popup": context["is_popup"],
        "has_permission": context["has_permission"],
        "finds_people": context["user"].is_staff,
        "has_actions": bool(context["action_form"]),
        "styles": drawn_media(media, "css"),
        "scripts": drawn_media(media, "js"),
        "site_url": context["site_url"],
        "site_header": context["site_header"],
        "site_title": context["site_title"],
        "utc_offset": timezone.localtime().utcoffset(),  # the body of the page says it
    }


def _texts_of_frame(context: Context) -> dict[str, Any]:
    """Return what is of this page and its reader."""
    user: Any = context["user"]
    texts = {name: context[name] for name in ("title", "subtitle") if context[name]}
    return {**texts, "reader": user.get_short_name() or user.get_username(), "csrf_token": context.get("csrf_token")}


@register.tag
def desk_list_page(parser: Parser, token: Token) -> DeskListPage:
    nodelist = parser.parse(("enddesk_list_page",))
    parser.delete_first_token()
    return DeskListPage(nodelist)


@register.simple_tag(takes_context=True)
def desk_list_address(context: Context, name: str = "") -> str:
    """Return the address of a list, or of that of the table a page is about, with the filters its reader had chosen."""
    opts: Any = context.get("opts")
    name = name or f"admin:{opts.app_label}_{opts.model_name}_changelist"
    return lists_kept.address_of_list(cast(Any, context["request"]), name)


@register.simple_tag(takes_context=True)
def desk_list_head(context: Context, changelist: ChangeList) -> SafeString:
    """Draw which filters are on, and the saved ones."""
    if changelist.is_popup:
        return SafeString("")
    values = list_heads.head_of(cast(Any, context["request"]), changelist)
    values["csrf_token"] = context.get("csrf_token")
    return render_to_string("admin/_list_head.html", values)


@register.simple_tag(takes_context=True)
def desk_list_tools(context: Context) -> SafeString:
    """Draw the link to add a row; it leads back to the list as it was filtered."""
    changelist, may_add = context["cl"], context["has_add_permission"]
    values = {
        "cl": {"opts": changelist.opts},
        "has_add_permission": may_add,
        **{name: context[name] for name in ("opts", "is_popup", "to_field", "preserved_filters")},
    }
    draw = partial(render_to_string, "admin/change_list_object_tools.html", values)
    return (
        drawn_once(("tools", changelist.opts, may_add), draw)
        if desk_tables.is_as_opened(changelist)
        else SafeString(draw())
    )


@register.simple_tag
def desk_list_search(changelist: ChangeList) -> SafeString:
    """Draw the field for words to search for, with the number of rows where the list does not count all of them."""
    values = search_form(changelist)
    draw = partial(_search_form, values)
    if not desk_tables.is_as_opened(changelist):
        return draw()
    count = changelist.result_count if values["show_result_count"] else None
    return drawn_once(("search", changelist.opts, count), draw)


def _search_form(values: dict[str, Any]) -> SafeString:
    """Draw Django's own form; where it explains what to type, name its field by a word too.

    There the label is a picture, described in English only, and with an explanation beside it axe finds no name. A copy
    of the whole template would bring Django's other texts in it into our own translations.
    """
    form: str = render_to_string("admin/search_form.html", values)
    if values["cl"].search_help_text:
        label = format_html('alt=""><span class="visually-hidden">{}</span>', _("Search"))
        form = form.replace('alt="Search">', label)
    return SafeString(form)


@register.simple_tag(takes_context=True)
def desk_actions(context: Context) -> SafeString:
    """Draw the buttons of the list: once for all who have the same ones, and what is of this page put in afterwards."""
    changelist, form = context["cl"], context["action_form"]
    shown, number = len(changelist.result_list), changelist.result_count
    texts = {"selection_note_all": context["selection_note_all"], "total": localize(number)}
    if opened_all := context.get("opened_all"):
        texts["opened_all"] = opened_all
    buttons = tuple([name for name, _label in form.fields["action"].choices])
    has_counter, has_more = context["actions_selection_counter"], number != shown

    def draw() -> str:
        stand_ins = {name: SafeString(f"{_MARK}{name}{_MARK}") for name in texts}
        rows = {"result_list": range(shown), "result_count": stand_ins["total"] if has_more else shown}
        values = {name: context[name] for name in ("module_name", "selection_note", "actions_selection_counter")}
        return render_to_string("admin/actions.html", {**values, **stand_ins, "cl": rows, "action_form": form})

    key = ("actions", changelist.opts, buttons, has_counter, shown, has_more, *texts)
    parts = drawn_once(key, draw).split(_MARK)
    return SafeString(  # drawn by a template, and each text escaped
        "".join([escaped(texts[part]) if number % 2 else part for number, part in enumerate(parts)])
    )


@register.simple_tag
def desk_dates(changelist: ChangeList) -> SafeString:
    """Draw the links to the days, months or years of a list."""
    days = getattr(changelist, "days", None)  # of a list as it opens
    return SafeString(
        render_to_string("admin/date_hierarchy.html", days.links() if days else date_hierarchy(changelist))
    )


@register.simple_tag
def desk_pages(changelist: ChangeList) -> SafeString:
    return desk_tables.pages(changelist)


@register.simple_tag
def desk_table(changelist: ChangeList) -> SafeString:
    return desk_tables.table(changelist)


@register.simple_tag
def desk_empty(changelist: ChangeList) -> str:
    """Say why a list has no rows: because of what is chosen, or because nothing is there, and then what fills it."""
    desk: Any = changelist.model_admin
    is_narrowed = bool(changelist.query or changelist.filter_params)
    values = {
        "is_narrowed": is_narrowed,
        "is_filtered": not is_narrowed and changelist.has_filters and changelist.root_queryset.exists(),
        "all": "?",
        "filled_by": desk.filled_by,
    }
    return render_to_string("admin/_list_empty.html", values)


@register.simple_tag
def desk_filter(changelist: ChangeList, chosen: ListFilter) -> SafeString:
    draw = partial(desk_tables.filter_box, changelist, chosen)
    if isinstance(chosen, _OF_FEW_CHOICES) and desk_tables.is_as_opened(changelist):
        values = tuple(chosen.lookup_choices) if isinstance(chosen, ValuesFilter) else ()
        return drawn_once(("filter", changelist.opts, type(chosen), getattr(chosen, "field", None), values), draw)
    return draw()
