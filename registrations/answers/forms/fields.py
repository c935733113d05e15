"""The forms of the steps that are not repeating rows. Cleaned values are named as the facts they become."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import LongSelect
from letsconnect.base.fields import LineFormField, choice_field, longest
from letsconnect.base.folding import key
from letsconnect.base.keys import key_or_none
from letsconnect.base.ways_to_reach import check_no_way_to_reach
from registrations import documents
from registrations.answers.forms import choices
from registrations.answers.forms.rows import required_only
from registrations.answers.question_rows import TickField
from registrations.answers.questions import CONSENT_TICKS, NEWSLETTER_TICK, questions_of
from registrations.answers.sensitive import SensitiveFacts
from registrations.answers.windows import WeekOfCountry
from registrations.catalogue import groups
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import Region
from registrations.models import Consent, Group, Registration, SkillName
from registrations.reference.countries import region_of
from registrations.reference.typed_fields import TypedChoiceField, keep_stored, zone_field
from registrations.reference.zones import only_zone_of

VERSION = "version-"  # begins the name of a field that says in which version a document was shown


class StepForm(forms.Form):
    """A form of one step. A draft only needs what can never be empty; `readiness` says what else review needs."""

    always_required: tuple[str, ...] = ()

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts | SensitiveFacts) -> None:
        stored = {name: getattr(facts, name) for name in self.base_fields if hasattr(facts, name)}
        super().__init__(data, initial=stored, use_required_attribute=False)
        self.typed = data
        self.helper = FormHelper()  # fields only: the page brings the form tag and its buttons
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def full_clean(self) -> None:
        with required_only(self, self.always_required):
            super().full_clean()

    def values(self) -> dict[str, Any]:
        """Return the facts of the form; call it after `is_valid`."""
        return dict(self.cleaned_data)


Form = TypeVar("Form", bound=StepForm)


def asks(*names: str, but: Collection[str] = ()) -> Callable[[type[Form]], type[Form]]:
    """Give a form the fields that these questions bring along, in their order, without the fields in ``but``."""

    def add(form: type[Form]) -> type[Form]:
        questions = questions_of(*names)
        order = [name for question in questions for name in question.field_names]
        brought = {name: field for question in questions for name, field in question.fields.items()}
        fields = {**form.base_fields, **{name: field for name, field in brought.items() if name not in but}}
        named = sorted(fields, key=lambda name: order.index(name) if name in order else -1)
        form.base_fields = form.declared_fields = {name: fields[name] for name in named}
        return form

    return add


class CountrySelect(LongSelect):
    """Countries that tell the script which of them have no region of their own."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if option["value"] and not region_of(str(option["value"])):
            option["attrs"]["data-no-region"] = ""
        return option


class RegionField(forms.ChoiceField):
    """The region somebody feels at home in; nothing chosen is the region of their country."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Region"),
            required=False,
            choices=[("", _("the region of my country")), *Region.choices],
            **kwargs,
        )


@asks("name", "country", "languages")
class WhoForm(StepForm):
    """Who I am. The region is asked for only where the country has none of its own."""

    country = forms.ChoiceField(label=_("Country or territory"), widget=CountrySelect)
    region = RegionField()

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        self.stored = facts
        self.initial["region"] = own_region(facts)
        choice_field(self, "country").choices = choices.country_choices()

    @property
    def asks_region(self) -> bool:
        """Whether the country that is shown has no region of its own."""
        country = str(self["country"].value() or "")
        return bool(country) and not region_of(country)

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        country = cleaned.get("country", "")
        chosen = self.stored.region if country == self.stored.country else ""
        cleaned["region"] = cleaned.get("region") or chosen or region_of(country)
        return cleaned


def own_region(facts: RegistrationFacts) -> str:
    """Return the region somebody chose in the place of their country's; "" where they did not."""
    return "" if facts.region == region_of(facts.country) else facts.region


