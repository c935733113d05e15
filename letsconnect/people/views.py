"""The addresses of the desk that find people and show one: registered by the desk's site (`letsconnect/desk.py`)."""

import unicodedata
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letsconnect.base import access_log
from letsconnect.base.access_log import PeopleShown
from letsconnect.base.keys import key_or_none
from letsconnect.base.paging import page_of
from letsconnect.people.counted import number_asked
from letsconnect.people.page import page_of_person
from letsconnect.people.timeline import LAST_PAGE
from letsconnect.people.who import PersonAtDesk, person_of_account, person_of_number, person_of_row
from registrations.accounts.finding_people import (
    LONGEST,
    SHARES,
    WISHES,
    FoundRow,
    owner_of_address,
    people_found,
    people_of_skill,
    skills_found,
)
from registrations.domain.looks import LookKind
from registrations.models import Member, Registration
from registrations.requests import signed_in
from registrations.skills.names import names_of

_WAYS = {
    SHARES: lambda name: _("People who share %(skill)s") % {"skill": name},
    WISHES: lambda name: _("People who want to learn %(skill)s") % {"skill": name},
}


def _with_plain_at(words: str) -> str:
    """Return the words with an at sign as addresses have it: keyboards of East Asia type a wide one, and an address out
    of a link has it quoted."""
    return unicodedata.normalize("NFKC", words).replace("%40", "@")


class PeoplePages:
    """The pages about people, of one admin site."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    @property
    def urls(self) -> list[URLPattern]:
        wrap = self.site.admin_view
        return [
            path("people/", wrap(self.find), name="person_find"),
            path("people/<int:number>/", wrap(self.person), name="person_detail"),
            path("people/account/<str:public_id>/", wrap(self.account), name="person_account"),
            path("people/counted/<slug:report>/<slug:table>/", wrap(self.counted), name="person_counted"),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        """List who was found. What is typed comes in a form that is posted, because it may be an address, which is to
        stand in no log and no history; words lead on to an address that can be kept."""
        reader = _reader(request)
        if request.method == "POST":
            return self._typed(request, reader, request.POST.get("q", "").strip()[:LONGEST])
        skill, way = key_or_none(request.GET.get("skill", "")), request.GET.get("as", "")
        if skill is not None and way in _WAYS:
            name = names_of([skill]).get(skill)
            if name is None:
                raise Http404
            return self._list(request, reader, people_of_skill(skill, way, reader=reader), title=_WAYS[way](name))
        words = request.GET.get("q", "").strip()[:LONGEST]
        return self._answer(request, reader, words)

    def _typed(self, request: HttpRequest, reader: Member, words: str) -> HttpResponse:
        if "@" in (address := _with_plain_at(words)):
            row = owner_of_address(address, reader=reader)
            person = row and person_of_row(row, reader=reader)
            if person:
                return redirect(person.path)
            said = _("Nobody among the people you look after signs in with exactly this address.")
            return self._page(request, {"title": _("Find a person"), "words": words, "said": said})
        people = people_found(words, reader=reader) if words else ()
        rows = list(people[:2])
        if len(rows) == 1 and not skills_found(words, reader=reader, language=_language()):
            person = person_of_row(FoundRow(*rows[0][:2]), reader=reader)
            if person:
                return redirect(person.path)
        return redirect(f"{reverse('admin:person_find')}?{urlencode({'q': words})}")

    def _answer(self, request: HttpRequest, reader: Member, words: str) -> HttpResponse:
        if not words:
            return self._page(request, {"title": _("Find a person")})
        skills = skills_found(words, reader=reader, language=_language())
        people = people_found(words, reader=reader)
        more: dict[str, Any] = {}
        if len(skills) == 1 and not people.exists():  # a skill was meant: here are its people, not "nobody"
            way = SHARES if skills[0].shares else WISHES
            people, more["found"] = people_of_skill(skills[0].key, way, reader=reader), _WAYS[way](skills[0].name)
        return self._list(request, reader, people, title=_("Find a person"), words=words, skills=skills, **more)

    def _list(
        self, request: HttpRequest, reader: Member, rows: Any, *, template: str = "find", **context: Any
    ) -> HttpResponse:
        page = page_of(rows, request)
        page.object_list = people = _people(page)
        kinds = {LookKind.REGISTRATIONS: PeopleShown(), LookKind.ACCOUNTS: PeopleShown()}
        for person in people:
            kinds[LookKind.REGISTRATIONS].registrations.update(person.shown.registrations)
            kinds[LookKind.ACCOUNTS].members.update(person.shown.members)
        for kind, shown in kinds.items():
            access_log.note(viewer=reader, people=shown, kind=kind, now=timezone.now())
        return self._page(request, {"page": page, "people": people, "is_list": True, **context}, template)

    def counted(self, request: HttpRequest, report: str, table: str) -> HttpResponse:
        """List exactly those whom a number of a report counts."""
        reader = _reader(request)
        number = number_asked(request, report=report, table=table, reader=reader)
        context = {"title": f"{number.table.title}: {number.column.label}", "number": number}
        if number.counted.clinics:
            page = page_of(number.clinics(), request)
            return self._page(request, {**context, "page": page}, "counted")
        people = number.people(reader)
        others = number.counted.number - people.count()
        return self._list(request, reader, people, template="counted", others=others, **context)

    def person(self, request: HttpRequest, number: int) -> HttpResponse:
        return self._show(request, person_of_number(number, reader=_reader(request)))

    def account(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show somebody who has handed in no registration; who has one, is shown by that."""
        person = person_of_account(public_id, reader=_reader(request))
        if person is not None and person.registration is not None:
            return redirect(person.path)
        return self._show(request, person)

    def _show(self, request: HttpRequest, person: PersonAtDesk | None) -> HttpResponse:
        if person is None:
            raise Http404
        reader = _reader(request)
        number = min(max(key_or_none(request.GET.get("page", "")) or 1, 1), LAST_PAGE)
        page = page_of_person(person, reader=reader, kind=request.GET.get("about", ""), number=number)
        now = timezone.now()
        access_log.note(viewer=reader, people=person.shown, kind=LookKind.PERSON, now=now)
        access_log.note(viewer=reader, people=page.timeline.others, kind=LookKind.MATCHES, now=now)
        return self._page(request, {"title": person.name, "page": page, "now": now, "zone": reader.zone}, "person")

    def _page(self, request: HttpRequest, context: dict[str, Any], template: str = "find") -> HttpResponse:
        values = {**self.site.each_context(request), **context}
        return TemplateResponse(request, f"admin/people/{template}.html", values)


def _people(page: "Page[Any]") -> list[PersonAtDesk]:
    """Return the people of these rows, in their order, in two statements."""
    rows = [FoundRow(*row[:2]) for row in page]
    registrations = Registration.objects.filter(pk__in=[row.registration for row in rows if row.registration])
    of_registrations = {row.pk: row for row in registrations.select_related("member", "group")}
    of_accounts = Member.objects.in_bulk([row.member for row in rows if row.member])
    people = []
    for row in rows:
        registration = of_registrations.get(row.registration or 0)
        member = registration.member if registration else of_accounts.get(row.member or 0)
        people.append(PersonAtDesk(registration, member))
    return people


def _reader(request: HttpRequest) -> Member:
    reader = signed_in(request)
    if not reader.is_staff:
        raise PermissionDenied
    return reader


def _language() -> str:
    return (get_language() or "en").split("-")[0]
