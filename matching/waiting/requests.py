"""Ask for one sharer, take the request back, and end it. The sharer is told nothing, here or anywhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from letsconnect.base import acts
from letsconnect.base.hours import HOUR
from letsconnect.base.lines import has_something_to_see
from mailings.ledger import letters
from matching.domain import requests
from matching.domain.matches import MatchingError, TooOften
from matching.domain.requests import CannotAsk, RequestState
from matching.models import Match, MatchingRules, SharerRequest
from matching.models.people import account_of
from matching.waiting import browsing, hindrances
from matching.waiting.changes_in_words import time_in_words
from registrations.answers.editing import save_step
from registrations.answers.facts import facts_of
from registrations.domain.facts import fingerprint
from registrations.domain.registrations import RegistrationState, WishPriority
from registrations.locking import lock_member, lock_registration
from registrations.models import Member, Registration, Skill
from registrations.skills import merged_answers

AT_ONCE = 500


@transaction.atomic
def ask_for_sharer(
    *, sharer: Registration, skill: Skill, why: str, adds_wish: bool = False, by: Member, now: datetime
) -> SharerRequest:
    """Keep a request for the next round; asking twice for the same changes nothing.

    ``adds_wish`` says that the person agreed to wish the skill, if they did not yet. Raises CannotAsk, or
    TooManyRequests when as many wait as may.
    """
    merged_answers.keep_skills_in_place()
    # Both, lowest id first: nothing is asked of somebody who is being erased, after their requests were ended.
    both = Member.objects.filter(pk__in=[key for key in (by.pk, sharer.member_id) if key is not None]).order_by("pk")
    list(both.select_for_update(no_key=True))
    by = lock_member(by)
    learner = lock_registration(by)
    skill = Skill.objects.with_names().get(pk=skill.pk).heir
    if learner is None or learner.state != RegistrationState.APPROVED:
        raise CannotAsk(_("Your own registration has to be approved before you can ask for somebody."))
    if not Registration.objects.filter(pk=learner.pk).agreed(on=now.date()).exists():
        raise CannotAsk(_("Agree to the code of conduct and the privacy notice before you ask for somebody."))
    _check_available(learner, sharer, skill, now=now)
    mine = SharerRequest.objects.waiting().filter(learner=learner)
    already = mine.filter(sharer=sharer, skill=skill).first()
    if already is not None:
        return already
    _check_pace(learner, by=by, now=now)
    if not has_something_to_see(why):
        raise CannotAsk(_("Say in a few words why you ask for this person."))
    if not learner.wishes.filter(skill=skill).exists():
        if not adds_wish:
            raise CannotAsk(
                _("You do not wish to learn %(skill)s yet. Agree to add it to your wishes.") % {"skill": skill}
            )
        _add_wish(learner, skill, by=by, now=now)
    request = SharerRequest.objects.create(
        learner=learner,
        sharer=sharer,
        skill=skill,
        why=why.strip(),
        place=requests.free_place({place for place in mine.values_list("place", flat=True) if place is not None}),
        made_at=now,
    )
    acts.record(by=by, verb="ask_for_sharer", on=request, now=now, became=request.state)
    return request


def _check_pace(learner: Registration, *, by: Member, now: datetime) -> None:
    """Raise TooOften for somebody who asks and takes back without end; their registration is locked."""
    mine, most = SharerRequest.objects.filter(learner=learner), requests.REQUESTS_AN_HOUR
    if acts.count_recent(by=by, verbs=["ask_for_sharer"], on=mine, now=now, within=HOUR) >= most:
        raise TooOften(
            ngettext(
                "You have asked for somebody %(count)d time within an hour. Please wait a little before you ask again.",
                "You have asked for somebody %(count)d times within an hour. Please wait a little before you ask "
                "again.",
                most,
            )
            % {"count": most}
        )


def _check_available(learner: Registration, sharer: Registration, skill: Skill, *, now: datetime) -> None:
    """Raise CannotAsk unless this sharer can be asked for. The words are the same for every reason, so that nobody
    learns who blocks them or has left."""
    taking_part = Registration.objects.matchable(on=now.date())
    visible_sharer = taking_part.findable_by(account_of(learner), on=now.date()).filter(pk=sharer.pk).first()
    if visible_sharer is None or not visible_sharer.offers.filter(skill=skill).exists():
        raise CannotAsk(_("This person cannot be asked for at the moment."))
    if Match.objects.live().filter(learner=learner, sharer=sharer, asked_at__isnull=False).exists():
        raise CannotAsk(_("You are matched with this person already."))
    if reason := why_out_of_reach(learner, sharer, now=now):
        raise CannotAsk(reason)


def why_out_of_reach(learner: Registration, sharer: Registration, *, now: datetime) -> str:
    """Say why the next round could not bring the two together, as far as it is about the learner or both can see it;
    "" where it could. Whoever asks while they take no part is told so otherwise."""
    return out_of_reach(learner, sharer, now=now).sentence


def out_of_reach(
    learner: Registration, sharer: Registration, *, now: datetime, rules: MatchingRules | None = None
) -> hindrances.Hindrance:
    """Return what `why_out_of_reach` says, and the page of the learner's registration that would mend it."""
    reach = browsing.within_reach(learner, [browsing.FoundPerson(sharer.pk, sharer.own_zone)], rules=rules, now=now)
    hindrance = hindrances.of_everybody(reach.seen)
    return hindrance if hindrance.sentence else hindrances.Hindrance(_why_these_two(reach, sharer))


