"""The form with which people write to somebody of the working group."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineFormField, check_can_be_seen, longest
from registrations.accounts.forms import AddressField
from registrations.domain.team import LONGEST_MESSAGE
from registrations.models import Member, TeamMessage


class TeamMessageForm(forms.Form):
    """A message; of a visitor also the address to which the code goes."""

    email = AddressField(
        label=_("Email address"),
        max_length=320,
        help_text=_("We send a code there, and nothing else."),
        error_messages={"required": _("Please write your email address.")},
    )
    name = LineFormField(
        label=_("Your name"),
        max_length=longest(TeamMessage, "name"),
        error_messages={"required": _("Please write the name that they may read.")},
    )
    text = forms.CharField(
        label=_("Your message"),
        validators=[check_can_be_seen],
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please write your message.")},
    )
    gives_address = forms.BooleanField(
        label=_("They may see my email address, so that they can answer"),
        required=False,
        help_text=_("Without it they read what you write, and cannot answer you."),
    )

    def __init__(self, *args: Any, member: Member | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        if member is not None:
            del self.fields["email"]
            self.fields["name"].initial = member.name
            if not member.email:
                del self.fields["gives_address"]
