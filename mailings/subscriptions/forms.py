"""The forms of subscribing and choosing."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letsconnect.base import addresses
from letsconnect.base.zones import is_zone
from mailings.domain.subscriptions import BulkList
from mailings.models import Subscription


class _ListsForm(forms.Form):
    """A tick for each list."""

    def _add_ticks(self, chosen: list[BulkList]) -> None:
        for bulk_list in BulkList:
            self.fields[bulk_list.value] = forms.BooleanField(
                label=capfirst(bulk_list.label), required=False, initial=bulk_list in chosen
            )

    @property
    def chosen_lists(self) -> list[BulkList]:
        return [bulk_list for bulk_list in BulkList if self.cleaned_data.get(bulk_list.value)]


class SubscribeForm(_ListsForm):
    """A visitor gives an address. Whoever is signed in finds their own there, which needs no letter to confirm."""

    address = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=addresses.LONGEST,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("We send an email there with a link. Nothing else comes before you have opened it."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the emails"), choices=settings.LANGUAGES)
    zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-guess-zone": ""}))

    def __init__(self, data: Any = None, *, language: str, own_address: str = "") -> None:
        super().__init__(data, initial={"language": language, "address": own_address})
        self._add_ticks([BulkList.NEWSLETTER])
        if own_address:
            self.fields["address"].help_text = _("Your own address needs no email to confirm; any other does.")
        self.helper = FormHelper()
        self.helper.form_tag, self.helper.disable_csrf = False, True
        ticks = Fieldset(_("What would you like to get?"), *BulkList.values)
        self.helper.layout = Layout("address", ticks, "language", "zone")

    def clean_address(self) -> str:
        try:
            return addresses.canonical(self.cleaned_data["address"])
        except addresses.AddressRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_zone(self) -> str:
        return self.cleaned_data["zone"] if is_zone(self.cleaned_data["zone"]) else "UTC"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.get(bulk_list.value) for bulk_list in BulkList):
            self.add_error(BulkList.NEWSLETTER.value, _("Choose at least one of the three."))
        return cleaned


class PreferencesForm(_ListsForm):
    language = forms.ChoiceField(label=gettext_lazy("Language of the emails"), choices=settings.LANGUAGES)
    is_paused = forms.BooleanField(
        label=gettext_lazy("Pause everything"),
        required=False,
        help_text=gettext_lazy("You get none of these until you take the tick away."),
    )

    def __init__(self, data: Any = None, *, subscription: Subscription) -> None:
        paused = subscription.paused_at is not None
        super().__init__(data, initial={"language": subscription.language, "is_paused": paused})
        if subscription.member_id is not None:  # their account says which
            del self.fields["language"]
        self._add_ticks(subscription.lists)
        self.order_fields([*BulkList.values, "language", "is_paused"])
