"""The Codex template pack: every widget, as crispy forms renders it."""

import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Button, ButtonHolder, Column, Div, Fieldset, Hidden, Layout, Reset, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.conf import settings
from django.template import Context, Template

from letsconnect.assets import FILES

COLOURS = [("r", "Red"), ("g", "Green <bright>")]


class EveryWidget(forms.Form):
    text = forms.CharField(label="Text", help_text="As you <like>", max_length=5)
    address = forms.EmailField(required=False)
    number = forms.IntegerField(required=False)
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"class": "mine", "type": "date"}))
    story = forms.CharField(widget=forms.Textarea, required=False)
    one = forms.ChoiceField(choices=COLOURS)
    many = forms.MultipleChoiceField(choices=COLOURS, required=False)
    radio = forms.ChoiceField(choices=COLOURS, widget=forms.RadioSelect, help_text="One of these")
    boxes = forms.MultipleChoiceField(choices=COLOURS, widget=forms.CheckboxSelectMultiple, required=False)
    agree = forms.BooleanField(label="I agree", help_text="Read it first")
    news = forms.BooleanField(label="News", required=False)
    sent = forms.FileField(required=False)
    parts = forms.SplitDateTimeField(required=False, widget=forms.SplitDateTimeWidget)
    secret = forms.CharField(widget=forms.HiddenInput, initial="kept")
    locked = forms.CharField(disabled=True, required=False)


def filtered(form) -> str:
    return Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": form}))


def tag_of(html: str, element_id: str) -> str:
    """Return the start tag that carries the id; fails unless exactly one does."""
    found = re.findall(rf'<[a-z]+\b[^>]*\bid="{element_id}"[^>]*>', html)
    assert len(found) == 1, f"{len(found)} elements have the id {element_id}"
    return found[0]


@pytest.fixture
def fresh() -> str:
    return filtered(EveryWidget())


@pytest.fixture
def refused() -> str:
    return filtered(EveryWidget({"text": "much too long", "address": "nobody", "secret": ""}))


@pytest.mark.parametrize(
    ("element_id", "classes"),
    [
        ("id_text", "cdx-text-input__input"),
        ("id_address", "cdx-text-input__input"),
        ("id_number", "cdx-text-input__input"),
        ("id_day", "mine cdx-text-input__input"),
        ("id_story", "cdx-text-area__textarea"),
        ("id_one", "cdx-select"),
        ("id_many", "cdx-select lc-select-multiple"),
        ("id_radio_1", "cdx-radio__input"),
        ("id_boxes_1", "cdx-checkbox__input"),
        ("id_agree", "cdx-checkbox__input"),
        ("id_sent", "lc-file"),
        ("id_parts_0", "cdx-text-input__input"),
        ("id_parts_1", "cdx-text-input__input"),
    ],
)
def test_each_widget_carries_its_codex_class(fresh, element_id, classes):
    assert f'class="{classes}"' in tag_of(fresh, element_id)


def test_rendering_twice_adds_no_class_twice():
    form = EveryWidget()
    assert filtered(form) == filtered(form)


@pytest.mark.parametrize("name", ["text", "address", "story", "one", "many", "agree", "news", "sent", "locked"])
def test_each_single_control_has_one_label(fresh, name):
    assert fresh.count(f'for="id_{name}"') == 1


@pytest.mark.parametrize("name", ["radio", "boxes", "parts"])
def test_a_group_of_controls_is_a_fieldset_with_a_legend(fresh, name):
    assert re.search(rf'<fieldset id="div_id_{name}"[^>]*>\s*<legend', fresh)


def test_optional_fields_say_so_and_a_required_box_says_so(fresh):
    def words(name: str) -> str:
        return fresh.split(f'id="div_id_{name}"')[1].split('id="div_id_')[0]

    assert "(optional)" in words("address")
    assert "(optional)" not in words("text")
    assert "(optional)" in words("boxes")
    assert "(optional)" not in words("radio")
    assert "(required)" in words("agree")
    assert "(required)" not in words("news")


