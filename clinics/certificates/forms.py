"""The forms of a certificate: what its holder chooses, and the code that somebody types."""

from dataclasses import asdict
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.certificates.making import Choices
from clinics.domain.certificates import code_as_typed
from clinics.models import Certificate
from letsconnect.base.fields import LineFormField, longest

SHOWN = ("shows_name", "shows_title", "shows_date", "shows_hours")


class CertificateForm(forms.Form):
    """The name on a certificate, and what whoever checks it sees."""

    name = LineFormField(
        label=_("Name on the certificate"),
        max_length=longest(Certificate, "name"),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"}),
        help_text=_("As whoever gets it knows you. It changes your name nowhere else."),
    )
    shows_name = forms.BooleanField(label=_("Whoever checks the code sees the name"), required=False)
    shows_title = forms.BooleanField(label=_("… the title of the clinic"), required=False)
    shows_date = forms.BooleanField(label=_("… the date"), required=False)
    shows_hours = forms.BooleanField(label=_("… how long it was"), required=False)

    def __init__(self, data: Any = None, *, choices: Choices, prefix: str) -> None:
        super().__init__(data, initial=asdict(choices), prefix=prefix)
        self.helper = FormHelper()  # fields only: the page brings the form tag and its buttons
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def choices(self) -> Choices:
        """Return what was chosen; call it after `is_valid`."""
        return Choices(**self.cleaned_data)


class CertificateCodeForm(forms.Form):
    """The code of a certificate, as somebody reads it from paper."""

    code = forms.CharField(
        label=_("Code of the certificate"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("28 letters and digits. It does not matter whether you type the dashes, or small letters."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_code(self) -> str:
        code = code_as_typed(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("This is no such code. Please compare it letter by letter."))
        return code
