"""Every address of the portal and everybody who may knock there: one table, which must name each of them.

A plus behind a status says that an act was written: something happened.
"""

import re
from urllib.parse import urlencode

import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinics.seats.links import token_of
from clinics.tests.factories import TICKED, make_clinic, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.opened import Remembering, sent_along
from letsconnect.tests.undoing import Undoing
from mailings.tests.factories import make_letter
from matching.engine.criteria import CRITERIA
from registrations.models import Look, Member, Registration

PEOPLE = ("visitor", "other", "concerned", "liaison", "other_liaison", "coordinator", "demo", "editor")


def names(patterns=None, space=""):
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield space + pattern.name


class Door:
    """One address, and what everybody gets who asks (``get``) or acts (``post``): a word for each of PEOPLE."""

    def __init__(self, name, *args, get, post="", query="", data=None):
        self.name, self.args, self.get, self.post, self.query, self.data = name, args, get, post, query, data or {}

    @property
    def is_desk(self):
        return self.name.startswith("admin:")

    def __str__(self):
        return " ".join([self.name, *self.args, self.query])

    def path(self, world):
        return reverse(self.name, args=[_filled(world, arg) for arg in self.args]) + self.query.format(**vars(world))

    def posted(self, world):
        return {name: _filled(world, value) for name, value in self.data.items()}


def _filled(world, word):
    """Return the key of the row that ``@name`` names, and any other word as it is."""
    if not word.startswith("@"):
        return word
    row = getattr(world, word[1:])
    return row if isinstance(row, str) else str(row.pk)


