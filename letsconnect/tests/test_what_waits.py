"""Every state in which something waits for the working group is on Today, or a sentence here says why it is not.

Whoever adds a state, or a moment that may not have come yet, is asked here for whom it waits.
"""

from django.apps import apps
from django.db.models import DateTimeField

from letsconnect.today.waiting import KINDS

APPS = ("base", "registrations", "matching", "clinics", "mailings", "trust", "reports")
STATES = ("state", "status", "outcome", "verdict")  # what columns of states are called
FOR_NOBODY = "it is over, or as it should be"
FOR_THE_PERSON = "it waits for the person, whose own page says so"
FOR_THE_CLOCK = "it waits for the clock or a worker, and Today says where these stand still"
ON_TODAY_BESIDE_KINDS = "Today says it by itself: see letsconnect/today/page.py"

# The column, its value → the kinds of work that count it, or why none does.
WAITS: dict[str, dict[str, str]] = {
    "base.MassAct.state": {
        "prepared": "whoever prepared it looks at it, and nothing is done unless they begin",
        "running": ON_TODAY_BESIDE_KINDS,
        "done": "mass_acts",
        "cancelled": "mass_acts",
    },
    "base.MassActRow.outcome": {
        "waiting": FOR_THE_CLOCK,
        "done": FOR_NOBODY,
        "refused": "mass_acts",
        "left": "mass_acts",
    },
    "registrations.Skill.state": {
        "active": FOR_NOBODY,
        "suggested": "skills",
        "merged": FOR_NOBODY,
        "retired": FOR_NOBODY,
    },
    "registrations.SkillSuggestion.outcome": {
        "accepted": FOR_THE_PERSON,
        "merged": FOR_THE_PERSON,
        "retired": FOR_THE_PERSON,
    },
    "registrations.Registration.state": {
        "draft": FOR_THE_PERSON,
        "submitted": "registrations",
        "approved": "registrations",  # where its answers have changed since
        "needs_changes": FOR_THE_PERSON,
        "declined": FOR_NOBODY,
        "withdrawn": FOR_NOBODY,
    },
    "registrations.ImportUpload.state": {
        "checking": FOR_THE_CLOCK,
        "checked": "uploads",
        "applying": FOR_THE_CLOCK,
        "applied": FOR_NOBODY,
        "failed": "whoever brought the file reads on its page why, and brings another",
    },
    "mailings.Letter.state": {
        "queued": FOR_THE_CLOCK,
        "claimed": FOR_THE_CLOCK,
        "submitting": FOR_THE_CLOCK,
        "sent": FOR_NOBODY,
        "deferred": FOR_THE_CLOCK,
        "failed": "letters",
        "skipped": FOR_NOBODY,
        "uncertain": "letters",
    },
    "mailings.Newsletter.state": {
        "draft": "issues",
        "asked": ON_TODAY_BESIDE_KINDS,
        "sending": FOR_THE_CLOCK,
        "paused": ON_TODAY_BESIDE_KINDS,
        "stopped": FOR_NOBODY,
        "sent": FOR_NOBODY,
    },
    "mailings.NewsletterVersion.state": {
        "draft": "its issue is counted while it is written, and says which languages are not ready",
        "ready": FOR_NOBODY,
    },
    "mailings.Subscription.state": {
        "unconfirmed": FOR_THE_PERSON,
        "confirmed": FOR_NOBODY,
        "left": FOR_NOBODY,
    },
    "matching.Round.state": {
        "draft": "rounds",
        "solving": "rounds",
        "proposed": "rounds",
        "published": "matches_approved",  # those decided on after it was published
        "failed": "rounds",
        "cancelled": FOR_NOBODY,
    },
    "matching.Match.state": {
        "proposed": "matches matches_half_mine matches_half_others",
        "approved": "matches_approved",
        "asked": FOR_THE_PERSON,
        "connected": FOR_THE_PERSON,
        "completed": FOR_NOBODY,
        "refused": FOR_NOBODY,
        "declined": FOR_NOBODY,
        "expired": FOR_NOBODY,
        "withdrawn": FOR_NOBODY,
        "ended": FOR_NOBODY,
    },
    "matching.Session.state": {
        "proposed": FOR_THE_PERSON,
        "confirmed": FOR_THE_PERSON,
        "cancelled": FOR_NOBODY,
        "elsewhere": FOR_NOBODY,
    },
    "matching.SessionOutcome.verdict": {
        "met": FOR_NOBODY,
        "moved": FOR_THE_PERSON,
        "missed": "concerns",  # of somebody who was absent twice
        "crossed": "concerns",
        "not_so": FOR_NOBODY,
        "unknown": FOR_THE_PERSON,
    },
    "matching.SharerRequest.state": {
        "open": "sharer_requests",
        "matched": FOR_NOBODY,
        "not_this_time": FOR_NOBODY,
        "withdrawn": FOR_NOBODY,
        "expired": FOR_NOBODY,
    },
    "clinics.ClinicText.state": {
        "draft": "clinics_lacking",  # where none is ready
        "ready": FOR_NOBODY,
    },
    "clinics.Clinic.state": {
        "draft": "clinics_soon clinics_lacking",
        "announced": "clinics_soon clinics_lacking clinics_over",
        "held": "clinics_without_outcome clinics_with_quotes clinics_with_call_lists",
        "archived": FOR_NOBODY,
        "cancelled": FOR_NOBODY,
    },
    "clinics.Clinic.outcome": {},  # words
    "clinics.ClinicPerson.state": {
        "to_ask": "clinics_with_people_to_ask",
        "asked": "clinics_with_silent_people",
        "accepted": FOR_NOBODY,
        "declined": "clinics_lacking",  # where nobody else does it
        "stepped_back": "clinics_lacking",
        "released": FOR_NOBODY,
    },
    "clinics.ChecklistItem.state": {
        "open": "checklist clinics_left_to_nobody",
        "done": FOR_NOBODY,
        "not_needed": FOR_NOBODY,
    },
    "clinics.Rsvp.state": {
        "going": FOR_NOBODY,
        "waiting": FOR_THE_CLOCK,
        "offered": FOR_THE_PERSON,
        "cancelled": FOR_NOBODY,
        "expired": FOR_NOBODY,
    },
    "clinics.TopicRequest.state": {
        "open": "topics",
        "planned": FOR_NOBODY,
        "answered": FOR_NOBODY,
        "declined": FOR_NOBODY,
        "merged": FOR_NOBODY,
        "withdrawn": FOR_NOBODY,
    },
    "clinics.LanguageNeed.state": {
        "open": "clinics_with_languages_needed",
        "asked": "it was answered; what is asked for is seen among the people of the clinic",
        "not_this_time": FOR_NOBODY,
        "interpreted": FOR_NOBODY,
        "without": FOR_NOBODY,
    },
    "trust.Report.state": {
        "new": "reports",
        "looking": "somebody of the trust team has taken it on, and their list says so",
        "closed": FOR_NOBODY,
    },
    "trust.Report.outcome": dict.fromkeys(
        ("talked", "warned", "left_out", "passed_on", "nothing_to_do", "taken_back"), FOR_NOBODY
    ),
}

