"""What somebody who is asked types with their answer."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import ClinicPerson
from clinics.texts.call_links import refuse_call_link
from letsconnect.base.fields import LineFormField, longest
from registrations.reference.typed_fields import keep_stored, zone_field

WORDS = ("name", "role_line", "group")


class AnswerForm(forms.Form):
    """How they wish to be named, and a word with their answer; whoever has no account says their time zone too."""

    name = LineFormField(
        label=_("Name to show"),
        required=False,
        max_length=longest(ClinicPerson, "name"),
        help_text=_("As you wish to be named at this clinic; a pseudonym is fine."),
    )
    role_line = LineFormField(
        label=_("A line about you"),
        required=False,
        max_length=longest(ClinicPerson, "role_line"),
        help_text=_("What stands below the name, such as “grants officer”."),
    )
    group = LineFormField(label=_("Group"), required=False, max_length=longest(ClinicPerson, "group"))
    zone = zone_field(
        label=_("City by whose clock you live"),
        required=False,
        help_text=_("So that our emails tell you the hour by your clock."),
        attrs={"data-guess-zone": ""},
    )
    note = forms.CharField(
        label=pgettext_lazy("with an answer", "A word to the planners"),
        required=False,
        max_length=longest(ClinicPerson, "answer_note"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("If you like; the planners and hosts read it."),
    )

    def __init__(self, typed: QueryDict | None, *, person: ClinicPerson, names: bool = True) -> None:
        initial = {"name": person.name, "role_line": person.role_line, "group": person.group, "zone": person.zone}
        super().__init__(typed, initial=initial)
        self._clinic = person.clinic
        if not names:  # how an account is named says only whoever is signed in to it
            for name in (*WORDS, "zone"):
                del self.fields[name]
        elif person.has_account:
            del self.fields["zone"]
            self.fields["name"].widget.attrs["placeholder"] = str(person.member)
        else:
            self.fields["name"].required = True
            keep_stored(self, "zone", person.zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_call_link(self, self._clinic)
        return cleaned

    def words(self) -> dict[str, str]:
        """Return how they wish to be named, and their time zone, if it was asked."""
        return {name: self.cleaned_data[name] for name in (*WORDS, "zone") if name in self.cleaned_data}
