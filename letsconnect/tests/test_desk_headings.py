"""The headings of the desk's lists and of their filters are in the reader's language."""

from django.contrib import admin
from django.contrib.admin.utils import flatten, label_for_field
from django.utils import translation

from letsconnect.tests.raw_codes import raw_codes_in


def test_every_heading_and_filter_of_the_desk_is_in_the_readers_language() -> None:
    written_by = {"en": _headings_in("en"), "ar": _headings_in("ar")}
    assert not raw_codes_in(" ; ".join(written_by["en"].values()))
    same = [where for where, heading in written_by["ar"].items() if heading == written_by["en"][where]]
    assert len(written_by["ar"]) > 80
    assert not same, "a column without a translated verbose_name has an English heading on an Arabic page"


def test_every_label_and_every_name_of_a_row_of_the_desk_is_in_the_readers_language() -> None:
    written_by = {"en": _labels_in("en"), "ar": _labels_in("ar")}
    assert not raw_codes_in(" ; ".join(written_by["en"].values()))
    same = {where for where, label in written_by["ar"].items() if label == written_by["en"][where]}
    assert len(written_by["ar"]) > 80
    assert same == {("mailings.Letter", "message_id")}  # its name in every language


def _labels_in(language: str) -> dict[tuple[str, str], str]:
    labels: dict[tuple[str, str], str] = {}
    with translation.override(language):
        for model, page in admin.site._registry.items():
            name = model._meta.label
            for kind in (model, *(inline.model for inline in page.inlines)):
                labels[name, f"one {kind.__name__}"] = str(kind._meta.verbose_name)
                labels[name, f"many {kind.__name__}"] = str(kind._meta.verbose_name_plural)
            for field in flatten(page.fields or []):
                labels[name, str(field)] = str(label_for_field(str(field), model, page))
    return labels


def _headings_in(language: str) -> dict[tuple[str, str], str]:
    headings: dict[tuple[str, str], str] = {}
    with translation.override(language):
        for model, page in admin.site._registry.items():
            for column in page.list_display:
                headings[model._meta.label, str(column)] = str(label_for_field(column, model, page))
            for chosen in page.list_filter:
                named = chosen[0] if isinstance(chosen, tuple) else chosen  # a column with the class of its filter
                title = model._meta.get_field(named).verbose_name if isinstance(named, str) else named.title
                headings[model._meta.label, f"filter {named}"] = str(title)
    return headings
