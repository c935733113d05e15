"""The form of an edition: its time, address, texts in each language, figures and quotes."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinics.models import Quote
from clinics.texts.forms import LinesFormField
from letsconnect.base.fields import LineFormField, longest
from reports.domain.periods import year_so_far, years
from reports.editions.freezing import frames
from reports.editions.making import Chosen, quotable
from reports.models import Edition, EditionText


class QuoteChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, quote: Quote) -> str:
        return f"“{quote.text}” — {quote.said_by}"


class EditionForm(forms.Form):
    """What stands in an edition. A title in English is needed, because it is read where there is no other."""

    slug = forms.SlugField(
        label=_("Address"),
        max_length=longest(Edition, "slug"),
        help_text=_("The last part of its address, in small letters, as in “2026-so-far”."),
    )
    quotes = QuoteChoices(
        label=_("Quotes"),
        queryset=Quote.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Those are offered whose authors allowed them for public reports, and that stand on a clinic’s page."
        ),
    )

    def __init__(self, data: Any = None, *, edition: Edition | None, today: date) -> None:
        self.edition, self.today = edition, today
        super().__init__(data, initial=_initial(edition) if edition else None)
        of_years = [(str(year), str(year)) for year in years(today)]
        if edition and (usual := str(edition.first_on.year)) not in dict(of_years):
            of_years.append((usual, usual))
        of_texts: dict[str, forms.Field] = {}
        for language, name in settings.LANGUAGES:
            attrs = {"lang": language, "dir": "auto"}
            of_texts[f"title_{language}"] = LineFormField(
                label=_("Title (%(language)s)") % {"language": name},
                required=language == "en",
                max_length=longest(EditionText, "title"),
                widget=forms.TextInput(attrs=attrs),
            )
            of_texts[f"introduction_{language}"] = LinesFormField(
                label=_("Introduction (%(language)s)") % {"language": name},
                required=False,
                max_length=longest(EditionText, "introduction"),
                widget=forms.Textarea(attrs={**attrs, "rows": 3}),
            )
        figures = forms.MultipleChoiceField(
            label=_("Figures"), choices=figure_choices(), widget=forms.CheckboxSelectMultiple, required=True
        )
        of_year = forms.ChoiceField(label=_("Year"), choices=of_years)
        self.fields = {
            "year": of_year,
            "slug": self.fields["slug"],
            **of_texts,
            "figures": figures,
            "quotes": self.fields["quotes"],
        }
        offered = self.fields["quotes"]
        if isinstance(offered, QuoteChoices):
            offered.queryset = quotable()

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        others = Edition.objects.filter(slug=slug)
        others = others.exclude(pk=self.edition.pk) if self.edition else others
        if others.exists():
            raise forms.ValidationError(_("Another edition has this address."))
        return slug

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for language, _name in settings.LANGUAGES:
            if values.get(f"introduction_{language}") and not values.get(f"title_{language}"):
                self.add_error(f"title_{language}", _("An introduction needs a title in the same language."))
        return values

    def chosen(self) -> Chosen:
        """Return what was chosen; call it after `is_valid`."""
        values = self.cleaned_data
        texts = {
            language: (values[f"title_{language}"], values[f"introduction_{language}"])
            for language, _name in settings.LANGUAGES
            if values[f"title_{language}"]
        }
        figures = [tuple(figure.split("/")) for figure in values["figures"]]
        return Chosen(
            slug=values["slug"],
            period=year_so_far(int(values["year"]), today=self.today),
            texts=texts,
            figures=[(report, table, figure) for report, table, figure in figures],
            quotes=list(values["quotes"]),
        )


def figure_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every figure that can be chosen, by the table that it stands in."""
    return [
        (
            f"{report.title} · {frame.title}",
            [
                (f"{report.name}/{frame.key}/{column.key}", str(column.label))
                for column in frame.columns
                if column.is_figure
            ],
        )
        for report, frame in frames()
    ]


def _initial(edition: Edition) -> dict[str, Any]:
    texts = {text.language: text for text in edition.texts.all()}
    return {
        "year": str(edition.first_on.year),
        "slug": edition.slug,
        **{f"title_{language}": text.title for language, text in texts.items()},
        **{f"introduction_{language}": text.introduction for language, text in texts.items()},
        "figures": [f"{each.report}/{each.table}/{figure}" for each in edition.tables.all() for figure in each.figures],
        "quotes": [each.quote_id for each in edition.quotes.all()],
    }
