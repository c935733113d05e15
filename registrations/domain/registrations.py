"""What can be decided about members and registrations without a database."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegistrationState(TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waiting for review")
    APPROVED = "approved", _("approved")
    NEEDS_CHANGES = "needs_changes", _("needs changes")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


HANDED_IN = (RegistrationState.SUBMITTED, RegistrationState.APPROVED)


class Region(TextChoices):
    CEECA = "CEECA", _("Central & Eastern Europe & Central Asia")
    ESEAP = "ESEAP", _("East, Southeast Asia, & Pacific")
    LAC = "LAC", _("Latin America & Caribbean")
    MENA = "MENA", _("Middle East & North Africa")
    NA = "NA", _("North America")
    NWE = "NWE", _("Northern & Western Europe")
    SA = "SA", _("South Asia")
    SSA = "SSA", _("Sub-Saharan Africa")


class GroupKind(TextChoices):
    CHAPTER = "chapter", _("chapter")
    THEMATIC = "thematic", _("thematic organization")
    USER_GROUP = "user_group", _("Wikimedia user group")
    INFORMAL = "informal", _("informal group")
    ALIGNED = "aligned", _("mission-aligned organization")


class SkillFamily(TextChoices):
    ORGANISATION = "organisation", _("Organisational and funding")
    TACTICS = "tactics", _("Programme tactics")
    INTERPERSONAL = "interpersonal", _("Interpersonal")
    LEARNING = "learning", _("Learning and evaluation")
    COMMUNICATIONS = "communications", _("Communications")
    PROJECTS = "projects", _("Wikimedia project skills")
    STRATEGY = "strategy", _("Strategy")


class SkillState(TextChoices):
    ACTIVE = "active", _("in use")
    SUGGESTED = "suggested", _("suggested")
    MERGED = "merged", _("merged into another")
    RETIRED = "retired", _("retired")


class SuggestionOutcome(TextChoices):
    ACCEPTED = "accepted", _("accepted")
    MERGED = "merged", _("merged into another")
    RETIRED = "retired", _("retired")


@dataclass(frozen=True)
class SkillNaming:
    """What a skill is called in one language; the synonyms sorted."""

    name: str
    synonyms: tuple[str, ...] = ()


WIKIDATA_ID = r"^Q[1-9][0-9]{0,17}$"


class OfferLevel(IntegerChoices):
    """How well a person knows the skill they share."""

    BASICS = 1, _("I can explain the basics")
    PRACTICE = 2, _("I do it regularly")
    EXPERIENCED = 3, _("I have years of experience")
    TEACHER = 4, _("I have taught it to others")


class WishPriority(IntegerChoices):
    """How much a person wants to learn a skill; a larger number means more."""

    SOMETIME = 1, _("some day")
    SOON = 2, _("soon")
    NOW = 3, _("as soon as possible")


class BabelLevel(IntegerChoices):
    """Babel's levels, here of speaking; N is stored as 6."""

    NONE = 0, _("0 – I do not speak it")
    BASIC = 1, _("1 – basic")
    INTERMEDIATE = 2, _("2 – intermediate")
    ADVANCED = 3, _("3 – advanced")
    NEAR_NATIVE = 4, _("4 – near-native")
    PROFESSIONAL = 5, _("5 – professional")
    NATIVE = 6, _("N – native")


MIN_SHARED_LEVEL = BabelLevel.INTERMEDIATE


class RegionWish(TextChoices):
    EITHER = "either", pgettext_lazy("region of my match", "either is fine")
    SAME = "same", pgettext_lazy("region of my match", "from my region")
    OTHER = "other", pgettext_lazy("region of my match", "from another region")


class ContactWay(TextChoices):
    EMAIL = "email", _("by email, at the address I sign in with")
    TALK_PAGE = "talk_page", _("on my talk page")
    OTHER = "other", _("another way")


class Topic(TextChoices):
    """What somebody works on; anything else is stored in their own words."""

    CLIMATE = "climate", _("Climate change and sustainability")
    PUBLIC_POLICY = "public_policy", _("Public policy")
    EDUCATION = "education", _("Education")
    OPEN_TECHNOLOGY = "open_technology", _("Open technology")
    DIVERSITY = "diversity", _("Diversity")
    CULTURE = "culture", _("Culture, heritage and GLAM")
    GOVERNANCE = "governance", _("Governance")
    HUMAN_RIGHTS = "human_rights", _("Human rights")
    ADVOCACY = "advocacy", _("Advocacy")


