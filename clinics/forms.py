"""The forms of the working group's desk for clinics."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.domain import clinics as domain
from clinics.domain.clinics import ClinicState, ForWhom, Venue
from clinics.domain.texts import CallLinkInText
from clinics.models import Clinic, ClinicSeries
from clinics.planning.editions import originals_for
from clinics.planning.zones import likely_zones
from clinics.texts.call_links import WordsToPeopleForm, check_not_in_texts, links_of_call, refuse_call_link
from clinics.texts.languages import likely_languages
from clinics.texts.typed_clinics import clinic_field, series_field
from letsconnect.base.fields import column_label, longest
from letsconnect.base.wall_clock import ComesNever, ComesTwice, comes_twice, moment_of
from registrations.domain.registrations import Region, SkillState
from registrations.models import Skill
from registrations.reference.typed_fields import keep_stored, language_field, show_first, zone_field
from registrations.skills.typed_several import SkillsField

START = ("local_date", "local_time", "zone", "fold")


class StartForm(forms.ModelForm):
    """The wall clock and zone of a start; asks at the field where that hour does not exist or comes twice."""

    zone = zone_field(label=_("Time zone"), help_text=_("A large city or the country."), asks_for_own=False)
    fold = forms.TypedChoiceField(
        label=_("Which of the two"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            ("", "—"),
            # Translators: of two equal wall-clock times, in the night when clocks are put back.
            ("0", pgettext_lazy("wall-clock time", "the first, before the clocks are put back")),
            ("1", pgettext_lazy("wall-clock time", "the second, after the clocks are put back")),
        ],
        help_text=_("Only needed in the night when the clocks are put back and this hour comes twice."),
    )

    class Meta:
        model = Clinic
        fields = [*START]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.starts_at: datetime | None = None  # once the form is valid
        if "zone" not in self.fields:  # only to be looked at
            return
        keep_stored(self, "zone", self.instance.zone)
        show_first(self, "zone", likely_zones())
        self.initial.setdefault("zone", self.instance.zone)
        if not self.instance.pk or not comes_twice(self.instance.wall_clock, self.instance.zone):
            self.initial["fold"] = ""  # not answered: where it matters, it is asked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_start(cleaned)
        return cleaned

    def clean_local_date(self) -> date:
        """Refuse years in which no clinic is held: at the ends of the calendar some zones have no such day."""
        day = self.cleaned_data["local_date"]
        if not 2000 <= day.year <= 2200:
            raise ValidationError(_("This is not a day of the calendar. Write it as 2026-12-31."), code="year")
        return day

    def _clean_start(self, cleaned: dict[str, Any]) -> None:
        """Refuse a wall clock that does not exist, and ask which is meant where it comes twice."""
        if not all(cleaned.get(name) for name in ("local_date", "local_time", "zone")):
            return
        wall = datetime.combine(cleaned["local_date"], cleaned["local_time"])
        try:
            starts_at = moment_of(wall, cleaned["zone"], fold=cleaned.get("fold"))
            cleaned["fold"] = cleaned.get("fold") if comes_twice(wall, cleaned["zone"]) else 0
        except ComesTwice as question:
            self.add_error("fold", ValidationError(str(question), code="twice"))
        except ComesNever as refusal:
            self.add_error("local_time", ValidationError(str(refusal), code="skipped"))
        else:
            self.starts_at = starts_at
            is_told = self.instance.state == ClinicState.ANNOUNCED and starts_at != self.instance.starts_at
            if is_told and starts_at <= timezone.now():
                self.add_error("local_date", ValidationError(_("The start lies in the past."), code="past"))


class NewStartForm(StartForm):
    """Another start: of a clinic that is moved, or of a new draft made from it."""

    class Meta(StartForm.Meta):
        widgets = {
            "local_date": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "local_time": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }


class ClinicForm(StartForm):
    """What a clinic is, for whom, when and where."""

    meeting_link = forms.URLField(
        label=_("Meeting link"),
        required=False,
        widget=forms.URLInput(attrs={"class": "vURLField"}),
        max_length=longest(Clinic, "meeting_link"),
        assume_scheme="https",
        help_text=_("Handed out by the portal to those going, from 30 minutes before the start. Never in an email."),
    )

    floor_language = language_field(label=column_label(Clinic, "floor_language"))

    new_series = ClinicSeries._meta.get_field("name").formfield(
        label=_("Or a new series"), required=False, help_text=_("By its name, such as that of a course.")
    )
    regions = forms.TypedMultipleChoiceField(
        label=_("For the regions"),
        choices=Region,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only where it is for several regions."),
    )

    class Meta:
        model = Clinic
        fields = [
            "format",
            "floor_language",
            "region",
            "for_whom",
            "regions",
            "announce_to_all",
            "venue",
            "place",
            "partner",
            "series",
            "edition_of",
            "skills",
            "local_date",
            "local_time",
            "zone",
            "fold",
            "minutes",
            "capacity",
            "closes_minutes_before",
            "meeting_link",
        ]
        help_texts = {
            "region": _("Whose liaisons look after it."),
            "announce_to_all": _("A clinic for some regions is announced to their people only, unless you tick this."),
            "partner": _("Who holds it together with us, if anybody does."),
            "edition_of": _("If it is the same clinic at another hour."),
            "skills": _("Those who want to learn one of them find it in their weekly list; with none, everybody does."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "floor_language" in self.fields:  # not where the clinic is only looked at
            keep_stored(self, "floor_language", self.instance.floor_language)
            self.initial.setdefault("floor_language", self.instance.floor_language)
            show_first(self, "floor_language", likely_languages())
        self._let_rows_be_typed()

    def _let_rows_be_typed(self) -> None:
        """Make lines of the lists that grow with every clinic and every skill."""
        chosen = Q(pk__in=self.instance.skills.values("pk")) if self.instance.pk else Q()
        for name, field in (
            ("series", series_field),
            ("edition_of", partial(clinic_field, originals_for(self.instance))),
            ("skills", partial(SkillsField, Skill.objects.filter(Q(state=SkillState.ACTIVE) | chosen))),
        ):
            if name in self.fields:
                help_text = self.Meta.help_texts.get(name, "")
                self.fields[name] = field(label=self.fields[name].label, help_text=help_text, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_for_whom(cleaned)
        self._clean_venue(cleaned)
        if cleaned.get("series") and cleaned.get("new_series"):
            refusal = _("Choose a series, or name a new one.")
            self.add_error("new_series", ValidationError(refusal, code="two"))
        self._clean_links(cleaned)
        return cleaned

    def _clean_links(self, cleaned: dict[str, Any]) -> None:
        """Refuse the link of the call in what others read: in what is typed here, and in what was written before."""
        link = cleaned.get("meeting_link", "")
        refuse_call_link(self, self.instance, links=[link, *links_of_call(self.instance)])
        if link and link != self.instance.meeting_link:
            try:
                check_not_in_texts(self.instance, link, also=getattr(cleaned.get("series"), "name", ""))
            except CallLinkInText as refusal:
                self.add_error("meeting_link", ValidationError(str(refusal), code="told"))

    def _clean_for_whom(self, cleaned: dict[str, Any]) -> None:
        """Ask for the regions where a clinic is for some, and forget them where it is for all or for one."""
        for_whom = cleaned.get("for_whom")
        if for_whom == ForWhom.REGIONS and len(cleaned.get("regions") or []) < domain.SEVERAL:
            self.add_error("regions", ValidationError(_("Choose two regions or more."), code="several"))
        elif for_whom == ForWhom.REGION and not cleaned.get("region"):
            self.add_error("region", ValidationError(_("Choose the region it is for."), code="region"))
        if for_whom != ForWhom.REGIONS:
            cleaned["regions"] = []

    def _clean_venue(self, cleaned: dict[str, Any]) -> None:
        """A call has no place; where the place is not known yet, announcing asks for it."""
        if cleaned.get("venue") == Venue.CALL and cleaned.get("place"):
            refusal = _("A call has no place. Choose “in person”, or leave this empty.")
            self.add_error("place", ValidationError(refusal, code="call"))

    def changes(self) -> dict[str, Any]:
        """Return what was changed, by name; date, time and zone of the start count as one."""
        names = set(self.changed_data) - {"new_series"}
        if names & set(START):
            names |= set(START)
        return {name: self.cleaned_data[name] for name in names}


class CancelForm(WordsToPeopleForm):
    """Why a clinic is cancelled; the people who signed up read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=longest(Clinic, "cancel_reason"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "cdx-text-area__textarea"}),
    )
