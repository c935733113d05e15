"""What hosts and helpers type at the door."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.accounts.forms import AddressField


class WalkInForm(forms.Form):
    """Somebody who is there and never signed up."""

    address = AddressField(label=_("Address of their account"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["autocomplete"] = "off"  # it is not the host's own
