"""What people who are signed in click, and what they are answered."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from clinics.tests.factories import make_clinic
from letsconnect.base import mass_acts
from letsconnect.tests.whole.portal import SECRET
from matching.admin.mass_acts import REFUSE
from matching.tests.factories import make_match, make_round
from registrations.tests.typing import remembered_by, typed, url

IN_BULK = 3  # matches that are refused by one click
_numbers = itertools.count(1)


def signed_in(member):
    """Return the headers of a member's browser, with what a form of ours carries."""
    client = Client()
    with override_settings(SECRET_KEY=SECRET):  # the one the web process signs with
        client.force_login(member)
    token = "a" * 32
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}", "X-CSRFToken": token}


def post(site, path, headers, *, body=""):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return site.ask(path, method="POST", body=body, headers={**headers, **kind})


@dataclass(frozen=True)
class Click:
    """A button that somebody presses once."""

    path: str
    body: str = ""


def click_all(site, people, answers, *, until=None):
    """Let each of these people (the headers of a browser, with its clicks) click one button after the other."""

    def click(headers, clicks):
        for one in clicks:
            if until is None or not until.is_set():
                answers.append((one, post(site, one.path, headers, body=one.body)))

    with ThreadPoolExecutor(len(people)) as pool:
        for clicking in [pool.submit(click, headers, clicks) for headers, clicks in people]:
            clicking.result()


def people_who_click(members, coordinators, *, buttons):
    """Members sign up for a clinic at each click, coordinators refuse several matches; both owe a worker a nudge.

    Each has clinics of their own: who waits here waits for Redis, not for the row of a clinic. Each is on a day of its
    own, so that nobody is asked whether they mean to be at two at once.
    """
    for member in members:
        clinics = [make_clinic(starts_at=timezone.now() + timedelta(days=2 + next(_numbers))) for _ in range(buttons)]
        yield signed_in(member), [Click(f"/clinics/{clinic.pk}/rsvp/") for clinic in clinics]
    for coordinator in coordinators:
        yield signed_in(coordinator), [refusal_in_bulk(coordinator) for _ in range(buttons)]


def refusal_in_bulk(coordinator):
    """The button that begins what was prepared on a page before."""
    of_one_round = make_round("proposed")
    matches = [make_match(round=of_one_round) for _ in range(IN_BULK)]
    act = mass_acts.prepare(kind=REFUSE, rows=matches, by=coordinator, now=timezone.now())
    fields = {"reason": "poor_fit", "note": "", "back": reverse("admin:matching_match_changelist")}
    return Click(reverse("admin:base_massact_begin", args=[act.pk]), urlencode(fields))


def suggestion(member):
    """The button with which a member suggests a skill nobody has named yet."""
    seen = remembered_by(member, "skills")
    fields = {**typed("skills"), "seen": seen, "skill_text": f"Beekeeping {next(_numbers)}", "suggest": "offers"}
    return Click(url("skills"), urlencode(fields, doseq=True))


def worst_of(involved):
    """Return the worst wait for each kind of button: one nudge, and several."""
    waits = {"/rsvp/": [0.0], "/begin/": [0.0]}
    for click, answer in involved:
        waits[next(kind for kind in waits if click.path.endswith(kind))].append(answer.seconds)
    return {kind: max(seconds) for kind, seconds in waits.items()}
