"""The registration form: one main form and four kinds of rows, read as one value."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from registrations import domain
from registrations.domain import BabelLevel, ConsentDocument, ContactWay, Region, RegionWish
from registrations.facts import RegistrationFacts
from registrations.forms import choices
from registrations.forms.rows import (
    DAYS,
    LanguageRow,
    OfferRow,
    WindowRow,
    WishRow,
    required_only,
    rows_of,
    window_rows,
)
from registrations.reference.countries import region_of

_EMPTY = ("", "—")
ROWS = {
    "languages": rows_of(LanguageRow, extra=2),
    "offers": rows_of(OfferRow, extra=2),
    "wishes": rows_of(WishRow, extra=2),
    "windows": rows_of(WindowRow, extra=2),
}
MORE_ROWS = 2
ALWAYS_REQUIRED = ("version", "can_help", "can_learn_from", "region_wish", "contact_way")


class MainForm(forms.Form):
    """Everything that is not a repeating row."""

    is_submitting = False

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = forms.CharField(
        label=_("Name to show"),
        error_messages={"required": _("Please give a name to show.")},
        max_length=100,
        help_text=_("What your match and the working group call you. A pseudonym is fine."),
    )
    country = forms.ChoiceField(
        label=_("Country or territory"), error_messages={"required": _("Please choose your country or territory.")}
    )
    region = forms.ChoiceField(
        label=_("Region"),
        required=False,
        choices=[("", _("the region of my country")), *Region.choices],
        help_text=_("Change it if you feel at home in another region."),
    )
    group_id = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    group_other = forms.CharField(
        label=_("My group is not in the list"), required=False, max_length=150, help_text=_("Write its name.")
    )
    role_id = forms.TypedChoiceField(
        label=_("Main role"),
        error_messages={"required": _("Please choose your main role.")},
        coerce=int,
        empty_value=None,
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        error_messages={"required": _("Please choose your time zone; your free hours mean nothing without it.")},
        help_text=_("The hours below are in this zone, summer time included."),
        widget=forms.Select(attrs={"data-guess-zone": ""}),
    )
    can_help = forms.IntegerField(label=_("How many people I can help at once"), min_value=0, max_value=20, initial=1)
    can_learn_from = forms.IntegerField(
        label=_("How many people I want to learn from at once"), min_value=0, max_value=20, initial=1
    )
    region_wish = forms.ChoiceField(
        label=_("Where my match is from"),
        choices=RegionWish.choices,
        initial=RegionWish.EITHER,
        widget=forms.RadioSelect,
    )
    away_until = forms.DateField(
        label=_("I am away until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Leave it empty if you are here. Until that day you are not matched."),
        error_messages={"invalid": _("This is not a day of the calendar. Write it as 2026-12-31.")},
    )
    contact_way = forms.ChoiceField(
        label=_("How a match may reach me"),
        choices=ContactWay.choices,
        initial=ContactWay.EMAIL,
        widget=forms.RadioSelect,
        help_text=_("Shown to your match only after both of you have accepted."),
    )
    contact_text = forms.CharField(
        label=_("Talk page or other way"),
        required=False,
        max_length=300,
        help_text=_("For example User talk:Amina, or the name you use in a chat."),
    )
    agrees_to_conduct = forms.BooleanField(
        label=_("I will follow the Universal Code of Conduct."),
        error_messages={"required": _("Let's Connect is for people who follow the Universal Code of Conduct.")},
    )
    agrees_to_privacy = forms.BooleanField(
        label=_("I have read the privacy notice and agree to it."),
        error_messages={"required": _("We need your agreement to keep what you wrote here.")},
    )
    wants_newsletter = forms.BooleanField(label=_("Send me the monthly newsletter."), required=False)

    CONSENTS = {
        "agrees_to_conduct": ConsentDocument.CODE_OF_CONDUCT,
        "agrees_to_privacy": ConsentDocument.PRIVACY_NOTICE,
        "wants_newsletter": ConsentDocument.NEWSLETTER,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["country"].choices = [_EMPTY, *choices.country_choices()]
        self.fields["group_id"].choices = [("", _("none, or not in the list")), *choices.group_choices()]
        self.fields["role_id"].choices = [_EMPTY, *choices.role_choices()]
        self.fields["zone"].choices = [_EMPTY, *choices.zone_choices()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["region"] = cleaned.get("region") or region_of(cleaned.get("country", ""))
        if cleaned.get("group_id") and cleaned.get("group_other"):
            self.add_error("group_other", _("Please choose a group of the list or write a name, not both."))
        return cleaned

    def full_clean(self) -> None:
        """A draft needs only what can never be empty."""
        with required_only(self, None if self.is_submitting else ALWAYS_REQUIRED):
            super().full_clean()

    def require(self) -> None:
        """Add an error where submitting needs one answer because of another."""
        if "region" not in self.errors and self.cleaned_data.get("country") and not self.cleaned_data["region"]:
            self.add_error("region", _("Your country has no region of its own here. Please choose one."))
        is_by_email = self.cleaned_data.get("contact_way") == ContactWay.EMAIL
        if not is_by_email and not self.cleaned_data.get("contact_text") and "contact_text" not in self.errors:
            self.add_error("contact_text", _("Please write how a match may reach you."))


class RegistrationPage:
    """The form and its rows together. `data` is what was typed; without it, `facts` are shown."""

    def __init__(self, *, facts: RegistrationFacts, version: int, data: QueryDict | None = None) -> None:
        self.main = MainForm(data, initial=self._initial(facts, version))
        self.main.helper = plain_helper()
        initial = {
            "languages": facts.language_rows(),
            "offers": [{**row, "skill": row["skill_id"]} for row in facts.offer_rows()],
            "wishes": [{**row, "skill": row["skill_id"]} for row in facts.wish_rows()],
            "windows": window_rows(list(facts.windows)),
        }
        skills = choices.skill_choices()
        options = {"languages": choices.language_choices(), "offers": skills, "wishes": skills, "windows": DAYS}
        self.rows: dict[str, BaseFormSet] = {
            name: kind(data, initial=initial[name], prefix=name, form_kwargs={"options": options[name]})
            for name, kind in ROWS.items()
        }

    @staticmethod
    def _initial(facts: RegistrationFacts, version: int) -> dict[str, object]:
        consents = {field: document in facts.consents for field, document in MainForm.CONSENTS.items()}
        region = "" if facts.region == region_of(facts.country) else facts.region
        return {**facts.columns(), **consents, "region": region, "version": version}

    @staticmethod
    def with_more(data: QueryDict, name: str) -> QueryDict:
        """Return what was typed with more empty rows of one kind."""
        data = data.copy()
        total = data.get(f"{name}-TOTAL_FORMS", "")
        if name in ROWS and total.isascii() and total.isdigit():
            data[f"{name}-TOTAL_FORMS"] = str(min(int(total) + MORE_ROWS, ROWS[name].max_num))
        return data

    def is_valid(self, *, is_submitting: bool) -> bool:
        """Check every field, and for submitting that nothing needed is missing."""
        self.main.is_submitting = is_submitting
        parts = [self.main.is_valid(), *(rows.is_valid() for rows in self.rows.values())]
        if is_submitting:
            self.main.require()
            self._require_rows()
        return all(parts) and not self.main.errors

    def _require_rows(self) -> None:
        if not all(rows.is_valid() for rows in self.rows.values()):
            return
        spoken = [row.cleaned_data["level"] for row in self.rows["languages"].rows()]
        if not any(level >= domain.MIN_SHARED_LEVEL for level in spoken):
            self.main.add_error(
                None,
                _("Languages: please name at least one that you speak at level %(level)s or better.")
                % {"level": BabelLevel.INTERMEDIATE.value},
            )
        if not self.rows["offers"].rows() and not self.rows["wishes"].rows():
            self.main.add_error(None, _("Skills: please name at least one that you share or want to learn."))
        if not self.rows["windows"].rows():
            self.main.add_error(None, _("Free hours: please name at least one time of the week."))

    @property
    def version(self) -> int:
        return self.main.cleaned_data["version"]

    def facts(self) -> RegistrationFacts:
        """Return what was typed as one value; call it after `is_valid`."""
        cleaned = self.main.cleaned_data
        windows = [window for row in self.rows["windows"].rows() for window in row.windows()]
        return RegistrationFacts(
            **{name: cleaned[name] for name in RegistrationFacts.column_names()},
            offers=_tuples(self.rows["offers"], "skill", "level", "would_host"),
            wishes=_tuples(self.rows["wishes"], "skill", "priority", "why"),
            languages=_tuples(self.rows["languages"], "code", "level", "is_preferred"),
            windows=tuple(domain.merge_windows(windows)),
            consents=tuple(sorted(doc for field, doc in MainForm.CONSENTS.items() if cleaned[field])),
        )


def _tuples(rows: BaseFormSet, *names: str) -> tuple[tuple[Any, ...], ...]:
    return tuple(sorted(tuple(row.cleaned_data[name] for name in names) for row in rows.rows()))


def plain_helper() -> FormHelper:
    """Fields only: the page brings the form tag and its buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper
