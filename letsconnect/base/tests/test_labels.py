"""Labels are the words Django would show, in the language of the reader."""

import pytest
from django.apps import apps
from django.utils import translation

from letsconnect.base.labels import label_of

COLUMNS = [
    (model, field)
    for model in apps.get_models()
    if model.__module__.split(".")[0] in ("registrations", "matching", "clinics", "mailings", "trust")
    for field in model._meta.concrete_fields
    if field.choices
]


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
def test_each_value_of_each_column_is_called_what_django_calls_it(language):
    assert len(COLUMNS) > 20
    with translation.override(language):
        for model, field in COLUMNS:
            for value in [*dict(field.flatchoices), "not-a-choice"]:
                row = model(**{field.attname: value})
                assert label_of(row, field.name) == str(getattr(row, f"get_{field.name}_display")())