@asks("group_id")
class GroupForm(StepForm):
    """The group is typed, then chosen among those found; a group that nobody finds is kept as typed."""

    group_other = LineFormField(
        label=_("My group"),
        required=False,
        max_length=longest(Registration, "group_other"),
        validators=[check_no_way_to_reach],
        help_text=_("Type a few letters of its name and look it up. A name that is not found is kept as you write it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # The text the groups below were looked up for, so that words typed since are not passed over.
    group_searched = LineFormField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    group_id = forms.TypedChoiceField(
        label=_("Which of these groups"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        self.initial["group_searched"] = facts.group_other
        self._offer_groups(self._kept_groups(facts))

    def _kept_groups(self, facts: RegistrationFacts) -> list[groups.GroupChoice]:
        """Return the stored group, one ticked before, and those found for the text looked up."""
        language = get_language() or "en"
        text, ticked = (str(self.data.get(name, "")) for name in ("group_searched", "group_id"))
        group_ids = [key for key in (facts.group_id, key_or_none(ticked)) if key is not None]
        stored_groups = Group.objects.filter(pk__in=group_ids)
        return [
            *(groups.group_choice(group, language=language) for group in stored_groups),
            *groups.search(text, language=language),
        ]

    def _offer_groups(self, group_choices: Iterable[groups.GroupChoice]) -> None:
        offered = {choice.group_id: choice for choice in group_choices}
        self.has_groups = bool(offered)
        choice_field(self, "group_id").choices = [
            *(
                (choice.group_id, f"{choice.name} ({choice.country})" if choice.country else choice.name)
                for choice in offered.values()
            ),
            ("", _("none of these")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "group_other" not in self.errors:
            self._settle_the_group(cleaned)
        return cleaned

    def _settle_the_group(self, cleaned: dict[str, Any]) -> None:
        text, searched = cleaned.get("group_other", ""), cleaned.pop("group_searched", "")
        if text and text != searched:
            hits = groups.search(text, language=get_language() or "en")
            namesakes = [hit for hit in hits if key(hit.name) == key(text)]
            if hits and not namesakes:
                self.data = self._typed_with(group_searched=text, group_id="")
                self._offer_groups(hits)
                self.add_error("group_id", _("Please choose your group among those found, or “none of these”."))
                return
            cleaned["group_id"] = namesakes[0].group_id if namesakes else None
        if cleaned.get("group_id"):
            cleaned["group_other"] = ""

    def _typed_with(self, **values: str) -> QueryDict:
        data = (self.typed or QueryDict()).copy()
        for name, value in values.items():
            data[name] = value
        return data

    def look_up(self) -> None:
        """Say what was found for the text in the field, where nothing was."""
        if not self.has_groups:
            self.fields["group_other"].help_text = _("No group of that name is known here. It is kept as you write it.")


@asks("name", "country", "group_id", "languages")
class WhoInAGroupForm(WhoForm, GroupForm):
    """Who I am, where the rules ask everybody for a group. It is not called optional; `readiness` says if it lacks."""

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        for name in ("group_other", "group_id"):
            self.fields[name].required = True


@asks("offers", "wishes")
class SkillForm(StepForm):
    """Searching for skills; a chosen skill becomes a row. If typed words were not used to choose one, the form asks."""

    NOT_SAVING = frozenset({"look_up", "learn", "share", "suggest", "remove"})

    # Not called optional: one skill is needed. Once there is one, `SkillsPage` asks for one more.
    skill_text = LineFormField(
        label=_("A skill to learn or to share"),
        max_length=longest(SkillName, "text"),
        help_text=_("Type a few letters, in any language, and choose among what is found."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("skill_text") and not self.NOT_SAVING & set(self.data):
            text = _("Please add one of the skills found, suggest it as a new one, or empty this field.")
            self.add_error("skill_text", text)
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "skill_text"}


@asks("zone")
class WhenForm(StepForm):
    zone = zone_field(
        label=_("City by whose clock you live"),
        help_text=_("Type a large city near you, or your country. The hours below are by this clock."),
        attrs={"data-guess-zone": ""},
    )

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        self.country = facts.country
        self.week = WeekOfCountry(facts.country)
        keep_stored(self, "zone", facts.zone)

    @property
    def zone_shown(self) -> str:
        """The zone that the field shows, "" where it shows none for certain."""
        zone = self.fields["zone"]
        return zone.value_of(str(self["zone"].value() or "")) if isinstance(zone, TypedChoiceField) else ""

    def guess(self, zone: str) -> None:
        """Fill in the likely zone if none is stored; the field asks whether it is right."""
        guesses = (zone, only_zone_of(self.country))
        if not self.is_bound and not self.initial.get("zone"):
            self.initial["zone"] = next((guess for guess in guesses if choices.is_offered_zone(guess)), "")


class TicksForm(StepForm):
    """Some of the ticks of what somebody agrees to; what the others say stays as it is stored."""

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        self.agreed = facts.consents
        self.initial.update({name: tick.value in facts.consents for name, tick in self._ticks().items()})

    def _ticks(self) -> dict[str, TickField]:
        return {name: tick for name, tick in CONSENT_TICKS.items() if name in self.fields}

    def values(self) -> dict[str, Any]:
        values = super().values()
        own = self._ticks()
        ticked = {tick.value for name, tick in own.items() if values.pop(name)}
        others = set(self.agreed) - {tick.value for tick in own.values()}
        return values | {"consents": tuple(sorted(ticked | others))}


@asks("consents", but=(NEWSLETTER_TICK,))
class ConsentsForm(TicksForm):
    """What I agree to: a tick for each document."""

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        in_force = documents.in_force(on=timezone.now().date())
        self.versions_shown = (
            in_force if data is None else {document: data.get(f"{VERSION}{document}", "") for document in in_force}
        )

    def hidden_versions(self) -> list[tuple[str, str]]:
        """Return what the page sends back to say in which version it showed each document."""
        return [(f"{VERSION}{document}", version) for document, version in self.versions_shown.items()]

    def asked_again(self, outdated: Collection[str]) -> QueryDict:
        """Return what was typed without the ticks at these documents, as if the page had shown today's versions."""
        data = (self.typed or QueryDict()).copy()
        for name in self.fields_of(outdated):
            data.pop(name, None)
        for document, version in documents.in_force(on=timezone.now().date()).items():
            data[f"{VERSION}{document}"] = version
        return data

    def fields_of(self, outdated: Collection[str]) -> list[str]:
        """Return the names of the fields at which these documents are agreed to."""
        return [name for name, tick in CONSENT_TICKS.items() if tick.value in outdated]

    def say_when(self, given: Iterable[Consent], written: Callable[[datetime], str]) -> None:
        """Say at each agreement to which version it was given and when; ``written`` writes a moment."""
        by_document = {consent.document: consent for consent in given}
        for name, tick in CONSENT_TICKS.items():
            if name in self.fields and (consent := by_document.get(tick.value)):
                self.fields[name].help_text = _("Given %(moment)s, to version %(version)s.") % {
                    "moment": written(consent.given_at),
                    "version": consent.version,
                }
