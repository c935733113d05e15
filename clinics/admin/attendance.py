"""The tab of who was there: ticks, the list of the call and its review, the rest, and the list as a file."""

import io
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from clinics.admin.tabs import ClinicDesk, Tab
from clinics.attendance.call_lists import (
    bring_call_list,
    confirm_callers,
    drop_call_list,
    finish_call_list,
    take_confirmation_back,
)
from clinics.attendance.counting import asked_for_heads, heads_of
from clinics.attendance.door import asked_for_guests, guest_by_key, guests_of
from clinics.attendance.exporting import record_list_export, table_of
from clinics.attendance.matching import owners_of
from clinics.attendance.reviewing import asked_for_call_lists, asked_who_was_there, reviews_of
from clinics.attendance.ticking import OWN_SEAT, count_others, take_tick_back, tick
from clinics.domain.attendance import MAY_BE_JOINED, CallListRefused, CannotTick, check_ticking
from clinics.domain.call_lists import LARGEST
from clinics.domain.clinics import ClinicError
from clinics.models import Attendance, CallList, Clinic, Rsvp
from clinics.models.outcomes import MOST_HEADS
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.keys import key_or_none
from letsconnect.base.numbers_read import read_numbers
from letsconnect.base.spreadsheets import csv_of, write_sheet
from letsconnect.base.statements import Inquiry, Statement
from registrations.requests import signed_in

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class CallListForm(forms.Form):
    """A file that lists the participants of a call."""

    file = forms.FileField(
        label=gettext_lazy("CSV file of the call's participants"),
        help_text=gettext_lazy(
            "As Zoom, Google Meet, Teams, Jitsi or BigBlueButton write it, or with a column of names."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def __init__(self, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_too_large:  # nothing of it was kept, so to Django there is none
            self.fields["file"].error_messages["required"] = self._too_large()

    @staticmethod
    def _too_large() -> str:
        return _("The file is larger than %(limit)d MB.") % {"limit": LARGEST // 1024**2}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(self._too_large())
        return file


def _people(clinic: Clinic) -> PeopleShown:
    members = {guest.member.pk for guest in guests_of(clinic) if guest.member}
    members |= set(_EVER_SIGNED_UP.rows({"clinic": clinic.pk}))  # in the file, and among the choices
    members |= set(asked_who_was_there(clinic).rows())
    lists = asked_for_call_lists(clinic).rows()
    addresses = {row.address for brought in lists for row in brought.rows.all()} - {""}
    members |= {owner.pk for owner in owners_of(addresses).values()}
    return PeopleShown(members=members, addresses=addresses)


_EVER_SIGNED_UP = Statement(
    lambda clinic: Rsvp.objects.filter(clinic=clinic).order_by().values_list("member_id", flat=True)
)


def _asked(clinic: Clinic) -> list[Inquiry[Any]]:
    asked = [*asked_for_guests(clinic), asked_for_heads(clinic), asked_who_was_there(clinic)]
    return [*asked, asked_for_call_lists(clinic), _EVER_SIGNED_UP.asked({"clinic": clinic.pk})]


def _view(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    if request.method != "POST":
        return _draw(desk, request, clinic, CallListForm(), status=200)
    if not desk.has_change_permission(request):
        raise PermissionDenied
    pressed = request.POST.get("do", "")
    if pressed in _TYPES:
        return _file(request, clinic, pressed)
    form = CallListForm()
    if pressed == "bring":
        is_too_large = getattr(request, "has_too_large_file", False)
        form = CallListForm(request.POST, request.FILES, is_too_large=is_too_large)
        if not form.is_valid():
            return _draw(desk, request, clinic, form, status=422)
    try:
        said = _ACTS.get(pressed, _nothing)(request, clinic, form)
    except ClinicError as refusal:
        if form.is_bound:
            form.add_error("file", str(refusal))
            return _draw(desk, request, clinic, form, status=422)
        messages.error(request, str(refusal))
        return _draw(desk, request, clinic, CallListForm(), status=422)
    if said:
        messages.success(request, said)
    return redirect(ATTENDANCE.url(clinic) + _part_to_show(request, pressed))


def _nothing(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    raise CannotTick(_("Nothing was chosen."))


def _bring(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    content = form.cleaned_data["file"].read()
    brought = bring_call_list(clinic=clinic, content=content, by=signed_in(request), now=timezone.now())
    text = ngettext("The file lists %(count)d person.", "The file lists %(count)d people.", brought.read)
    return text % {"count": brought.read}


def _typed(request: HttpRequest) -> dict[int, int | None]:
    """Return who was chosen for each row: the key of the row → that of a member, None for nobody."""
    typed = {name.removeprefix("row-"): str(value) for name, value in request.POST.items() if name.startswith("row-")}
    return {int(row): key_or_none(member) for row, member in typed.items() if _is_key(row)}


def _confirm(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    chosen = {row: member for row, member in _typed(request).items() if member is not None}
    if not chosen:
        return _nothing(request, clinic, form)
    number = confirm_callers(call_list=_list(request, clinic), chosen=chosen, by=signed_in(request), now=timezone.now())
    text = ngettext("%(count)d person was there.", "%(count)d people were there.", number)
    return text % {"count": number}


def _confirm_and_go_on(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    """Confirm those chosen, if any, on the way to another part of the list."""
    return _confirm(request, clinic, form) if any(_typed(request).values()) else ""


def _finish(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    call_list = _list(request, clinic)
    finish_call_list(
        call_list=call_list, others=_number(request), seen=_seen(request), by=signed_in(request), now=timezone.now()
    )
    return _("The review is finished, and the list is deleted.")


def _drop(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    drop_call_list(call_list=_list(request, clinic), by=signed_in(request), now=timezone.now())
    return _("The list is deleted.")


def _tick(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    tick(clinic=clinic, member=_guest(request, clinic), by=signed_in(request), now=timezone.now())
    return _("Saved.")


def _untick(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    member = _guest(request, clinic)
    take_tick_back(clinic=clinic, member=member, by=signed_in(request), now=timezone.now())
    return _("Saved.")


def _not_in_call(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    member = _guest(request, clinic)
    take_confirmation_back(clinic=clinic, member=member, by=signed_in(request), now=timezone.now())
    return _("Saved.")


def _others(request: HttpRequest, clinic: Clinic, form: CallListForm) -> str:
    count_others(clinic=clinic, number=_number(request), seen=_seen(request), by=signed_in(request), now=timezone.now())
    return _("Saved.")


_ACTS: dict[str, Callable[[HttpRequest, Clinic, CallListForm], str]] = {
    "bring": _bring,
    "confirm": _confirm,
    "next": _confirm_and_go_on,
    "previous": _confirm_and_go_on,
    "finish": _finish,
    "drop": _drop,
    "tick": _tick,
    "untick": _untick,
    "not_in_call": _not_in_call,
    "others": _others,
}


def _part_to_show(request: HttpRequest, pressed: str) -> str:
    """Return what follows the address of the tab, so that it shows the part of the list that comes next."""
    part = {"confirm": "here", "next": "next", "previous": "previous"}.get(pressed)
    brought, begins = request.POST.get("list", ""), request.POST.get(part, "") if part else ""
    return f"?list={brought}&from={begins}#list-{brought}" if _is_key(brought) and _is_key(begins) else ""


def _begins(request: HttpRequest) -> dict[int, int]:
    """Return from which row of the file on each list is looked at."""
    said = request.POST if request.method == "POST" else request.GET
    brought, begins = said.get("list", ""), said.get("from" if said is request.GET else "here", "")
    return {int(brought): int(begins)} if _is_key(brought) and _is_key(begins) else {}


def _is_key(text: str) -> bool:
    return key_or_none(text) is not None


def _number(request: HttpRequest) -> int:
    typed = request.POST.get("number", "").strip()
    if not _is_key(typed):
        raise CannotTick(_("Enter a number, 0 if there is nobody more."))
    return int(typed)


def _seen(request: HttpRequest) -> int | None:
    """Return the number of the rest that the page showed."""
    return key_or_none(request.POST.get("seen", ""))


def _list(request: HttpRequest, clinic: Clinic) -> CallList:
    key = request.POST.get("list", "")
    brought = clinic.call_lists.filter(pk=key).first() if _is_key(key) else None
    if brought is None:
        raise CallListRefused(_("This list is gone: somebody finished its review meanwhile."))
    return brought


def _guest(request: HttpRequest, clinic: Clinic) -> Any:
    return guest_by_key(clinic, request.POST.get("guest", ""))


def _draw(desk: ClinicDesk, request: HttpRequest, clinic: Clinic, form: CallListForm, *, status: int) -> HttpResponse:
    guests, reviews = guests_of(clinic), reviews_of(clinic, begins=_begins(request), typed=_typed(request))
    options = [member for review in reviews for row in review.rows for member in row.options]
    read_numbers([*(guest.member for guest in guests), *options])
    expected = {guest.member.pk for guest in guests if guest.member}
    others = Attendance.objects.of(clinic).exclude(member__in=expected).select_related("member__registration")
    context = {
        "guests": guests,
        "others": others,
        "heads": heads_of(clinic),
        "reviews": reviews,
        "own_seat": OWN_SEAT,
        "form": form,
        "may_tick": desk.has_change_permission(request) and _has_begun(clinic),
        "most_heads": MOST_HEADS,
    }
    return desk.draw(request, clinic, "attendance", context, status=status)


def _has_begun(clinic: Clinic) -> bool:
    try:
        check_ticking(state=clinic.state, starts_at=clinic.starts_at, now=timezone.now())
    except CannotTick:
        return False
    return True


def _file(request: HttpRequest, clinic: Clinic, file_format: str) -> HttpResponse:
    """Return the list of those who signed up and were there; that it was taken stands in the log."""
    now = timezone.now()
    record_list_export(clinic=clinic, file_format=file_format, by=signed_in(request), now=now)
    file = io.BytesIO()
    if file_format == "csv":
        file.writelines(csv_of(table_of(clinic)))
    else:
        write_sheet(table_of(clinic), file)
    response = HttpResponse(file.getvalue(), content_type=_TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="clinic-{clinic.pk}-{now:%Y-%m-%d}.{file_format}"'
    return response


def _is_shown(clinic: Clinic) -> bool:
    return clinic.state in MAY_BE_JOINED


ATTENDANCE = Tab(
    "attendance",
    pgettext_lazy("part of a clinic's page", "Who was there"),
    _view,
    people=_people,
    asked=_asked,
    is_shown=_is_shown,
)