MAX_TOPICS = 2


class SensitiveQuestion(TextChoices):
    GENDER = "gender", _("Gender")
    AGE = "age", _("Age")


class Gender(TextChoices):
    PREFER_NOT = "prefer_not", _("I prefer not to say")
    MAN = "man", pgettext_lazy("gender", "man")
    WOMAN = "woman", pgettext_lazy("gender", "woman")
    AGENDER = "agender", pgettext_lazy("gender", "agender")
    NON_BINARY = "non_binary", pgettext_lazy("gender", "non-binary")
    NOT_LISTED = "not_listed", pgettext_lazy("gender", "not listed here")


class AgeRange(TextChoices):
    UNDER_25 = "under_25", _("under 25")
    FROM_25 = "25_34", "25–34"
    FROM_35 = "35_44", "35–44"
    FROM_45 = "45_54", "45–54"
    FROM_55 = "55_64", "55–64"
    FROM_65 = "65_74", "65–74"
    FROM_75 = "75_84", "75–84"
    FROM_85 = "85_over", _("85 or older")


class Source(TextChoices):
    FORM = "form", _("the portal's form")
    IMPORT = "import", _("the old form")


class ClosedBy(TextChoices):
    """Who closed an account, and so who can reopen it."""

    DESK = "desk", pgettext_lazy("an account is closed by", "coordinators")
    TRUST = "trust", pgettext_lazy("an account is closed by", "the trust team")


class SeatRole(TextChoices):
    """The role of a seat; it is always chosen by name.

    Coordinators and liaisons are the working group. An editor writes the newsletter and sees nothing else of the desk.
    """

    COORDINATOR = "coordinator", pgettext_lazy("working group", "coordinator")
    LIAISON = "liaison", pgettext_lazy("working group", "liaison")
    EDITOR = "editor", pgettext_lazy("working group", "newsletter editor")


WORKING_GROUP = frozenset({SeatRole.COORDINATOR, SeatRole.LIAISON})


class Step(TextChoices):
    """A step that members can take about their participation; its effects are explained first."""

    PAUSE = "pause"
    AWAY = "away"
    WITHDRAW = "withdraw"
    ERASE = "erase"


QUIET_AFTER = timedelta(days=183)
STILL_IN_WITHIN = timedelta(days=30)
LONGEST_PAUSE = timedelta(days=2 * 366)
UNTIL_THEY_RETURN = date(9999, 12, 31)  # a pause without an end, after a question nobody answered
IN_THE_PROGRAMME = (RegistrationState.SUBMITTED, RegistrationState.NEEDS_CHANGES, RegistrationState.APPROVED)
OUT_OF_THE_PROGRAMME = (RegistrationState.WITHDRAWN, RegistrationState.DECLINED)
MAY_WITHDRAW = (RegistrationState.DRAFT, *IN_THE_PROGRAMME)

NOTHING_BEFORE = date(2015, 1, 1)  # before the programme began: an older day is a mistake
MINUTES_A_WEEK = 7 * 24 * 60
WINDOW_STEP = 15
MIN_FREE_MINUTES = 120

_ALLOWED_MOVES = {
    RegistrationState.DRAFT: {RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN},
    RegistrationState.SUBMITTED: {
        RegistrationState.APPROVED,
        RegistrationState.NEEDS_CHANGES,
        RegistrationState.DECLINED,
        RegistrationState.WITHDRAWN,
    },
    RegistrationState.APPROVED: {RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN},
    RegistrationState.NEEDS_CHANGES: {RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN},
    RegistrationState.DECLINED: {RegistrationState.SUBMITTED},
    RegistrationState.WITHDRAWN: {RegistrationState.SUBMITTED},
}


class RegistrationError(Exception):
    """An expected refusal; its text can be shown to the person."""


class MoveNotAllowed(RegistrationError):
    """The registration is not in a state from which this can be done."""


class NotYours(RegistrationError):
    """The person may not act on this registration."""


class ClaimRefused(RegistrationError):
    """The imported registration cannot be taken over, or not with this link."""


class AlreadyRegistered(RegistrationError):
    """The member has a registration of their own."""


class StaleForm(RegistrationError):
    """The registration was saved elsewhere since this form was opened."""


class SkillRefused(RegistrationError):
    """A skill cannot be suggested, named, merged or retired like that."""


class UploadRefused(RegistrationError):
    """The file is not one that can be imported, or not now."""