EVERYBODY = "200 200 200 200 200 200 200 200"
NOBODY_ASKS = "405 405 405 405 405 405 405 405"
GONE = "410 410 410 410 410 410 410 410"
ENROLLED = "302 302+ 302+ 422 422 422 422 422"
MEMBERS = "302 200 200 200 200 200 200 200"
ALL_LED_ON = "302 302 302 302 302 302 302 302"
DESK = "302 302 302 200 200 200 302 403"
COORDINATORS = "302 302 302 403 403 200 302 403"
NO_ONE = "302 302 302 403 403 403 302 403"
NOTHING = "404 404 404 404 404 404 404 404"
NOT_YET = "302 404 404 404 404 404 404 404"
BUTTON = "302 405 405 405 405 405 405 405"
MINE = "302 404 200 404 404 404 404 404"
MINE_LED_ON = "302 404 302 404 404 404 404 404"
WRITERS = "302 302 302 200 200 200 302 200"
WRITERS_BUTTON = "302 302 302 405 405 405 302 405"
WRITERS_ACT = "302 302 302 302+ 302+ 302+ 302 302+"
DESK_BUTTON = "302 302 302 405 405 405 302 403"
MENA = "302 302 302 200 302 200 302 403"  # Django leads from a row that is not there to the desk, and says so
ALL_AT_DESK_LED_ON = "302 302 302 302 302 302 302 403"
MENA_ROW = "302 302 302 200 404 200 302 403"
NO_LIAISON = "302 302 302 302 302 200 302 403"
ALL_ACT = "200+ 200+ 200+ 200+ 200+ 200+ 200+ 200+"
ALL_ACT_LED_ON = "302+ 302+ 302+ 302+ 302+ 302+ 302+ 302+"
BAD = "400 400 400 400 400 400 400 400"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
LISTS = {"wants_announcements": "on", "language": "fr"}
MENA_ADDS = MENA_RELEASES = "302 302 302 302+ 404 302+ 302 403"
CHANNEL = {"do": "add_channel", "channel_language": "fr", "material_days_before": "7"}
HOST_SAYS_YES = {"answer": "accepted", "name": "Sol"}
CLINIC = {
    "format": "clinic",
    "for_whom": "all",
    "venue": "call",
    "floor_language": "en",
    "region": "MENA",
    "local_date": "2026-03-09",
    "local_time": "15:00:00",
    "zone": "UTC",
    "fold": "",
    "minutes": "120",
    "capacity": "3",
    "closes_minutes_before": "0",
    "meeting_link": "https://elsewhere.example.org/x",
    **{f"texts-{count}_FORMS": "0" for count in ("TOTAL", "INITIAL")},
}
TEXT_OF_CLINIC = {
    "title": "Asking for money",
    "summary": "How it is done.",
    "confirmed": "99",  # letters, of which the page told
}
DAYS = {"first_on": "2026-03-09", "last_on": "2026-03-15", "zone": "UTC", "minutes": "120", "weight": "500"}
FOUND = f"?{urlencode(DAYS)}"
HOUR = {**DAYS, "start": "2026-03-09T18:00:00+00:00"}
AGENDA_ROWS = {
    "items-TOTAL_FORMS": "1",
    "items-INITIAL_FORMS": "0",
    "items-0-part": "news",
    "items-0-minutes": "20",
}
AGENDA_OF_CLINIC = {**AGENDA_ROWS, "call-icebreaker": "Coffee or tea?", "call-quiz_link": ""}
LINKS_OF_CLINIC = {"links-TOTAL_FORMS": "0", "links-INITIAL_FORMS": "0"}
NEED = {"words": "Bookbinding", "raised_where": "A call", "people": "7", "region": "MENA"}
DOORS = [
    Door("home", get=EVERYBODY),
    Door("code-of-conduct", get=EVERYBODY),
    Door("privacy", get=EVERYBODY),
    Door("contact", get=EVERYBODY),
    Door("who-may-take-part", get=EVERYBODY),
    Door("healthz", get=EVERYBODY),
    Door("robots", get=EVERYBODY),
    Door("security-txt", get=EVERYBODY),
    Door("readyz", get=EVERYBODY),
    Door("time-zone", get=EVERYBODY, post=ALL_LED_ON, data={"zone": "Asia/Tokyo"}),
    Door("zone-cities", "ar", get=EVERYBODY),
    Door("zone-cities", "de", get=NOTHING),
    Door("set-language", get=NOBODY_ASKS, post=ALL_LED_ON, data={"language": "fr"}),
    Door(
        "registrations:sign-in",
        get="200 302 302 302 302 302 302 302",
        post=ALL_LED_ON,
        data={"email": "new@example.org"},
    ),
    Door("registrations:sign-in-code", get=ALL_LED_ON, post=ALL_LED_ON, data={"code": "123456"}),
    Door("registrations:sign-in-link", get=GONE, post=GONE, query="?key=none", data={"key": "none"}),
    Door("registrations:sign-in-resend", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("registrations:sign-in-other", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("registrations:wikimedia-sign-in", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("registrations:wikimedia-callback", get="400 400 400 400 400 400 400 400", post=NOBODY_ASKS),
    Door("registrations:sign-in-ways", get=MEMBERS, post=BUTTON),
    Door("registrations:wikimedia-connect", get=BUTTON, post=ALL_LED_ON),
    Door("registrations:wikimedia-disconnect", get=BUTTON, post=ALL_LED_ON),
    Door("registrations:sign-out", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("registrations:registration-edit", get=MEMBERS, post="302 302 302 409 409 409 409 409"),
    Door(
        "registrations:registration-step",
        "who",
        get=MEMBERS,
        post="302 422 422 409 409 409 409 409",
        data={"name": "x"},
    ),
    Door("registrations:registration-step", "moon", get=NOTHING, post=NOTHING),
    Door("registrations:group-search", get=MEMBERS, query="?q=wiki"),
    Door("registrations:skill-search", get=MEMBERS, query="?q=wikidata"),
    Door("registrations:skill-hints", get=MEMBERS, query="?id={skill.pk}"),
    Door("registrations:suggestions-note", get=BUTTON, post=ALL_LED_ON),
    Door("registrations:claim", "@claim", get=EVERYBODY, post="302 302 302 302+ 302+ 302+ 302+ 302+"),
    Door(
        "registrations:claim", "forged", get="410 410 410 410 410 410 410 410", post="410 410 410 410 410 410 410 410"
    ),
    Door(
        "registrations:agreement-list",
        get=MEMBERS,
        post="302 302 302 302+ 302+ 302+ 302+ 302+",
        data={"privacy_notice": "2026-11"},
    ),
    Door("registrations:agreement-take-back", get=BUTTON, post=ALL_LED_ON, data={"document": "newsletter"}),
    Door("registrations:my-data", get=MEMBERS),
    Door("registrations:data-download", "json", get=MEMBERS),
    Door("registrations:data-download", "html", get=MEMBERS),
    Door("registrations:letter-list", get=MEMBERS),
    Door("registrations:letter-detail", "@sent_letter", get=MINE),
    Door("registrations:registration-pause", get=MEMBERS, post=ENROLLED, data={"until": "2026-04-01"}),
    Door("registrations:registration-away", get=MEMBERS, post=ENROLLED, data={"until": "2026-04-01"}),
    Door("registrations:registration-resume", get=BUTTON, post=ALL_LED_ON),
    Door(
        "registrations:registration-findable",
        get=BUTTON,
        post="302 302+ 302+ 302 302 302 302 302",
        data={"findable": "yes"},
    ),
    Door("registrations:registration-withdraw", get=MEMBERS, post="302 302+ 302+ 302 302 302 302 302"),
    Door(
        "registrations:account-delete",
        get=MEMBERS,
        post="302 302+ 302+ 302+ 302+ 302+ 302+ 302+",
        data={"word": "delete"},
    ),
    Door("registrations:person-unblock", "nobody", get=BUTTON, post="302 404 404 404 404 404 404 404"),
    Door("registrations:still-in", "no-token", get=GONE, post=GONE),
    Door("registrations:link-undo", get=BUTTON, post=ALL_LED_ON),
    Door("clinics:clinic-list", get=EVERYBODY),
    Door("clinics:clinic-list", get=EVERYBODY, query="?language=ar&region=MENA&evenings=1&q=a"),
    Door("clinics:month-now", get=EVERYBODY),
    Door("clinics:month-detail", "1999", "1", get=NOTHING),
    Door("clinics:hours-fairness", get=EVERYBODY),
    Door("clinics:safe-space", get=EVERYBODY),
    Door("clinics:clinic-detail", "@clinic", get=EVERYBODY),
    Door("clinics:clinic-detail", "@draft", get="404 404 404 200 404 200 404 404"),
    Door("clinics:clinic-detail", "@regionless", get="404 404 404 404 404 200 404 404"),
    Door("clinics:clinic-calendar", "@clinic", get=EVERYBODY),
    Door("clinics:clinic-calendar", "@draft", get="404 404 404 200 404 200 404 404"),
    Door("clinics:clinic-feed", "ar", get=EVERYBODY),
    Door("clinics:clinic-feed", "tlh", get=NOTHING),
    Door("clinics:clinic-host", "@clinic", get="302 404 404 404 404 404 404 404"),
    Door("clinics:attendance-now", "@clinic", get="302 404 404 404 404 404 404 404"),
    *(
        Door(f"clinics:{page}", "@clinic", get=BUTTON, post="302 404 404 404 404 404 404 404")
        for page in ("attendance-tick", "seat-at-the-door", "walk-in-note", "others-count")
    ),
    Door(
        "clinics:clinic-join", "@clinic", get="200 403 403 403 403 403 403 403", post="302 403 403 403 403 403 403 403"
    ),
    Door(
        "clinics:clinic-join", "@draft", get="404 404 404 200 404 200 404 404", post="404 404 404 409 404 409 404 404"
    ),
    Door("clinics:person-join", "@outside_token", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("clinics:person-join", "forged", get=NOBODY_ASKS, post=GONE),
    Door(
        "clinics:person-mine", "@part", get=MINE, post="302 404 302+ 404 404 404 404 404", data={"answer": "accepted"}
    ),
    Door("clinics:person-answer", "@outside_token", get=EVERYBODY, post=ALL_ACT_LED_ON, data=HOST_SAYS_YES),
    Door("clinics:person-answer", "forged", get=GONE, post=GONE),
    Door("clinics:person-erase", "@outside_token", get=EVERYBODY, post=ALL_ACT),
    Door("clinics:person-erase", "forged", get=GONE, post=GONE),
    Door("clinics:rsvp-make", "@clinic", get=NOBODY_ASKS, post="302 302+ 302+ 302+ 302+ 302+ 302+ 302+", data=TICKED),
    Door("clinics:rsvp-make", "@clinic", get=NOBODY_ASKS, post="302 302+ 302+ 422 422 422 422 422"),
    Door("clinics:rsvp-make", "@draft", get=NOBODY_ASKS, post="404 404 404 302 404 302 404 404", data=TICKED),
    Door("clinics:sign-up-kept", "@clinic", "forged", get=ALL_LED_ON, post=NOBODY_ASKS),
    Door("clinics:sign-up-kept", "@draft", "forged", get="404 404 404 302 404 302 404 404"),
    Door("clinics:seat-wishes", "@clinic", get=BUTTON, post="302 404 404 404 404 404 404 404"),
    Door("clinics:seat-by-link", "@seat_token", get=EVERYBODY, post=ALL_ACT_LED_ON, data={"do": "give_back"}),
    Door("clinics:seat-by-link", "@seat_token", get=EVERYBODY, post=ALL_LED_ON),
    Door("clinics:seat-by-link", "forged", get=GONE, post=GONE),
    Door("clinics:feedback-give", "@clinic", get=NOT_YET, post=NOT_YET),
    Door(
        "clinics:feedback-give",
        "@over",
        get=MINE,
        post="302 404 302 404 404 404 404 404",
        data={"useful": "very", "seen": "@feedback_seen"},
    ),
    Door("clinics:feedback-read", "@clinic", get=NOT_YET),
    Door("clinics:feedback-read", "@over", get=MINE),
    Door(
        "clinics:quote-give",
        "@over",
        get=MINE,
        post="302 404 302+ 404 404 404 404 404",
        data={"text": "Very good.", "as_whom": "participant"},
    ),
    Door("clinics:quote-take-back", "@over", get=BUTTON, post="302 404 302+ 404 404 404 404 404"),
    Door("clinics:certificate-mine", "@clinic", get=NOT_YET),
    Door(
        "clinics:certificate-mine",
        "@over",
        get=MINE,
        post="302 404 302+ 404 404 404 404 404",
        data={"kind": "contributing", "contributing-name": "Ana"},
    ),
    Door("clinics:certificate-list", get=MEMBERS),
    Door("clinics:certificate-print", "@certificate", get=MINE, query="?language=ar"),
    Door("clinics:certificate-take-back", "@certificate", get=BUTTON, post="302 404 302+ 404 404 404 404 404"),
    Door("clinics:certificate-check", get=EVERYBODY),
    Door("clinics:certificate-check", get="422 422 422 422 422 422 422 422", query="?code=moon"),
    Door("clinics:certificate-check", get=ALL_LED_ON, query="?code={certificate_code}"),
    Door("clinics:certificate-verify", "@certificate_code", get=EVERYBODY),
    Door("clinics:certificate-verify", "moon", get=NOTHING),
    Door("clinics:topic-list", get=MEMBERS),
    Door("clinics:topic-mine", get=MEMBERS),
    Door(
        "clinics:topic-ask",
        get=MEMBERS,
        post="302 302+ 302+ 302+ 302+ 302+ 302+ 302+",
        data={"words": "Bookbinding", "language": "en", "why": "Our next project needs it"},
    ),
    Door("clinics:topic-ask", get=MEMBERS, post="302 422 422 422 422 422 422 422", data={"words": "Bookbinding"}),
    Door("clinics:topic-detail", "@topic", get=MEMBERS),
    Door("clinics:topic-detail", "@withdrawn", get=MINE),
    Door("clinics:topic-support", "@topic", get=BUTTON, post="302 302+ 302 302+ 302+ 302+ 302+ 302+"),
    Door("clinics:topic-support", "@withdrawn", get=BUTTON, post="302 404 302 404 404 404 404 404"),
    Door("clinics:topic-take-back", "@topic", get=BUTTON, post="302 302 302+ 302 302 302 302 302"),
    Door("clinics:topic-take-back", "@withdrawn", get=BUTTON, post="302 404 302 404 404 404 404 404"),
    Door("clinics:checklist-mine", get=MEMBERS),
    Door(
        "clinics:checklist-settle",
        "@item",
        get=BUTTON,
        post="302 404 404 404 404 302+ 404 404",
        data={"said": "done"},
    ),
    Door("mailings:newsletter-list", get=EVERYBODY),
    Door("mailings:newsletter-detail", "9001", "en", get=EVERYBODY),
    Door("mailings:newsletter-detail", "9001", "fr", get=NOTHING),
    Door("mailings:newsletter-detail", "9002", "en", get=NOTHING),
    Door("mailings:newsletter-feed", "en", get=EVERYBODY),
    Door("clinics:rsvp-cancel", "@clinic", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("matching:match-list", get=MEMBERS),
    Door("matching:match-detail", "@asked", get="302 404 200 404 404 404 404 404"),
    Door("matching:match-detail", "@connected", get="302 404 200 404 404 404 404 404"),
    Door("matching:match-detail", "@proposed", get=NOT_YET),
    Door("matching:match-detail", "@approved", get=NOT_YET),
    Door("matching:sharer-list", get="302 200 200 403 403 403 403 403"),
    Door(
        "matching:sharer-ask",
        "@found_key",
        get="302 200 200 403 403 403 403 403",
        post="302 302+ 302 403 403 403 403 403",
        data={"skill": "@skill", "why": "Our next project needs it", "adds_wish": "on"},
    ),
    Door(
        "matching:sharer-ask", "nobody", get="302 404 404 403 403 403 403 403", post="302 404 404 403 403 403 403 403"
    ),
    Door("matching:no-match", get=MEMBERS),
    Door("matching:request-list", get=MEMBERS),
    Door("matching:request-withdraw", "@request", get=BUTTON, post="302 404 302+ 404 404 404 404 404"),
    Door("matching:person-list", get=MEMBERS),
    Door(
        "matching:person-block",
        "@asked",
        get="302 404 200 404 404 404 404 404",
        post="302 404 302+ 404 404 404 404 404",
    ),
    Door("matching:person-block", "@proposed", get=NOT_YET, post=NOT_YET),
    Door("matching:match-accept", "@asked", get=BUTTON, post="302 404 302+ 404 404 404 404 404"),
    Door("matching:match-accept", "@approved", get=BUTTON, post=NOT_YET),
    Door(
        "matching:match-decline",
        "@asked",
        get="302 404 302 404 404 404 404 404",
        post="302 404 302+ 404 404 404 404 404",
        data={"why": "no_time"},
    ),
    Door(
        "matching:match-withdraw",
        "@connected",
        get="302 404 302 404 404 404 404 404",
        post="302 404 302+ 404 404 404 404 404",
        data={"why": "no_time"},
    ),
    Door("matching:session-propose", "@connected", get=MINE, post="302 404 422 404 404 404 404 404"),
    Door("matching:session-propose", "@asked", get=MINE_LED_ON, post=MINE_LED_ON),
    Door("matching:session-propose", "@proposed", get=NOT_YET, post=NOT_YET),
    Door(
        "matching:session-confirm",
        "@session",
        get=BUTTON,
        post="302 404 302+ 404 404 404 404 404",
        data={"starts_at": "2026-03-05T12:00Z", "seen": "@seen"},
    ),
    Door("matching:session-confirm", "@session", get=BUTTON, post=MINE_LED_ON, data={"starts_at": "soon"}),
    Door(
        "matching:session-keep", "@session", get=BUTTON, post="302 404 302+ 404 404 404 404 404", data={"seen": "@seen"}
    ),
    Door(
        "matching:session-cancel",
        "@session",
        get=MINE_LED_ON,
        post="302 404 302+ 404 404 404 404 404",
        data={"seen": "@seen", "why": "cannot"},
    ),
    Door("matching:session-cancel", "@session", get=MINE_LED_ON, post="302 404 422 404 404 404 404 404"),
    Door(
        "matching:session-link",
        "@session",
        get=MINE_LED_ON,
        post="302 404 302+ 404 404 404 404 404",
        data={"link": "https://meet.example.org/x"},
    ),
    Door("matching:session-calendar", "@session", get=MINE),
    Door("calendar-feed", get=MEMBERS, post="302 200+ 200+ 200+ 200+ 200+ 200+ 200+"),
    Door("calendar-feed-end", get=BUTTON, post=ALL_LED_ON),
    Door("calendar-feed-file", "no-secret", get=NOTHING),
    Door("calendar-feed-before", get="301 301 301 301 301 301 301 301"),
    Door(
        "matching:feedback-give",
        "@hour",
        get="302 404 200 404 404 404 404 404",
        post="302 404 302+ 404 404 404 404 404",
        data={"happened": "yes"},
    ),
    Door("matching:match-complete", "@connected", get=BUTTON, post="302 404 302+ 404 404 404 404 404"),
    Door("trust:report-list", get=NOT_YET),
    Door("trust:report-new", get=MEMBERS, post=ALL_LED_ON, data={"description": "Something."}),
    Door(
        "trust:report-match",
        "@connected",
        get="302 404 200 404 404 404 404 404",
        post="302 404 302 404 404 404 404 404",
        data={"description": "Something."},
    ),
    Door("trust:report-match", "@proposed", get=NOT_YET, post=NOT_YET, data={"description": "Something."}),
    Door(
        "trust:report-clinic",
        "@clinic",
        get="302 302 200 302 302 302 302 302",
        post=ALL_LED_ON,
        data={"description": "Something."},
    ),
    Door("trust:report-detail", "@report", get=NOT_YET, post=NOT_YET, data={"text": "A note."}),
    Door("trust:report-detail", "nothing", get=NOT_YET, post=NOT_YET),
    Door("trust:report-name", "@report", get=BUTTON, post=NOT_YET),
    Door("trust:report-step-aside", "@report", get=BUTTON, post=NOT_YET),
    Door("trust:report-reopen", "@report", get=BUTTON, post=NOT_YET),
    Door("admin:trust_trustseat_changelist", get=DESK),
    Door(
        "admin:trust_trustseat_add",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"member": "@person_key", "confirmed": "@trust_yes"},
    ),
    Door("admin:trust_trustseat_people", get=COORDINATORS, query="?person=concerned"),
    Door("admin:trust_trustseat_end", "@trust_seat", get=DESK_BUTTON, post="302 302 302 403 403 302+ 302 403"),
    Door(
        "admin:trust_trustseat_change",
        "@trust_seat",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"until_on": "2027-01-01"},
    ),
    Door("admin:trust_trustseat_history", "@trust_seat", get=DESK),
    Door("admin:trust_trustseat_delete", "@trust_seat", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:app_list", "trust", get="302 302 302 200 200 200 302 404"),
    Door("admin:app_list", "base", get="302 302 302 404 404 200 302 404"),
    Door("admin:base_securityevent_changelist", get=COORDINATORS),
    Door("admin:base_securityevent_add", get=NO_ONE, post=NO_ONE),
    Door("admin:base_securityevent_change", "@security", get=COORDINATORS, post=NO_ONE),
    Door("admin:base_securityevent_history", "@security", get="302 302 302 404 404 200 302 403"),
    Door("admin:base_securityevent_delete", "@security", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("mailings:mailbox", get=EVERYBODY),
    Door("mailings:mailbox-letter", "0000000000000000000-00000000", get=NOTHING),
    Door("mailings:mailbox-html", "0000000000000000000-00000000", get=NOTHING),
    Door("mailings:letters-again", get=BUTTON, post=ALL_LED_ON),
    Door("mailings:letters-again-by-link", "@reader", get=NOBODY_ASKS, post=ALL_LED_ON),
    Door("mailings:letters-again-by-link", "forged", get=NOBODY_ASKS, post=NOTHING),
    Door("mailings:subscribe", get=EVERYBODY, post=EVERYBODY, data={"address": "new@example.org", **LISTS}),
    Door("mailings:subscription-confirm", "@to_confirm", get=EVERYBODY, post=ALL_ACT_LED_ON),
    Door("mailings:subscription-confirm", "forged", get=GONE, post=GONE),
    Door("mailings:subscription-preferences", "@reader", get=EVERYBODY, post=ALL_ACT_LED_ON, data=LISTS),
    Door("mailings:subscription-preferences", "forged", get=NOTHING, post=NOTHING),
    Door("mailings:subscription-leave", "@reader", get=EVERYBODY, post=ALL_ACT),
    Door("mailings:subscription-leave", "forged", get=NOTHING, post=NOTHING),
    Door("mailings:subscription-one-click", "newsletter", "@reader", get=EVERYBODY, post=ALL_ACT, data=ONE_CLICK),
    Door("mailings:subscription-one-click", "newsletter", "@reader", get=EVERYBODY, post=BAD),
    Door("mailings:subscription-one-click", "moon", "@reader", get=NOTHING, post=NOTHING, data=ONE_CLICK),
    Door("admin:index", get=WRITERS),
    Door("admin:login", get="302 403 403 302 302 302 403 302"),
    Door("admin:logout", get=WRITERS_BUTTON, post=ALL_LED_ON),
    Door("admin:password_change", get="302 302 302 404 404 404 302 403"),
    Door("admin:password_change_done", get="302 302 302 404 404 404 302 403"),
    Door(
        "admin:autocomplete",
        get="302 302 302 404 404 404 302 403",
        query="?app_label=registrations&model_name=workinggroupseat&field_name=member&term=p",
    ),
    Door("admin:jsi18n", get=WRITERS),
    Door("admin:view_on_site", "1", "1", get="302 302 302 404 404 404 302 403"),
    Door("admin:app_list", "registrations", get="302 302 302 200 200 200 302 404"),
    Door("admin:app_list", "mailings", get=WRITERS),
    Door("admin:app_list", "matching", get="302 302 302 200 200 200 302 404"),
    Door("admin:app_list", "clinics", get="302 302 302 200 200 200 302 404"),
    Door("admin:registrations_member_changelist", get=COORDINATORS),
    Door("admin:registrations_member_add", get=NO_ONE, post=NO_ONE),
    Door("admin:registrations_member_change", "@person", get=COORDINATORS, post=NO_ONE),
    Door("admin:registrations_member_history", "@person", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:registrations_member_close",
        "@person",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"reason": "They asked for it."},
    ),
    Door(
        "admin:registrations_member_reopen",
        "@person",
        get=COORDINATORS,
        post="302 302 302 403 403 302 302 403",
        data={"reason": "They asked for it."},
    ),
    Door("admin:registrations_member_delete", "@person", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:registrations_workinggroupseat_changelist", get=DESK),
    Door(
        "admin:registrations_workinggroupseat_add",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={
            "member": "@person_key",
            "role": "coordinator",
            "from_on": "2026-03-02",
            "confirmed": "@seat_yes",
        },
    ),
    Door("admin:registrations_workinggroupseat_people", get=COORDINATORS, query="?person=concerned"),
    Door("admin:registrations_workinggroupseat_end", "@seat", get=DESK_BUTTON, post="302 302 302 403 403 302+ 302 403"),
    Door(
        "admin:registrations_workinggroupseat_change",
        "@seat",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"until_on": "2027-01-01"},
    ),
    Door("admin:registrations_workinggroupseat_history", "@seat", get=DESK),
    Door("admin:registrations_workinggroupseat_delete", "@seat", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:registrations_skill_changelist", get=DESK),
    Door("admin:registrations_skill_add", get=COORDINATORS, post=COORDINATORS),
    Door("admin:registrations_skill_change", "@skill", get=DESK, post=COORDINATORS),
    Door("admin:registrations_skill_history", "@skill", get=DESK),
    Door("admin:registrations_skill_names", "@skill", get=COORDINATORS, post=COORDINATORS),
    Door(
        "admin:registrations_skill_names",
        "@suggested",
        get=DESK,
        post="302 302 302 302+ 302+ 302+ 302 403",
        data={"name_en": "A better name"},
    ),
    Door("admin:registrations_skill_accept", "@skill", get=COORDINATORS),
    Door(
        "admin:registrations_skill_accept",
        "@suggested",
        get=DESK,
        post="302 302 302 302+ 302+ 302+ 302 403",
        data={"family": "tactics"},
    ),
    Door(
        "admin:registrations_skill_merge",
        "@suggested",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"target": "@skill"},
    ),
    Door("admin:registrations_skill_retire", "@skill", get=COORDINATORS, post="302 302 302 403 403 302+ 302 403"),
    Door("admin:registrations_skill_delete", "@skill", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:registrations_group_changelist", get=DESK),
    Door("admin:registrations_group_add", get=COORDINATORS, post=COORDINATORS),
    Door("admin:registrations_group_change", "@group", get=DESK, post=COORDINATORS),
    Door("admin:registrations_group_history", "@group", get=DESK),
    Door("admin:registrations_group_delete", "@group", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:registrations_registration_changelist",
        get=DESK,
        post=DESK,
        data={"action": "approve", "_selected_action": "@waiting"},
    ),
    Door(
        "admin:registrations_registration_changelist",
        get=DESK,
        post="302 302 302 302 302 302+ 302 403",
        data={"action": "invite_to_claim", "_selected_action": "@unclaimed"},
    ),
    Door("admin:registrations_registration_add", get=NO_ONE, post=NO_ONE),
    Door("admin:registrations_registration_change", "@waiting", get="302 302 302 200 302 200 302 403", post=NO_ONE),
    Door("admin:registrations_registration_history", "@waiting", get="302 302 302 200 404 200 302 403"),
    Door("admin:registrations_registration_delete", "@waiting", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:registrations_registration_decide",
        "approved",
        get="302 302 302 200 404 200 302 403",
        post="302 302 302 302+ 302 302+ 302 403",
        query="?id={waiting.pk}",
        data={"id": "@waiting", "note": ""},
    ),
    Door(
        "admin:registrations_registration_accept", "@waiting", get=DESK_BUTTON, post="302 302 302 302 404 302 302 403"
    ),
    Door(
        "admin:registrations_registration_invite", "@waiting", get=DESK_BUTTON, post="302 302 302 302 404 302 302 403"
    ),
    Door(
        "admin:registrations_registration_export",
        get=DESK_BUTTON,
        post="302 302 302 200+ 200+ 200+ 302 403",
        data={"format": "csv"},
    ),
    Door("admin:registrations_importupload_changelist", get=COORDINATORS),
    Door("admin:registrations_importupload_add", get=COORDINATORS, post=COORDINATORS),
    Door("admin:registrations_importupload_change", "@upload", get=COORDINATORS, post=NO_ONE),
    Door("admin:registrations_importupload_apply", "@upload", get=DESK_BUTTON, post="302 302 302 403 403 302+ 302 403"),
    Door(
        "admin:registrations_importupload_encoding", "@upload", get=DESK_BUTTON, post="302 302 302 403 403 302 302 403"
    ),
    Door("admin:registrations_importupload_report", "@upload", get=COORDINATORS),
    Door("admin:registrations_importupload_history", "@upload", get="302 302 302 404 404 200 302 403"),
    Door("admin:registrations_importupload_delete", "@upload", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:registrations_claiminvitation_changelist",
        get=COORDINATORS,
        post="302 302 302 403 403 302 302 403",
        data={"action": "invite_again", "_selected_action": "@invitation"},
    ),
    Door("admin:registrations_claiminvitation_add", get=NO_ONE, post=NO_ONE),
    Door("admin:registrations_claiminvitation_change", "@invitation", get=COORDINATORS, post=NO_ONE),
    Door("admin:registrations_claiminvitation_history", "@invitation", get="302 302 302 404 404 200 302 403"),
    Door("admin:registrations_claiminvitation_delete", "@invitation", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:registrations_eligibility_changelist", get="302 302 302 302 302 302 302 403"),
    Door("admin:registrations_eligibility_add", get=NO_ONE, post=NO_ONE),
    Door("admin:registrations_eligibility_change", "1", get=DESK, post="302 302 302 403 403 302+ 302 403"),
    Door("admin:registrations_eligibility_history", "1", get=DESK),
    Door("admin:registrations_eligibility_delete", "1", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:mailings_letter_changelist",
        get=COORDINATORS,
        post="302 302 302 403 403 302 302 403",
        data={"action": "send_again", "_selected_action": "@letter"},
    ),
    Door("admin:mailings_letter_board", get=COORDINATORS),
    Door("admin:mailings_letter_decide", "@letter", "again", get=DESK_BUTTON, post="302 302 302 403 403 302 302 403"),
    Door("admin:mailings_letter_decide", "@letter", "moon", get=DESK_BUTTON, post="302 302 302 403 403 302 302 403"),
    Door("admin:mailings_newsletter_changelist", get=WRITERS),
    Door(
        "admin:mailings_newsletter_add",
        get=WRITERS,
        post=WRITERS_ACT,
        data={"month": "2026-03", "language": "en"},
    ),
    Door("admin:mailings_newsletter_change", "@issue", get=WRITERS),
    Door("admin:mailings_newsletter_history", "@issue", get=WRITERS),
    Door("admin:mailings_newsletter_delete", "@issue", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:mailings_newsletter_settings",
        "@issue",
        get=WRITERS_BUTTON,
        post=WRITERS_ACT,
        data={"month": "2026-04", "send_time": "at_once"},
    ),
    Door(
        "admin:mailings_newsletter_version",
        "@issue",
        get=WRITERS_BUTTON,
        post=WRITERS_ACT,
        data={"language": "fr"},
    ),
    Door("admin:mailings_newsletter_act", "@issue", "ask", get=WRITERS_BUTTON, post=WRITERS_ACT),
    Door(
        "admin:mailings_newsletter_act",
        "@asked_issue",
        "take-back",
        get=WRITERS_BUTTON,
        post="302 302 302 302 302 302+ 302 302",
    ),
    Door("admin:mailings_newsletter_act", "@asked_issue", "confirm", get=COORDINATORS, post=COORDINATORS),
    Door(
        "admin:mailings_newsletter_act",
        "@asked_issue",
        "confirm",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"confirmed": "99"},
    ),
    Door(
        "admin:mailings_newsletter_act",
        "@sending_issue",
        "stop",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"confirmed": "0"},
    ),
    Door("admin:mailings_newsletter_readers", "@sent_issue", get=COORDINATORS),
    Door("admin:mailings_newsletterversion_changelist", get=WRITERS),
    Door("admin:mailings_newsletterversion_add", get=NO_ONE, post=NO_ONE),
    Door("admin:mailings_newsletterversion_change", "@version", get=WRITERS),
    Door("admin:mailings_newsletterversion_history", "@version", get=WRITERS),
    Door("admin:mailings_newsletterversion_delete", "@version", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:mailings_newsletterversion_save",
        "@version",
        get=WRITERS_BUTTON,
        post=WRITERS_ACT,
        data={"press": "draft"},
    ),
    Door(
        "admin:mailings_newsletterversion_drop",
        "@version",
        get=WRITERS,
        post=WRITERS_ACT,
        data={"confirmed": "0"},
    ),
    Door(
        "admin:mailings_newsletterversion_drop_section",
        "@unfinished",
        "@section",
        get=WRITERS,
        post=WRITERS_ACT,
        data={"confirmed": "0"},
    ),
    Door("admin:mailings_newsletterversion_test", "@version", get=WRITERS_BUTTON, post=WRITERS_ACT),
    Door("admin:mailings_newsletterversion_preview", "@version", get=WRITERS, post=WRITERS),
    Door("admin:mailings_newsletterversion_wikitext", "@version", get=WRITERS),
    Door("admin:mailings_letter_add", get=NO_ONE, post=NO_ONE),
    Door("admin:mailings_letter_change", "@letter", get=COORDINATORS, post=NO_ONE),
    Door("admin:mailings_letter_text", "@sent_letter", get=COORDINATORS),
    Door("admin:mailings_letter_history", "@letter", get="302 302 302 404 404 200 302 403"),
    Door("admin:mailings_letter_delete", "@letter", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:mailings_subscription_changelist", get=COORDINATORS),
    Door("admin:mailings_subscription_add", get=COORDINATORS, post=COORDINATORS),
    Door("admin:mailings_subscription_change", "@subscription", get=COORDINATORS, post=NO_ONE),
    Door("admin:mailings_subscription_history", "@subscription", get="302 302 302 404 404 200 302 403"),
    Door("admin:mailings_subscription_delete", "@subscription", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:mailings_suppression_changelist",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"action": "lift", "_selected_action": "@suppression", "reason": "It was mended."},
    ),
    Door(
        "admin:mailings_suppression_add",
        get=COORDINATORS,
        post=COORDINATORS,
        data={"addresses": "gone@example.org", "scope": "all"},
    ),
    Door("admin:mailings_suppression_change", "@suppression", get=COORDINATORS, post=NO_ONE),
    Door("admin:mailings_suppression_history", "@suppression", get="302 302 302 404 404 200 302 403"),
    Door("admin:mailings_suppression_delete", "@suppression", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:matching_round_changelist", get=DESK),
    Door("admin:matching_round_add", get=NO_ONE, post=NO_ONE),
    Door("admin:matching_round_change", "@round", get=DESK, post=DESK),
    Door("admin:matching_round_history", "@round", get=DESK),
    Door("admin:matching_round_delete", "@round", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:matching_round_new", get=DESK_BUTTON, post="302 302 302 302+ 302+ 302+ 302 403"),
    Door(
        "admin:matching_round_settings",
        "@running",
        get=DESK_BUTTON,
        post="302 302 302 302 302 302+ 302 403",
        data={
            "preset": "best_fit",
            "which_regions": "all",
            "which_skills": "all",
            "weeks": "0",
            **{f"weight_{criterion}": "2" for criterion in CRITERIA},
        },
    ),
    Door("admin:matching_round_pair", "@running", get=DESK, post=DESK),
    Door(
        "admin:matching_round_unpair", "@running", "@proposed", get=DESK_BUTTON, post="302 302 302 404 404 404 302 403"
    ),
    Door("admin:matching_round_request", "@running", get=DESK_BUTTON, post="302 302 302 302 302 302+ 302 403"),
    Door("admin:matching_round_why_not", get=DESK, query="?learner={proposed.learner_id}&sharer={proposed.sharer_id}"),
    Door("admin:matching_round_left", "@round", get=DESK),
    Door("admin:matching_round_repair", "@round", get=DESK_BUTTON, post="302 302 302 302 302 302 302 403"),
    Door("admin:matching_round_publish", "@round", get=DESK, post="302 302 302 302+ 302 302+ 302 403"),
    Door("admin:matching_round_release", "@round", get=DESK_BUTTON, post="302 302 302 302 302 302+ 302 403"),
    Door(
        "admin:matching_round_cancel",
        "@running",
        get="302 302 302 302 302 200 302 403",
        post="302 302 302 302 302 302+ 302 403",
    ),
    Door(
        "admin:matching_match_changelist",
        get=DESK,
        post="302 302 302 302+ 302 302+ 302 403",
        data={"action": "approve", "_selected_action": "@proposed"},
    ),
    Door("admin:matching_match_add", get=NO_ONE, post=NO_ONE),
    Door(
        "admin:matching_match_change",
        "@proposed",
        get="302 302 302 200 404 200 302 403",
        post="302 302 302 200 404 200 302 403",
    ),
    Door("admin:matching_match_decide", "@proposed", get=DESK_BUTTON, post="302 302 302 302+ 404 302+ 302 403"),
    Door(
        "admin:matching_match_swap",
        "@proposed",
        get=DESK_BUTTON,
        post="302 302 302 302 404 302 302 403",
        data={"sharer": "@waiting", "skill": "@skill"},
    ),
    Door("admin:matching_match_history", "@proposed", get="302 302 302 200 404 200 302 403"),
    Door("admin:matching_match_delete", "@proposed", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:matching_sharerrequest_changelist", get=DESK),
    Door("admin:matching_sharerrequest_add", get=NO_ONE, post=NO_ONE),
    Door("admin:matching_sharerrequest_change", "@request", get="302 302 302 200 404 200 302 403"),
    Door("admin:matching_sharerrequest_history", "@request", get="302 302 302 200 404 200 302 403"),
    Door("admin:matching_sharerrequest_delete", "@request", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:matching_exclusion_changelist", get=DESK),
    Door("admin:matching_exclusion_add", get=DESK, post=DESK),
    Door(
        "admin:matching_exclusion_change",
        "@exclusion",
        get="302 302 302 200 404 200 302 403",
        post="302 302 302 302+ 404 302+ 302 403",
        data={"why": "They have made up."},
    ),
    Door("admin:matching_exclusion_history", "@exclusion", get="302 302 302 200 404 200 302 403"),
    Door("admin:matching_exclusion_delete", "@exclusion", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:matching_matchingrules_changelist", get="302 302 302 302 302 302 302 403"),
    Door("admin:matching_matchingrules_add", get=NO_ONE, post=NO_ONE),
    Door(
        "admin:matching_matchingrules_change",
        "1",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"cool_down_days": "90", "min_minutes_a_week": "120", "most_at_once": "6", "facts_kept_days": "90"},
    ),
    Door("admin:matching_matchingrules_history", "1", get=DESK),
    Door("admin:matching_matchingrules_delete", "1", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:matching_concern_changelist",
        get=DESK,
        post="302 302 302 302+ 302 302+ 302 403",
        data={"action": "look_after", "_selected_action": "@concern"},
    ),
    Door("admin:matching_concern_add", get=NO_ONE, post=NO_ONE),
    Door("admin:matching_concern_change", "@concern", get="302 302 302 403 302 403 302 403", post=NO_ONE),
    Door("admin:matching_concern_history", "@concern", get="302 302 302 404 404 404 302 403"),
    Door("admin:matching_concern_delete", "@concern", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:clinics_clinic_changelist",
        get=DESK,
        post="302 302 302 302+ 302 302+ 302 403",
        data={"action": "announce_selected", "_selected_action": "@draft", "confirmed": "99"},
    ),
    Door(
        "admin:clinics_clinic_changelist",
        get=DESK,
        post="302 302 302 302 302 302+ 302 403",
        data={"action": "announce_selected", "_selected_action": "@regionless", "confirmed": "99"},
    ),
    Door("admin:clinics_clinic_add", get=DESK, post="302 302 302 302+ 200 302+ 302 403", data=CLINIC),
    Door("admin:clinics_clinic_change", "@clinic", get=MENA, post="302 302 302 302+ 302 302+ 302 403", data=CLINIC),
    Door(
        "admin:clinics_clinic_change",
        "@regionless",
        get=NO_LIAISON,
        post="302 302 302 302 302 302+ 302 403",
        data=CLINIC,
    ),
    Door(
        "admin:clinics_clinic_texts",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data=TEXT_OF_CLINIC,
    ),
    Door("admin:clinics_clinic_texts", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_hours", "@clinic", get=MENA_ROW, query=FOUND),
    Door("admin:clinics_clinic_hours", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:clinics_clinic_hours",
        "@draft",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        query=FOUND,
        data=HOUR,
    ),
    Door("admin:clinics_clinichourrules_changelist", get="302 302 302 302 302 302 302 403"),
    Door("admin:clinics_clinichourrules_add", get=NO_ONE, post=NO_ONE),
    Door(
        "admin:clinics_clinichourrules_change",
        "1",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"night_weight": "300", "burden_days": "90"},
    ),
    Door("admin:clinics_clinichourrules_history", "1", get=DESK),
    Door("admin:clinics_clinichourrules_delete", "1", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:clinics_clinicseatrules_changelist", get="302 302 302 302 302 302 302 403"),
    Door("admin:clinics_clinicseatrules_add", get=NO_ONE, post=NO_ONE),
    Door(
        "admin:clinics_clinicseatrules_change",
        "1",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"cut_off_hours": "12"},
    ),
    Door("admin:clinics_clinicseatrules_history", "1", get=DESK),
    Door("admin:clinics_clinicseatrules_delete", "1", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:clinics_clinic_agenda",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data=AGENDA_OF_CLINIC,
    ),
    Door("admin:clinics_clinic_agenda", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:clinics_clinic_checklist",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"add": "1", "new-title": "Flyers", "new-days": "-3"},
    ),
    Door("admin:clinics_clinic_checklist", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_agendatemplate_changelist", get=DESK),
    Door("admin:clinics_agendatemplate_add", get=NO_ONE, post=NO_ONE),
    Door(
        "admin:clinics_agendatemplate_change",
        "@agenda_template",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data=AGENDA_ROWS,
    ),
    Door("admin:clinics_agendatemplate_history", "@agenda_template", get=DESK),
    Door("admin:clinics_agendatemplate_delete", "@agenda_template", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:clinics_checklisttemplateitem_changelist", get=DESK),
    Door(
        "admin:clinics_checklisttemplateitem_add",
        get=COORDINATORS,
        post="302 302 302 403 403 302+ 302 403",
        data={"title": "Flyers", "days": "-3", "is_used": "on"},
    ),
    Door(
        "admin:clinics_checklisttemplateitem_change",
        "@usual_item",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"title": "Bake two cakes", "days": "-2", "is_used": "on"},
    ),
    Door("admin:clinics_checklisttemplateitem_history", "@usual_item", get=DESK),
    Door("admin:clinics_checklisttemplateitem_delete", "@usual_item", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:clinics_clinic_who_comes",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 422 404 422 302 403",
        data={"do": "put_in", "person": "nobody of this name"},
    ),
    Door(
        "admin:clinics_clinic_people",
        "@clinic",
        get=MENA_ROW,
        post=MENA_RELEASES,
        data={"do": "release", "person": "@part"},
    ),
    Door("admin:clinics_clinic_people", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_languages", "@clinic", get=MENA_ROW, post=MENA_ADDS, data=CHANNEL),
    Door("admin:clinics_clinic_languages", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_who_comes", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:clinics_clinic_attendance",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 200+ 404 200+ 302 403",
        data={"do": "csv"},
    ),
    Door("admin:clinics_clinic_attendance", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:clinics_clinic_after",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 422 404 422 302 403",
        data={"head_count": "12", "outcome": "We learned.", "outcome_language": "en"},
    ),
    Door(
        "admin:clinics_clinic_resources",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 422 404 422 302 403",
        data=LINKS_OF_CLINIC,
    ),
    Door("admin:clinics_clinic_resources", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_wikitext", "@clinic", get=MENA_ROW),
    Door("admin:clinics_clinic_wikitext", "@clinic", get=MENA_ROW, query="?language=fr&download=1"),
    Door("admin:clinics_clinic_wikitext", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_after", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_certificates", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:clinics_clinic_certificates",
        "@over",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"certificate": "@certificate", "reason": "It was another.", "confirmed": "99"},
    ),
    Door(
        "admin:clinics_clinic_quote",
        "@over",
        "@quote",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"confirmed": "0"},
    ),
    Door("admin:clinics_clinic_history", "@clinic", get=MENA_ROW),
    Door("admin:clinics_clinic_history", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinic_delete", "@clinic", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:clinics_clinic_write", "@clinic", get=MENA_ROW, post=MENA_ROW, data={"states": "going"}),
    Door(
        "admin:clinics_clinic_write",
        "@regionless",
        get="302 302 302 404 404 200 302 403",
        post="302 302 302 404 404 200 302 403",
        data={"states": "going", "subject_en": "Hello", "text_en": "Bring a pen.", "confirmed": "99"},
    ),
    Door("admin:clinics_clinic_cancel", "@clinic", get=MENA_ROW, post=MENA_ROW, data={"reason": "ill"}),
    Door(
        "admin:clinics_clinic_cancel",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"reason": "ill", "confirmed": "99"},
    ),
    Door(
        "admin:clinics_clinic_cancel",
        "@regionless",
        get="302 302 302 404 404 200 302 403",
        post="302 302 302 404 404 302+ 302 403",
        data={"reason": "ill", "confirmed": "99"},
    ),
    Door(
        "admin:clinics_clinic_move",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"local_date": "2026-03-10", "local_time": "15:00", "zone": "UTC", "fold": "", "confirmed": "99"},
    ),
    Door(
        "admin:clinics_clinic_move",
        "@regionless",
        get="302 302 302 404 404 200 302 403",
        post="302 302 302 404 404 302+ 302 403",
        data={"local_date": "2026-03-10", "local_time": "15:00", "zone": "UTC", "fold": "", "confirmed": "99"},
    ),
    Door(
        "admin:clinics_clinic_again",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"local_date": "2026-05-10", "local_time": "15:00", "zone": "UTC", "fold": ""},
    ),
    Door("admin:clinics_clinic_again", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door(
        "admin:clinics_clinic_edition",
        "@clinic",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"local_date": "2026-05-10", "local_time": "15:00", "zone": "UTC", "fold": ""},
    ),
    Door("admin:clinics_clinic_edition", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_clinicseries_changelist", get=DESK),
    Door(
        "admin:clinics_clinicseries_add",
        get=DESK,
        post="302 302 302 302+ 302+ 302+ 302 403",
        data={"name": "How money is asked for"},
    ),
    Door(
        "admin:clinics_clinicseries_change",
        "@series",
        get=DESK,
        post="302 302 302 403 403 302+ 302 403",
        data={"name": "How money is asked for"},
    ),
    Door("admin:clinics_clinicseries_history", "@series", get=DESK),
    Door("admin:clinics_clinicseries_delete", "@series", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:clinics_clinic_who_wants", "@clinic", get=MENA_ROW, post="302 302 302 302 404 302 302 403"),
    Door("admin:clinics_clinic_who_wants", "@regionless", get="302 302 302 404 404 200 302 403"),
    Door("admin:clinics_topicrequest_changelist", get=DESK),
    Door("admin:clinics_topicrequest_add", get=NO_ONE, post=NO_ONE),
    Door("admin:clinics_topicrequest_change", "@topic", get=DESK),
    Door("admin:clinics_topicrequest_history", "@topic", get=COORDINATORS),
    Door("admin:clinics_topicrequest_delete", "@topic", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door("admin:clinics_topicrequest_act", "@topic", "moon", get=ALL_AT_DESK_LED_ON, post=ALL_AT_DESK_LED_ON),
    Door(
        "admin:clinics_topicrequest_act",
        "@topic",
        "decline",
        get=ALL_AT_DESK_LED_ON,
        post="302 302 302 302+ 302 302+ 302 403",
        data={"decline-reason": "A tutorial exists."},
    ),
    Door(
        "admin:clinics_topicrequest_act",
        "@topic",
        "answer",
        get=ALL_AT_DESK_LED_ON,
        post="302 302 302 422 302 422 302 403",
    ),
    Door(
        "admin:clinics_topicrequest_act",
        "@topic",
        "plan",
        get=ALL_AT_DESK_LED_ON,
        post="302 302 302 302+ 302 302+ 302 403",
    ),
    Door("admin:clinics_topicrequest_needs", get=DESK),
    Door(
        "admin:clinics_topicrequest_need",
        "@skill",
        get=DESK,
        post="302 302 302 302+ 302+ 302+ 302 403",
        data={"seen": "@clinic"},
    ),
    Door("admin:clinics_raisedneed_changelist", get=DESK),
    Door("admin:clinics_raisedneed_add", get=DESK, post="302 302 302 302+ 200 302+ 302 403", data=NEED),
    Door("admin:clinics_raisedneed_change", "@need", get=DESK, post="302 302 302 302+ 403 302+ 302 403", data=NEED),
    Door("admin:clinics_raisedneed_history", "@need", get=DESK),
    Door("admin:clinics_raisedneed_delete", "@need", get=NO_ONE, post=NO_ONE, data={"post": "yes"}),
    Door(
        "admin:clinics_raisedneed_act",
        "@need",
        "close",
        get=ALL_AT_DESK_LED_ON,
        post="302 302 302 302+ 302 302+ 302 403",
    ),
    Door("admin:clinics_clinic_act", "@draft", "announce", get=MENA_ROW, post=MENA_ROW),
    Door(
        "admin:clinics_clinic_act",
        "@draft",
        "announce",
        get=MENA_ROW,
        post="302 302 302 302+ 404 302+ 302 403",
        data={"confirmed": "99"},
    ),
]


@pytest.fixture
def world(shared_world):
    return shared_world


def test_the_table_names_every_address_of_the_portal():
    assert {door.name for door in DOORS} == set(names())


SEE_OTHERS = {"coordinator": 15, "liaison": 8}  # who sees names at the desk, and on more pages than this
WITHOUT_BUTTONS = ("other_liaison", "editor")  # to whom a part of the desk is closed
# Who is like any other member outside the desk: at doors that are the same to both they knock in `make chaos`.
LIKE_OTHERS = ("liaison", "other_liaison", "demo", "editor")
WALKS = [pytest.param(who, False, id=who) for who in PEOPLE]
WALKS += [pytest.param(who, True, id=f"{who}, at every door", marks=pytest.mark.chaos) for who in LIKE_OTHERS]


@pytest.mark.parametrize(("who", "at_every_door"), WALKS)
def test_everybody_gets_through_the_doors_that_are_theirs_and_no_others(world, who, at_every_door):
    """And whoever a page of the desk names can read who looked. And whatever the table says of a POST, or does not:
    where a page of the desk is not theirs, neither is its button."""
    number, other = PEOPLE.index(who), PEOPLE.index("other")
    client, member = Remembering(raise_request_exception=False), world.people[who]
    if who in SEE_OTHERS:
        make_letter(to=world.person)
        sign_up(world.clinic, 2)
        mark_everybody()
        world.seat_token = token_of(sign_up(make_clinic(), 1)[0])  # it is bound to an address
    if member:
        client.force_login(member)
    walk, expected, got, closed = Walk(client, world, member if who in SEE_OTHERS else None), {}, {}, {}
    for row, door in enumerate(DOORS):  # some doors are knocked at twice, with other words
        for method, words in (("get", door.get.split()), ("post", door.post.split())):
            is_like_others = who in LIKE_OTHERS and not door.is_desk and words and words[number] == words[other]
            if words and (at_every_door or not is_like_others):
                expected[row, method, str(door)] = words[number]
                got[row, method, str(door)] = walk.knock(method, door)
        if who in WITHOUT_BUTTONS and door.is_desk and door.get.split()[number] in ("403", "404"):
            closed[row, str(door)] = got.get((row, "post", str(door))) or walk.knock("post", door)

    assert got == expected
    assert {door: said for door, said in closed.items() if said not in ("302", "403", "404", "405")} == {}
    assert walk.silent == {}
    assert walk.told > SEE_OTHERS.get(who, -1)
    assert who not in WITHOUT_BUTTONS or len(closed) > 40


class Walk:
    """One client's way from door to door, each as if it were the first; and whom pages of the desk named to
    ``viewer``, without that these can read it."""

    def __init__(self, client, world, viewer=None):
        self.client, self.world, self.viewer = client, world, viewer
        self.cookies, self.undoing, self.before = client.cookies.copy(), Undoing(), Act.objects.count()
        self.told, self.silent = 0, {}

    def knock(self, method, door):
        """Ask or act, undo whatever came of it, and return the status, with a plus if an act was written."""
        client, path, data = self.client, door.path(self.world), door.posted(self.world)
        client.cookies = self.cookies.copy()
        is_new = method == "post" or path not in client.pages
        if method == "post" and door.is_desk:
            with self.undoing:  # what the page of the button noted
                data = {**sent_along(client, path, data), **data}
        with self.undoing:
            response = client.get(path) if method == "get" else client.post(path, data)
            assert "sessionid" not in client.cookies or "no-store" in response.headers["Cache-Control"]
            acted = self.undoing.has_written and Act.objects.count() > self.before
            if self.viewer and door.is_desk and is_new and response.status_code == 200 and not response.streaming:
                named = named_on(response.content.decode()) - {self.viewer.pk}
                self.told += bool(named)
                if unread := named - looked_at(self.viewer):
                    self.silent[method, str(door)] = list(Member.objects.filter(pk__in=unread))
        return f"{response.status_code}{'+' if acted else ''}"


def named_on(body):
    """The members a page tells of, by the marks their names and addresses carry."""
    members = set(Member.objects.filter(public_id__in=re.findall(r"mark-(\w{12})-", body)).values_list("pk", flat=True))
    members |= set(Registration.objects.filter(pk__in=re.findall(r"reg-(\d+)-", body)).values_list("member", flat=True))
    return members - {None}


def looked_at(viewer):
    looks = Look.objects.filter(viewer=viewer).values_list("member", "registration__member")
    return {key for look in looks for key in look}


def mark_everybody():
    mark = Concat(Value("mark-"), F("public_id"), Value("-"))
    Member.objects.filter(seats=None, trust_seats=None).update(name=mark, email=Concat(mark, Value("@example.org")))
    Registration.objects.update(name=Concat(Value("reg-"), Cast("pk", CharField()), Value("-")))


def test_an_editor_opens_at_the_desk_the_newsletter_and_nothing_else():
    desk = [door for door in DOORS if door.is_desk]
    opened = {door.name for door in desk if {"200", "405"} & set(door.get.split()[PEOPLE.index("editor")].split())}
    acted = {door.name for door in desk if door.post and "+" in door.post.split()[PEOPLE.index("editor")]}

    frame = {"admin:index", "admin:app_list", "admin:jsi18n", "admin:logout"}
    assert {name for name in opened - frame if not name.startswith("admin:mailings_newsletter")} == set()
    assert {name for name in acted if not name.startswith("admin:mailings_newsletter")} == set()
    assert "admin:mailings_newsletter_readers" not in opened


# The forms of a checklist add to it, or say of each item themselves as what the page showed it; those of who was there
# say it of one person or of rows that go once they are confirmed, bring the number that they change, or take the list
# along.
NEEDS_NO_VERSION = re.compile(r"_add\b|_need\b|_new\b|_pair\b|_export\b|_checklist\b|_attendance\b|logout")


def test_no_form_or_button_of_the_desk_acts_without_the_version_it_was_opened_at(world):
    """Whatever changes a row says what it was opened at: without, or with that of another moment, nothing happens."""
    client = Client(raise_request_exception=False)
    client.force_login(world.people["coordinator"])
    cookies = client.cookies.copy()
    undoing, before, tried, acted = Undoing(), Act.objects.count(), 0, []
    for door in DOORS:
        does = door.post.split()[PEOPLE.index("coordinator")].endswith("+") if door.post else False
        if door.is_desk and does and not NEEDS_NO_VERSION.search(door.name):
            for stale in ({}, {"opened": "{}", "version": "99", "seen": "1:99", "opened_rows": "1:x"}):
                client.cookies = cookies.copy()
                with undoing:
                    client.post(door.path(world), {**stale, **door.posted(world)})
                    if undoing.has_written and Act.objects.count() > before:
                        acted.append(str(door))
            tried += 1

    assert acted == []
    assert tried > 25


@pytest.mark.parametrize(
    "query",
    [
        "imported_address__startswith=old",
        "contact_text__contains=x",
        "member__email__startswith=p",
        "claim_invitations__address=old@example.org",
        "wishes__why__contains=x",
    ],
)
def test_a_liaison_cannot_spell_out_by_filters_what_a_list_does_not_show(world, query):
    client = Client(raise_request_exception=False)
    client.force_login(world.people["liaison"])

    assert client.get(f"{reverse('admin:registrations_registration_changelist')}?{query}").status_code == 400
