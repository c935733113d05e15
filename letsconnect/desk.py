"""Django's admin as the working group's desk: entered by the portal's own sign-in, never by a password.

Which rows somebody sees there is decided by each table: the queryset method that `WorkingGroupAdmin.scope` names.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from typing import Any, NamedTuple, NoReturn, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clinics.models import ChecklistItem
from letsconnect.base.admin import WorkingGroupAdmin
from letsconnect.base.checks import DOUBTS_LAST
from letsconnect.base.clocks import database_now
from letsconnect.base.links import path_or_nothing
from letsconnect.base.mass_acts import label_of
from letsconnect.base.models import MassAct, ProxyDoubt
from letsconnect.base.querysets import how_many
from letsconnect.base.statements import Statement, StatementOfSeats
from mailings.domain.newsletters import NewsletterState
from mailings.ledger.lateness import lateness
from mailings.models import Letter, Newsletter
from mailings.newsletters.checking import links_gone_wrong
from matching.models import Concern, Match
from registrations.models import Member, Registration
from registrations.requests import signed_in
from reports.views.desk import urls_of as urls_of_reports
from trust.domain import FEWEST_READERS
from trust.models import Report, TrustSeat

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_FOR_EVERY_SEAT = (None, "index", "app_list", "jsi18n", "logout")  # None: there is no such page


class WorkingGroupSite(AdminSite):
    """One admin site for the whole portal; what each seat may do is up to `WorkingGroupAdmin`."""

    site_header = _("Let's Connect: working group")
    site_title = _("Let's Connect")
    index_title = _("What there is to do")
    site_url = "/"
    enable_nav_sidebar = False  # the lists need the width

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any) -> None:
        """Register only our own tables.

        The tables of Django and allauth go by model permissions, which nobody here has, and would show every address to
        a superuser without an entry in the access log.
        """
        if admin_class is not None and issubclass(admin_class, WorkingGroupAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who has a seat. What that seat opens, `admin_view` asks, and then each page."""
        return request.user.is_authenticated and request.user.may_open_desk

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Refuse an editor of the newsletter every page that does not name that seat, whatever the page itself asks."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def for_this_seat(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request) and not self._is_of_this_seat(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return cast(View, for_this_seat)  # it takes and returns what the page does

    def _is_of_this_seat(self, request: HttpRequest) -> bool:
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in _FOR_EVERY_SEAT or signed_in(request).is_staff:
            return True
        tables = [
            f"{table._meta.app_label}_{table._meta.model_name}_"
            for table, page in self._registry.items()
            if getattr(page, "editors_may", None)
        ]
        return name is not None and name.startswith(tuple(tables))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's sign-in and back; explain to members without a seat that they have none."""
        target = path_or_nothing(request.GET.get("next", "")) or reverse("admin:index")
        if self.has_permission(request):
            return redirect(target)
        if request.user.is_authenticated:
            return render(request, "letsconnect/no_seat.html", status=403)
        return redirect_to_login(target, resolve_url("registrations:sign-in"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Start with the work that waits for this person."""
        return super().index(request, {"waiting": list(_waiting(signed_in(request))), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """Add the reports, which are no tables of the desk."""
        return [path("reports/", include(urls_of_reports(self))), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return Django's list of tables, made only where a page shows it: without a sidebar lists and forms do not."""
        tables = super().get_app_list
        return SimpleLazyObject(lambda: tables(request, app_label))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Answer 404: there are no passwords."""
        raise Http404

    password_change_done = password_change

    def autocomplete_view(self, request: HttpRequest) -> NoReturn:
        """Answer 404: no form of the desk uses it. People are chosen by name on a page that records the look."""
        raise Http404


class WaitingCounts(NamedTuple):
    """How much work of each kind waits for a member of the working group."""

    to_review: int
    to_decide: int
    to_publish: int
    to_look_after: int
    confided: int
    letters_to_settle: int
    readers: int  # how many the trust team has
    doubtful_addresses: int
    to_prepare: int  # for clinics, due or late
    running: int  # mass acts of theirs


def _count(reader: Member, on: date, today: date) -> QuerySet[Member, Any]:
    """The counts in one row; its SQL holds the days: that of the seats, and the reader's own."""
    matches = Match.objects.visible_to(reader)
    counted: dict[str, QuerySet[Any]] = {
        "to_review": Registration.objects.visible_to(reader).in_review_queue(),
        "to_decide": matches.waiting_at_desk(reader),
        "to_publish": matches.to_publish(),
        "to_look_after": Concern.objects.visible_to(reader).open(),
        "confided": Report.objects.readable_by(reader, on=on).waiting(),
        "letters_to_settle": Letter.objects.visible_to(reader).needing_a_person(),
        "readers": TrustSeat.objects.current(on=on),
        "doubtful_addresses": Member.objects.with_doubtful_address(),
        "to_prepare": ChecklistItem.objects.of(reader).due_by(today),
        "running": MassAct.objects.running().filter(by=reader),
    }
    row = Member.objects.filter(pk=reader.pk).annotate(**{name: how_many(rows) for name, rows in counted.items()})
    return row.values_list(*WaitingCounts._fields)


_COUNTS = StatementOfSeats(_count, asks_who_reads=True)
_DOUBTS = Statement(lambda since, hops: ProxyDoubt.standing(hops=hops, since=since).order_by("pk")[:1])


def _counts_for(member: Member) -> WaitingCounts:
    [counts] = _COUNTS.rows(member, on=timezone.now().date(), today=timezone.localdate())
    return WaitingCounts(*counts)


def _waiting(member: Member) -> Iterator[tuple[str, str]]:
    """Yield a sentence and an address for each kind of work that waits for this member of the working group.

    For an editor of the newsletter there is none: how the portal stands and what waits there is not theirs to see.
    """
    if not member.is_staff:
        return
    yield from _what_stands_still()
    counts = _counts_for(member)
    if counts.running:
        yield from _what_is_being_done(member)
    if reviews := counts.to_review:
        text = ngettext("%(count)d registration waits for review", "%(count)d registrations wait for review", reviews)
        yield text % {"count": reviews}, reverse("admin:registrations_registration_changelist")
    if proposed := counts.to_decide:
        text = ngettext("%(count)d match waits for a decision", "%(count)d matches wait for a decision", proposed)
        yield text % {"count": proposed}, _list_of("matching_match", waits="decision")
    if approved := counts.to_publish:
        text = ngettext(
            "%(count)d match is approved and not published",
            "%(count)d matches are approved and not published",
            approved,
        )
        yield text % {"count": approved}, reverse("admin:matching_round_changelist")
    if concerns := counts.to_look_after:
        text = ngettext("%(count)d person or pair to look after", "%(count)d people or pairs to look after", concerns)
        yield text % {"count": concerns}, reverse("admin:matching_concern_changelist")
    if due := counts.to_prepare:
        text = ngettext(
            "%(count)d thing you do for a clinic is due", "%(count)d things you do for clinics are due", due
        )
        yield text % {"count": due}, reverse("clinics:checklist-mine")
    if reports := counts.confided:
        text = ngettext(
            "%(count)d report waits for the trust team", "%(count)d reports wait for the trust team", reports
        )
        yield text % {"count": reports}, reverse("trust:report-list")
    if member.is_coordinator:
        yield from _issues_waiting_for(member)
    if member.is_coordinator and counts.readers < FEWEST_READERS:
        yield str(_("The trust team needs at least two members")), reverse("admin:trust_trustseat_changelist")
    if member.is_coordinator and (doubt := _doubt_about_proxies()):
        yield doubt, reverse("admin:index")
    if doubtful := counts.doubtful_addresses if member.is_coordinator else 0:
        text = ngettext(
            "%(count)d account has an address of which nobody knows whose it is",
            "%(count)d accounts have an address of which nobody knows whose it is",
            doubtful,
        )
        yield text % {"count": doubtful}, _list_of("registrations_member", has_doubtful_address__exact="1")
    if letters := counts.letters_to_settle:
        text = ngettext("%(count)d email needs a person", "%(count)d emails need a person", letters)
        yield text % {"count": letters}, reverse("admin:mailings_letter_board")


def _what_is_being_done(member: Member) -> Iterator[tuple[str, str]]:
    """Yield how far each mass act is that this member has begun and a worker is at."""
    for act in MassAct.objects.running().filter(by=member).counting_rows():
        text = gettext("%(what)s: %(settled)d of %(total)d are done with") % {
            "what": label_of(act),
            "settled": act.settled_count,
            "total": act.rows_count,
        }
        yield text, reverse("admin:base_massact_change", args=[act.pk])


def _issues_waiting_for(member: Member) -> Iterator[tuple[str, str]]:
    """Yield the issues of the newsletter that a second person has to confirm, and those that are paused, with why."""
    for newsletter in Newsletter.objects.waiting_for(member):
        text = gettext("Issue %(number)s of the newsletter waits for a second person to confirm it")
        if newsletter.state == NewsletterState.PAUSED:
            text = gettext("Issue %(number)s of the newsletter is paused: nobody else gets it until you go on")
        address = reverse("admin:mailings_newsletter_change", args=[newsletter.pk])
        yield " · ".join([text % {"number": newsletter.number}, *links_gone_wrong(newsletter)]), address


def _what_stands_still() -> Iterator[tuple[str, str]]:
    """Yield failures nobody else would notice: nothing is done by the clock, or letters are not sent."""
    now = database_now()  # by which the tick ran, and letters are due
    late = lateness(now=now)
    if late.is_tick_late:
        text = gettext(
            "The portal does nothing on its own: no email leaves, nobody is reminded. Tell whoever runs the portal."
        )
        if late.tick is not None:
            text = gettext(
                "The portal has done nothing on its own for %(long)s: no email leaves, nobody is reminded. Tell "
                "whoever runs the portal."
            ) % {"long": timesince(now - late.tick, now)}
        yield text, reverse("readyz")
    elif late.are_letters_late and late.oldest_owed is not None:
        text = gettext("Emails have been waiting for up to %(long)s. Tell whoever runs the portal.")
        yield text % {"long": timesince(now - late.oldest_owed, now)}, reverse("readyz")


def _doubt_about_proxies() -> str:
    doubts = _DOUBTS.rows({"since": timezone.now() - DOUBTS_LAST}, hops=settings.PROXY_HOPS)
    doubt = next(iter(doubts), None)
    if doubt is None:
        return ""
    text = _(
        "The setting PROXY_HOPS is wrong: %(why)s. Until somebody who runs the server mends it, one person's many "
        "sign-in codes can keep everybody else out."
    )
    return str(text) % {"why": doubt.get_kind_display()}


def _list_of(table: str, **filters: str) -> str:
    return f"{reverse(f'admin:{table}_changelist')}?{urlencode(filters)}"
