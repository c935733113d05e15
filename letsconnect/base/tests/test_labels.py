"""Labels are the words Django would show, in the language of the reader."""

import pytest
from django.apps import apps
from django.db.models import Field
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
def test_each_value_of_each_column_is_called_what_django_calls_it(language, monkeypatch):
    assert len(COLUMNS) > 20
    with translation.override(language):
        choices = {field: [(value, str(label)) for value, label in field.flatchoices] for _model, field in COLUMNS}
        ours = {
            (model, field): [
                label_of(model(**{field.attname: value}), field.name) for value in values_of(choices[field])
            ]
            for model, field in COLUMNS
        }
        # Django asks for all labels at each look: of 250 countries, 250 times
        monkeypatch.setattr(Field, "flatchoices", property(choices.get))
        for model, field in COLUMNS:
            shows = getattr(model, f"get_{field.name}_display")
            rows = [model(**{field.attname: value}) for value in values_of(choices[field])]
            assert ours[model, field] == [str(shows(row)) for row in rows]


def values_of(choices):
    return [*dict(choices), "not-a-choice"]
