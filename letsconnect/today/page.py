"""Today: all that waits for one member of the working group, in the order in which it is read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext

from clinics.cards import titles_of
from clinics.models import Clinic, ClinicQuerySet
from clinics.planning import waiting as clinics
from letsconnect.base.checks import DOUBTS_LAST
from letsconnect.base.clocks import database_now
from letsconnect.base.languages import listed
from letsconnect.base.lines import isolated
from letsconnect.base.models import MassAct, ProxyDoubt
from letsconnect.base.querysets import as_own
from letsconnect.base.statements import Statement, StatementOfSeats
from letsconnect.today.kinds import Now
from letsconnect.today.lines import Detail, Pressing, WaitingLine, in_order, moment_in_short
from letsconnect.today.waiting import counts_for, kinds_for
from mailings.domain.newsletters import NewsletterState
from mailings.ledger.lateness import lateness
from mailings.models import Newsletter
from mailings.newsletters.checking import links_gone_wrong
from matching.rounds.under_way import saying_steps, step_in_words
from registrations.models import ImportUpload, Member
from registrations.oldform.guesses import guesses_of
from registrations.oldform.reading.report import Line
from trust.domain import FEWEST_READERS
from trust.models import TrustSeat

MOST_DETAILS = 3  # rows of a line that have a sentence of their own below it

_DOUBTS = Statement(lambda since, hops: ProxyDoubt.standing(hops=hops, since=since).order_by("pk")[:1])


class Today(NamedTuple):
    """What waits, and where nothing does, what comes next: a sentence and, if there is one, its page."""

    lines: list[WaitingLine]
    comes_next: Detail | None = None


def today_of(member: Member, *, now: datetime) -> Today:
    """Return the page of this member."""
    lines = in_order(_lines(member, Now.of(now)))
    return Today(lines, None if lines or not member.is_staff else _next_clinic(member, now))


def _lines(member: Member, at: Now) -> Iterator[WaitingLine]:
    counts, details = counts_for(member, at), {}
    if member.is_staff:  # how the portal stands, and what waits there, is not for an editor of the newsletter
        yield from _what_stands_still(member)
        yield from _what_is_being_done(member)
        if "clinics_soon" in counts:
            details["clinics_soon"] = tuple(_clinics_soon(member, at))
        if "rounds" in counts:
            details["rounds"] = tuple(_steps_of_rounds(member))
        if "registrations" in counts:
            lane = reverse("admin:registrations_registration_lane")
            details["registrations"] = (Detail(gettext("Read them one by one"), lane),)
    if member.is_coordinator:
        yield from _what_coordinators_decide(member, at)
        if "uploads" in counts:
            details["uploads"] = tuple(_files_to_decide(member))
    for kind in kinds_for(member):
        if kind.name in counts:
            yield kind.line(*counts[kind.name])._replace(details=details.get(kind.name, ()))


def _what_stands_still(member: Member) -> Iterator[WaitingLine]:
    """Yield failures nobody else would notice: nothing is done by the clock, or letters are not sent.

    Coordinators are led to the page that says how the mail stands.
    """
    now = database_now()  # by which the tick ran, and letters are due
    board = reverse("admin:mailings_letter_board") if member.is_coordinator else ""
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
        yield WaitingLine(text, board, Pressing.FAILURE)
    elif late.are_letters_late and late.oldest_owed is not None:
        text = gettext("Emails have been waiting for up to %(long)s. Tell whoever runs the portal.")
        long = timesince(now - late.oldest_owed, now)
        yield WaitingLine(text % {"long": long}, board, Pressing.FAILURE)


def _what_is_being_done(member: Member) -> Iterator[WaitingLine]:
    """Yield how far each mass act is that this member has begun and a worker is at."""
    for act in MassAct.objects.running().filter(by=member).counting_rows():
        text = gettext("%(what)s: %(settled)d of %(total)d are done with") % {
            "what": act.label,
            "settled": act.settled_count,
            "total": act.rows_count,
        }
        yield WaitingLine(text, reverse("admin:base_massact_change", args=[act.pk]), Pressing.UNDER_WAY)


def _clinics_soon(member: Member, at: Now) -> Iterator[Detail]:
    """Yield the next clinics, each with its gaps."""
    mine = clinics.soon(Clinic.objects.looked_after_by(member), now=at.now, until=at.tomorrow_ends)
    rows = list(clinics.saying_gaps(mine).order_by("starts_at", "pk")[:MOST_DETAILS])
    titles = titles_of({clinic.pk: clinic.floor_language for clinic in rows})
    for clinic in rows:
        gaps = listed(clinics.gaps_in_words(clinic))
        text = gettext("%(moment)s: %(clinic)s. Still to settle: %(gaps)s")
        if not gaps:
            text = gettext("%(moment)s: %(clinic)s. Nothing is missing")
        words = {"moment": moment_in_short(clinic.starts_at), "clinic": isolated(titles[clinic.pk].text), "gaps": gaps}
        yield Detail(text % words, reverse("admin:clinics_clinic_change", args=[clinic.pk]))


def _steps_of_rounds(member: Member) -> Iterator[Detail]:
    """Yield the rounds under way, oldest first, each with its step and the next one."""
    for round_ in saying_steps(member)[:MOST_DETAILS]:
        counts: Any = round_  # which the queryset added
        step = step_in_words(
            state=round_.state,
            is_asked_for=round_.requested_at is not None,
            proposed=counts.proposed,
            approved=counts.approved,
        )
        text = gettext("%(round)s: %(step)s") % {"round": round_, "step": step}
        yield Detail(text, reverse("admin:matching_round_change", args=[round_.pk]))


def _files_to_decide(member: Member) -> Iterator[Detail]:
    """Yield the files that were read, the oldest first, each with what there is to look at."""
    uploads = ImportUpload.objects.visible_to(member).to_decide().order_by("uploaded_at", "pk")
    for upload in uploads.only("file_name", "counts", "lines")[:MOST_DETAILS]:
        guesses = len(guesses_of(Line(*line) for line in upload.lines))
        rows = upload.counts.get("rows", 0)
        text = gettext("%(file)s: %(guesses)s in %(rows)s") % {
            "file": isolated(upload.file_name),
            "guesses": ngettext("%(count)d guess", "%(count)d guesses", guesses) % {"count": guesses},
            "rows": ngettext("%(count)d row", "%(count)d rows", rows) % {"count": rows},
        }
        page = "admin:registrations_importupload_guesses" if guesses else "admin:registrations_importupload_change"
        yield Detail(text, reverse(page, args=[upload.pk]))


def _what_coordinators_decide(member: Member, at: Now) -> Iterator[WaitingLine]:
    yield from _issues_waiting_for(member)
    if TrustSeat.objects.current(on=at.on).count() < FEWEST_READERS:
        text = gettext("The trust team needs at least two members")
        yield WaitingLine(text, reverse("admin:trust_trustseat_changelist"))
    for doubt in _DOUBTS.rows({"since": at.now - DOUBTS_LAST}, hops=settings.PROXY_HOPS):
        text = gettext(
            "The setting PROXY_HOPS is wrong: %(why)s. Until somebody who runs the server mends it, one person's many "
            "sign-in codes can keep everybody else out."
        )
        yield WaitingLine(text % {"why": doubt.get_kind_display()}, "", Pressing.FAILURE)


def _issues_waiting_for(member: Member) -> Iterator[WaitingLine]:
    """Yield the issues of the newsletter that a second person has to confirm, and those that are paused, with why."""
    for newsletter in Newsletter.objects.waiting_for(member):
        text = gettext("Issue %(number)s of the newsletter waits for a second person to confirm it")
        if newsletter.state == NewsletterState.PAUSED:
            text = gettext("Issue %(number)s of the newsletter is paused: nobody else gets it until you go on")
        address = reverse("admin:mailings_newsletter_change", args=[newsletter.pk])
        words = " · ".join([text % {"number": newsletter.number}, *links_gone_wrong(newsletter)])
        yield WaitingLine(words, address, moment=newsletter.asked_at)


def _coming(reader: Member, now: datetime) -> ClinicQuerySet:
    rows = as_own(Clinic.objects.looked_after_by(reader).upcoming(now=now), ClinicQuerySet)
    return rows.announced().filter(starts_at__gt=now)


_NEXT = StatementOfSeats(
    lambda reader, now: _coming(reader, now).values_list("pk", "floor_language", "starts_at")[:1], asks_who_reads=True
)


def _next_clinic(member: Member, now: datetime) -> Detail | None:
    """Return the next clinic this member looks after; None if none is announced."""
    for key, spoken, starts_at in _NEXT.rows(member, {"now": now}):
        text = gettext("Next comes the clinic “%(clinic)s”: %(moment)s")
        words = {"clinic": isolated(titles_of({key: spoken})[key].text), "moment": moment_in_short(starts_at)}
        return Detail(text % words, reverse("admin:clinics_clinic_change", args=[key]))
    return None
