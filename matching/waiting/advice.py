"""Tell somebody who waits for a match since when, why the last round found nobody, what would help, and what is next.

Nothing here says anything about another person, and a number of people is only told where it is not small.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from letsconnect.base.hours import next_monday
from letsconnect.base.lines import isolated
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.statements import Statement
from letsconnect.base.zone_names import zone_in_words
from letsconnect.base.zones import zone_or_utc
from matching.domain.matches import UNDECIDED, RoundState
from matching.models import Match, RoundParticipant
from registrations import documents
from registrations.domain.registrations import UNTIL_THEY_RETURN, BabelLevel, RegionWish, RegistrationState
from registrations.models import Registration, Skill, SpokenLanguage, Wish, has_agreed
from registrations.participation.next_round import with_what_a_match_needs
from registrations.reference.names import language_name
from registrations.skills.hints import FEWEST_COUNTED, answers_about

# Not left out: they learn from as many people as they want, which may be nobody, or are not here.
CONTENT = ("learning_enough", "wants_nobody", "not_here")
_WHY = {
    "too_few_hours": gettext_lazy("You are free for fewer hours a week than a match needs."),
    "no_offer": gettext_lazy("Nobody who takes part shares yet what you wish to learn."),
    "no_free_place": gettext_lazy("Those who share what you wish to learn had no place left."),
    "region_wishes": gettext_lazy(
        "Where your match should be from did not go together with those who could have helped."
    ),
    "no_shared_language": gettext_lazy("You shared no language, spoken well enough, with those who could have helped."),
    "kept_apart": gettext_lazy("Those who would suit you could not be had this time."),
    "no_hour_in_common": gettext_lazy("You had no hour of the week in common with those who could have helped."),
    "places_taken": gettext_lazy("Somebody could have helped you, but this time every place went to others."),
    "": gettext_lazy(
        "The working group looked at what the round found, and nothing of it would have worked well for you."
    ),
}


@dataclass(frozen=True)
class Advice:
    """One thing that would help; ``step`` is where it can be changed, ``is_done`` whether that has happened since."""

    sentence: str
    step: str = ""
    do: str = ""
    is_done: bool = False


@dataclass(frozen=True)
class WaitingStatus:
    """Whether somebody waits for a match, and what they are told. ``state`` is one of the words below."""

    state: str
    since: datetime | None = None
    round_at: datetime | None = None
    why: str = ""
    advice: tuple[Advice, ...] = ()
    changed_at: datetime | None = None  # since the round
    is_prepared: bool = False  # a round they are part of is being looked at now

    @property
    def got_nothing(self) -> bool:
        return self.state == LEFT_OUT


NOT_IN, NOT_AGREED, RESTING, NO_WISH, NO_ROOM = "not_in", "not_agreed", "resting", "no_wish", "no_room"
TOO_FEW_HOURS = "too_few_hours"
MATCHED, FIRST_ROUND, LEFT_OUT, NEXT_ROUND = "matched", "first_round", "left_out", "next_round"


def of_learners() -> QuerySet[RoundParticipant]:
    """Participations in published rounds of people who looked for somebody to learn from and had room for a match."""
    wishing = Q(is_learner=True) | ~Q(left_out="")
    return RoundParticipant.objects.filter(wishing, round__state=RoundState.PUBLISHED).exclude(left_out__in=CONTENT)


def empty_handed() -> QuerySet[RoundParticipant]:
    """Those of these who were asked about nobody, in the round or since; while a proposal for them is undecided, they
    do not count."""
    theirs = Match.objects.filter(learner=OuterRef("registration"))
    in_the_round = theirs.filter(Q(asked_at__isnull=False) | Q(state__in=UNDECIDED), round=OuterRef("round"))
    since = theirs.filter(asked_at__gte=OuterRef("round__published_at"))
    at_the_moment = theirs.live().filter(asked_at__isnull=False)
    return of_learners().filter(~Exists(in_the_round), ~Exists(since), ~Exists(at_the_moment))


def waiting_status(registration: Registration | None, *, now: datetime) -> WaitingStatus:
    """Say whether somebody waits for a match, and what they are told. Reads what is stored about them in one statement,
    and what advice names in three more."""
    if registration is None or registration.state != RegistrationState.APPROVED:
        return WaitingStatus(NOT_IN)
    stored = _StoredStatus(registration, on=now.date())
    standing, last = stored.standing, stored.last_round
    if not standing.has_agreed:
        return WaitingStatus(NOT_AGREED)
    if registration.is_resting(on=now.date()):
        return WaitingStatus(RESTING)
    if standing.is_matched:
        return WaitingStatus(MATCHED)
    if not registration.can_learn_from:
        return WaitingStatus(NO_ROOM)
    if not stored.wishes:
        return WaitingStatus(NO_WISH)
    is_left_out = last is not None and last.is_empty_handed  # then the reason and what would help are told
    if not (standing.has_hours or is_left_out):
        return WaitingStatus(TOO_FEW_HOURS)
    since = standing.last_over or registration.submitted_at or registration.made_at
    if registration.claimed_at is not None:  # nobody could be looked for before it was taken over from the old form
        since = max(since, registration.claimed_at)
    if last is None and standing.last_over is None:
        return WaitingStatus(FIRST_ROUND, since=since, is_prepared=standing.is_prepared)
    if last is None or not last.is_empty_handed:
        return WaitingStatus(NEXT_ROUND, since=since, is_prepared=standing.is_prepared)
    return WaitingStatus(
        LEFT_OUT,
        since=since,
        round_at=last.published_at,
        why=str(_WHY.get(last.left_out, _WHY[""])),
        advice=tuple(_in_words(last.advice, stored, start=last.weeks_from, now=now)),
        changed_at=registration.changed_at if registration.changed_at > last.read_at else None,
        is_prepared=standing.is_prepared,
    )


@dataclass(frozen=True)
class _Standing:
    """What decides whether somebody can wait for a match at all."""

    has_agreed: bool
    is_matched: bool
    is_prepared: bool  # a round they are part of is being looked at now
    last_over: datetime | None  # when the last match they were asked about ended
    has_hours: bool  # is free for as long as the rules of matching ask


@dataclass(frozen=True)
class _LastRound:
    """What came of the newest published round for somebody who took part in it as a learner."""

    left_out: str
    advice: Sequence[Mapping[str, Any]]
    is_empty_handed: bool
    published_at: datetime
    read_at: datetime  # when their answers were read
    weeks_from: date  # the Monday of the first week the round compared

    @classmethod
    def of(cls, participant: Any) -> "_LastRound":
        """Read a row of `_last_round`."""
        round_ = participant.round
        read_at = round_.started_at or round_.published_at
        monday = round_.statistics.get("weeks_from")
        return cls(
            left_out=participant.left_out,
            advice=participant.advice,
            is_empty_handed=participant.is_empty_handed,
            published_at=round_.published_at,
            read_at=read_at,
            weeks_from=date.fromisoformat(monday) if monday else next_monday(read_at.date()),
        )


class _StoredStatus:
    """What is stored about somebody who may be waiting, read in one statement."""

    def __init__(self, registration: Registration, *, on: date) -> None:
        batch = QueryBatch()
        mine = {"registration": registration}
        standings = batch.add(_STANDING.queryset(mine, on=on, versions=documents.all_counting(on=on)))
        wishes = batch.add(_WISHES.queryset(mine))
        languages = batch.add(_LANGUAGES.queryset(mine))
        rounds = batch.add(_LAST_ROUND.queryset(mine))
        batch.run()
        self.registration = registration
        row = standings[0]
        self.standing = _Standing(row.has_agreed, row.is_matched, row.is_prepared, row.last_over, row.has_hours)
        self.wishes = set(wishes)
        self.languages = dict(languages)
        self.last_round = _LastRound.of(rounds[0]) if rounds else None


def _standing(registration: Registration, *, on: date, versions: tuple[tuple[str, ...], ...]) -> QuerySet[Registration]:
    """The registration with the columns of `_Standing`; its SQL holds the day, and the versions that count on it."""
    asked = Match.objects.filter(learner=OuterRef("pk"), asked_at__isnull=False)
    over = asked.filter(closed_at__isnull=False).order_by("-closed_at").values("closed_at")
    looked_at = RoundParticipant.objects.filter(registration=OuterRef("pk"), round__state=RoundState.PROPOSED)
    return with_what_a_match_needs(Registration.objects.filter(pk=registration.pk)).annotate(
        has_hours=ExpressionWrapper(
            GreaterThanOrEqual(F("free_minutes"), F("least_minutes")), output_field=BooleanField()
        ),
        has_agreed=ExpressionWrapper(has_agreed(on=on), output_field=BooleanField()),
        is_matched=Exists(asked.live()),
        last_over=Subquery(over[:1]),
        is_prepared=Exists(looked_at),
    )


def _last_round(registration: Registration) -> QuerySet[RoundParticipant]:
    """Their part in the newest published round they learnt in, with ``is_empty_handed``: they got nothing of it."""
    mine = of_learners().filter(registration=registration).order_by("-round__published_at", "-round_id")
    nothing = empty_handed().filter(pk=OuterRef("pk"))
    return mine.select_related("round").annotate(is_empty_handed=Exists(nothing))[:1]


_STANDING, _LAST_ROUND = Statement(_standing), Statement(_last_round)
_WISHES = Statement(lambda registration: Wish.objects.filter(registration=registration).values_list("skill", flat=True))
_LANGUAGES = Statement(
    lambda registration: SpokenLanguage.objects.filter(registration=registration).values_list("code", "level")
)


@dataclass(frozen=True)
class _AdviceReader:
    """What the sentences need to know about the learner who reads them."""

    registration: Registration
    wishes: set[int]
    names: Mapping[int, Skill]
    languages: Mapping[str, int]
    start: date = field(kw_only=True)
    back_on: Mapping[int, date] = field(kw_only=True)  # when the first is back who shares a skill, and is away now

    @property
    def zone(self) -> ZoneInfo:
        return zone_or_utc(self.registration.own_zone)


def _in_words(
    changes: Sequence[Mapping[str, Any]], stored: _StoredStatus, *, start: date, now: datetime
) -> Iterable[Advice]:
    """Say the engine's changes in words. Leaves out those of a kind that this release does not have, and those about a
    skill that is shared by now or that the learner does not wish any more."""
    named = {change["skill"] for change in changes if change.get("skill")}
    names = {skill.pk: skill for skill in Skill.objects.with_names().filter(pk__in=named)}
    # A skill may have been merged since the round; its heir is what people share, and what is named here.
    heirs = {pk: skill.heir.pk for pk, skill in names.items()}
    sharing = answers_about(heirs.values(), besides=stored.registration.member, on=now.date())
    reader = _AdviceReader(
        stored.registration,
        stored.wishes,
        names,
        stored.languages,
        start=start,
        back_on={skill: answer.back_on for skill, answer in sharing.items() if answer.back_on is not None},
    )
    for change in changes:
        shared = sharing.get(heirs.get(change.get("skill", 0), 0))
        if change.get("kind") == "nobody_shares" and shared is not None and shared.people:
            continue
        say = _SAYERS.get(change.get("kind", ""))
        advice = say(change, reader) if say else None
        if advice is not None:
            yield advice


def _more_hours(change: Mapping[str, Any], reader: _AdviceReader) -> Advice:
    hours = change.get("hours") or 1
    if change.get("day") is None or change.get("from_hour") is None or change.get("to_hour") is None:
        sentence = ngettext(
            "%(hours)d more free hour a week would help.",
            "%(hours)d more free hours a week would help.",
            hours,
        ) % {"hours": hours}
    else:
        # The hour begins before ``to_hour``, so it may end an hour later.
        start, end = (_local(change["day"], hour, reader) for hour in (change["from_hour"], change["to_hour"] + 1))
        sentence = ngettext(
            "%(hours)d more free hour a week would do, if it is the right one: it lies on %(day)s between %(start)s "
            "and %(end)s (%(zone)s). Free all of that time, you would have it for sure.",
            "%(hours)d more free hours a week would do, if the right one is among them: it lies on %(day)s between "
            "%(start)s and %(end)s (%(zone)s). Free all of that time, you would have it for sure.",
            hours,
        ) % {
            "hours": hours,
            "day": WEEKDAYS[start.weekday()],
            "start": f"{start:%H:%M}",
            "end": f"{end:%H:%M}",
            "zone": zone_in_words(str(reader.zone)),
        }
    return Advice(sentence, "when", _("Change when I am free"))


def _local(day: int, hour: int, reader: _AdviceReader) -> datetime:
    """An hour of the UTC week, as the reader's clock showed it in the first week that was compared. People are free by
    their clocks, so the hour stays there when clocks are changed."""
    monday = datetime.combine(reader.start, time(), tzinfo=UTC)
    return (monday + timedelta(days=day, hours=hour)).astimezone(reader.zone)


def _language(change: Mapping[str, Any], reader: _AdviceReader) -> Advice:
    code, level = change["code"], change["level"]
    sentence = _(
        "Do you speak %(language)s, at level “%(level)s” or better? Then add it: it is spoken by those who could help."
    ) % {"language": language_name(code, get_language() or "en"), "level": BabelLevel(level).label}
    return Advice(sentence, "languages", _("Change my languages"), is_done=reader.languages.get(code, 0) >= level)


def _region_wish(_change: Mapping[str, Any], reader: _AdviceReader) -> Advice:
    return Advice(
        _("Somebody suits you from another region than you asked for: let your match be from anywhere."),
        "how-much",
        _("Change where my match is from"),
        is_done=reader.registration.region_wish == RegionWish.EITHER,
    )


def _more_places(change: Mapping[str, Any], _reader: _AdviceReader) -> Advice:
    places = change.get("places") or 1
    sentence = ngettext(
        "Learn from %(places)d more person at once, and somebody can be found for you.",
        "Learn from %(places)d more people at once, and somebody can be found for you.",
        places,
    ) % {"places": places}
    return Advice(sentence, "how-much", _("Change how many people I learn from"))


def _sharers_full(change: Mapping[str, Any], reader: _AdviceReader) -> Advice | None:
    skill = _wished(change, reader)
    if skill is None:
        return None
    sentence = _(
        "Those who share %(skill)s have no place left. A place becomes free as others finish; a further wish may be "
        "met sooner."
    ) % {"skill": isolated(skill)}
    return Advice(sentence, "learn", _("Add a wish"))


def _nobody_shares(change: Mapping[str, Any], reader: _AdviceReader) -> Advice | None:
    skill = _wished(change, reader)
    if skill is None:
        return None
    waiting, back_on = change.get("waiting") or 0, reader.back_on.get(skill.heir.pk)
    if back_on == UNTIL_THEY_RETURN:
        sentence = _("Somebody shares %(skill)s, but does not take part at the moment.") % {"skill": isolated(skill)}
    elif back_on is not None:
        sentence = _("Somebody shares %(skill)s, but is away until %(day)s.") % {
            "skill": isolated(skill),
            "day": date_format(back_on),
        }
    elif waiting < FEWEST_COUNTED:
        sentence = _("Nobody shares %(skill)s yet. Your wish helps to plan a clinic about it.") % {
            "skill": isolated(skill)
        }
    else:
        sentence = ngettext(
            "Nobody shares %(skill)s yet, and %(count)d person waits for it: a clinic may come sooner than a match.",
            "Nobody shares %(skill)s yet, and %(count)d people wait for it: a clinic may come sooner than a match.",
            waiting,
        ) % {"skill": isolated(skill), "count": waiting}
    return Advice(sentence, "learn", _("Add a wish"))


def _wait(_change: Mapping[str, Any], _reader: _AdviceReader) -> Advice:
    return Advice(_("We found no single change of yours that would find you somebody today. Every round looks anew."))


def _wished(change: Mapping[str, Any], reader: _AdviceReader) -> Skill | None:
    """The skill a change is about, if the reader still wishes it."""
    skill = reader.names.get(change.get("skill", 0))
    return skill if skill is not None and {skill.pk, skill.heir.pk} & reader.wishes else None


_SAYERS: dict[str, Callable[[Mapping[str, Any], _AdviceReader], Advice | None]] = {
    "region_wish": _region_wish,
    "more_hours": _more_hours,
    "language": _language,
    "more_places": _more_places,
    "sharers_full": _sharers_full,
    "nobody_shares": _nobody_shares,
    "wait": _wait,
}
