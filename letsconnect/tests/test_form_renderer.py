"""Lists to choose from and inputs are drawn letter by letter as Django's own templates draw them."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import KeptChoices, LongSelect
from letsconnect.base.lines import WrittenLine
from letsconnect.form_renderer import FormRenderer
from letsconnect.settings import FORM_RENDERER
from registrations.answers.forms.fields import CountrySelect
from registrations.models import Member
from registrations.tests.factories import make_member

SAFE = mark_safe("<b>")  # a constant: what code calls safe must stay as it is, and what is typed must not
EVIL = "<script>\"x\" & 'y'</script>"
CHOICES = [
    ("", "---------"),
    (None, "nothing"),
    ("en", _("English")),
    (1, 1_234_567.5),
    (True, False),
    (EVIL, EVIL),
    (SAFE, mark_safe("<i>kept</i>")),
    (("a", "b"), date(2026, 3, 2)),
]
GROUPED = [("first", "First"), (EVIL, [("a", EVIL), ("b", "B")]), (_("Spanish"), CHOICES)]
ATTRIBUTES = {"id": "id_x", "required": True, "disabled": False, "data-evil": EVIL, "size": 3, "data-none": None}


class OptionsOfItsOwn(forms.Select):
    option_template_name = "django/forms/widgets/radio_option.html"


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
@pytest.mark.parametrize("choices", [[], CHOICES, GROUPED], ids=["none", "flat", "grouped"])
@pytest.mark.parametrize(
    "kind", [forms.Select, forms.SelectMultiple, CountrySelect, OptionsOfItsOwn, forms.RadioSelect]
)
def test_a_list_is_drawn_as_django_draws_it(kind, choices, language):
    with translation.override(language):
        for value in (None, "", "en", "1", EVIL, ["a", EVIL, "True"]):
            drawn = [
                kind(attrs=ATTRIBUTES, choices=choices).render(EVIL, value, {"data-more": "1"}, renderer=renderer)
                for renderer in (FormRenderer(), DjangoTemplates())
            ]
            assert drawn[0] == drawn[1]


class OptionsOfItsOwnThatAreKept(LongSelect):
    option_template_name = OptionsOfItsOwn.option_template_name


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
@pytest.mark.parametrize("choices", [[], CHOICES, GROUPED], ids=["none", "flat", "grouped"])
@pytest.mark.parametrize("kind", [LongSelect, CountrySelect, OptionsOfItsOwnThatAreKept])
def test_a_list_whose_choices_are_kept_is_drawn_as_django_draws_it(kind, choices, language):
    with translation.override(language):
        kept = KeptChoices(choices)
        for value in (None, "", "en", "1", EVIL, ["a", EVIL, "True"], "of none", "en"):
            drawn = [
                kind(attrs=ATTRIBUTES, choices=shown).render(EVIL, value, {"data-more": "1"}, renderer=renderer)
                for shown in (kept, choices)
                for renderer in (FormRenderer(), DjangoTemplates())
            ]
            assert set(drawn) == {drawn[-1]}


def test_kept_choices_are_drawn_for_each_kind_of_list_on_its_own():
    kept = KeptChoices([("TN", "Tunisia"), ("AQ", "Antarctica")])

    assert "data-no-region" not in LongSelect(choices=kept).render("x", None, renderer=FormRenderer())
    assert CountrySelect(choices=kept).render("x", None, renderer=FormRenderer()).count("data-no-region") == 1


INPUTS = [
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput),
    *(forms.CheckboxInput, forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.FileInput, forms.Textarea),
]
MOMENTS = [None, datetime(2026, 3, 2, 14, 5, tzinfo=UTC)]
OF_SEVERAL_PARTS = {
    forms.MultipleHiddenInput: [None, [], ["a", EVIL]],
    forms.SplitDateTimeWidget: MOMENTS,
    forms.SplitHiddenDateTimeWidget: MOMENTS,
}


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
@pytest.mark.parametrize("kind", [*INPUTS, *OF_SEVERAL_PARTS])
def test_an_input_is_drawn_as_django_draws_it(kind, language):
    words = [None, "", "en", EVIL, SAFE, WrittenLine("حسن & co"), _("English"), True, False, 1_234_567.5]
    with translation.override(language):
        for value in OF_SEVERAL_PARTS.get(kind, [*words, date(2026, 3, 2)]):
            drawn = [
                kind(attrs=ATTRIBUTES).render(EVIL, value, {"data-more": "1"}, renderer=renderer)
                for renderer in (FormRenderer(), DjangoTemplates())
            ]
            assert drawn[0] == drawn[1]


def test_rows_to_choose_from_are_drawn_as_django_draws_them(db):
    field = forms.ModelChoiceField(Member.objects.all(), initial=make_member(name=EVIL))

    assert field.widget.render("x", 1, renderer=FormRenderer()) == field.widget.render(
        "x", 1, renderer=DjangoTemplates()
    )


def test_the_portal_draws_its_forms_with_it():
    class Form(forms.Form):
        language = forms.ChoiceField(choices=CHOICES)

    assert f"{FormRenderer.__module__}.{FormRenderer.__qualname__}" == FORM_RENDERER
    assert isinstance(Form().renderer, FormRenderer)
