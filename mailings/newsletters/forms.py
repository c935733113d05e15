"""What the pages of the newsletter take: text in, clean values out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineFormField, choice_field, longest
from letsconnect.base.languages import listed
from letsconnect.base.lines import isolated, visible_line
from mailings.domain.newsletters import SectionKind, SendTime, morning_is_over
from mailings.models import Newsletter, NewsletterSection, NewsletterVersion
from mailings.newsletters import audiences
from mailings.newsletters.translating import title_in_language
from mailings.newsletters.writing import SectionText

_AUDIENCE = "audience_"
_FIND = "find_"
_LANGUAGES = dict(settings.LANGUAGES)
MOST_TYPED = 100  # characters of a name to find something by


def check_is_near(day: date) -> None:
    """Raise ValidationError for a day of another time: no clock of a reader can be computed at the ends of time."""
    if not 2020 <= day.year <= 2100:
        raise ValidationError(_("Choose a day between 2020 and 2100."), code="far")


class MonthField(forms.DateField):
    """A month, as browsers write it: 2026-03."""

    widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    default_validators = [check_is_near]

    def __init__(self) -> None:
        super().__init__(label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"], help_text=_("As in 2026-03."))


@dataclass(frozen=True)
class NarrowingFields:
    """The boxes of one narrowing, and the field to find more of them by, where there are too many for a page."""

    boxes: forms.BoundField
    find: forms.BoundField | None
    finds_nothing: bool  # although something was typed


class IssueForm(forms.Form):
    """A new issue."""

    month = MonthField()
    language = forms.ChoiceField(label=_("Written first in"), choices=settings.LANGUAGES)


class SettingsForm(forms.Form):
    """Whom an issue is for, and when it goes out. Boxes that nobody ticked narrow nothing."""

    month = MonthField()
    send_time = forms.ChoiceField(label=_("When"), choices=SendTime, widget=forms.RadioSelect)
    send_at = forms.DateTimeField(
        validators=[check_is_near],
        label=_("Not before"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("By your own clock, for “at one moment”. Empty: as soon as it is confirmed."),
    )
    send_on = forms.DateField(
        validators=[check_is_near],
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For “at 09:00”. Where 09:00 has passed by then, it goes out at once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._without_hits: set[str] = set()
        self._labels: dict[str, dict[str, str]] = {}
        for narrowing in audiences.narrowings():
            self._add_narrowing(narrowing)

    def _add_narrowing(self, narrowing: audiences.Narrowing) -> None:
        name, boxes = _AUDIENCE + narrowing.name, forms.CheckboxSelectMultiple()
        if isinstance(narrowing.choices, audiences.Picker):
            chosen = boxes.value_from_datadict(self.data, self.files, name) if self.is_bound else self.initial.get(name)
            offered = self._found_or_chosen(narrowing.name, narrowing.choices, chosen or [])
        else:
            offered = list(narrowing.choices())
        self._labels[narrowing.name] = {str(value): str(label) for value, label in offered}
        self.fields[name] = forms.MultipleChoiceField(
            label=narrowing.label, choices=offered, required=False, widget=boxes
        )

    def _found_or_chosen(self, name: str, picker: audiences.Picker, chosen: list[str]) -> list[tuple[str, Any]]:
        """Add a field to type into, and return what is chosen already and what the text in it may mean."""
        self.fields[_FIND + name] = LineFormField(label=_("Find by name"), required=False, max_length=MOST_TYPED)
        typed = visible_line(self.data.get(_FIND + name, ""))[:MOST_TYPED]
        hits = picker.search(typed)
        if typed and not hits:
            self._without_hits.add(name)
        return list({**dict(picker.named(chosen)), **dict(hits)}.items())

    @classmethod
    def of(cls, newsletter: Newsletter) -> "SettingsForm":
        """Return the form as the issue stands."""
        chosen = {_AUDIENCE + name: values for name, values in newsletter.audience.items()}
        columns = {name: getattr(newsletter, name) for name in ("month", "send_time", "send_at", "send_on")}
        return cls(initial={**columns, **chosen})

    @property
    def narrowings(self) -> list[NarrowingFields]:
        """The fields of each narrowing, in the order in which they were registered."""
        names = [name.removeprefix(_AUDIENCE) for name in self.fields if name.startswith(_AUDIENCE)]
        return [self._fields_of(name) for name in names]

    def _fields_of(self, name: str) -> NarrowingFields:
        find = self[_FIND + name] if _FIND + name in self.fields else None
        return NarrowingFields(self[_AUDIENCE + name], find, finds_nothing=name in self._without_hits)

    @property
    def chosen_in_words(self) -> list[tuple[str, str]]:
        """Whom an issue is for, as the form stands: of each narrowing what it asks for, and what was chosen."""
        words = []
        for name, values in self.audience.items():
            labels = self._labels[name]
            words.append((str(self.fields[_AUDIENCE + name].label), listed(labels.get(key, key) for key in values)))
        return words

    @property
    def moments(self) -> list[forms.BoundField]:
        return [self[name] for name in ("send_at", "send_on", "month")]

    @property
    def audience(self) -> dict[str, list[str]]:
        """What was chosen, by the names of the narrowings; of a form that was not filled in, what stands there."""
        if self.is_bound:
            self.full_clean()  # what was chosen counts, even where another field is wrong
        values = self.cleaned_data if self.is_bound else self.initial
        chosen = {name.removeprefix(_AUDIENCE): values.get(name) or [] for name in values if name.startswith(_AUDIENCE)}
        return {name: list(ticked) for name, ticked in chosen.items() if ticked}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("send_time") == SendTime.MORNING and not values.get("send_on") and "send_on" not in self.errors:
            self.add_error("send_on", _("Choose the day on which readers get it at 09:00."))
        self._refuse_what_has_passed(values)
        return values

    def _refuse_what_has_passed(self, values: dict[str, Any]) -> None:
        """Refuse a moment or a day that lies in the past, of the way of sending that was chosen."""
        moment, is_morning = now(), values.get("send_time") == SendTime.MORNING
        day, not_before = values.get("send_on"), values.get("send_at")
        if is_morning and day is not None and morning_is_over(on=day, now=moment):
            text = _("09:00 of this day has passed everywhere. Choose a later day.")
            self.add_error("send_on", ValidationError(text, code="past"))
        if not is_morning and not_before is not None and not_before <= moment:
            text = _(
                "This moment has passed. Choose a later one, or none: then it goes out as soon as it is confirmed."
            )
            self.add_error("send_at", ValidationError(text, code="past"))


class NewVersionForm(forms.Form):
    """A version in one more language."""

    language = forms.ChoiceField(label=_("Language"))
    translated_from = forms.ChoiceField(label=_("Translated from"), required=False)

    def __init__(
        self, data: QueryDict | None = None, *, versions: Iterable[NewsletterVersion], first_language: str
    ) -> None:
        taken = [version.language for version in versions]
        # Most versions are translated from the one that was written first: whoever wants that presses only the button.
        source = first_language if first_language in taken else next(iter(taken), "")
        super().__init__(data, initial={"translated_from": source})
        choice_field(self, "language").choices = [pair for pair in settings.LANGUAGES if pair[0] not in taken]
        written = [(code, _LANGUAGES[code]) for code in taken]
        choice_field(self, "translated_from").choices = [*written, ("", _("nothing: it is written anew"))]


class SectionForm(forms.Form):
    """One more section."""

    kind = forms.ChoiceField(label=_("One more section"), choices=SectionKind, required=False)
    own_title = LineFormField(
        label=_("Its title"), required=False, max_length=longest(NewsletterSection, "title"), empty_value=""
    )


class SectionTextField(forms.CharField):
    """The Markdown of a section, counted as it is stored: browsers send the end of a line as two characters.

    The browser is not told how much it takes, because it would cut a long text without a word; we say it instead, and
    show all that was typed again.
    """

    def __init__(self, *, label: str, language: str) -> None:
        widget = forms.Textarea(attrs={"rows": 12, "dir": "auto", "lang": language})
        super().__init__(label=label, required=False, max_length=longest(NewsletterSection, "body"), widget=widget)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class VersionForm(forms.Form):
    """What an issue says in one language."""

    subject = LineFormField(label=_("Subject"), required=False, max_length=longest(NewsletterVersion, "subject"))
    preview = LineFormField(
        label=_("Preview line"),
        required=False,
        max_length=longest(NewsletterVersion, "preview"),
        help_text=_("Mail programs show it behind the subject."),
    )

    def __init__(self, data: QueryDict | None = None, *, version: NewsletterVersion) -> None:
        super().__init__(data, initial={"subject": version.subject, "preview": version.preview})
        self.sections = list(version.sections.all())
        for section in self.sections:
            label = str(section.title or SectionKind(section.kind).label)
            title, body = f"title_{section.pk}", f"body_{section.pk}"
            self.fields[title] = LineFormField(
                label=_("Title of “%(section)s”") % {"section": label},
                required=section.kind == SectionKind.OTHER,
                max_length=longest(NewsletterSection, "title"),
                help_text=_title_if_empty(section, version.language),
                widget=forms.TextInput(attrs={"dir": "auto", "lang": version.language}),
            )
            self.fields[body] = SectionTextField(label=label, language=version.language)
            self.initial.update({title: section.title, body: section.body})
        for name in ("subject", "preview"):
            self.fields[name].widget.attrs |= {"dir": "auto", "lang": version.language}

    @classmethod
    def of(cls, version: NewsletterVersion) -> "VersionForm":
        """Return the form as the version stands."""
        return cls(version=version)

    @property
    def texts(self) -> list[SectionText]:
        """What was written into each section."""
        values = self.cleaned_data
        return [
            SectionText(section.pk, values[f"title_{section.pk}"], values[f"body_{section.pk}"])
            for section in self.sections
        ]

    def typed_into(self, version: NewsletterVersion) -> NewsletterVersion:
        """Return the version, not stored, with what was typed: to preview it. Its sections were read with it."""
        version.subject, version.preview = self.cleaned_data["subject"], self.cleaned_data["preview"]
        texts = {text.key: text for text in self.texts}
        for section in version.sections.all():
            if section.pk in texts:
                section.title, section.body = texts[section.pk].title, texts[section.pk].body
        return version


def _title_if_empty(section: NewsletterSection, language: str) -> str:
    """Return the words that say what readers see above a section without a title of its own; "" where it needs one."""
    if section.kind == SectionKind.OTHER:
        return ""
    return _("Empty: readers see “%(title)s”.") % {"title": isolated(title_in_language(section.kind, language))}


def month_of(values: dict[str, Any]) -> date:
    """Return the month that a form was given."""
    month: date = values["month"]
    return month
