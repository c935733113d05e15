"""The two people say how an hour went, and what they would like next."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base import acts
from letsconnect.base.hours import HOUR
from mailings.ledger import letters
from matching.domain.feedback import CHANGES_AN_HOUR, Happened, Next, check_open, check_words, is_done
from matching.domain.matches import ClosedWhy, MatchState, NotYourMatch, Side, TooOften
from matching.domain.sessions import SessionState
from matching.feedback.settling import settle, words_of
from matching.locking import lock_match
from matching.matches.answering import complete
from matching.matches.closing import close_match
from matching.matches.telling import owe_letter
from matching.models import Feedback, Match, Session
from registrations.domain.registrations import ClosedMeanwhile
from registrations.locking import lock_member
from registrations.models import Member


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
    now: datetime,
) -> Feedback:
    """Keep, or change, what one side says of an hour that is over, and act on both words together.

    The other gets the thanks in a letter, once, and learns nothing else. "Not a fit" ends the match with ``why``;
    "done" by both completes it. Both sides' words wait for each other at the match's row.
    """
    check_words(happened=happened, useful=useful, next_=next_, why=why, why_note=why_note)
    try:
        lock_member(by)  # a word written while its writer is being erased would stay behind
    except ClosedMeanwhile as closed:
        raise NotYourMatch(str(closed)) from closed
    match = lock_match(session.match)
    session = Session.objects.select_related("learner__member", "sharer__member").get(pk=session.pk)
    side = session.side_of(by)
    if side is None or session.state != SessionState.CONFIRMED or session.ends_at is None:
        raise NotYourMatch(_("This hour is not yours."))
    check_open(ends_at=session.ends_at, now=now)
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
    said = Feedback.objects.filter(session=session, side=side).first() or Feedback(
        session=session, side=side, registration=session.person(side), made_at=now
    )
    said.happened, said.useful, said.next = happened, useful, next_
    said.note, said.thanks, said.changed_at = note.strip(), thanks.strip(), now
    said.save()
    acts.record(by=by, verb="say_how_it_went", on=session, now=now)
    if said.thanks:
        _pass_on_thanks(said, session.person(side.other).member, now=now)
    settle(session, now=now)
    _go_on(match, said, by=by, why=why, why_note=why_note, now=now)
    return said


def _pass_on_thanks(said: Feedback, to: Member | None, *, now: datetime) -> None:
    if to is not None and to.is_active:
        key = f"matching:thanks:{said.session_id}:{said.side}"
        letters.owe(kind="matching.thanks", to=to, about=said, key=key, gather=key, now=now)


def _go_on(match: Match, said: Feedback, *, by: Member, why: str, why_note: str, now: datetime) -> None:
    """Do what follows from "what next", while the two are still connected."""
    if match.state != MatchState.CONNECTED:
        return
    if said.next == Next.NOT_A_FIT:
        close_match(
            match,
            becomes=MatchState.ENDED,
            why=ClosedWhy(why),
            note=why_note,
            by=by,
            now=now,
            verb="end_match_not_a_fit",
        )
        owe_letter(match, Side(said.side).other, letter="closed", now=now)
    elif said.next == Next.DONE and says_done(match, said, now=now):
        complete(match, by=by, now=now)


def says_done(match: Match, said: Feedback, *, now: datetime) -> bool:
    """Tell whether this "done" completes the match now: it is about the last hour, and nothing is agreed after it."""
    last = Session.objects.filter(match=match).over(now=now).first()
    if last is None or last.pk != said.session_id or Session.objects.filter(match=match).open(now=now).exists():
        return False
    theirs = words_of(last).get(Side(said.side).other)
    return is_done(
        mine=said.next,
        theirs=theirs.next if theirs else "",
        took_place=said.happened == Happened.YES and (theirs is None or theirs.happened == Happened.YES),
        said_at=said.changed_at,
        now=now,
    )
