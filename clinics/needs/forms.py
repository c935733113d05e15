"""The desk's forms of needs: whose needs to rank, and recording one that was raised."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import RaisedNeed
from clinics.needs.counting import WhoseNeeds
from clinics.texts.call_links import WordsOfNoClinicForm
from clinics.texts.languages import likely_languages
from letsconnect.base.choices import offer
from registrations.domain.registrations import Region, SkillState
from registrations.models import Member, Skill
from registrations.reference.typed_fields import keep_stored, language_field, show_first
from registrations.skills.typed import one_skill_field


class WhoseNeedsForm(forms.Form):
    """Whose needs; what makes no sense is passed over."""

    region = forms.ChoiceField(label=_("Region"), required=False)
    language = language_field(
        label=_("Language"), required=False, attrs={"placeholder": pgettext_lazy("language", "any")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "region", [("", pgettext_lazy("region", "all regions")), *Region.choices])
        show_first(self, "language", likely_languages())

    def chosen(self) -> WhoseNeeds:
        """Return what was chosen."""
        self.is_valid()
        return WhoseNeeds(self.cleaned_data.get("region", ""), self.cleaned_data.get("language", ""))


class RaisedNeedForm(WordsOfNoClinicForm, forms.ModelForm):
    """A need as a liaison heard it: on a skill or in words, of a region that they look after or of none."""

    language = language_field(label=_("Language"), required=False)

    class Meta:
        model = RaisedNeed
        fields = ["skill", "words", "raised_where", "people", "language", "region"]
        help_texts = {
            "words": _("If no skill says it. Please name nobody."),
            "raised_where": _("Such as a call, a talk page or a meeting. Please name nobody."),
            "people": _("About how many people said so, or agreed."),
            "region": _("Leave it empty if it is of no region."),
        }

    reader: Member | None = None  # set by the desk: whose regions are offered

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "skill" not in self.fields:  # only to be looked at
            return
        keep_stored(self, "language", self.instance.language)
        show_first(self, "language", likely_languages())
        chosen = Q(pk=self.instance.skill_id) if self.instance.pk else Q()
        self.fields["skill"] = one_skill_field(
            Skill.objects.filter(Q(state=SkillState.ACTIVE) | chosen),
            row_of=lambda key: Skill.objects.get(pk=key),
            label=self.fields["skill"].label,
            required=False,
        )
        if self.reader is not None and not self.reader.is_coordinator:
            mine = [(code, label) for code, label in Region.choices if self.reader.looks_after(code)]
            offer(self, "region", [("", "—"), *mine])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "skill" in values and "words" in values and bool(values["skill"]) == bool(values["words"]):
            self.add_error("words", _("Choose a skill, or say it in words: one of the two."))
        return values

    def changes(self) -> dict[str, Any]:
        """Return what was changed, by name."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
