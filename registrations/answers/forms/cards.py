"""The forms of the cards that come after handing in, one at a time: what makes matches better."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import EMPTY
from letsconnect.base.fields import choice_field
from letsconnect.base.zones import in_zone
from mailings.models import Subscription
from registrations.answers.forms import choices
from registrations.answers.forms.fields import RegionField, StepForm, TicksForm, asks, own_region
from registrations.answers.questions import CONSENT_TICKS, NEWSLETTER_TICK
from registrations.answers.readiness import SAY_HOW
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import (
    MAX_TOPICS,
    ContactWay,
    Gender,
    RegistrationError,
    Topic,
    check_until,
)
from registrations.reference.countries import region_of
from registrations.reference.zones import first_zone


@asks("country", "region_wish")
class RegionForm(StepForm):
    """Where I feel at home, and where my match is from. The country comes along as it is stored."""

    always_required = ("region_wish",)
    region = RegionField(help_text=_("Change it if you feel at home in another region."))

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        self.country = facts.country
        self.initial["region"] = own_region(facts)

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"country": self.country, "region": values["region"] or region_of(self.country)}


@asks("role_id", "topics")
class WorkForm(StepForm):
    """My role, and what I work on."""

    role_id = forms.TypedChoiceField(label=_("Main role"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        choice_field(self, "role_id").choices = [EMPTY, *choices.role_choices()]

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        topics = [topic for topic in Topic.values if topic in cleaned.get("topics", ())]
        if len(topics) + bool(cleaned.get("topic_other")) > MAX_TOPICS:
            self.add_error("topics", _("Please keep two at most, your own words included."))
        cleaned["topics"] = tuple(topics)
        return cleaned


@asks("offers", "wishes")
class AboutSkillsForm(StepForm):
    """How well I know what I share, how soon I want to learn what, and why."""


@asks("languages")
class SpokenForm(StepForm):
    """In which languages I would rather meet."""


@asks("is_findable")
class FindableForm(StepForm):
    """Whether others may find me because of what I share."""


@asks("can_help", "can_learn_from")
class PlacesForm(StepForm):
    """With how many people at once."""

    always_required = ("can_help", "can_learn_from")


@asks("away_until")
class AwayForm(StepForm):
    """Until when I am away. A day that has passed since is not shown any more."""

    def __init__(self, data: QueryDict | None = None, *, facts: RegistrationFacts) -> None:
        super().__init__(data, facts=facts)
        self.stored_day, self.zone = facts.away_until, facts.zone
        if self.stored_day is not None and self.stored_day <= self._today():
            self.initial["away_until"] = None

    def _today(self) -> date:
        return in_zone(timezone.now(), first_zone(self.zone, None)).date()

    def clean_away_until(self) -> date | None:
        until: date | None = self.cleaned_data["away_until"]
        if until is not None and until != self.stored_day:
            try:
                check_until(until, today=self._today())
            except RegistrationError as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return until


@asks("contact_way")
class ContactForm(StepForm):
    """How a match may reach me."""

    always_required = ("contact_way",)

    def clean(self) -> dict[str, Any]:
        super().clean()
        way, text = self.cleaned_data.get("contact_way"), self.cleaned_data.get("contact_text")
        if way and way != ContactWay.EMAIL and not text and "contact_text" not in self.errors:
            self.add_error("contact_text", SAY_HOW)
        return self.cleaned_data


@asks("consents", but=tuple(name for name in CONSENT_TICKS if name != NEWSLETTER_TICK))
class NewsletterForm(TicksForm):
    """Whether I get the newsletter."""

    def say_when(self, subscribed: Iterable[Subscription], written: Callable[[datetime], str]) -> None:
        """Say since when; ``written`` writes a moment."""
        for subscription in subscribed:
            self.fields[NEWSLETTER_TICK].help_text = _("Given %(moment)s.") % {
                "moment": written(subscription.agreed_at)
            }


@asks("gender", "age")
class StatisticsForm(StepForm):
    """The two voluntary questions."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("gender_words") and cleaned.get("gender") == "":
            cleaned["gender"] = Gender.NOT_LISTED.value
        if cleaned.get("gender") != Gender.NOT_LISTED:
            cleaned["gender_words"] = ""
        return cleaned
