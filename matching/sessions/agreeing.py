"""Two people agree on an hour: propose, confirm, move, cancel.

Every change locks their match first, so that two changes at once come one after the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from letsconnect.base import acts, busy, versions
from letsconnect.base.hours import Span
from letsconnect.base.lines import isolated
from letsconnect.base.statements import Statement
from matching.domain.matches import NotYourMatch, ReasonMissing, Side, TooOften
from matching.domain.sessions import (
    LINKS_AN_HOUR,
    PACE,
    PROPOSALS_AN_HOUR,
    USUAL_MINUTES,
    WHY_CANCELLED_BY_PERSON,
    ChosenTime,
    HourTaken,
    LinkChanged,
    NothingToAgree,
    SessionChanged,
    SessionState,
    WhyCancelled,
    check_not_begun,
    check_still_ahead,
    check_times,
)
from matching.locking import lock_match, lock_people
from matching.models import Match, ProposedTime, Session
from matching.sessions.busy import NAME as SESSIONS
from matching.sessions.changing import cancel, change, drop_times, locked, owe_letter, to_lock
from matching.sessions.rooms import new_room
from matching.words import reasons
from registrations.models import Member

NO_SESSION = ""
_OTHER_BUSY = gettext_lazy("The other person cannot meet at that time any more. Please choose another one.")


def seen_as(session: Session | None) -> str:
    """Return the version of the session that a page shows, so that a button pressed on a stale page is refused."""
    return f"{session.pk}.{session.version}" if session else NO_SESSION


def link_seen_as(session: Session | None) -> str:
    """Return the version of the link to the call that a page shows: reminders and times do not change it."""
    return versions.fingerprint(session.call_link if session else "")


@transaction.atomic
def propose_times(
    *,
    match: Match,
    times: Sequence[ChosenTime],
    seen_version: str,
    by: Member,
    now: datetime,
    minutes: int = USUAL_MINUTES,
) -> Session:
    """Propose up to three times to the other side: for a first hour, instead of theirs, or to move the agreed one.

    An agreed hour stays until the other confirms another one. Proposing again before they answered replaces one's own
    times, and the letter, which waits until nothing changes for a minute, says the newest. Raises TooOften for somebody
    who proposes again and again.
    """
    match, side = _connected_match(match, by=by, now=now)
    session = _current_session(match, seen_version=seen_version, now=now)
    check_times(times, now=now)
    _check_pace(match, "propose_times", PROPOSALS_AN_HOUR, by=by, now=now)
    for time in times:
        _check_free(match, time.starts_at, time.starts_at + timedelta(minutes=minutes), besides=session, by=by)
    _check_free_elsewhere(
        match, [(time.starts_at, time.starts_at + timedelta(minutes=minutes)) for time in times], by=by, now=now
    )
    if session is None:
        session = Session(match=match, learner=match.learner, sharer=match.sharer, made_at=now, made_by=by)
    was = session.state if session.pk else ""
    is_still_their_turn = session.waiting_for == side.other
    session.waiting_for, session.minutes, session.version = side.other, minutes, session.version + 1
    session.turn += 0 if is_still_their_turn else 1
    if session.pk:
        session.save(update_fields=["waiting_for", "minutes", "version", "turn"])
        session.times.all().delete()
    else:
        session.call_link = _link_of_last_time(match)
        session.save()
    ProposedTime.objects.bulk_create(
        ProposedTime(
            session=session,
            number=number,
            starts_at=time.starts_at,
            local_date=time.local_date,
            local_time=time.local_time,
            zone=time.zone,
        )
        for number, time in enumerate(times, start=1)
    )
    acts.record(by=by, verb="propose_times", on=session, now=now, was=was, became=session.state)
    owe_letter(session, side.other, letter="proposed", occasion=str(session.version), now=now)
    return session


@transaction.atomic
def confirm_time(*, session: Session, starts_at: datetime, seen_version: str, by: Member, now: datetime) -> Session:
    """Agree on one of the proposed times; both get it for their calendars, and a moved hour replaces the one before.

    Both registrations are locked while their other hours are looked at; the exclusion constraint is the last defence.
    """
    match, side = _connected_match(session.match, by=by, now=now)
    if _has_just_agreed(match, starts_at, seen_version=seen_version, now=now):
        return match.sessions.open(now=now).get(starts_at=starts_at)
    session = _open_session(match, seen_version=seen_version, now=now)
    if session.waiting_for != side:
        raise NothingToAgree(_("It is the other person’s turn to choose one of these times."))
    chosen = session.times.filter(starts_at=starts_at).first()
    if chosen is None:
        raise SessionChanged(_CHANGED)
    check_still_ahead(starts_at, now=now)
    lock_people([match])
    ends_at = starts_at + timedelta(minutes=session.minutes)
    _check_free(match, starts_at, ends_at, besides=session, by=by)
    _check_free_elsewhere(match, [(starts_at, ends_at)], by=by, now=now)
    is_moved = session.state == SessionState.CONFIRMED
    was = session.state
    _write_the_hour(session, chosen, sequence=session.sequence + (1 if is_moved else 0), now=now)
    verb = "move_session" if is_moved else "agree_on_session"
    acts.record(by=by, verb=verb, on=session, now=now, was=was, became=session.state)
    for reader in Side:
        owe_letter(session, reader, letter="moved" if is_moved else "agreed", occasion=str(session.sequence), now=now)
    return session


@transaction.atomic
def keep_the_hour(*, session: Session, seen_version: str, by: Member, now: datetime) -> Session:
    """Drop the times proposed for moving an agreed hour; whoever wished to move it is told that it stays."""
    match, side = _connected_match(session.match, by=by, now=now)
    session = _open_session(match, seen_version=seen_version, now=now)
    if not session.is_being_moved:
        raise NothingToAgree(_("Nobody has proposed to move this session."))
    was_asked = session.waiting_for == side
    drop_times(session)
    acts.record(by=by, verb="keep_the_hour", on=session, now=now, was=session.state, became=session.state)
    if was_asked:
        owe_letter(session, side.other, letter="kept", occasion=str(session.turn), now=now)
    return session


@transaction.atomic
def cancel_session(
    *, session: Session, why: WhyCancelled | str, note: str = "", seen_version: str, by: Member, now: datetime
) -> Session:
    """Cancel an agreed hour, or stop looking for one; the other gets a kind letter with the words given here."""
    if why not in WHY_CANCELLED_BY_PERSON:
        raise ReasonMissing(_("Choose a reason."))
    match, side = _locked_match(session.match, by=by)
    session = _open_session(match, seen_version=seen_version, now=now)
    was = session.state
    cancel(session, why=WhyCancelled(why), by=by, now=now, note=note)
    if was == SessionState.PROPOSED:
        owe_letter(session, side.other, letter="dropped", occasion="end", now=now)
    return session


@transaction.atomic
def set_call_link(*, session: Session, link: str, seen_version: str = "", by: Member, now: datetime) -> Session:
    """Keep where the two will talk, and tell the other that it was said; neither log nor letter says what it is.

    Both can set it. ``seen_version`` is the link that the page showed: raises LinkChanged where another one was set
    since.
    """
    match, side = _connected_match(session.match, by=by, now=now)
    sessions = locked(match.sessions.open(now=now).filter(pk=session.pk))
    if not sessions:
        raise NothingToAgree(_IS_OVER)
    [session] = sessions
    if session.call_link != link:
        if seen_version and seen_version != link_seen_as(session):
            raise LinkChanged(_CHANGED)
        _check_pace(match, "set_call_link", LINKS_AN_HOUR, by=by, now=now)
        session.call_link = link
        session.full_clean(validate_unique=False, validate_constraints=False)
        session.save(update_fields=["call_link"])
        act = acts.record(by=by, verb="set_call_link", on=session, now=now, was=session.state, became=session.state)
        if session.state == SessionState.CONFIRMED:
            letter = "link" if link else "unlinked"
            owe_letter(session, side.other, letter=letter, occasion=str(act.pk), now=now)
    return session


@transaction.atomic
def make_room(*, session: Session, by: Member, now: datetime) -> Session:
    """Give the two a new room to talk in; where one of them has said already where they talk, that stays."""
    match, _side = _connected_match(session.match, by=by, now=now)
    stored = match.sessions.open(now=now).filter(pk=session.pk).first()
    if stored is not None and stored.call_link:
        return stored
    return set_call_link(session=session, link=new_room(), by=by, now=now)


_TOO_OFTEN = {
    "propose_times": ngettext_lazy(
        "You have proposed times to this person %(count)d time within an hour. What you proposed last stands; please "
        "leave them some time to answer.",
        "You have proposed times to this person %(count)d times within an hour. What you proposed last stands; please "
        "leave them some time to answer.",
        "count",
    ),
    "set_call_link": ngettext_lazy(
        "You have changed this link %(count)d time within an hour. Please wait a little before you change it again.",
        "You have changed this link %(count)d times within an hour. Please wait a little before you change it again.",
        "count",
    ),
}


def _check_pace(match: Match, verb: str, most: int, *, by: Member, now: datetime) -> None:
    """Raise TooOften once ``by`` has done this ``most`` times within the hour; the match is locked."""
    if acts.count_recent(by=by, verbs=[verb], on=match.sessions.all(), now=now, within=PACE) >= most:
        raise TooOften(_TOO_OFTEN[verb] % {"count": most})


_CHANGED = gettext_lazy(
    "The other person, or you in another window, has changed this in the meantime. This is how it is now."
)
_IS_OVER = gettext_lazy("This session is over or was cancelled.")


_OPEN = Statement(lambda match, now: to_lock(Session.objects.filter(match=match).open(now=now)))
_CONNECTED = Statement(lambda key: Match.objects.connected().filter(pk=key).values_list("pk", flat=True))


def _locked_match(match: Match, *, by: Member) -> tuple[Match, Side]:
    match = lock_match(match)
    side = match.side_of(by)
    if side is None:
        raise NotYourMatch(_("This match is not yours."))
    return match, side


def _connected_match(match: Match, *, by: Member, now: datetime) -> tuple[Match, Side]:
    match, side = _locked_match(match, by=by)
    if not _CONNECTED.rows({"key": match.pk}):
        raise NothingToAgree(_("This match is over, so no hour can be agreed on any more."))
    return match, side


def _current_session(match: Match, *, seen_version: str, now: datetime) -> Session | None:
    """Return the session that is open now, locked; it must be the one, in the version, that the person saw."""
    session = next(iter(_OPEN.rows({"match": match, "now": now})), None)
    if seen_as(session) != seen_version:
        raise SessionChanged(_CHANGED)
    check_not_begun(session.starts_at if session else None, now=now)
    return session


def _open_session(match: Match, *, seen_version: str, now: datetime) -> Session:
    session = _current_session(match, seen_version=seen_version, now=now)
    if session is None:
        raise NothingToAgree(_IS_OVER)
    return session


def _has_just_agreed(match: Match, starts_at: datetime, *, seen_version: str, now: datetime) -> bool:
    """Tell whether the same button, pressed twice, has agreed on this time already."""
    session = match.sessions.open(now=now).filter(state=SessionState.CONFIRMED, starts_at=starts_at).first()
    return session is not None and f"{session.pk}.{session.version - 1}" == seen_version and not session.waiting_for


def _check_free(match: Match, starts_at: datetime, ends_at: datetime, *, besides: Session | None, by: Member) -> None:
    """Raise HourTaken if one of the two has another session then.

    Of a session of ``by`` the sentence says what it is; of the other person's, only that they cannot meet.
    """
    others = Session.objects.of_people(match.learner_id, match.sharer_id).at(starts_at, ends_at).with_people()
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    for session in others:
        side = session.side_of(by)
        if side is not None:
            raise HourTaken(
                _("You have another session at that time: %(skill)s, with %(name)s.")
                % {"skill": isolated(session.match.skill), "name": reasons.name_of(session.person(side.other))}
            )
        raise HourTaken(_OTHER_BUSY)


def _check_free_elsewhere(match: Match, hours: Sequence[Span], *, by: Member, now: datetime) -> None:
    """Raise HourTaken if one of the two has agreed to something that is no session at one of these hours.

    Of ``by`` the sentence says what kind of thing it is; of the other person, only that they cannot meet.
    """
    members = [person.member_id for person in (match.learner, match.sharer) if person.member_id is not None]
    for name in busy.names():
        if name == SESSIONS:
            continue
        theirs = busy.spans(members, now=now, provider_names=[name])
        taken = {key for key in members if any(busy.overlaps(begin, end, theirs[key]) for begin, end in hours)}
        if by.pk in taken:
            raise HourTaken(
                _("%(what)s Please choose another one, or give that up first.") % {"what": busy.words_of(name)}
            )
        if taken:
            raise HourTaken(_OTHER_BUSY)


def _write_the_hour(session: Session, chosen: ProposedTime, *, sequence: int, now: datetime) -> None:
    session.times.all().delete()
    try:
        with transaction.atomic():
            change(
                session,
                state=SessionState.CONFIRMED,
                waiting_for="",
                starts_at=chosen.starts_at,
                ends_at=chosen.starts_at + timedelta(minutes=session.minutes),
                local_date=chosen.local_date,
                local_time=chosen.local_time,
                zone=chosen.zone,
                confirmed_at=now,
                sequence=sequence,
                last_reminder="",
            )
    except IntegrityError as error:
        if "matching_one_person_one_session_at_a_time" not in str(error):
            raise
        raise HourTaken(_("One of you has another session at that time. Please choose another one.")) from error


def _link_of_last_time(match: Match) -> str:
    """Return the call link the two used before: most people keep theirs."""
    last = match.sessions.exclude(call_link="").order_by("-made_at", "-pk").first()
    return last.call_link if last else ""
