"""The form of a seat: for a visitor with an address, for a member one tap, and later to change what was said."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from clinics.domain.wishes import LONGEST_WISH
from clinics.models import Channel, Clinic
from clinics.signing_up.taking import SignUp
from clinics.signing_up.wishes import SeatWishes
from letsconnect.base.choices import offer
from letsconnect.base.fields import LineFormField, check_can_be_seen, longest
from registrations import documents
from registrations.accounts.forms import AddressField
from registrations.domain.agreements import ConsentDocument
from registrations.models import Member
from registrations.reference.typed_fields import language_field

_VERSION = re.compile(r"[\w.-]{1,40}")
VERSION = "version-"  # begins the name of a field that says in which version a document was shown
_AGREES = {
    ConsentDocument.CODE_OF_CONDUCT: (
        gettext_lazy("I will follow the Universal Code of Conduct."),
        gettext_lazy("Read the code of conduct"),
        "code-of-conduct",
    ),
    ConsentDocument.PRIVACY_NOTICE: (
        gettext_lazy("I have read the privacy notice and agree to it."),
        gettext_lazy("Read the privacy notice"),
        "privacy",
    ),
}


class WishesForm(forms.Form):
    """What is said with a seat, each of it optional."""

    listens_in = forms.ChoiceField(
        label=pgettext_lazy("of a clinic", "I will listen in"), required=False, widget=forms.RadioSelect
    )
    question = forms.CharField(
        label=gettext_lazy("A question for the sharers"),
        required=False,
        max_length=LONGEST_WISH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        validators=[check_can_be_seen],
        help_text=gettext_lazy("They and the hosts read it before the clinic, with your name."),
    )
    access_need = forms.CharField(
        label=gettext_lazy("What I need to take part"),
        required=False,
        max_length=LONGEST_WISH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        validators=[check_can_be_seen],
        help_text=gettext_lazy(
            "Captions, breaks, a slow pace, or anything else. Only the hosts and helpers of this clinic read it, and "
            "it is deleted 30 days after the end."
        ),
    )
    language_need = language_field(
        label=gettext_lazy("I would need another language"),
        required=False,
        help_text=gettext_lazy("The hosts and the working group see it, and you hear what comes of it."),
    )
    shows_name = forms.BooleanField(
        label=gettext_lazy("Show my name to others who come"),
        required=False,
        help_text=gettext_lazy("Only those who have a seat themselves see it."),
    )

    def __init__(self, typed: QueryDict | None, *, clinic: Clinic, channels: list[Channel], **kwargs: Any) -> None:
        initial = {"listens_in": best_channel(channels), **kwargs.pop("initial", {})}
        super().__init__(typed, initial=initial, use_required_attribute=False, **kwargs)
        floor = _("%(language)s, the language spoken") % {"language": clinic.floor_language_in_words}
        offer(
            self, "listens_in", [("", floor), *((channel.language, channel.language_in_words) for channel in channels)]
        )
        if not channels:
            del self.fields["listens_in"]
        self._has_already = {clinic.floor_language, *(channel.language for channel in channels)}

    def clean_language_need(self) -> str:
        language = str(self.cleaned_data["language_need"])
        if language in self._has_already and language != self.initial.get("language_need"):
            raise forms.ValidationError(
                _("The clinic is held in this language, or interpreted into it already."), code="language"
            )
        return language

    def wishes(self) -> SeatWishes:
        """Return what was typed; call it after `is_valid`."""
        values = self.cleaned_data
        return SeatWishes(
            listens_in=values.get("listens_in", ""),
            question=values["question"],
            access_need=values["access_need"],
            language_need=values["language_need"],
            shows_name=values["shows_name"],
        )


class SignUpForm(WishesForm):
    """All that is asked of whoever takes a seat: an address of a visitor, and what they have not agreed to yet."""

    email = AddressField(
        label=gettext_lazy("Email address"), max_length=320, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    # Guessed by the browser, so that a newcomer's first letter names the right hour.
    zone = forms.CharField(
        required=False, max_length=longest(Member, "zone"), widget=forms.HiddenInput(attrs={"data-guess-zone": ""})
    )
    name = LineFormField(
        label=gettext_lazy("Name to show"),
        required=False,
        max_length=longest(Member, "name"),
        help_text=gettext_lazy("As you wish to be called; a pseudonym is fine."),
    )
    all_parts = forms.BooleanField(label="", required=False)

    field_order = ("email", "zone", "all_parts", "listens_in", "name")

    def __init__(
        self,
        typed: QueryDict | None,
        *,
        clinic: Clinic,
        channels: list[Channel],
        reader: Member | None,
        parts: list[Clinic],
        missing: list[str],
        on: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(typed, clinic=clinic, channels=channels, **kwargs)
        self._was_told = typed.getlist("told") if typed is not None else []
        if reader is not None:
            del self.fields["email"], self.fields["zone"]
        if reader is not None and reader.name:
            del self.fields["name"]
        if not parts:
            del self.fields["all_parts"]
        else:
            all_parts = _("Sign me up for all %(number)d parts of the series") % {"number": len(parts) + 1}
            both = _("Sign me up for both parts of the series")
            self.fields["all_parts"].label = both if len(parts) == 1 else all_parts
        self._versions = documents.in_force(on=on) if typed is None else _versions_shown(typed)
        self._documents = missing
        for document in missing:
            self.fields[document] = _agreement(document, self._versions.get(document, ""))
        self.told_together = frozenset(missing)
        self.order_fields(self.field_order)

    def versions_shown(self) -> list[tuple[str, str]]:
        """Return the hidden fields that say in which version each document stood on the page."""
        return [(f"{VERSION}{name}", self._versions.get(name, "")) for name in self._documents]

    def names_of_choices(self) -> list[str]:
        """Return which fields a page folds away: everything that is said besides “I come”."""
        names = ("name", "question", "access_need", "language_need", "shows_name")
        return [name for name in names if name in self.fields]

    def is_untouched(self, names: Iterable[str]) -> bool:
        """Tell whether nothing stands in these fields, and nothing was said about them."""
        return not self.is_bound and not any(self.get_initial_for_field(self.fields[name], name) for name in names)

    def names_of_agreements(self) -> list[str]:
        return self._documents

    def agreements(self) -> list[forms.BoundField]:
        return [self[name] for name in self._documents]

    @property
    def agreement_refusal(self) -> str:
        """What is said below the boxes, once for all of them, if one was not ticked."""
        return next((str(error) for name in self._documents for error in self.errors.get(name, ())), "")

    @property
    def shows_choices(self) -> bool:
        """Whether the page opens what it folds away: something was typed there, or refused."""
        names = self.names_of_choices()
        return not self.is_untouched(names) and any(self[name].errors or self[name].value() for name in names)

    def sign_up(self) -> SignUp:
        values = self.cleaned_data
        return SignUp(
            wishes=self.wishes(),
            name=values.get("name", ""),
            all_parts=values.get("all_parts", False),
            agreed={name: self._versions.get(name, "") for name in self._documents if values[name]},
            was_told=self._was_told,
        )

    def to_keep(self) -> dict[str, Any]:
        """Return what was typed, to be kept until the code is typed."""
        form = self.sign_up()
        return {
            **typed_wishes(form.wishes),
            "name": form.name,
            "all_parts": form.all_parts,
            "agreed": dict(form.agreed),
        }


def best_channel(channels: list[Channel]) -> str:
    """Return the language of the channel in the reader's own language, "" where there is none."""
    reads = (get_language() or "en").partition("-")[0]
    return next((channel.language for channel in channels if channel.language.partition("-")[0] == reads), "")


