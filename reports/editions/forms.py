"""The form of an edition: its time, address, texts in each language, figures and quotes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.models import Quote
from clinics.texts.forms import LinesFormField
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.lines import isolated
from letsconnect.base.links import absolute
from reports.catalogue import ReportKind
from reports.domain.periods import PeriodError, last_finished, whole_months, year_so_far, years
from reports.domain.tables import FigureTable
from reports.editions.freezing import frames
from reports.editions.making import (
    Chosen,
    address_taken,
    is_taken,
    of_what_it_corrects,
    quotable,
    sharing_months,
    why_not,
)
from reports.models import Edition, EditionText


class QuoteChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, quote: Quote) -> str:
        return f"“{quote.text}” — {quote.said_by}"


class WholeMonthField(forms.MultiValueField):
    """A month of a year, each from a list. It cleans to the first day of it."""

    def __init__(self, *, label: Any, years: Sequence[int], help_text: Any = "") -> None:
        months = [(str(number), str(name)) for number, name in MONTHS.items()]
        there = [(str(year), str(year)) for year in years]
        parts = (forms.ChoiceField(choices=months), forms.ChoiceField(choices=there))
        of_month, of_year = (
            forms.Select({"class": "lc-part-of-month", "aria-label": " ".join((str(label), str(part)))}, choices)
            for part, choices in ((_("Month"), months), (_("Year"), there))
        )
        widget = WholeMonthWidget({"month": of_month, "year": of_year})
        super().__init__(parts, label=label, widget=widget, help_text=help_text)

    def compress(self, values: Sequence[str]) -> date | None:
        return date(int(values[1]), int(values[0]), 1) if values else None


class WholeMonthWidget(forms.MultiWidget):
    def decompress(self, value: date | None) -> list[str | None]:
        return [str(value.month), str(value.year)] if value else [None, None]


class EditionForm(forms.Form):
    """What stands in an edition. A title in English is needed, because it is read where there is no other."""

    slug = forms.SlugField(
        label=_("End of its web address"),
        max_length=longest(Edition, "slug"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"}),
        error_messages={"invalid": _("Use the letters a to z, digits and hyphens, as in “2026-so-far”.")},
    )
    quotes = QuoteChoices(
        label=_("Quotes"),
        queryset=Quote.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "lc-ticks"}),
        help_text=_(
            "Those are offered whose authors allowed them for public reports, and that stand on a clinic’s page."
        ),
    )

    def __init__(self, data: Any = None, *, edition: Edition | None, today: date) -> None:
        self.edition, self.today = edition, today
        usual = year_so_far(last_finished(today).year, today=today)
        times = {"since": usual.first_on, "until": usual.last_on}
        super().__init__(data, initial=_initial(edition) if edition else times)
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
            label=_("Figures"),
            choices=figure_choices((edition.first_on if edition else usual.first_on).year),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "lc-ticks lc-ticks-in-columns"}),
            required=True,
        )
        self.fields = {
            "since": WholeMonthField(label=pgettext_lazy("first month", "From"), years=years(today)),
            "until": WholeMonthField(
                label=pgettext_lazy("last month", "To"),
                years=years(today),
                help_text=_(
                    "A month that is over. Published editions share no month, unless they are of exactly the same "
                    "time. So choose the longest time that you will need."
                ),
            ),
            "slug": self.fields["slug"],
            **of_texts,
            "figures": figures,
            "quotes": self.fields["quotes"],
        }
        self.fields["slug"].help_text = _("It will be read at %(address)s, with what you write here at its end.") % {
            "address": isolated(absolute("reports:edition-list"))
        }
        offered = self.fields["quotes"]
        if isinstance(offered, QuoteChoices):
            offered.queryset = quotable()
            if not offered.queryset.exists():
                offered.help_text = _("There is none: nobody has allowed words on a clinic for public reports yet.")
        if edition and edition.corrects:
            for name in ("since", "until"):
                self.fields[name].disabled = True
            self.fields["until"].help_text = of_what_it_corrects(edition.corrects)

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if is_taken(slug, but_by=self.edition):
            raise forms.ValidationError(address_taken())
        return slug

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self._check_time(values)
        for language, _name in settings.LANGUAGES:
            if values.get(f"introduction_{language}") and not values.get(f"title_{language}"):
                self.add_error(f"title_{language}", _("An introduction needs a title in the same language."))
        return values

    def _check_time(self, values: dict[str, Any]) -> None:
        since, until = values.get("since"), values.get("until")
        if since is None or until is None:
            return
        if until < since:
            self.add_error("until", _("The last month comes before the first."))
            return
        try:
            values["period"] = whole_months(since, until, today=self.today)
        except PeriodError:
            self.add_error("until", _("Choose a month that is over, at most ten years after the first."))
            return
        if other := sharing_months(values["period"]):
            self.add_error("until", why_not(other))

    def chosen(self) -> Chosen:
        """Return what was chosen; call it after `is_valid`."""
        values = self.cleaned_data
        texts = {
            language: (values[f"title_{language}"], values[f"introduction_{language}"])
            for language, _name in settings.LANGUAGES
            if values[f"title_{language}"]
        }
        ticked = set(values["figures"])
        return Chosen(
            slug=values["slug"],
            period=values["period"],
            texts=texts,
            figures=[
                (report.name, frame.key, column.key)
                for report, frame in frames()
                for column in frame.columns
                if column.is_figure and {_value(report, frame, _EACH), _value(report, frame, column.key)} & ticked
            ],
            quotes=list(values["quotes"]),
        )


_EACH = "*"  # which no figure is called


def _value(report: ReportKind, frame: FigureTable, figure: str) -> str:
    return f"{report.name}/{frame.key}/{figure}"


def figure_choices(year: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every figure that can be chosen, by the table that it stands in, with a link to it at the desk."""
    return [
        (
            format_html(
                '{} · {} (<a href="{}?year={}#table-{}" target="_blank">{}</a>)',
                *(report.title, frame.title, reverse("admin:reports_report", args=[report.name]), year, frame.key),
                _("its figures at the desk, in a new tab"),
            ),
            [
                (_value(report, frame, _EACH), gettext("All of this table")),
                *(
                    (_value(report, frame, column.key), str(column.label))
                    for column in frame.columns
                    if column.is_figure
                ),
            ],
        )
        for report, frame in frames()
    ]


def _initial(edition: Edition) -> dict[str, Any]:
    texts = {text.language: text for text in edition.texts.all()}
    return {
        "since": edition.first_on,
        "until": edition.last_on,
        "slug": edition.slug,
        **{f"title_{language}": text.title for language, text in texts.items()},
        **{f"introduction_{language}": text.introduction for language, text in texts.items()},
        "figures": [f"{each.report}/{each.table}/{figure}" for each in edition.tables.all() for figure in each.figures],
        "quotes": [each.quote_id for each in edition.quotes.all()],
    }
