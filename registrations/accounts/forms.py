"""The two small forms of signing in: the address and the code."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from letsconnect.base.addresses import AddressRefused, canonical
from letsconnect.base.fields import longest
from registrations.models import Member


class AddressField(forms.CharField):
    """An email address in its canonical form; an address that no letter can reach is refused with the reason."""

    widget = forms.EmailInput
    default_error_messages = {"required": _("Please write your email address.")}

    def clean(self, value: str) -> str:
        typed = super().clean(value)
        try:
            return canonical(typed) if typed else ""
        except AddressRefused as refusal:
            raise forms.ValidationError(str(refusal), code="address") from refusal


class AddressForm(forms.Form):
    """The address to send the code to."""

    email = AddressField(
        label=_("Email address"),
        max_length=320,
        help_text=_("We send a code there. You type it on the next page. You need no password, and no account yet."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages={"required": _("Please write your email address.")},
    )
    # Guessed by the browser, so that a newcomer's first letter names the right hour.
    zone = forms.CharField(
        required=False, max_length=longest(Member, "zone"), widget=forms.HiddenInput(attrs={"data-guess-zone": ""})
    )


class CodeForm(forms.Form):
    """The code from the letter, also with spaces or in the digits of another script."""

    code = forms.CharField(
        label=_("Code from the email"),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "dir": "ltr"}
        ),
        error_messages={"required": _("Please type the six digits of the code.")},
    )

    def clean_code(self) -> str:
        text = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        digits = "".join(str(unicodedata.digit(char)) for char in re.sub(r"\D", "", text))
        if len(digits) != 6:
            raise forms.ValidationError(_("The code has six digits."), code="digits")
        return digits