def test_help_is_escaped_and_described_by(fresh):
    assert "As you &lt;like&gt;" in fresh
    assert 'aria-describedby="id_text_helptext"' in tag_of(fresh, "id_text")
    assert tag_of(fresh, "id_text_helptext")
    assert 'aria-describedby="id_radio_helptext"' in tag_of(fresh, "div_id_radio")


def test_choices_are_escaped_and_the_chosen_one_is_checked():
    html = filtered(EveryWidget(initial={"radio": "g", "boxes": ["r"], "one": "g"}))

    assert "Green &lt;bright&gt;" in html
    assert " checked" in tag_of(html, "id_radio_1")
    assert " checked" not in tag_of(html, "id_radio_0")
    assert " checked" in tag_of(html, "id_boxes_0")
    assert '<option value="g" selected>' in html


def test_a_refused_field_shows_its_error_keeps_its_text_and_is_marked_invalid(refused):
    tag = tag_of(refused, "id_text")

    assert 'aria-invalid="true"' in tag
    assert 'aria-describedby="id_text_helptext id_text_error"' in tag
    assert 'value="much too long"' in tag
    assert "cdx-text-input--status-error" in refused
    assert "at most 5 characters" in refused.split('id="id_text_error"')[1].split("</div></div>")[0]


def test_every_id_an_error_or_a_description_points_at_exists(refused):
    pointed_at = {name for value in re.findall(r'aria-describedby="([^"]+)"', refused) for name in value.split()}
    pointed_at |= set(re.findall(r'href="#([^"]+)"', refused))

    assert {"id_text", "id_one", "id_radio_0", "id_agree"} <= pointed_at
    for element_id in pointed_at:
        tag_of(refused, element_id)


def test_the_summary_takes_the_focus_unless_a_field_does_and_puts_no_colon_after_a_sentence():
    class Agree(forms.Form):
        agree = forms.BooleanField(label="I agree.")

    html = filtered(Agree({}))
    assert ">I agree. This field is required.<" in html
    assert re.search(r'lc-error-summary"[^>]* tabindex="-1" autofocus', html)

    class Code(forms.Form):
        code = forms.CharField(widget=forms.TextInput(attrs={"autofocus": True}))

    assert html.count("autofocus") == filtered(Code({})).count("autofocus") == 1


def test_the_summary_names_the_field_the_problem_and_even_a_hidden_one(refused):
    summary = refused.split("lc-error-summary")[1].split("</ul>")[0]

    assert '<a href="#id_address">Address: Enter a valid email address.</a>' in summary
    assert "(hidden field secret)" in summary


def test_no_summary_before_anything_was_sent(fresh):
    assert "lc-error-summary" not in fresh
    assert "aria-invalid" not in fresh


def test_errors_of_the_form_as_a_whole_come_first():
    class Never(EveryWidget):
        def clean(self):
            raise forms.ValidationError("Neither <this> nor that")

    html = filtered(Never({}))

    assert html.index("Neither &lt;this&gt; nor that") < html.index('href="#id_text"')


def test_the_helper_draws_every_layout_object_and_its_buttons():
    form = EveryWidget()
    form.helper = FormHelper()
    form.helper.attrs = {"novalidate": True}
    form.helper.layout = Layout(
        Fieldset("About <b>you</b>", Row(Column("text"), "address"), css_id="about"),
        Div("story", css_class="wide"),
        Hidden("step", "2"),
        ButtonHolder(
            Submit("save", "Save it"),
            Button("stop", "Stop", css_class="cdx-button--action-destructive"),
            Reset("again", "Again"),
        ),
    )
    form.helper.add_input(Submit("send", "Send", css_class="cdx-button--weight-quiet"))
    html = render_crispy_form(form, context={"csrf_token": "token"})

    assert re.search(r'<form[^>]* novalidate[^>]*method="post" enctype="multipart/form-data">', html)
    assert 'name="csrfmiddlewaretoken"' in html
    assert re.search(r'<fieldset id="about" class="cdx-field lc-fieldset"', html)
    assert "lc-row--fields" in html
    assert 'class="lc-column"' in html
    assert 'class="wide"' in html
    assert '<input type="hidden" name="step" value="2"' in html
    assert 'class="cdx-button cdx-button--action-progressive cdx-button--weight-primary"' in tag_of(
        html, "submit-id-save"
    )
    assert 'class="cdx-button cdx-button--action-destructive"' in tag_of(html, "button-id-stop")
    assert 'type="reset"' in tag_of(html, "reset-id-again")
    assert 'class="cdx-button cdx-button--weight-quiet"' in tag_of(html, "submit-id-send")
    assert "btn" not in re.sub(r"-id-\w+", "", html)