def _why_these_two(reach: browsing.Reach, sharer: Registration) -> str:
    seen, row = reach.seen, reach.seen.rows.get(sharer.pk)
    if sharer.pk in reach.at_once:
        return ""
    if sharer.pk in reach.by_time:
        sentence = _("You have no hour of the week in common. Add %(time)s, all of it, and then ask.")
        return sentence % {"time": time_in_words(reach.by_time[sharer.pk])}
    is_free_to = row is not None and (seen.has_place & seen.rules.content_with_region())[row]
    if row is None or not is_free_to or not seen.rules.for_whom("kept_apart")[row]:
        return _("This person cannot be asked for at the moment.")
    if not seen.rules.for_whom("no_shared_language")[row]:
        return _("The two of you share no language that both speak well enough.")
    if not seen.rules.for_whom("region_wishes")[row]:
        return _("Your match should be from another region than theirs, by what you asked for.")
    return _("You have no hour of the week in common, and no single change of yours would give you one.")


def _add_wish(learner: Registration, skill: Skill, *, by: Member, now: datetime) -> None:
    """Add the skill to what the learner wishes, as if they had saved that step of the form."""
    facts = facts_of(learner)
    wishes = tuple(sorted([*facts.wishes, (skill.pk, int(WishPriority.SOON), "")]))
    seen = fingerprint(facts, ["wishes"])
    save_step(member=account_of(learner), values={"wishes": wishes}, seen_fingerprint=seen, by=by, now=now)


@transaction.atomic
def withdraw_request(*, request: SharerRequest, by: Member, now: datetime) -> SharerRequest:
    """Take a request back; a second time changes nothing."""
    request = (
        SharerRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("learner__member")
        .get(pk=request.pk)
    )
    if request.learner.member_id != by.pk:
        raise MatchingError(_("This request is not yours."))
    if request.state == RequestState.OPEN:
        close(request, becomes=RequestState.WITHDRAWN, by=by, now=now)
    return request


@transaction.atomic
def expire_requests(now: datetime) -> int:
    """End the requests no round has answered for too long."""
    stale = list(
        SharerRequest.objects.stale(now=now)
        .select_related("learner__member")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .order_by("pk")[:AT_ONCE]
    )
    for request in stale:
        close(request, becomes=RequestState.EXPIRED, by=None, now=now)
        owe_answer(request, key=f"closed:{now.isoformat()}", now=now)
    return len(stale)


def end_requests_of(member: Member, *, by: Member | None, now: datetime) -> None:
    """End what somebody asked for who leaves the programme."""
    for request in _locked(member):
        close(request, becomes=RequestState.WITHDRAWN, by=by, now=now)


def end_requests_between(member: Member, blocked: Member, *, by: Member, now: datetime) -> None:
    """End what the one who blocks had asked of the other. What the other asked stays as it reads to them, and no
    round is told of it."""
    for request in _locked(member):
        if request.sharer.member_id == blocked.pk:
            close(request, becomes=RequestState.WITHDRAWN, by=by, now=now)


def end_requests_about(member: Member, *, now: datetime) -> None:
    """End what others asked of somebody who is being erased, so that their words about them can be emptied."""
    about = SharerRequest.objects.waiting().filter(sharer__member=member)
    for request in about.select_related("learner__member").select_for_update(no_key=True, of=("self",)).order_by("pk"):
        close(request, becomes=RequestState.EXPIRED, by=None, now=now)
        owe_answer(request, key=f"closed:{now.isoformat()}", now=now)


def owe_answer(request: SharerRequest, *, key: str, now: datetime) -> None:
    """Owe the learner one letter; several requests that one round answered, or that ended at one moment, share it."""
    letters.owe(
        kind="matching.request_answered",
        to=request.learner.member,
        about=request,
        key=f"matching:requests:{request.learner_id}:{key}",
        now=now,
    )


def _locked(member: Member) -> list[SharerRequest]:
    """The requests of a member that still wait, locked."""
    mine = SharerRequest.objects.waiting().filter(learner__member=member)
    return list(mine.select_related("sharer").select_for_update(no_key=True, of=("self",)).order_by("pk"))


def close(
    request: SharerRequest, *, becomes: RequestState, by: Member | None, now: datetime, **columns: object
) -> None:
    """Bring a locked request to its end and log it."""
    was = request.state
    request.state, request.closed_at, request.place = becomes, now, None
    for name, value in columns.items():
        setattr(request, name, value)
    request.save(update_fields=["state", "closed_at", "place", *columns])
    acts.record(by=by, verb="close_request", on=request, now=now, was=was, became=becomes)
