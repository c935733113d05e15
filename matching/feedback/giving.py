"""The two people say how an hour went, and what they would like next."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base import acts, versions
from letsconnect.base.hours import HOUR
from mailings.ledger import letters
from matching.domain.feedback import (
    CHANGES_AN_HOUR,
    SAID_OF_HOURS,
    SAID_OF_MEETINGS,
    Happened,
    Next,
    SaidElsewhere,
    check_open,
    check_words,
    is_done,
)
from matching.domain.matches import ClosedWhy, MatchState, NotYourMatch, Side, TooOften
from matching.domain.sessions import HELD, SessionState
from matching.feedback.settling import feedback_on, settle
from matching.locking import lock_match
from matching.matches.answering import complete
from matching.matches.closing import close_match
from matching.matches.emails import owe_letter
from matching.models import Feedback, Match, Session
from registrations.domain.registrations import ClosedMeanwhile
from registrations.locking import lock_member
from registrations.models import Member


def seen_as(feedback: Feedback | None) -> str:
    """Return the version of one side's feedback that a page shows, so that a stale page overwrites nothing."""
    return versions.fingerprint(_words_of(feedback)) if feedback is not None else ""


@transaction.atomic
def give_feedback(
    *,
    session: Session,
    by: Member,
    happened: str,
    useful: int | None = None,
    next_: str = "",
    note: str = "",
    thanks: str = "",
    why: str = "",
    why_note: str = "",
    seen_version: str | None = None,
    now: datetime,
) -> Feedback:
    """Store, or change, what one side says of an hour that is over, and do what follows from what both have said.

    The other gets the thanks in a letter, once, and learns nothing else. "Not a fit" ends the match with ``why``;
    "done" by both completes it. The match is locked, so that of two who answer at once the second reads the first.
    ``seen_version`` is the feedback that the page showed (None: no page); raises SaidElsewhere where another window has
    stored other words since.
    """
    sayable = SAID_OF_MEETINGS if session.state == SessionState.ELSEWHERE else SAID_OF_HOURS
    check_words(happened=happened, useful=useful, next_=next_, why=why, why_note=why_note, sayable=sayable)
    try:
        lock_member(by)  # a word written while its writer is being erased would stay behind
    except ClosedMeanwhile as closed:
        raise NotYourMatch(str(closed)) from closed
    match = lock_match(session.match)
    session = Session.objects.select_related("learner__member", "sharer__member").get(pk=session.pk)
    side = session.side_of(by)
    if side is None or session.state not in HELD or session.over_since is None:
        raise NotYourMatch(_("This session is not yours."))
    check_open(over_since=session.over_since, now=now)
    stored = Feedback.objects.filter(session=session, side=side).first()
    if stored is not None and seen_version is not None and seen_version != seen_as(stored):
        asked_next = next_ if match.state == MatchState.CONNECTED else stored.next
        if _words_of(stored) == (happened, useful, asked_next, note.strip(), thanks.strip()):
            return stored  # the button was pressed twice
        raise SaidElsewhere(
            _("This was answered in another window after you opened this one. Nothing was overwritten.")
        )
    if acts.count_recent(by=by, verbs=["say_how_it_went"], on=session, now=now, within=HOUR) >= CHANGES_AN_HOUR:
        raise TooOften(
            ngettext(
                "You have answered this %(count)d time within an hour. What you said last is kept; please wait a "
                "little before you change it again.",
                "You have answered this %(count)d times within an hour. What you said last is kept; please wait a "
                "little before you change it again.",
                CHANGES_AN_HOUR,
            )
            % {"count": CHANGES_AN_HOUR}
        )
    feedback = stored or Feedback(session=session, side=side, registration=session.person(side), made_at=now)
    feedback.happened, feedback.useful, feedback.next = happened, useful, next_
    feedback.note, feedback.thanks, feedback.changed_at = note.strip(), thanks.strip(), now
    feedback.save()
    acts.record(by=by, verb="say_how_it_went", on=session, now=now)
    if feedback.thanks:
        _pass_on_thanks(feedback, session.person(side.other).member, now=now)
    settle(session, now=now)
    _go_on(match, feedback, by=by, why=why, why_note=why_note, now=now)
    return feedback


def _words_of(feedback: Feedback) -> tuple[object, ...]:
    return feedback.happened, feedback.useful, feedback.next, feedback.note, feedback.thanks


def _pass_on_thanks(feedback: Feedback, to: Member | None, *, now: datetime) -> None:
    if to is not None and to.is_active:
        key = f"matching:thanks:{feedback.session_id}:{feedback.side}"
        letters.owe(kind="matching.thanks", to=to, about=feedback, key=key, gather=key, now=now)


def _go_on(match: Match, feedback: Feedback, *, by: Member, why: str, why_note: str, now: datetime) -> None:
    """Do what follows from "what next", while the two are still connected."""
    if match.state != MatchState.CONNECTED:
        return
    if feedback.next == Next.NOT_A_FIT:
        close_match(
            match,
            becomes=MatchState.ENDED,
            why=ClosedWhy(why),
            note=why_note,
            by=by,
            now=now,
            verb="end_match_not_a_fit",
        )
        owe_letter(match, Side(feedback.side).other, letter="closed", now=now)
    elif feedback.next == Next.DONE and completes_match(match, feedback, now=now):
        complete(match, by=by, now=now)


def completes_match(match: Match, feedback: Feedback, *, now: datetime) -> bool:
    """Tell whether this "done" completes the match: it is about the last hour, and nothing is agreed after it."""
    last = Session.objects.filter(match=match).over(now=now).first()
    if last is None or last.pk != feedback.session_id or Session.objects.filter(match=match).open(now=now).exists():
        return False
    theirs = feedback_on(last).get(Side(feedback.side).other)
    return is_done(
        mine=feedback.next,
        theirs=theirs.next if theirs else "",
        took_place=feedback.happened == Happened.YES and (theirs is None or theirs.happened == Happened.YES),
        said_at=feedback.changed_at,
        now=now,
    )