@pytest.fixture
def formset_class():
    class OnlyOnce(forms.BaseFormSet):
        def clean(self):
            if len({form.cleaned_data.get("word") for form in self.forms}) < len(self.forms):
                raise forms.ValidationError("Twice the same")

    class Word(forms.Form):
        word = forms.CharField()

    return forms.formset_factory(Word, formset=OnlyOnce, extra=2)


@pytest.mark.parametrize("how", ["{{ formset|crispy }}", "{% crispy formset %}"])
def test_a_formset_has_its_management_form_once_and_each_form(formset_class, how):
    html = Template("{% load crispy_forms_tags %}" + how).render(Context({"formset": formset_class()}))

    assert html.count('name="form-TOTAL_FORMS"') == 1
    assert tag_of(html, "id_form-0-word")
    assert tag_of(html, "id_form-1-word")


@pytest.mark.parametrize("how", ["{{ formset|crispy }}", "{% crispy formset %}"])
def test_a_formset_says_what_is_wrong_with_it_as_a_whole(formset_class, how):
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-word": "a", "form-1-word": "a"}
    html = Template("{% load crispy_forms_tags %}" + how).render(Context({"formset": formset_class(data)}))

    assert "Twice the same" in html


def test_hidden_labels_stay_for_those_who_listen():
    form = EveryWidget()
    form.helper = FormHelper(form)
    form.helper.form_show_labels = False
    html = render_crispy_form(form)

    assert 'for="id_text"' in html
    assert html.count("cdx-label--visually-hidden") == len(EveryWidget.base_fields) - 1


def test_a_field_is_drawn_straight_away_as_crispy_draws_it():
    html = "{% load codex crispy_forms_tags %}{% for field in form %}{{ field|HOW }}{% endfor %}"
    ours, of_crispy = (Template(html.replace("HOW", how)) for how in ("in_codex", "as_crispy_field"))
    for values in (None, {"text": "much too long", "address": "nobody", "secret": ""}):
        assert ours.render(Context({"form": EveryWidget(values)})) == of_crispy.render(
            Context({"form": EveryWidget(values)})
        )


@pytest.mark.parametrize("kind", ["warning", "error", "success"])
def test_in_arabic_each_kind_of_message_keeps_its_own_sign(kind):
    """Codex's rule for its note in Arabic outranks those of the other kinds, so ours repeat them with the same rank."""
    codex = (settings.BASE_DIR / FILES["codex/codex-rtl.css"]).read_text()
    ours = (settings.BASE_DIR / "static" / "css" / "portal.css").read_text()
    sign = re.search(rf"\.cdx-message--{kind} \.cdx-message__icon\{{[^}}]*mask-image:(url\('[^']+'\))", codex)[1]

    chip = rf"\.cdx-info-chip--{kind} \.cdx-info-chip__icon:lang\(ar\)"
    rule = re.search(rf"\.cdx-message--{kind} \.cdx-message__icon:lang\(ar\),\s*{chip} \{{([^}}]+)\}}", ours)[1]

    assert f"mask-image: {sign};" in rule.replace("%2F", "/") and f"var(--color-icon-{kind})" in rule
