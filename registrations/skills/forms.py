"""Forms in which the working group changes skills."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from letsconnect.base.fields import LineFormField, longest
from registrations.domain.registrations import WIKIDATA_ID, SkillFamily, SkillNaming, SkillState
from registrations.models import Skill, SkillName
from registrations.reference.names import language_name
from registrations.reference.typed_fields import keep_stored
from registrations.skills.merging import naming_of
from registrations.skills.typed import one_skill_field

_FAMILIES = [("", "—"), *SkillFamily.choices]
MOST_SYNONYMS = 60


class FamilyForm(forms.Form):
    """The family of a skill; accepting a skill puts it into one."""

    family = forms.ChoiceField(label=_("Family"), choices=_FAMILIES)


class PlaceForm(FamilyForm):
    """The place of a skill in the tree."""

    wikidata_id = forms.RegexField(
        label=_("Wikidata id"),
        regex=WIKIDATA_ID,
        required=False,
        max_length=longest(Skill, "wikidata_id"),
        error_messages={"invalid": _("Write it as Q123.")},
    )
    field_order = ["family", "parent", "wikidata_id"]

    def __init__(self, *args: Any, skill: Skill, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {"family": skill.family, "parent": skill.parent_id, "wikidata_id": skill.wikidata_id}
        )
        super().__init__(*args, **kwargs)
        self.fields["parent"] = one_skill_field(
            Skill.objects.active().exclude(pk=skill.pk), label=_("Part of"), required=False
        )
        if skill.parent_id:
            keep_stored(self, "parent", str(skill.parent_id))
        self.order_fields(self.field_order)


class NewSkillForm(FamilyForm):
    """A new skill that the working group adds."""

    name = LineFormField(label=_("Name"), max_length=longest(SkillName, "text"))
    language = forms.ChoiceField(label=_("Language of the name"), choices=settings.LANGUAGES)
    field_order = ["name", "language", "family", "parent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = one_skill_field(Skill.objects.active(), label=_("Part of"), required=False)
        self.order_fields(self.field_order)
        self.fields["language"].initial = get_language()


class TargetForm(forms.Form):
    """The skill that another one is merged into."""

    def __init__(self, *args: Any, skill: Skill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = Skill.objects.answerable() if skill.state == SkillState.SUGGESTED else Skill.objects.active()
        self.fields["target"] = one_skill_field(parents.exclude(pk=skill.pk), label=_("Merge into"))


class NamesForm(forms.Form):
    """The name and the synonyms of a skill in every language of the portal."""

    def __init__(self, *args: Any, skill: Skill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, _label in settings.LANGUAGES:
            naming = naming_of(skill, language)
            attrs = {"lang": language, "dir": "rtl" if language in settings.LANGUAGES_BIDI else "ltr"}
            self.fields[f"name_{language}"] = LineFormField(
                label=_("Name"),
                required=False,
                max_length=longest(SkillName, "text"),
                initial=naming.name,
                widget=forms.TextInput(attrs={**attrs, "class": "vTextField"}),
            )
            self.fields[f"synonyms_{language}"] = forms.CharField(
                label=_("Synonyms, one on each line"),
                required=False,
                max_length=MOST_SYNONYMS * (longest(SkillName, "text") + 1),
                initial="\n".join(naming.synonyms),
                widget=forms.Textarea(attrs={**attrs, "class": "vLargeTextField", "rows": 4}),
            )

    def by_language(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        """Yield each language, by its name in the reader's language, with its two fields."""
        for language, _label in settings.LANGUAGES:
            name = language_name(language, get_language() or "en")
            yield name, self[f"name_{language}"], self[f"synonyms_{language}"]

    def names(self) -> dict[str, SkillNaming]:
        return {
            language: SkillNaming(
                self.cleaned_data[f"name_{language}"],
                tuple(line for line in self.cleaned_data[f"synonyms_{language}"].splitlines() if line.strip()),
            )
            for language, _label in settings.LANGUAGES
        }
