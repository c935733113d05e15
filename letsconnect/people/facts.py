"""What matters first about one person at the desk: no address, no way to reach them, nothing they need."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.models import Attendance, Clinic
from letsconnect.base.folding import plain
from letsconnect.base.languages import listed
from letsconnect.base.querysets import how_many
from letsconnect.base.templatetags.when import day
from letsconnect.base.zone_names import zone_in_words
from letsconnect.people.timeline import PageAsked
from matching.domain.matches import MatchState
from matching.domain.sessions import HELD
from matching.models import Match, Session
from registrations.answers.kinds import Words
from registrations.answers.questions import COLUMNS
from registrations.answers.rows_in_words import LANGUAGES, WINDOWS
from registrations.domain.registrations import UNTIL_THEY_RETURN
from registrations.models import Member, Offer, Registration, SpokenLanguage, Window, Wish, WorkingGroupSeat, heir_at
from registrations.skills.names import names_of


@dataclass(frozen=True)
class PersonFact:
    label: str
    words: str


_COUNTS: tuple[Promise, ...] = (
    gettext_lazy("Clinics they were at"),
    gettext_lazy("Matches under way"),
    gettext_lazy("Sessions held"),
)


def facts_of(asked: PageAsked) -> Iterator[PersonFact]:
    """Return the facts, to be asked for once the batch has run; those without an answer are left out."""
    reading = _facts(asked)
    next(reading)
    return (fact for fact in reading if fact is not None and fact.words)


def _facts(asked: PageAsked) -> Iterator[PersonFact | None]:
    registration, member = asked.person.registration, asked.person.member
    answers = _answers(asked, registration) if registration is not None else ()
    current = WorkingGroupSeat.objects.current(on=timezone.now().date())
    seats = asked.batch.add(current.filter(member=member, member__isnull=False).order_by("from_on", "pk"))
    counts = asked.batch.add(_counted(asked))
    yield None
    if registration is not None:
        yield PersonFact(_("Number"), f"#{registration.pk}")
        yield PersonFact(_("Region"), registration.get_region_display())
        yield from _of_registration(registration, *answers)
    elif member is not None:
        yield PersonFact(_("Number of the account"), member.public_id)
        yield PersonFact(_("Region"), member.get_region_display())
        yield PersonFact(_("Registration"), _("none sent"))
    yield PersonFact(_("Seats"), listed(seat.role_in_words for seat in seats))
    for label, count in zip(_COUNTS, next(iter(counts), ()), strict=False):
        yield PersonFact(str(label), localize(count) if count else "")


def _answers(asked: PageAsked, registration: Registration) -> tuple[QuerySet[Any, Any], ...]:
    own = Q(registration=registration)
    skills = (table.objects.filter(own).order_by("pk").values_list(heir_at("skill")) for table in (Offer, Wish))
    languages = SpokenLanguage.objects.filter(own).order_by("-is_preferred", "-level", "code")
    windows = Window.objects.filter(own).order_by("start")
    rows = (
        *skills,
        languages.values_list(*LANGUAGES.row._fields),
        windows.values_list(*WINDOWS.row._fields),
    )
    return tuple(map(asked.batch.add, rows))


def _of_registration(
    registration: Registration, shared: Any, wished: Any, languages: Any, windows: Any
) -> Iterator[PersonFact]:
    words = Words(get_language() or "en", {})
    yield PersonFact(_("State"), _state(registration))
    yield PersonFact(_("Country or territory"), listed(COLUMNS["country"].lines(registration, words)))
    yield PersonFact(_("Group"), str(registration.group or registration.group_other or ""))
    yield PersonFact(_("Main role"), str(registration.role or ""))
    yield PersonFact(_("Away until"), _until(registration))
    names = names_of({skill for (skill,) in (*shared, *wished)})
    yield PersonFact(_("Shares"), _named(shared, names))
    yield PersonFact(_("Wants to learn"), _named(wished, names))
    yield PersonFact(_("Speaks"), listed(LANGUAGES.lines(LANGUAGES.read(languages), words)))
    yield PersonFact(_("Free hours"), listed(WINDOWS.lines(WINDOWS.read(windows), words)))
    yield PersonFact(_("Time zone"), zone_in_words(registration.own_zone) if registration.own_zone else "")


def _named(rows: Sequence[tuple[int]], names: dict[int, str]) -> str:
    return listed(_by_name(names[skill] for (skill,) in rows))


def _by_name(names: Iterable[str]) -> list[str]:
    return sorted(names, key=plain)


def _state(registration: Registration) -> str:
    state, since = registration.get_state_display(), registration.reviewed_at or registration.submitted_at
    if not registration.is_claimed:
        state = listed([state, _("from the old form, taken over by nobody yet")])
    # Translators: the state of a registration, and since when, as in "approved since Mon 2 March 2026".
    return _("%(state)s since %(day)s") % {"state": state, "day": day(timezone.localdate(since))} if since else state


def _until(registration: Registration) -> str:
    today = timezone.now().date()
    until = [on for on in (registration.paused_until, registration.away_until) if on is not None and on > today]
    if not until:
        return ""
    return _("they come back by themselves") if max(until) == UNTIL_THEY_RETURN else day(max(until))


def _counted(asked: PageAsked) -> QuerySet[Any, Any]:
    """One row with the figures of the head, of what the reader may see."""
    registration, member, reader = asked.person.registration, asked.person.member, asked.reader
    clinics = Clinic.objects.looked_after_by(reader).order_by().values("pk")
    was_at = how_many(Attendance.objects.filter(member=member, member__isnull=False, clinic__in=clinics))
    if registration is None:
        return Member.objects.filter(pk=member.pk if member else 0).annotate(was_at=was_at).values_list("was_at")
    theirs = Q(learner=registration) | Q(sharer=registration)
    matches = Match.objects.visible_to(reader).filter(theirs)
    under_way = matches.filter(state__in=(MatchState.ASKED, MatchState.CONNECTED))
    sessions = (
        Session.objects.filter(theirs, match__in=matches.values("pk")).over(now=timezone.now()).filter(state__in=HELD)
    )
    counted = {"was_at": was_at, "under_way": how_many(under_way), "held": how_many(sessions)}
    return Registration.objects.filter(pk=registration.pk).annotate(**counted).values_list(*counted)
