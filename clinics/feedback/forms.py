"""The forms of feedback: the anonymous one, and the one of what may be quoted."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.domain.feedback import OPTIONS, TICKED, QuoteAs
from clinics.feedback.giving import Said
from clinics.models import Clinic, FeedbackAnswer, Quote
from clinics.texts.call_links import refuse_call_link
from clinics.texts.forms import LinesFormField
from letsconnect.base.fields import LineFormField, choice_field, longest
from registrations.models import Member


class ClinicFeedbackForm(forms.Form):
    """How a clinic was: each question may be left out."""

    words = LinesFormField(
        label=_("What would you change?"),
        required=False,
        max_length=longest(FeedbackAnswer, "words"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_(
            "Name nobody. Its hosts and the working group read it thirty days after the clinic, mixed with "
            "what others wrote. They read it only if ten people have given feedback and five of them have "
            "written something."
        ),
    )

    def __init__(self, data: Any = None, *, said: Said) -> None:
        super().__init__(data, initial={**said.options, "words": said.words})
        asked = {
            question.value: forms.ChoiceField(
                label=question.label,
                required=False,
                choices=[*OPTIONS[question].items(), ("", _("I would rather not say"))],
                widget=forms.RadioSelect,
            )
            for question in TICKED
        }
        self.fields = {**asked, "words": self.fields["words"]}
        self.helper = _without_tag()

    def said(self) -> Said:
        """Return what was typed; call it after `is_valid`."""
        values = self.cleaned_data
        return Said(
            {question.value: values[question] for question in TICKED if values[question]}, words=values["words"]
        )


class QuoteForm(forms.Form):
    """What may be quoted, and as whom."""

    text = LinesFormField(
        label=_("What may we quote?"),
        max_length=longest(Quote, "text"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("For example what you took with you. The working group chooses what stands on the clinic's page."),
    )
    as_whom = forms.ChoiceField(label=_("As whom?"), choices=QuoteAs.choices, widget=forms.RadioSelect)
    name = LineFormField(
        label=_("The other name"),
        required=False,
        max_length=longest(Quote, "name"),
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Only for “another name”."),
    )
    in_reports = forms.BooleanField(
        label=_("It may also stand in public reports of the programme"),
        required=False,
        help_text=_("For funders and everybody else, under the same name. You can take it back at any time."),
    )

    def __init__(self, data: Any = None, *, quote: Quote | None, member: Member, clinic: Clinic) -> None:
        self.clinic = clinic
        initial: dict[str, Any] = {"as_whom": QuoteAs.PARTICIPANT}
        if quote is not None:
            other = quote.name if quote.as_whom == QuoteAs.OTHER_NAME else ""
            initial = {
                "text": quote.text,
                "as_whom": quote.as_whom,
                "name": other,
                "in_reports": quote.in_reports,
            }
        super().__init__(data, initial=initial)
        own = [(QuoteAs.OWN_NAME.value, _("my name: %(name)s") % {"name": member.name})] if member.name else []
        rest = [choice for choice in QuoteAs.choices if choice[0] != QuoteAs.OWN_NAME]
        choice_field(self, "as_whom").choices = [*own, *rest]
        self.helper = _without_tag()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("as_whom") == QuoteAs.OTHER_NAME and not values.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name under which we may quote you."))
        refuse_call_link(self, self.clinic)  # everybody reads what is quoted
        return values


def _without_tag() -> FormHelper:
    helper = FormHelper()  # fields only: the page brings the form tag and its buttons
    helper.form_tag = False
    helper.disable_csrf = True
    return helper
