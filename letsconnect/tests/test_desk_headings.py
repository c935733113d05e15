"""The headings of the desk's lists and of their filters are in the reader's language."""

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.utils import translation


def test_every_heading_and_filter_of_the_desk_is_in_the_readers_language() -> None:
    written_by = {"en": _headings_in("en"), "ar": _headings_in("ar")}
    same = [where for where, heading in written_by["ar"].items() if heading == written_by["en"][where]]
    assert len(written_by["ar"]) > 80
    assert not same, "a column without a translated verbose_name has an English heading on an Arabic page"


def _headings_in(language: str) -> dict[tuple[str, str], str]:
    headings: dict[tuple[str, str], str] = {}
    with translation.override(language):
        for model, page in admin.site._registry.items():
            for column in page.list_display:
                headings[model._meta.label, str(column)] = str(label_for_field(column, model, page))
            for chosen in page.list_filter:
                title = model._meta.get_field(chosen).verbose_name if isinstance(chosen, str) else chosen.title
                headings[model._meta.label, f"filter {chosen}"] = str(title)
    return headings
