"""Choose a person by typing their name: names are shown, never an address."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base import folding
from letsconnect.base.fields import choice_field
from registrations.accounts.finding_people import named
from registrations.models import Member
from registrations.models.members import MemberQuerySet

MOST_FOUND = 20


def find_people(words: str, *, among: MemberQuerySet | None = None) -> list[Member]:
    """Return the first people with an open account of whose name each of these words is a part, however it is spelt, or
    whose number this is: that of the account, or that of the registration.

    Nobody if nothing was typed; with ``among`` only those whose names may be looked through.
    """
    words = folding.tidy(words)
    if not words:
        return []
    people = (Member.objects.with_open_account() if among is None else among).select_related("registration")
    so_called = named(words, "folded_name", "registration__folded_names") | Q(public_id=words.removeprefix("#"))
    number = words.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 13:
        so_called |= Q(registration=int(number))
    return list(people.filter(so_called).order_by("folded_name", "pk")[:MOST_FOUND])


def person_in_words(member: Member) -> str:
    """Describe a person so that they can be told from another of the same name, without showing their address."""
    registration = getattr(member, "registration", None)
    if registration is not None and not registration.shown_name:
        return str(registration)
    number = gettext("account %(number)s") % {"number": member.public_id}
    if registration is not None:
        number = f"#{registration.pk}"
    name = registration.shown_name if registration is not None else str(member.name)
    return " · ".join(part for part in (name, member.get_region_display(), number) if part)


class PersonForm(forms.Form):
    """Type a name, then choose one of the people found. The first press of the button searches, the next one acts."""

    person = forms.CharField(
        label=_("Name of the person"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text=_("Type a part of the name, or the number of the account."),
    )
    member = forms.ChoiceField(label=_("Which of them"), required=False, widget=forms.RadioSelect)

    among: MemberQuerySet | None = None
    nobody_found: Any = _("Nobody of this name has an account.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people_found = self._look()
        choice_field(self, "member").choices = [
            (person.public_id, person_in_words(person)) for person in self.people_found
        ]

    def _look(self) -> list[Member]:
        field, typed = self.fields["person"], self.data.get(self.add_prefix("person"), "")
        try:
            people = find_people(field.clean(typed), among=self.among)
        except forms.ValidationError:
            people = []
        chosen = self.data.get(self.add_prefix("member"), "")
        public_ids = {person.public_id for person in people}
        if chosen.isalnum() and chosen not in public_ids:
            people += [person for person in find_people(chosen, among=self.among) if person.public_id == chosen]
        return people

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        chosen = next((person for person in self.people_found if person.public_id == cleaned.get("member")), None)
        if chosen is None and not self.errors:
            is_anybody = bool(self.people_found)
            message = _("Choose one of the people found.") if is_anybody else self.nobody_found
            self.add_error("member" if is_anybody else "person", message)
        return {**cleaned, "member": chosen}
