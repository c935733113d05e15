"""The forms of a match (saying no, with a reason) and of requests (looking for a sharer, asking for one)."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import KeptChoices, LongSelect, offer
from letsconnect.base.fields import longest
from letsconnect.base.keys import key_or_none
from matching.domain.matches import (
    WHY_DECLINED,
    WHY_WITHDRAWN,
    ClosedWhy,
    ReasonMissing,
    check_reason,
)
from matching.domain.requests import REQUEST_WHY_AT_MOST
from matching.models import Match
from matching.waiting.browsing import MINE, SharerSearch
from matching.waiting.cards import SharedSkill
from registrations.domain.registrations import Region, SkillFamily

Choices = Sequence[tuple[Any, Any]]


class MatchReasonForm(forms.Form):
    """A reason to choose, and words; "another reason" needs the words."""

    allowed: Iterable[ClosedWhy] = ()

    why = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=longest(Match, "closed_note"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "why", [(why.value, why.label) for why in self.allowed])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "why" in values and "note" in values:
            try:
                check_reason(why=values["why"], note=values["note"], allowed=self.allowed)
            except ReasonMissing as missing:
                self.add_error("note", str(missing))
        return values


class DeclineForm(MatchReasonForm):
    allowed = WHY_DECLINED


class WithdrawFromMatchForm(MatchReasonForm):
    allowed = WHY_WITHDRAWN


class TopicField(forms.ChoiceField):
    """A skill, a family, or what the reader wishes. A link may name one that nobody shares just now."""

    def valid_value(self, value: Any) -> bool:
        text = str(value)
        return super().valid_value(value) or text in SkillFamily.values or key_or_none(text) is not None


class SharerFilter(forms.Form):
    """What to look for among people who let others find them. What makes no sense is passed over."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("A skill, a name or a group."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    topic = TopicField(label=_("What they share"), required=False)
    language = forms.ChoiceField(label=_("A language they speak"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False, widget=LongSelect)
    minutes = forms.TypedChoiceField(
        label=_("Hours in common with mine"), required=False, coerce=int, widget=LongSelect
    )

    def __init__(self, *args: Any, topics: Choices, languages: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "topic",
            [
                ("", pgettext_lazy("topic", "anything")),
                (MINE, _("what I wish to learn")),
                *topics,
            ],
        )
        offer(self, "language", [("", pgettext_lazy("language", "any")), *languages])
        regions, minutes = _kept_choices(get_language())
        offer(self, "region", regions)
        offer(self, "minutes", minutes)

    def search(self) -> SharerSearch:
        """Return what to search for: the values that make sense, without the others."""
        self.is_valid()
        valid = self.cleaned_data
        return SharerSearch(
            text=valid.get("q", ""),
            topic=valid.get("topic", ""),
            language=valid.get("language", ""),
            region=valid.get("region", ""),
            minutes=valid.get("minutes") or 0,
        )


@cache
def _kept_choices(_reader: str | None) -> tuple[KeptChoices, KeptChoices]:
    """The regions, and how many hours in common may be wished, as the readers of one language find them."""
    return (
        KeptChoices([("", _("anywhere")), *Region.choices]),
        KeptChoices(
            [
                ("", pgettext_lazy("hours in common", "any")),
                ("60", _("an hour a week or more")),
                ("180", _("three hours a week or more")),
            ]
        ),
    )


class AskForm(forms.Form):
    """Which of the skills somebody shares, and why."""

    skill = forms.TypedChoiceField(label=_("What I want to learn from them"), coerce=int, widget=forms.RadioSelect)
    adds_wish = forms.BooleanField(
        label=_("Add it to what I want to learn"),
        required=False,
        help_text=_("Needed for what is not among your wishes yet, because rounds match wishes."),
    )
    why = forms.CharField(
        label=_("Why you ask for this person"),
        max_length=REQUEST_WHY_AT_MOST,
        help_text=_("In your words. The working group reads it; the person does not."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words why you ask for this person.")},
    )

    def __init__(self, *args: Any, shared: Sequence[SharedSkill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wished = {skill.key for skill in shared if skill.is_wished}
        offer(
            self,
            "skill",
            [
                (
                    skill.key,
                    _("%(skill)s (one of your wishes)") % {"skill": skill.name} if skill.is_wished else skill.name,
                )
                for skill in shared
            ],
        )
        if len(self.wished) == len(shared):
            del self.fields["adds_wish"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        skill = values.get("skill")
        if skill is not None and skill not in self.wished and not values.get("adds_wish"):
            self.add_error("adds_wish", _("This is not among your wishes yet. Agree to add it, or choose another."))
        return values
