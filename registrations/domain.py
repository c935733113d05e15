"""What can be decided about members and registrations, without a database."""

from datetime import date

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


class OfferLevel(IntegerChoices):
    """How well I know what I share."""

    BASICS = 1, _("I can explain the basics")
    PRACTICE = 2, _("I do it regularly")
    EXPERIENCED = 3, _("I have years of experience")
    TEACHER = 4, _("I have taught it to others")


class WishPriority(IntegerChoices):
    """How much I want to learn a skill; a larger number is more wanted."""

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


class ConsentDocument(TextChoices):
    CODE_OF_CONDUCT = "code_of_conduct", _("the Universal Code of Conduct")
    PRIVACY_NOTICE = "privacy_notice", _("the privacy notice")
    NEWSLETTER = "newsletter", _("the newsletter")


class Source(TextChoices):
    FORM = "form", _("the portal's form")
    IMPORT = "import", _("the old form")


MINUTES_A_WEEK = 7 * 24 * 60
WINDOW_STEP = 15

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
    """The imported registration cannot be taken over, or not by this link."""


class AlreadyRegistered(RegistrationError):
    """The member has a registration of their own."""


class StaleForm(RegistrationError):
    """The registration was saved elsewhere since this form was opened."""


class CodeRefused(RegistrationError):
    """The sign-in code is wrong, used, or too old."""


class CodeNotSent(RegistrationError):
    """The mail server did not take the letter with the code."""


class LastCoordinator(RegistrationError):
    """Nobody would be left who can appoint others."""


class TooManyCodes(RegistrationError):
    """Too many sign-in codes were asked for."""


def check_move(was: str, becomes: str) -> None:
    """Raise MoveNotAllowed unless a registration may go from ``was`` to ``becomes``."""
    if RegistrationState(becomes) not in _ALLOWED_MOVES[RegistrationState(was)]:
        raise MoveNotAllowed(
            _("A registration that is %(was)s cannot become %(becomes)s.")
            % {"was": RegistrationState(was).label, "becomes": RegistrationState(becomes).label}
        )


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
    """Tell whether a pause or an absence covers ``today``; both end on their date."""
    return any(until is not None and until > today for until in (paused_until, away_until))
