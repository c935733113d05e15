"""The forms of the desk: a round (for whom, what counts first), pairs made by hand, pairs kept apart, the rules."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from letsconnect.base.choices import offer
from letsconnect.base.fields import longest
from letsconnect.base.languages import listed
from matching.engine.criteria import CRITERIA
from matching.engine.settings import PRESETS, Settings
from matching.inputs.scope import Scope
from matching.models import Exclusion, Match, MatchingRules, Round
from matching.rounds.drafts import MOST_WEEKS
from matching.rounds.rules import RULES
from matching.words import levels, reasons
from registrations.admin.typed_people import PersonFinder, person_field
from registrations.domain.registrations import Region
from registrations.models import Registration, Skill
from registrations.skills.typed import skill_field
from registrations.skills.typed_several import SkillsField

MOST_WEIGHT = 100
_WEIGHT = "weight_"


ALL, ONLY = "all", "only"


class DraftForm(forms.Form):
    """A round before it is asked for. For whom it is, is chosen in words: boxes nobody ticked mean nothing."""

    which_regions = forms.ChoiceField(
        label=_("Learners of which regions"),
        choices=[(ALL, _("Every region")), (ONLY, _("Only the regions ticked here"))],
        widget=forms.RadioSelect,
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions"),
        choices=Region.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sharers of every region can help."),
    )
    which_skills = forms.ChoiceField(
        label=_("Which skills"),
        choices=[(ALL, _("Every skill")), (ONLY, _("Only the skills chosen here"))],
        widget=forms.RadioSelect,
    )
    skills = SkillsField(Skill.objects.answerable(), label=_("Skills"), required=False)
    weeks = forms.IntegerField(
        label=_("Only learners who have waited for more than this many weeks"),
        min_value=0,
        max_value=MOST_WEEKS,
        help_text=_("0: everybody, however short they have waited."),
    )
    preset = forms.ChoiceField(label=_("What counts first"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "preset", [(name, levels.PRESETS.get(name, name)) for name in PRESETS])
        for criterion in CRITERIA:
            words = reasons.CRITERIA[criterion]
            self.fields[_WEIGHT + criterion] = forms.IntegerField(
                label=str(words.asks),
                min_value=0,
                max_value=MOST_WEIGHT,
                help_text=str(words.full_points),
            )

    @classmethod
    def of(cls, round_: Round) -> "DraftForm":
        """Return the form as the round stands."""
        scope, weights = Scope.of(round_.scope), round_.settings.get("weights", {})
        return cls(
            initial={
                "which_regions": ALL if scope.regions is None else ONLY,
                "regions": scope.regions or (),
                "which_skills": ALL if scope.skills is None else ONLY,
                "skills": [str(skill) for skill in scope.skills or ()],
                "weeks": scope.waiting_weeks,
                "preset": round_.settings.get("preset", "most_people"),
                **{_WEIGHT + criterion: weights.get(criterion, 0) for criterion in CRITERIA},
            }
        )

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[_WEIGHT + criterion] for criterion in CRITERIA]

    @property
    def presets(self) -> Iterator[tuple[Any, Any]]:
        """Each choice of what counts first, with its consequences."""
        for radio in self["preset"]:
            yield radio, levels.CONSEQUENCES.get(radio.data["value"], "")

    def clean(self) -> dict[str, Any]:
        """Refuse what says two things: all with some ticked, or only some with none."""
        values = super().clean() or {}
        for name, none_ticked, some_ticked in (
            ("regions", _("Tick a region, or choose every region."), _("You ticked regions, but chose every region.")),
            ("skills", _("Choose a skill, or every skill."), _("You chose some skills, but also every skill.")),
        ):
            which, ticked = values.get(f"which_{name}"), self[name].value()
            if which == ONLY and not ticked and name not in self.errors:
                self.add_error(name, none_ticked)
            if which == ALL and ticked:
                self.add_error(name, some_ticked)
        return values

    def settings(self, before: Settings) -> Settings:
        """Return the settings as they were, with what was chosen."""
        weights = {criterion: self.cleaned_data[_WEIGHT + criterion] for criterion in CRITERIA}
        return replace(before, preset=self.cleaned_data["preset"], levels=(), weights=weights)

    def scope(self) -> Scope:
        """Return whom the round is for."""
        values = self.cleaned_data
        return Scope(
            regions=tuple(values["regions"]) if values["which_regions"] == ONLY else None,
            skills=tuple(skill.pk for skill in values["skills"]) if values["which_skills"] == ONLY else None,
            waiting_weeks=values["weeks"],
        )


class TwoPeopleForm(forms.Form):
    """Which two people is asked about: each is typed."""

    two: tuple[tuple[str, Any], ...] = (("learner", _("Learner")), ("sharer", _("Sharer")))

    def __init__(self, *args: Any, people: PersonFinder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        others = self.fields
        self.fields = {name: person_field(people, label=label) for name, label in self.two}
        self.fields.update(others)

    @property
    def chosen(self) -> list[Registration]:
        """The two people, once the form is valid."""
        return [self.people.person(self.cleaned_data[name]) for name, _label in self.two]


class PairForm(TwoPeopleForm):
    """Two people put together by hand, and why."""

    skill = skill_field(label=_("Skill"))
    why = forms.CharField(
        label=_("Why these two"),
        max_length=longest(Match, "made_why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Your colleagues read it; the two people do not."),
    )


class ExcludeForm(TwoPeopleForm):
    """Two people to keep apart, and why."""

    two = (("person", _("One")), ("other", _("The other")))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=longest(Exclusion, "reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your colleagues read it; the two people are not told."),
    )


class LiftForm(forms.Form):
    """Why two people are not kept apart any more."""

    why = forms.CharField(
        label=_("Why it is lifted"),
        max_length=longest(Exclusion, "lifted_why"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RulesForm(forms.ModelForm):
    """The rules as they stand; saving is the action's."""

    class Meta:
        model = MatchingRules
        fields = RULES


def scope_in_words(scope: Scope) -> list[str]:
    """Say whom a round is for."""
    regions = dict(Region.choices)
    sentences = []
    if scope.regions is not None:
        names = listed(regions.get(code, code) for code in scope.regions)
        sentences.append(gettext("Only learners of these regions: %(names)s.") % {"names": names})
    if scope.skills is not None:
        names = listed(Skill.objects.filter(pk__in=scope.skills).with_names())
        sentences.append(gettext("Only these skills: %(names)s.") % {"names": names})
    if scope.waiting_weeks:
        text = ngettext(
            "Only learners who have waited for more than %(count)d week.",
            "Only learners who have waited for more than %(count)d weeks.",
            scope.waiting_weeks,
        )
        sentences.append(text % {"count": scope.waiting_weeks})
    return sentences or [gettext("Everybody who can be matched.")]
