"""The tab of the people of a clinic: who is to share, host and help, where it stands with each, and asking more."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.domain.clinics import ClinicError
from clinics.domain.people import ClinicRole
from clinics.models import Clinic, ClinicPerson, ClinicPersonQuerySet
from clinics.people.asking import (
    WORDS,
    Named,
    Part,
    add_person,
    ask_person,
    name_person,
    release_person,
)
from clinics.people.busy import busy_during
from clinics.texts.call_links import refuse_call_link
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.fields import LineFormField, longest
from letsconnect.base.versions import ChangedMeanwhile
from registrations.admin.choosing_person import PersonForm
from registrations.domain.looks import LookKind
from registrations.models import Member, Registration
from registrations.models.members import MemberQuerySet
from registrations.requests import signed_in

ROLES = (ClinicRole.SHARER, ClinicRole.HOST, ClinicRole.HELPER)


def those_who_can_be_asked(planner: Member) -> MemberQuerySet:
    """The accounts whose names a planner may look through: all of them, or those of their regions."""
    everybody = Member.objects.with_open_account()
    if planner.is_coordinator:
        return everybody
    registrations = Registration.objects.visible_to(planner).values("member")
    return everybody.filter(Q(pk=planner.pk) | Q(region__in=planner.seat_regions) | Q(pk__in=registrations))


class PersonOfMineForm(PersonForm):
    """Somebody found by their name among those a planner may look through."""

    def __init__(self, *args: Any, planner: Member, **kwargs: Any) -> None:
        self.among = those_who_can_be_asked(planner)
        if not planner.is_coordinator:  # of a name that only others may look up, they hear nothing either way
            self.nobody_found = gettext_lazy(
                "Nobody of this name is among the people of your regions. A coordinator can look among all."
            )
        super().__init__(*args, **kwargs)
        if not self.people_found:
            del self.fields["member"]  # nobody to choose from yet


class SomebodyForm(PersonOfMineForm):
    """Who is asked: a member found by their name, or somebody without an account by their address."""

    address = forms.EmailField(
        label=gettext_lazy("Or an email address"),
        required=False,
        help_text=gettext_lazy("Of somebody without an account. It is kept until 30 days after the clinic."),
    )
    name = LineFormField(
        label=gettext_lazy("Name to show"),
        required=False,
        max_length=longest(ClinicPerson, "name"),
        help_text=gettext_lazy("Needed with an address. They can change it when they answer."),
    )
    role_line = LineFormField(
        label=gettext_lazy("Role line"), required=False, max_length=longest(ClinicPerson, "role_line")
    )
    group = LineFormField(label=gettext_lazy("Group"), required=False, max_length=longest(ClinicPerson, "group"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of our emails"),
        required=False,
        choices=ClinicPerson._meta.get_field("language").flatchoices,
        help_text=gettext_lazy("Only for an address: a member has chosen theirs."),
    )
    field_order = ("role", "place", "person", "member", "address", "name", "role_line", "group", "language")

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        self.clinic = clinic
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language() or "en"

    def clean(self) -> dict[str, Any]:
        cleaned = self._clean_who()
        refuse_call_link(self, self.clinic)
        return cleaned

    def _clean_who(self) -> dict[str, Any]:
        if self.cleaned_data.get("address") or "address" in self.errors:
            return {**self.cleaned_data, "member": None}
        return super().clean()

    def named(self) -> Named:
        """Return who it is, and how they are named."""
        values = self.cleaned_data
        columns = ("address", "language", *WORDS)
        return Named(member=values["member"], **{name: values[name] for name in columns})


class AskPersonForm(SomebodyForm):
    """Somebody who is to share, host or help."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, role.label) for role in ROLES])

    def part(self) -> Part:
        return Part(ClinicRole(self.cleaned_data["role"]))


Redraw = Callable[[SomebodyForm | None, str], HttpResponse]


def people_facts(clinic: Clinic) -> Mapping[str, Any]:
    return {"people": versions.all_rows(clinic.people.all())}