# A moment that may not have come yet: the kinds that count the rows that wait for it, or why none does.
MOMENTS: dict[str, str] = {
    "base.MassAct.finished_at": ON_TODAY_BESIDE_KINDS,
    "registrations.Member.closed_at": FOR_NOBODY,
    "registrations.SignInCode.used_at": FOR_THE_PERSON,
    "registrations.SkillSuggestion.decided_at": "skills",
    "registrations.SkillSuggestion.noted_at": FOR_THE_PERSON,
    "registrations.Registration.reviewed_at": "registrations",
    "registrations.Registration.claimed_at": FOR_THE_PERSON,
    "registrations.SkillMerge.ended_at": FOR_THE_CLOCK,
    "registrations.OverruledDecision.read_at": "overruled",
    "registrations.ImportUpload.applied_at": "uploads",
    "registrations.ClaimInvitation.used_at": FOR_THE_PERSON,
    "mailings.Newsletter.published_at": ON_TODAY_BESIDE_KINDS,
    "mailings.Newsletter.finished_at": FOR_THE_CLOCK,
    "mailings.Subscription.confirmed_at": FOR_THE_PERSON,
    "mailings.Outage.ended_at": ON_TODAY_BESIDE_KINDS,
    "matching.Round.finished_at": "rounds",
    "matching.Round.published_at": "rounds",
    "matching.RoundReplay.read_at": FOR_THE_CLOCK,
    "matching.Match.closed_at": FOR_THE_PERSON,
    "matching.Match.approved_at": "matches",
    "matching.Session.confirmed_at": FOR_THE_PERSON,
    "matching.SessionOutcome.settled_at": FOR_THE_CLOCK,
    "matching.Concern.closed_at": "concerns",
    "matching.SharerRequest.closed_at": "sharer_requests",
    "clinics.ChecklistItem.settled_at": "checklist",
    "clinics.ClinicPerson.answered_at": "clinics_with_silent_people",
    "clinics.Clinic.announced_at": "clinics_soon",
    "clinics.Clinic.held_at": "clinics_over",
    "clinics.LanguageNeed.answered_at": "clinics_with_languages_needed",
    "clinics.Quote.decided_at": "clinics_with_quotes",
    "clinics.Quote.published_at": "clinics_with_quotes",
    "clinics.RaisedNeed.closed_at": "clinics are planned from it until somebody says that it is met",
    "clinics.TopicRequest.decided_at": "topics",
    "trust.Report.closed_at": "reports",
    "reports.Edition.published_at": "a draft is whoever writes it, and stands first among the editions",
}
DONE = ("answered_at", "applied_at", "approved_at", "announced_at", "claimed_at", "closed_at", "confirmed_at")
DONE += ("decided_at", "ended_at", "finished_at", "held_at", "noted_at", "published_at", "read_at", "reviewed_at")
DONE += ("settled_at", "used_at")
# Tables whose every row waits until it is deleted.
ROWS = {"clinics.CallList": "clinics_with_call_lists"}


def _columns():
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            yield from ((f"{model._meta.label}.{field.name}", field) for field in model._meta.concrete_fields)


def _values(field):
    return {value for value, _label in field.choices or () if value}


def test_each_state_is_counted_or_says_for_whom_it_waits():
    states = {name: _values(field) for name, field in _columns() if field.name in STATES}
    assert {name: set(values) for name, values in WAITS.items()} == states


def test_each_moment_that_may_not_have_come_is_counted_or_says_for_whom_it_waits():
    moments = {
        name for name, field in _columns() if isinstance(field, DateTimeField) and field.null and field.name in DONE
    }
    assert moments == MOMENTS.keys()


def test_each_kind_on_today_counts_a_state_that_waits_and_each_that_is_named_is_there():
    said = [why for values in WAITS.values() for why in values.values()] + [*MOMENTS.values(), *ROWS.values()]
    names = {kind.name for kind in KINDS}
    counted = {word for why in said for word in why.split() if "_" in word or word in names}

    assert counted <= names
    assert names - counted == {"doubtful_addresses"}  # a yes or no about an account