class ClosedMeanwhile(RegistrationError):
    """The account was closed or erased since the page was opened. Where no view says so, `accounts.closed` does."""


class NotYetPossible(RegistrationError):
    """There is no registration, or none in the programme, to do this with."""


class SeatRefused(RegistrationError):
    """The seat cannot be given or ended like that."""


class CodeRefused(RegistrationError):
    """The sign-in code is wrong, used, or too old."""


class AccountClosed(CodeRefused):
    """The account is closed, whatever way its owner signs in."""


class WikimediaRefused(RegistrationError):
    """The Wikimedia account is blocked, hidden, or cannot be told from others."""


class ConnectedElsewhere(RegistrationError):
    """The Wikimedia account signs in to another account here, or the account has another Wikimedia account."""


class LastWayIn(RegistrationError):
    """Without this Wikimedia account its owner could no longer sign in."""


class LastCoordinator(RegistrationError):
    """Nobody would be left who could appoint others."""


class TooManyCodes(RegistrationError):
    """Too many sign-in codes were asked for."""


def name_to_show(name: str, name_of_account: str | None) -> str:
    """Return the name a person shows: that of their account, or else the one in their registration."""
    return name_of_account or name


def check_move(was: str, becomes: str) -> None:
    """Raise MoveNotAllowed unless a registration may go from ``was`` to ``becomes``."""
    if RegistrationState(becomes) not in _ALLOWED_MOVES[RegistrationState(was)]:
        raise MoveNotAllowed(
            _("A registration that is %(was)s cannot become %(becomes)s.")
            % {"was": RegistrationState(was).label, "becomes": RegistrationState(becomes).label}
        )


def check_until(until: date, *, today: date) -> None:
    """Raise RegistrationError unless a pause or an absence may end on ``until``; ``today`` is the person's own day."""
    if until <= today:
        raise RegistrationError(_("Choose a day that is still to come."))
    if until > today + LONGEST_PAUSE:
        raise RegistrationError(_("Choose a day within the next two years; you can always come back earlier."))


def split_window(start: int, end: int) -> list[tuple[int, int]]:
    """Return the stored windows of one from ``start`` to ``end`` minutes of the local week, steps of 15.

    ``end`` ≤ ``start`` crosses Sunday midnight and gives two. Raises ValueError on minutes outside the week, off
    the step, or an empty window.
    """
    for minute in (start, end):
        if not 0 <= minute <= MINUTES_A_WEEK or minute % WINDOW_STEP:
            raise ValueError(f"{minute} is not a quarter of an hour of the week")
    if start == end:
        raise ValueError("the window is empty")
    if start < end:
        return [(start, end)]
    return [part for part in ((0, end), (start, MINUTES_A_WEEK)) if part[0] < part[1]]


def merge_windows(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return windows sorted, with touching and overlapping ones joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def is_pausing(*, paused_until: date | None, away_until: date | None, today: date) -> bool:
    """Tell whether a pause or an absence covers ``today``; the person is back on its last date."""
    return any(until is not None and until > today for until in (paused_until, away_until))


# Characters of what people write in one line, and how many people somebody can help, or learn from, at once.
WHY_AT_MOST = 500
NAME_AT_MOST = 100
GROUP_AT_MOST = 150
MOST_PLACES = 20


def join_offers(first: tuple[int, bool] | None, second: tuple[int, bool]) -> tuple[int, bool]:
    """Join two offers (level, would host) of merged skills: the better level, and a host if either offer says so."""
    return second if first is None else (max(first[0], second[0]), first[1] or second[1])


def join_wishes(wish: tuple[int, str] | None, other_wish: tuple[int, str]) -> tuple[int, str]:
    """Join two wishes (priority, why) of merged skills: the higher priority, and both reasons.

    The reason with the higher priority comes first. If both together are too long, the end of the second is cut,
    visibly.
    """
    if wish is None:
        return other_wish
    first, second = sorted((wish, other_wish), key=lambda each: -each[0])
    return first[0], join_why(first[1], second[1])[0]


def join_why(first: str, second: str) -> tuple[str, bool]:
    """Join two reasons and tell whether the end was cut; if one contains the other, it stands alone."""
    if first in second or second in first:
        return max(first, second, key=len), False
    why = f"{first} / {second}"
    return (why, False) if len(why) <= WHY_AT_MOST else (f"{why[: WHY_AT_MOST - 1]}…", True)
