"""Seats: given by typing a name and choosing a role, confirmed if the seat shows addresses, ended at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from letsconnect.base.access_log import PeopleShown
from letsconnect.base.admin import FixedFilter, WorkingGroupAdmin
from letsconnect.base.desk_list import DeskList
from letsconnect.base.fields import longest
from letsconnect.base.models import ActReason
from letsconnect.base.numbers_read import called_at_desk
from letsconnect.base.once_more import BACK, goes_back
from letsconnect.base.opened_lists import ListOfSeats
from letsconnect.base.querysets import as_own
from letsconnect.base.versions import ChangedMeanwhile
from mailings.ledger.reachable import is_written_to
from registrations.admin.choosing_person import PersonForm, find_people, person_in_words
from registrations.admin.overruled import ShowsOverruled
from registrations.admin.seat_ends import EndForm, WorkingGroupEndForm, today
from registrations.domain.looks import LookKind
from registrations.domain.registrations import NOTHING_BEFORE, Region, RegistrationError, SeatRole
from registrations.models import Member, WorkingGroupSeat
from registrations.models.members import WorkingGroupSeatQuerySet
from registrations.requests import signed_in
from registrations.seats import appointing as actions
from registrations.seats.overview import overview

_REASON_AT_MOST = longest(ActReason, "text")


class GiveForm(PersonForm):
    """Who gets a seat: somebody else than who gives it."""

    def __init__(self, data: Any = None, *, giver: Member, **more: Any) -> None:
        self.giver, self.is_oneself = giver, False
        super().__init__(data, **more)
        if self.is_oneself:
            self.nobody_found = self.who_else
        if not self.is_bound and self.people_found:
            self.initial.setdefault("person", called_at_desk(self.people_found[0]))

    def _look(self) -> list[Member]:
        people = super()._look() if self.is_bound else find_people(self.initial.get("member", ""))
        self.is_oneself = self.giver in people
        return [person for person in people if person != self.giver]

    @property
    def who_else(self) -> str:
        """The sentence for whoever looks for themselves."""
        return actions.why_not_oneself(self.giver, now=timezone.now())


@dataclass(frozen=True, kw_only=True)
class SeatKind:
    """What differs between the kinds of seats: what is asked, and which actions give and end one."""

    give_form: type[GiveForm]
    give: Callable[[dict[str, Any], Member, datetime], Sequence[Any]]  # the form's values, by whom, now
    end: Callable[[Any, date, Member, datetime, str], object]  # the seat, the first day without it, by whom, now, why
    warning: Callable[[dict[str, Any]], str]  # what the seat would let the person see, to be confirmed; else ""


class SeatAdmin(WorkingGroupAdmin):
    """What the two kinds of seats share: the steps of giving one, and ending it. Each page names its ``kind``."""

    form = EndForm
    unscoped_because = shows_nobody_because = "who has a seat is no secret in the working group"
    change_form_template = "admin/seats/change_form.html"
    list_select_related = ["member"]
    search_folded = ("member__folded_name",)
    kind: SeatKind

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a page without a kind when it is written, not when somebody gives the first seat."""
        super().__init_subclass__(**kwargs)
        if not isinstance(getattr(cls, "kind", None), SeatKind):
            raise TypeError(f"{cls.__name__} does not say which kind of seat it is for")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ListOfSeats

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("people/", wrap(self.people_view), name=f"{name}_people"),
            path("<int:pk>/end/", wrap(self.end_view), name=f"{name}_end"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> list[str]:
        fixed = [name for name in self.get_fields(request, obj) if isinstance(name, str) and name != "until_on"]
        return [*fixed, "until_on"] if obj is not None and obj.has_ended(on=today()) else fixed

    def may_end(self, request: HttpRequest, seat: Any) -> bool:
        """Whoever may change seats ends one, and everybody may give up their own."""
        return self.has_change_permission(request) or seat.member_id == signed_in(request).pk

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any | None = None,
    ) -> HttpResponse:
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False  # a seat is given in steps
        context["is_over"] = obj is not None and obj.has_ended(on=today())
        context["may_end"] = obj is not None and self.may_end(request, obj)
        context["is_own"] = obj is not None and obj.member_id == signed_in(request).pk
        return super().render_change_form(request, context, add, change, form_url, obj)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Find the person, choose the role, confirm if the seat shows much, give it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        giver = signed_in(request)
        if request.method == "POST":
            form = self.kind.give_form(request.POST, giver=giver)
        else:
            form = self.kind.give_form(giver=giver, initial=self.initial_of(request))
        if form.is_bound and form.is_valid() and not goes_back(request):
            warning = self.kind.warning(form.cleaned_data)
            if warning and request.POST.get("confirmed") != _answer(form.cleaned_data):
                member = form.cleaned_data["member"]
                confirmation = {
                    "warning": warning,
                    "person": person_in_words(member),
                    "person_is_written_to": is_written_to(member),
                    "answer": _answer(form.cleaned_data),
                    "brings_back": BACK,
                }
                return self._page(request, "confirm", form, **confirmation)
            seats_before = set(
                self.model._base_manager.filter(member=form.cleaned_data["member"]).values_list("pk", flat=True)
            )
            try:
                seats = self.kind.give(form.cleaned_data, giver, timezone.now())
            except self.refusals as refusal:
                form.add_error(None, str(refusal))
            else:
                for seat in seats:
                    messages.success(request, _said_of(seat, is_new=seat.pk not in seats_before))
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self._page(request, "add", form)

    def initial_of(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the form begins with where a link says for whom a seat is."""
        return {"member": request.GET.get("member", "")}

    @method_decorator(require_GET)
    def people_view(self, request: HttpRequest) -> HttpResponse:
        """Return the part of the page with the people found, for the script that searches while somebody types."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.kind.give_form({"person": request.GET.get("person", "")}, giver=signed_in(request))
        return self._page(request, "_people", form)

    @method_decorator(require_http_methods(["GET", "POST"]))
    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether the seat is to end at once, and end it."""
        seat = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_end(request, seat):
            raise PermissionDenied
        its_page = redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)
        if request.method == "GET":
            return its_page if seat.has_ended(on=today()) else self._ask_whether_to_end(request, seat)
        expected: tuple[type[Exception], ...] = (ChangedMeanwhile, *self.refusals)
        try:
            with self.as_opened(request, seat) as shown_seat:
                reason = request.POST.get("reason", "").strip()[:_REASON_AT_MOST]
                self._end(request, shown_seat, max(today(), shown_seat.from_on), reason=reason)
        except expected as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The seat has ended."))
        return its_page

    def _ask_whether_to_end(self, request: HttpRequest, seat: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Give up this seat now")
            if seat.member_id == request.user.pk
            else gettext("End this seat now"),
            "seat": seat,
            "is_own": seat.member_id == signed_in(request).pk,
            "opened": self.opened(request, seat),
            "reason_at_most": _REASON_AT_MOST,
        }
        return TemplateResponse(request, "admin/seats/end.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if "until_on" in form.changed_data:
            self._end(request, obj, form.cleaned_data["until_on"])

    def _end(self, request: HttpRequest, seat: Any, until_on: date, *, reason: str = "") -> None:
        self.kind.end(seat, until_on, signed_in(request), timezone.now(), reason)

    def _page(self, request: HttpRequest, page: str, form: GiveForm, **more: Any) -> HttpResponse:
        people = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_people")
        self.note_look(
            request, PeopleShown(members={person.pk for person in form.people_found}), kind=LookKind.ACCOUNTS
        )
        context = {"opts": self.opts, "title": self.opts.verbose_name, "form": form, "people_url": people, **more}
        return TemplateResponse(
            request, f"admin/seats/{page}.html", {**self.admin_site.each_context(request), **context}
        )


def _said_of(seat: Any, *, is_new: bool) -> str:
    """Say what giving a seat has changed, and whether a letter about it is sent."""
    words = {"seat": seat, "day": date_format(seat.from_on)}
    if not is_new:
        return _("%(seat)s: this seat was given before, from %(day)s on. Nothing is changed.") % words
    if not is_written_to(seat.member):
        return _("%(seat)s: the seat is given. Our emails do not reach this person: please tell them.") % words
    return _("%(seat)s: the seat is given. The person gets an email about it.") % words


def _answer(values: dict[str, Any]) -> str:
    """Return what "yes" confirms: this role and this person, so that a value changed afterwards is not confirmed."""
    return ":".join(str(part) for part in (values.get("role", ""), values["member"].public_id))


class RegionsField(forms.MultipleChoiceField):
    """One or several regions, or none."""

    def to_python(self, value: Any) -> list[str]:
        return [region for region in super().to_python(value) if region]


class SeatForm(GiveForm):
    """A role chosen by name; a liaison has one or several regions, a coordinator or an editor none."""

    role = forms.ChoiceField(label=_("Role"), choices=SeatRole, widget=forms.RadioSelect)
    region = RegionsField(
        label=_("Regions"),
        choices=Region.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Which regions a liaison looks after: one or several. Coordinators look after all of them."),
    )
    from_on = forms.DateField(
        label=_("From"),
        initial=today,
        help_text=_("The days of seats begin at midnight UTC, for everybody at once."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_from_on(self) -> date:
        from_on: date = self.cleaned_data["from_on"]
        if from_on < NOTHING_BEFORE:
            raise forms.ValidationError(actions.why_not_so_early())
        return from_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        role, region = cleaned.get("role"), cleaned.get("region")
        if role == SeatRole.LIAISON and region == []:
            self.add_error("region", _("A liaison looks after a region: choose which."))
        if role == SeatRole.COORDINATOR and region:
            self.add_error("region", _("A coordinator looks after all regions: choose none."))
        if role == SeatRole.EDITOR and region:
            self.add_error("region", _("An editor writes the newsletter for all regions: choose none."))
        return cleaned


def _appoint(values: dict[str, Any], by: Member, now: datetime) -> list[WorkingGroupSeat]:
    answers = {name: values[name] for name in ("member", "role", "from_on")}
    return actions.appoint_to_regions(**answers, regions=values["region"], by=by, now=now)


def _what_a_coordinator_sees(values: dict[str, Any]) -> str:
    if values["role"] != SeatRole.COORDINATOR:
        return ""
    return gettext(
        "A coordinator sees the email address of everybody here, decides about all regions, and can give seats to "
        "others."
    )


class WhenFilter(FixedFilter):
    """The list below the page holds the former seats, unless others are chosen; a search looks through all."""

    title = _("when")
    parameter_name = "when"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.unless_chosen = "all" if request.GET.get("q", "").strip() else "former"
        super().__init__(request, *args)

    def value(self) -> str:
        return super().value() or self.unless_chosen

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("former", _("former seats")),
            ("now", _("held today or later")),
            ("all", pgettext_lazy("seats", "all of them")),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        seats = as_own(queryset, WorkingGroupSeatQuerySet)
        if self.value() == "all":
            return seats
        return seats.not_over(on=today()) if self.value() == "now" else seats.filter(until_on__lte=today())


@admin.register(WorkingGroupSeat)
class WorkingGroupSeatAdmin(ShowsOverruled, SeatAdmin):
    """Who is liaison of which region, who is coordinator or newsletter editor, and from when until when."""

    form = WorkingGroupEndForm
    kind = SeatKind(
        give_form=SeatForm,
        give=_appoint,
        end=lambda seat, until_on, by, now, reason: actions.end_seat(
            seat=seat, until_on=until_on, by=by, now=now, reason=reason
        ),
        warning=_what_a_coordinator_sees,
    )
    refusals = (RegistrationError,)
    list_display = ["member", "role", "region", "from_on", "until_on", "given_by"]
    on_phones = ("member", "role", "region", "from_on", "until_on")
    list_filter = [WhenFilter, "role", "region"]
    list_select_related = ["member", "given_by"]
    ordering = ["-until_on", "role", "region", "from_on"]
    change_list_template = "admin/seats/change_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DeskList  # which seats are former ones depends on the day

    def get_fields(self, request: HttpRequest, obj: WorkingGroupSeat | None = None) -> tuple[str, ...]:
        return ("member", "role", "region", "from_on", "until_on", "given_by")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show who sits where, and the former seats below."""
        now = timezone.now()
        context = {
            "title": _("Who sits where in the working group"),
            "overview": SimpleLazyObject(lambda: overview(now=now)),
            "today": today(),
            "why_not_oneself": SimpleLazyObject(lambda: actions.why_not_oneself(signed_in(request), now=now)),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def initial_of(self, request: HttpRequest) -> dict[str, Any]:
        given = request.GET
        initial = {**super().initial_of(request), "role": given.get("role", ""), "region": given.getlist("region")}
        return {**initial, "from_on": given["from_on"]} if given.get("from_on") else initial

    def lock(self, obj: WorkingGroupSeat) -> None:
        """Lock in the order of `end_seat`, so that two people who end seats do not deadlock."""
        actions.lock_coordinators()
        super().lock(obj)