def from_kept(typed: Mapping[str, Any]) -> SignUp:
    """Return the form that was kept, as the action takes it; what a newer portal no longer knows is left out."""
    wishes = {name: typed[name] for name in SeatWishes.__dataclass_fields__ if name in typed}
    return SignUp(
        wishes=SeatWishes(**wishes),
        name=typed.get("name", ""),
        all_parts=typed.get("all_parts", False),
        agreed=typed.get("agreed", {}),
    )


def _versions_shown(typed: QueryDict) -> dict[str, str]:
    """Return the versions that stood on the page, as it says; what no version can look like counts as none."""
    shown = {str(name.value): typed.get(f"{VERSION}{name.value}", "") for name in documents.REQUIRED}
    return {name: version if _VERSION.fullmatch(version) else "" for name, version in shown.items()}


def _agreement(document: str, version: str) -> forms.BooleanField:
    label, read, page = _AGREES[ConsentDocument(document)]
    help_and_refusal = f"id_{document}_helptext agreements_error"
    return forms.BooleanField(
        label=str(label),
        widget=forms.CheckboxInput(attrs={"aria-describedby": help_and_refusal}),
        help_text=format_html('<a href="{}" target="_blank">{}</a>', reverse(page), read),
        error_messages={"required": _("Please agree to this first: everybody at a clinic has.")},
    )


def typed_in(form: SignUp, *, on: date) -> dict[str, Any]:
    """Return what fills the fields of a form again; of the agreements those to what is in force on that day."""
    in_force = documents.in_force(on=on)
    agreed = [name for name, version in form.agreed.items() if in_force.get(name) == version]
    return {**typed_wishes(form.wishes), "name": form.name, "all_parts": form.all_parts, **dict.fromkeys(agreed, True)}


def typed_wishes(wishes: SeatWishes) -> dict[str, Any]:
    return {name: getattr(wishes, name) for name in SeatWishes.__dataclass_fields__}
