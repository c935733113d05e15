"""The members' forms of topic requests: ask for a clinic, and find what others asked for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.models import TopicRequest
from clinics.requests.asking import WishedTopic
from letsconnect.base.choices import EMPTY, KeptChoices, LongSelect, offer
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.keys import keys_among
from registrations.answers.forms.choices import skill_choices
from registrations.models import Skill
from registrations.reference.languages import LANGUAGES
from registrations.reference.typed_fields import language_field

Choices = Sequence[tuple[Any, Any]]
SEEN = "seen"  # the field with the keys of similar requests that were shown before somebody asks all the same


class AskTopicForm(forms.Form):
    """A skill or words, the language, and why."""

    skill = forms.TypedChoiceField(
        label=_("Skill"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=LongSelect,
        help_text=_("What the clinic should be about. If it is not in the list, say it in your words below."),
    )
    words = LineFormField(
        label=_("Or in your words"),
        required=False,
        max_length=longest(TopicRequest, "words"),
        help_text=_("Everybody who is signed in reads this: please name nobody."),
    )
    language = language_field(label=_("Language you would like it in"))
    why = forms.CharField(
        label=_("Why you would like it"),
        max_length=longest(TopicRequest, "why"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you would do with it helps the working group choose. Only they read it, unless you say so."),
    )
    why_is_public = forms.BooleanField(
        label=_("Others may read why, without my name"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "skill", KeptChoices([EMPTY, *skill_choices()]))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "skill" in values and "words" in values:
            if values["skill"] is None and not values["words"]:
                self.add_error("skill", _("Choose a skill, or say in a few words what the clinic should be about."))
            elif values["skill"] is not None and values["words"]:
                self.add_error("words", _("Choose a skill or use your own words, not both: others find it by one."))
        return values

    def topic(self) -> WishedTopic:
        """Return what was asked for; call it after `is_valid`."""
        values = self.cleaned_data
        skill = None if values["skill"] is None else Skill.objects.with_names().get(pk=values["skill"])
        return WishedTopic(skill, values["words"], values["language"])

    def seen(self) -> set[int]:
        """Return the similar requests that the page has shown already."""
        return set(keys_among(self.data.get(SEEN, "").split("-")))


class TopicFilter(forms.Form):
    """Which requests to list. What makes no sense is passed over."""

    skill = forms.TypedChoiceField(label=_("Skill"), required=False, coerce=int, empty_value=None)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, skills: Choices, languages: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "skill", [("", pgettext_lazy("topic", "anything")), *skills])
        offer(self, "language", [("", pgettext_lazy("language", "any")), *languages])

    def chosen(self) -> dict[str, Any]:
        """Return the values that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def first_language() -> str:
    """Return the language a reader most likely wants: the one they read in."""
    language = get_language() or "en"
    return language if language in LANGUAGES else "en"
