"""What visitors of the demo are told about signing in: only what is true at the moment they read it."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from matching.domain.matches import Side
from matching.models import Match
from matching.models.people import account_of
from matching.waiting.advice import waiting_status
from registrations.demo import DOMAIN
from registrations.models import Member, WorkingGroupSeat


def how_to_sign_in() -> str:
    """Return the lines that say how to sign in, for the demo's accounts where there are any."""
    lines = []
    with override("en"):
        people = list(_people(now=timezone.now()))
    if people:
        width = max(len(address) for address, _words in people)
        lines += ["Sign in with one of these addresses:"]
        lines += [f"  {address:<{width}}  {words}" for address, words in people]
        lines += ["Any other address makes a new account."]
    lines.append(f"The code arrives in the mailbox: {settings.SITE_URL}/dev/mailbox")
    return "\n".join(lines)


def _people(*, now: datetime) -> Iterator[tuple[str, str]]:
    """Say of each account what a visitor finds there; a demo that is some weeks old has other things to show."""
    volunteer, waiting = _account("volunteer"), _account("waiting")
    match = _waiting_match(volunteer, now=now)
    sides = [] if match is None else [account_of(match.person(side)) for side in Side]
    if volunteer is not None and volunteer not in sides:
        yield _line(volunteer, "a volunteer")
    for member in sorted(sides, key=lambda side: side != volunteer):
        other = next(side for side in sides if side != member)
        has_said_yes = match is not None and not match.waits_for(match.side_of(member))
        deed = "has said yes to" if has_said_yes else "is asked about"
        yield _line(member, f"{deed} a match with {other}")
    if waiting is not None and waiting_status(getattr(waiting, "registration", None), now=now).got_nothing:
        yield _line(waiting, "the last round had nobody for her, and her page says why")
    arabic = _reader_of_arabic(besides=[member for member in (volunteer, waiting, *sides) if member is not None])
    if arabic is not None:
        yield _line(arabic, "reads the portal in Arabic")
    for account, words in _DESK:
        holder = _account(account)
        if holder is not None and WorkingGroupSeat.objects.current(on=now.date()).filter(member=holder).exists():
            yield str(holder.email), words


_DESK = (
    ("liaison", "the liaison of Middle East & North Africa; the desk is at /admin/, the trust team's page at /trust/"),
    ("coordinator", "a coordinator, who sees every region at /admin/"),
)


def _line(member: Member, words: str) -> tuple[str, str]:
    read = "" if member.language == "ar" else f" (reads {member.get_language_display()})"
    return str(member.email), f"{member}: {words}{read}"


def _account(name: str) -> Member | None:
    return Member.objects.with_open_account().filter(is_demo=True, email=f"{name}@{DOMAIN}").first()


def _waiting_match(volunteer: Member | None, *, now: datetime) -> Match | None:
    """Return a match that waits for an answer, the volunteer's first; both people are accounts of the demo."""
    waiting = Match.objects.live().waiting_for_answers().with_people().order_by("-asked_at", "pk")
    waiting = waiting.filter(learner__member__is_demo=True, sharer__member__is_demo=True, answer_by__gt=now)
    return min(waiting, key=lambda match: volunteer is None or match.side_of(volunteer) is None, default=None)


def _reader_of_arabic(*, besides: list[Member]) -> Member | None:
    """Return the first of the demo's people who reads Arabic and takes part, of those who are not named already."""
    readers = Member.objects.with_open_account().filter(is_demo=True, language="ar", email__isnull=False)
    taking_part = readers.filter(registration__state="approved").exclude(pk__in=[member.pk for member in besides])
    return taking_part.order_by("pk").first()
