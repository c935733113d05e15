"""Draw the tables and the filters of the desk's lists in the HTML of Django's admin, without its work for each cell.

For each cell Django asks which column it belongs to, how that is shown, where its link leads and which filters the link
keeps; for each filter it reads a template. That was two thirds of the time of a list. Here it is asked once for a page.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, time
from functools import partial
from operator import attrgetter
from typing import Any

from django.contrib.admin.filters import ListFilter
from django.contrib.admin.templatetags.admin_list import paginator_number, result_headers
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.contrib.admin.views.main import ALL_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.utils.encoding import iri_to_uri
from django.utils.formats import localize
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from letsconnect.base.drawn import drawn_once
from letsconnect.base.escaping import each_escaped, escaped, localized
from letsconnect.base.labels import labels_of

Rows = Sequence[Any]
Value = Callable[[Any], Any]  # from a row to the value its cell shows
Words = Callable[[list[Any]], list[Any]]  # from the values of a column to what is written for each
_OPENING = {True: '<li class="selected">', False: "<li>"}  # of a choice of a filter
_in_words_of_django = gettext  # a name that `makemessages` passes over: these texts are in Django's own catalogues


def table(changelist: ChangeList) -> SafeString:
    """Return the table of a list; nothing where it has no rows."""
    if not changelist.result_list:
        return SafeString("")
    headers, rows = _row_of_headers(changelist), list(changelist.result_list)
    cells = zip(*_columns(changelist, rows), strict=True)
    rows_of_cells = "\n".join([f"<tr>{''.join(row)}</tr>" for row in cells])
    return SafeString(  # each part is escaped where it is made
        f'<div class="results">\n<table id="result_list">\n<thead>\n<tr>\n{headers}\n</tr>\n</thead>\n'
        f"<tbody>\n{rows_of_cells}\n</tbody>\n</table>\n</div>"
    )


def is_as_opened(changelist: ChangeList) -> bool:
    """Tell whether the list is as it opens: not searched, filtered or sorted, so its links hold no word of a reader."""
    return not (changelist.params or changelist.preserved_filters or changelist.add_facets)


def _row_of_headers(changelist: ChangeList) -> str:
    def draw() -> str:
        return "".join(_headers(changelist))

    if not is_as_opened(changelist):
        return draw()
    return drawn_once(("headers", changelist.opts, tuple(changelist.list_display)), draw)


def _headers(changelist: ChangeList) -> Iterator[str]:
    headers = list(result_headers(changelist))
    kinds = [_on_phones(changelist.model_admin, name) for name in changelist.list_display]
    sorted_by = sum(1 for header in headers if header["sortable"] and header["sorted"])
    for number, header in enumerate(headers):
        text = _with_capital(header["text"])
        ways = _ways_to_sort(header, sorted_by) if header["sortable"] and header["sorted"] else ""
        text = f'<a href="{escape(header["url_primary"])}">{text}</a>' if header["sortable"] else f"<span>{text}</span>"
        yield (
            f'\n<th scope="col"{_marked(str(header["class_attrib"]), kinds[number])}>{ways}\n'
            f'<div class="text">{text}</div>\n<div class="clear"></div>\n</th>'
        )


def _on_phones(desk: Any, name: Any) -> str:
    """Return the class of a column by what it is in the card that a phone makes of a row."""
    shown: tuple[str, ...] = desk.on_phones
    if name == "action_checkbox" or not shown:
        return ""
    return "lc-card-title" if name == shown[0] else "" if name in shown else "lc-not-on-phones"


def _marked(class_attribute: str, kind: str) -> str:
    """Add a class to those that Django gives a header."""
    if "action-checkbox-column" in class_attribute:
        return format_html('{} data-label="{}"', class_attribute, gettext("All on this page"))
    if not kind:
        return class_attribute
    return f'{class_attribute[:-1]} {kind}"' if class_attribute else f' class="{kind}"'


def _with_capital(text: Any) -> str:
    return text if isinstance(text, SafeString) else escape(capfirst(text))  # safe: the box that ticks all rows


def _ways_to_sort(header: dict[str, Any], sorted_by: int) -> SafeString:
    priority = (
        format_html(
            '<span class="sortpriority" title="{}">{}</span>',
            _in_words_of_django("Sorting priority: %(priority_number)s") % {"priority_number": header["sort_priority"]},
            header["sort_priority"],
        )
        if sorted_by > 1
        else ""
    )
    return format_html(
        '\n<div class="sortoptions">\n<a class="sortremove" href="{}" title="{}"></a>\n{}\n'
        '<a href="{}" class="toggle {}" title="{}"></a>\n</div>',
        header["url_remove"],
        _in_words_of_django("Remove from sorting"),
        priority,
        header["url_toggle"],
        "ascending" if header["ascending"] else "descending",
        _in_words_of_django("Toggle sorting"),
    )


def _columns(changelist: ChangeList, rows: Rows) -> Iterator[list[str]]:
    """Yield the cells of each column, drawn for all rows at once."""
    linked, tag = changelist.list_display_links, "th"
    for name in changelist.list_display:
        column = _Column(changelist, name)
        if linked is None or (name not in linked if linked or tag == "td" else False):
            yield column.cells("td", rows)
        else:
            yield column.cells(tag, rows, _links(changelist, rows))
            tag = "td"


def _links(changelist: ChangeList, rows: Rows) -> list[str]:
    """Return what opens the link of each row.

    Only that of the first is asked of Django; the others differ in the key.
    """
    kept: dict[str, Any] = {"preserved_filters": changelist.preserved_filters, "opts": changelist.opts}
    href = escape(add_preserved_filters(kept, changelist.url_for_result(rows[0])))
    before, after = href.rsplit(f"/{rows[0].pk}/", 1)
    popup = [f' data-popup-opener="{_key_for_popup(changelist, row)}"' if changelist.is_popup else "" for row in rows]
    return [f'<a href="{before}/{row.pk}/{after}"{more}>' for row, more in zip(rows, popup, strict=True)]


def _key_for_popup(changelist: ChangeList, row: Any) -> str:
    return escape(row.serializable_value(str(changelist.to_field) if changelist.to_field else row._meta.pk.attname))


class _Nothing:
    """The value of a cell whose row points at nothing."""


class _Column:
    """A column of a list: how its values are found and shown. What Django asks for each cell is asked here once."""

    def __init__(self, changelist: ChangeList, name: Any) -> None:
        desk, model = changelist.model_admin, changelist.model
        self.empty: Any = desk.get_empty_value_display()
        self.field = _field(model, name)
        self.label = capfirst(str(label_for_field(name, model, desk))) if name != "action_checkbox" else ""
        self.names = "action-checkbox" if name == "action_checkbox" else f"field-{getattr(name, '__name__', name)}"
        self.kind = _on_phones(desk, name)
        self.read_all: Callable[[Rows], list[Any]] | None = None
        if self.field is not None:
            self.read: Value = attrgetter(self.field.name)
            self.words: Words = _words_of(self.field, self.empty)
            if isinstance(self.field, models.DateField | models.TimeField | models.ForeignKey):
                self.names += " nowrap"
            return
        attribute = getattr(model, name, None) if isinstance(name, str) else name
        if callable(name):
            self.read = name
        elif hasattr(desk, name) and name != "__str__":
            self.read = attribute = getattr(desk, name)
        else:
            self.read = lambda row: lookup_field(name, row, desk)[2]
        if together := getattr(desk, "columns_read_together", {}).get(name):
            self.read_all = getattr(desk, together)
        attribute = attribute.fget if isinstance(attribute, property) else attribute
        self.empty = getattr(attribute, "empty_value_display", self.empty)
        is_boolean = getattr(attribute, "boolean", False)
        self.words = _each_once(self._of_boolean) if is_boolean else self._of_method

    def cells(self, tag: str, rows: Rows, links: Sequence[str] = ()) -> list[str]:
        """Return the cell of the column in each row, its words within a link where there are ``links``."""
        values = self._values(rows)
        html = self._html(values)
        if links:
            html = [link + words + "</a>" for link, words in zip(links, html, strict=True)]
        label = f' data-label="{escape(self.label)}"' if self.label and not self.kind else ""
        names = " ".join([name for name in (self.names, self.kind) if name])
        opening, closing = f'<{tag}{label} class="{names}', f"</{tag}>"
        if self.field is None and any(issubclass(kind, date | time) for kind in set(map(type, values))):
            return [
                f'{opening}{" nowrap" if isinstance(value, date | time) else ""}">{words}{closing}'
                for value, words in zip(values, html, strict=True)
            ]
        opening += '">'
        return [opening + words + closing for words in html]  # quicker than to format, for what is marked as safe

    def _html(self, values: list[Any]) -> Sequence[str]:
        if _Nothing not in set(map(type, values)):
            return each_escaped(self.words(values))
        html = iter(each_escaped(self.words([value for value in values if not isinstance(value, _Nothing)])))
        return [escaped(self.empty) if isinstance(value, _Nothing) else next(html) for value in values]

    def _values(self, rows: Rows) -> list[Any]:
        if self.read_all is not None:
            return self.read_all(rows)
        try:
            values = [self.read(row) for row in rows]
        except ObjectDoesNotExist:
            values = [self._value(row) for row in rows]
        return [_text_or_blank(value) for value in values] if _may_be_blank(values) else values

    def _value(self, row: Any) -> Any:
        try:
            return self.read(row)
        except ObjectDoesNotExist:
            return _Nothing()

    def _of_method(self, values: list[Any]) -> list[Any]:
        """Return the words for what a method found: for the same object, as a text to be translated is, only once."""
        others = {id(value): value for value in values if not (isinstance(value, str) and value)}
        words = {key: display_for_value(value, self.empty) for key, value in others.items()}
        return [words.get(id(value), value) for value in values] if others else values

    def _of_boolean(self, value: Any) -> Any:
        return display_for_value(value, self.empty, boolean=True)


def _may_be_blank(values: list[Any]) -> bool:
    """Tell whether one of these may be a text of nothing but spaces, which is shown as no text."""
    return any(map(str.isspace, values)) if set(map(type, values)) == {str} else True


def _text_or_blank(value: Any) -> Any:
    return "" if isinstance(value, str) and value.isspace() else value


def _field(model: type[models.Model], name: Any) -> "models.Field[Any, Any] | None":
    """Return the field a column shows; None where a method or a property does."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) and field.name == name and not field.auto_created else None


