"""The form by which a reader narrows the list of clinics down. It is drawn with what was understood of the address."""

from collections.abc import Sequence

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain.listing import EVENING_BEGINS, EVENING_ENDS, Which
from clinics.listing.choices import Choice, Offered, is_likely
from clinics.listing.filters import MOST_TYPED, ClinicFilters
from letsconnect.base.choices import offer
from letsconnect.base.drawn import drawn_once
from registrations.domain.registrations import Region

_ANY = ("", pgettext_lazy("no filter", "any"))


class FilterForm(forms.Form):
    use_required_attribute = False

    q = forms.CharField(
        label=_("Words in titles, summaries and what came of it"), required=False, max_length=MOST_TYPED
    )
    when = forms.ChoiceField(
        label=pgettext_lazy("which clinics", "Clinics"),
        required=False,
        choices=[("", pgettext_lazy("which clinics", "to come and over")), *Which.choices],
    )
    language = forms.ChoiceField(label=_("Spoken, interpreted or recorded in"), required=False)
    region = forms.ChoiceField(label=_("Made for the region"), required=False, choices=[_ANY, *Region.choices])
    skill = forms.ChoiceField(label=_("Skill"), required=False)
    evenings = forms.BooleanField(
        label=_("My evenings"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "1"}),
    )

    def __init__(self, filters: ClinicFilters, offered: Offered) -> None:
        initial = {"q": filters.words, "when": filters.which, "language": filters.language, "region": filters.region}
        super().__init__(initial=initial | {"skill": filters.skill, "evenings": filters.evenings})
        for field in self.fields.values():  # of a form of filters nobody needs to be told that they are optional
            field.required = not isinstance(
                field, forms.BooleanField
            )  # of a box that is said only where it must be ticked
        offer(self, "language", [_ANY, *_with(offered.languages, filters.language)])
        offer(self, "skill", [_ANY, *_with(offered.skills, filters.skill)])
        self.fields["evenings"].help_text = _("They begin from %(begins)s until %(ends)s by your clock.") % {
            "begins": f"{EVENING_BEGINS}:00",
            "ends": f"{EVENING_ENDS}:00",
        }


def _with(choices: Sequence[Choice], chosen: str) -> list[Choice]:
    """Return the choices, with what was chosen although there is no such clinic, so that the form says so."""
    values = {value for value, _name in choices}
    return [*choices] if not chosen or chosen in values else [*choices, (chosen, chosen)]


def drawn_form(filters: ClinicFilters, offered: Offered, *, zone_is_guessed: bool) -> SafeString:
    """Return the form as HTML: everybody who looks for the same reads the same. What few look for is not kept."""

    def draw() -> str:
        values = {"form": FilterForm(filters, offered), "filters": filters, "zone_is_guessed": zone_is_guessed}
        return render_to_string("clinics/_filters.html", values)

    if not is_likely(filters, offered):
        return SafeString(draw())
    return drawn_once(("clinic filters", filters, offered.languages, offered.skills, zone_is_guessed), draw)