def act_on_people(
    desk: ClinicDesk, request: HttpRequest, clinic: Clinic, tab: Tab, form: SomebodyForm, redraw: Redraw
) -> HttpResponse:
    """Do what was pressed: ask somebody new, or ask, release or name somebody; show why not, if it is refused."""
    if not desk.may_change(request, clinic):
        raise PermissionDenied
    pressed = request.POST.get("do", "")
    try:
        if pressed in ("add", "ask_new"):
            if not form.is_valid():
                desk.note_look(
                    request, PeopleShown(members={person.pk for person in form.people_found}), kind=LookKind.ACCOUNTS
                )
                return redraw(form, "")
            with desk.as_opened(request, clinic) as seen:
                _add(form, seen, signed_in(request), asks=pressed == "ask_new")
        else:
            with desk.as_opened(request, clinic) as seen:
                _act_on_one(request, seen, pressed)
    except ChangedMeanwhile as changed:
        return redraw(form if pressed in ("add", "ask_new") else None, str(changed))
    except ClinicError as refusal:
        return redraw(form if pressed in ("add", "ask_new") else None, str(refusal))
    messages.success(request, _DONE.get(pressed, _("Saved.")))
    return redirect(tab.url(clinic))


_DONE = {
    "ask_new": gettext_lazy("Asked: an email goes out."),
    "ask": gettext_lazy("Asked: an email goes out."),
    "add": gettext_lazy("Written down. Nobody is written to yet."),
}


def _add(form: Any, clinic: Clinic, planner: Member, *, asks: bool) -> None:
    now = timezone.now()
    person = add_person(clinic=clinic, part=form.part(), named=form.named(), by=planner, now=now)
    if asks:
        ask_person(person=person, by=planner, now=now)


def _act_on_one(request: HttpRequest, clinic: Clinic, pressed: str) -> None:
    key, planner, now = request.POST.get("person", ""), signed_in(request), timezone.now()
    person = clinic.people.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) < 18 else None
    if person is None:
        raise ClinicError(_("This person has been removed meanwhile."))
    person.clinic = clinic
    if pressed == "ask":
        ask_person(person=person, by=planner, now=now)
    elif pressed == "release":
        release_person(person=person, by=planner, now=now)
    elif pressed == "name":
        words = {name: request.POST.get(name, "")[: longest(ClinicPerson, name)] for name in WORDS}
        name_person(person=person, words=words, by=planner, now=now)


def rows_of(people: ClinicPersonQuerySet, clinic: Clinic) -> list[dict[str, Any]]:
    """Return people with what a planner needs to see of each, in the same number of queries for any number."""
    rows = list(people.select_related("member__registration", "asked_by", "channel").in_order())
    for person in rows:
        person.clinic = clinic
    members = [person.member_id for person in rows if person.member_id is not None and person.may_still_come]
    busy = busy_during(clinic, members, now=timezone.now()) if clinic.is_to_come else set()
    return [{"person": person, "is_busy": person.member_id in busy} for person in rows]


def _people(clinic: Clinic) -> PeopleShown:
    return people_on(clinic.people.filter(role__in=ROLES), ("member",))


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    planner = signed_in(request)

    def draw(form: SomebodyForm | None, refusal: str, *, status: int = 422) -> HttpResponse:
        rows = rows_of(clinic.people.filter(role__in=ROLES), clinic)
        context = {
            "rows": rows,
            "roles": [(role.label, [row for row in rows if row["person"].role == role]) for role in ROLES],
            "form": form or AskPersonForm(planner=planner, clinic=clinic),
            "refusal": refusal,
            "may_write": desk.may_change(request, clinic),
            "opened": desk.opened(request, clinic),
        }
        return desk.draw(request, clinic, "people", context, status=status)

    if request.method != "POST":
        return draw(None, "", status=200)
    return act_on_people(
        desk, request, clinic, PEOPLE, AskPersonForm(request.POST, planner=planner, clinic=clinic), draw
    )


PEOPLE = Tab("people", pgettext_lazy("part of a clinic's page", "People"), _view, facts=people_facts, people=_people)