def _words_of(field: "models.Field[Any, Any]", empty: Any) -> Words:
    """Return how a field's values are shown, as `display_for_field` does it, without looking at the field each time."""
    if isinstance(field, models.ForeignKey):
        return lambda values: [empty if value is None else str(value) for value in values]
    if field.choices:
        labels = labels_of(field)
        return _each_once(lambda value: labels.get(value, empty))
    if isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.URLField):
        return lambda values: [value or empty for value in values]
    return _each_once(lambda value: display_for_field(value, field, empty))


def _each_once(say: Callable[[Any], Any]) -> Words:
    """Return a function that says each value once: many rows have the same moment, number or label."""

    def words(values: list[Any]) -> list[Any]:
        html = {value: SafeString(escaped(say(value))) for value in dict.fromkeys(values)}
        return [html[value] for value in values]

    return words


def pages(changelist: ChangeList) -> SafeString:
    """Return the links to the pages of a list, and how many rows it has."""
    draw = partial(_pages, changelist)
    if not is_as_opened(changelist):
        return SafeString(draw())
    sizes = changelist.result_count, changelist.list_per_page, changelist.list_max_show_all
    return drawn_once(("pages", changelist.opts, changelist.page_num, *sizes), draw)


def _pages(changelist: ChangeList) -> str:
    numbers: list[str] = []
    address_of_all = ""
    if changelist.multi_page and not (changelist.show_all and changelist.can_show_all):
        shown_pages = changelist.paginator.get_elided_page_range(changelist.page_num)
        numbers = [f"\n    {paginator_number(changelist, number)}\n" for number in shown_pages]
        if changelist.can_show_all:
            address_of_all = escape(changelist.get_query_string({ALL_VAR: ""}))
    names = changelist.opts.verbose_name if changelist.result_count == 1 else changelist.opts.verbose_name_plural
    numbers_of_pages = "\n{}\n".format("".join(numbers)) if numbers else ""
    all_rows = (
        f'<a href="{address_of_all}" class="showall">{_in_words_of_django("Show all")}</a>' if address_of_all else ""
    )
    return (  # each part is escaped where it is made
        f'\n\n<p class="paginator">\n{numbers_of_pages}\n{_written(changelist.result_count)} {escaped(names)}\n'
        f"{all_rows}\n\n</p>\n"
    )


def filter_box(changelist: ChangeList, chosen: ListFilter) -> SafeString:
    """Return the links of one filter."""
    title = {"filter_title": escape(localize(chosen.title))}
    return format_html(
        '<details data-filter-title="{}" open>\n<summary>\n{}\n</summary>\n<ul>\n{}\n</ul>\n</details>',
        chosen.title,
        SafeString(_in_words_of_django(" By %(filter_title)s ") % title),
        SafeString("\n".join(_choices(changelist, chosen))),
    )


def _choices(changelist: ChangeList, chosen: ListFilter) -> list[str]:
    choices = list(chosen.choices(changelist))
    addresses = each_escaped([iri_to_uri(str(choice["query_string"])) for choice in choices])
    labels = each_escaped([localized(choice["display"]) for choice in choices])
    return [
        f'{_OPENING[bool(choice["selected"])]}\n<a href="{address}">{label}</a></li>'
        for choice, address, label in zip(choices, addresses, labels, strict=True)
    ]


def _written(value: Any) -> str:
    """Return a value as `{{ value }}` writes it."""
    return escaped(localized(value))
