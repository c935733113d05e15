"""What the pages of one clinic at the desk share: which tab is open, its version, and whom it names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.models import Clinic, Rsvp
from clinics.notices.changes import WrittenSoFar, letters_that_wait, people_told
from letsconnect.base import versions
from letsconnect.base.access_log import PeopleShown, people_on
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.once_more import BACK, ConfirmationPage, NotConfirmed, carried_on
from letsconnect.base.statements import Inquiry
from registrations.requests import signed_in

TabView = Callable[["ClinicDesk", HttpRequest, Clinic], HttpResponse]


def _nobody(_clinic: Clinic) -> PeopleShown:
    return PeopleShown()


def _nothing(_clinic: Clinic) -> Mapping[str, Any]:
    return {}


def _asks_nothing(_clinic: Clinic) -> Iterable[Inquiry[Any]]:
    return ()


def _always(_clinic: Clinic) -> bool:
    return True


@dataclass(frozen=True)
class Tab:
    """One tab of a clinic's page. ``name`` is the last word of its address, and of the name of that address.

    A tab that is a form of rows says which ``inlines`` it has, and takes `form_of_rows` as its view.
    """

    name: str
    label: Any
    view: TabView
    inlines: tuple[type[InlineModelAdmin], ...] = ()
    # What of the clinic's rows the tab shows, so that two people in one tab do not overwrite each other: see
    # `ClinicDesk.facts`. Two people in different tabs do not disturb each other.
    facts: Callable[[Clinic], Mapping[str, Any]] = _nothing
    people: Callable[[Clinic], PeopleShown] = _nobody  # whom it names: they can read who looked
    asked: Callable[[Clinic], Iterable[Inquiry[Any]]] = _asks_nothing  # what it reads, together with what is around it
    is_shown: Callable[[Clinic], bool] = _always

    def url(self, clinic: Clinic) -> str:
        return reverse(f"admin:clinics_clinic_{self.name}", args=[clinic.pk])


class ClinicDesk(WorkingGroupAdmin[Clinic]):
    """The desk's page of one clinic, without its tabs: see `clinics.admin.room` for those."""

    shows, look = ("member",), "clinic"  # of those signed up; a tab says itself whom it names
    liaisons_may = frozenset({"view", "change", "add"})
    scope = "looked_after_by"
    change_form_template = "clinics/admin/tab_form.html"
    tabs: ClassVar[Sequence[Tab]] = ()

    def clinic_for(self, request: HttpRequest, clinic_id: int | str) -> Clinic:
        """Return the clinic if the reader looks after it; there is no such page for everybody else."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "GET":  # the form of the tab asks for it, too
            clinic = self.get_object(request, str(clinic_id))
            if clinic is None:
                raise Http404
            return clinic
        clinics = Clinic.objects.looked_after_by(signed_in(request)).for_pages(now=timezone.now())
        return get_object_or_404(clinics, pk=clinic_id)

    def may_change(self, request: HttpRequest, clinic: Clinic) -> bool:
        """Tell whether what is planned of this clinic can still be changed by the reader."""
        return self.has_change_permission(request, clinic)

    def has_change_permission(self, request: HttpRequest, obj: Clinic | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_to_come)

    def people_on(self, rows: Iterable[Clinic]) -> PeopleShown:
        """Return the people the clinics' pages name, whatever the tab: those who signed up."""
        return people_on(Rsvp.objects.filter(clinic__in=[row.pk for row in rows]).active(), self.shows)

    # The version of a tab

    def facts(self, request: HttpRequest, obj: Clinic) -> dict[str, Any]:
        """Return what the open tab shows; of an act, which has no tab, all that people are told of the clinic."""
        tab = getattr(request, "tab", None)
        if tab is None:
            return facts_of_act(obj)
        if tab.name == "change":
            return super().facts(request, obj)
        rows = {name: fact for name, fact in super().facts(request, obj).items() if not name.startswith("column:")}
        return {**versions.columns_of(obj, ("state",)), **rows, **tab.facts(obj)}

    # Drawing

    def draw(
        self, request: HttpRequest, clinic: Clinic, template: str, context: Mapping[str, Any], *, status: int = 200
    ) -> HttpResponse:
        """Show the open tab: ``template`` extends `clinics/admin/tab.html` and fills its block ``tab``."""
        values = {**self.admin_site.each_context(request), **self.frame(request, clinic), "opts": self.opts, **context}
        return TemplateResponse(request, f"clinics/admin/{template}.html", values, status=status)

    def frame(self, request: HttpRequest, clinic: Clinic) -> dict[str, Any]:
        """Return what stands around each tab; the room says it."""
        return {}

    def asked_once_more(
        self,
        request: HttpRequest,
        question: ConfirmationPage,
        *,
        back: str,
        opened: str = "",
        carried: Iterable[Any] = (),
        brings_back: str = "",
    ) -> HttpResponse:
        """Show the page that asks; with ``brings_back``, a field, its way back posts what was typed."""
        context = {
            **self.admin_site.each_context(request),
            **question.context(request, back=back),
            "opts": self.opts,
            "opened": opened,
            "carried": carried,
            "brings_back": brings_back,
        }
        return TemplateResponse(request, "admin/once_more.html", context)

    def asked_before_saving(self, request: HttpRequest, question: ConfirmationPage, *, back: str) -> HttpResponse:
        """Ask once more before a form is saved, with all that was typed into it."""
        opened, carried = request.POST.get(versions.FIELD, ""), carried_on(request, besides=[versions.FIELD])
        return self.asked_once_more(request, question, back=back, opened=opened, carried=carried, brings_back=BACK)


def ask_who_is_told(request: HttpRequest, clinic: Clinic, *, since: WrittenSoFar) -> None:
    """Raise NotConfirmed, within the transaction that changed a clinic, unless a page has said how many are written to.

    What is counted is what the change itself has owed: whoever calls this undoes it then.
    """
    people = people_told(clinic, since=since)
    button = ngettext("Save, and send %(count)d email", "Save, and send %(count)d emails", people)
    written = ngettext("%(count)d email goes out.", "%(count)d emails go out.", people)
    question = ConfirmationPage(
        title=_("Save this change of “%(clinic)s”?") % {"clinic": clinic},
        sentences=(
            written % {"count": people},
            _("They tell what changed, to those who come or wait and to the people of the clinic whom it concerns."),
            _("They wait for a few minutes: until then it can be changed back."),
        ),
        button=button % {"count": people},
        people=people,
    )
    if people and not question.is_answered_by(request):
        raise NotConfirmed(question)


def say_who_is_told(request: HttpRequest, clinic: Clinic) -> None:
    """Say how many letters about what was changed go out, if any; until then it can be changed back."""
    if waiting := letters_that_wait(clinic):
        text = ngettext(
            "%(count)d email about what changed goes out in a few minutes.",
            "%(count)d emails about what changed go out in a few minutes.",
            waiting,
        )
        messages.info(request, text % {"count": waiting})


def facts_of_act(clinic: Clinic) -> dict[str, Any]:
    """Return the version of a clinic at which an act was asked for: its columns, and its texts."""
    return {**versions.columns_of(clinic), "texts": versions.all_rows(clinic.texts.all())}


class NoColumns(ModelForm):
    """The form of a tab of which only the rows can be typed into, and no column of the clinic itself."""

    class Meta:
        model = Clinic
        fields: ClassVar[list[str]] = []


def form_of_rows(desk: ClinicDesk, request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Show and save the inlines of the open tab, with Django's own form."""
    return desk.changeform_view(request, str(clinic.pk), "", desk.frame(request, clinic))
