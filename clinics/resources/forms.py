"""The form of what is kept of a clinic: one row for each link, put in order and taken out without JavaScript."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.resources import IN_ONE_LANGUAGE, RESOURCES_AT_MOST, Licence, ResourceKind
from clinics.models import Clinic, ClinicResource
from clinics.resources.writing import ResourceEntry
from clinics.texts.call_links import refuse_call_link_in_rows
from clinics.texts.languages import likely_languages
from letsconnect.base.edit_conflicts import facts_of_rows
from letsconnect.base.fields import column_label, longest
from registrations.reference.typed_fields import keep_stored, language_field, show_first

_LAST = 1000  # where a row stands of which nobody said where


class ResourceForm(forms.ModelForm):
    """One link; where it stands is a number of its own, so that rows can change places in one go."""

    order = forms.IntegerField(
        label=pgettext_lazy("of material of a clinic", "Place"),
        min_value=1,
        max_value=_LAST - 1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "lc-number"}),
    )
    language = language_field(
        label=column_label(ClinicResource, "language"),
        required=False,
        attrs={"placeholder": pgettext_lazy("languages of material of a clinic", "several languages")},
    )
    url = forms.URLField(
        label=_("Link"),
        assume_scheme="https",
        max_length=longest(ClinicResource, "url"),
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )

    class Meta:
        model = ClinicResource
        fields = ("kind", "language", "title", "url", "licence", "licence_words", "is_ready")

    def __init__(self, *args: Any, likely: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_stored(self, "language", self.instance.language)
        show_first(self, "language", likely)
        self.fields["title"].widget.attrs["dir"] = "auto"
        if self.instance.pk:
            self.initial["order"] = self.instance.place

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        kind = said.get("kind")
        if kind in IN_ONE_LANGUAGE and not said.get("language") and "language" not in self.errors:
            self.add_error("language", ValidationError(_("Say in which language it is."), code="no_language"))
        if kind == ResourceKind.OTHER and not said.get("title") and "title" not in self.errors:
            self.add_error("title", ValidationError(_("Say in your own words what it is."), code="unnamed"))
        is_own = said.get("licence") == Licence.OWN_WORDS
        if is_own and not said.get("licence_words") and "licence_words" not in self.errors:
            self.add_error("licence_words", ValidationError(_("Say under which licence it is."), code="no_licence"))
        if not is_own:
            said["licence_words"] = ""
        return said

    def entry(self) -> ResourceEntry:
        said = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return ResourceEntry(**said, key=self.instance.pk)


class ResourceRows(forms.BaseInlineFormSet):
    """The links in the order in which they stand on the page."""

    forms: list[Any]

    def clean(self) -> None:
        """Refuse a form that came without some of its rows: they would be taken away unasked."""
        super().clean()
        if len(self.forms) < len(self.get_queryset()):
            raise ValidationError(_("Somebody took a link away meanwhile. Look at the list as it is now."))
        refuse_call_link_in_rows(self, self.instance)

    def in_order(self) -> list[ResourceForm]:
        """Return the rows by the number that was typed for them; those without one come last."""
        rows = list(enumerate(self.forms))
        return [form for _number, form in sorted(rows, key=lambda row: (_order_of(row[1]), row[0]))]

    def entries(self) -> list[ResourceEntry]:
        """Return what is to be stored, in order: neither rows that are to go, nor empty ones."""
        going = set(map(id, self.deleted_forms))
        kept = [form for form in self.in_order() if form.instance.pk or form.has_changed()]
        return [form.entry() for form in kept if id(form) not in going]

    def facts(self) -> dict[str, Any]:
        """Return what the page shows, so that it is noticed when somebody changes it meanwhile."""
        return {"rows": [form.instance.pk for form in self.initial_forms]} | facts_of_rows(self)


def _order_of(form: forms.BaseForm) -> int:
    value = form["order"].value()
    return int(value) if isinstance(value, int) or (value and str(value).isdecimal() and len(value) < 4) else _LAST


_Rows = forms.inlineformset_factory(
    Clinic,
    ClinicResource,
    form=ResourceForm,
    formset=ResourceRows,
    can_delete=True,
    extra=1,
    max_num=RESOURCES_AT_MOST,
)


def resource_rows(clinic: Clinic, data: QueryDict | None = None) -> ResourceRows:
    """Return the rows of a clinic as they are stored, or as they were typed."""
    stored, likely = clinic.resources.order_by("place"), {"likely": likely_languages()}  # asked for once
    rows: Any = _Rows(data, instance=clinic, queryset=stored, prefix="links", form_kwargs=likely)
    assert isinstance(rows, ResourceRows)  # the factory derives it from the one it is given
    return rows


def with_one_more(posted: QueryDict) -> QueryDict:
    """Return what was posted with an empty row at the end: nothing is stored, and whoever asks for it goes on."""
    data = posted.copy()
    typed = data.get("links-TOTAL_FORMS", "")
    total = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
    data["links-TOTAL_FORMS"] = str(min(total + 1, RESOURCES_AT_MOST))
    return data
