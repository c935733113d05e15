"""How long registering is: screens and questions from nothing to handed in, counted in the pages themselves."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from registrations.models import Eligibility, Registration
from registrations.tests.typing import OVERVIEW, offers_typed, remembered, rows, submit, typed, url

pytestmark = pytest.mark.django_db

MOST_SCREENS, MOST_QUESTIONS = 6, 15
VOID = {"input", "br", "img", "link", "meta", "hr", "source", "wbr"}


class Questions(HTMLParser):
    """Collects the controls in `<main>` that somebody sees and has to answer; radio buttons of one name are one."""

    def __init__(self, page):
        super().__init__()
        self.open, self.names, self.labels, self.ids = [], set(), set(), {}
        self.feed(page.content.decode())
        assert all(one in self.labels for one in self.ids.values())

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        is_shown = "main" in [name for name, _hidden in self.open] and not any(hidden for _name, hidden in self.open)
        if tag == "label" and is_shown:
            self.labels.add(values.get("for"))
        if tag in ("input", "select", "textarea") and is_shown and values.get("type") != "hidden":
            self.names.add(values["name"])
            self.ids[values["name"]] = values["id"]
        closed = tag == "template" or "hidden" in values or (tag == "details" and "open" not in values)
        if tag not in VOID:
            self.open.append((tag, closed))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass


def filled_in(client, step):
    """The page of a screen once it holds what is counted: two languages, one skill to share, one window."""
    if step == "you":
        two = rows("languages", [{"code": "ar", "level": 6}, {"code": "fr", "level": 3}])
        return client.post(url(step), {**typed(step), **two, "more": "none", "name": ""})
    if step == "skills":
        skill = offers_typed("wikidata")["offers-0-skill"]
        return client.post(url(step), {**rows("offers", []), **rows("wishes", []), "seen": "", "share": skill})
    return client.get(url(step))


@pytest.mark.parametrize("needs_group", [False, True])
def test_it_takes_six_screens_and_fifteen_questions_from_nothing_to_handed_in(client, mailoutbox, needs_group):
    Eligibility.objects.create(must_belong_to_a_group=needs_group)
    screens = [client.get(OVERVIEW, follow=True)]
    client.post(reverse("registrations:sign-in"), {"email": "new@example.org", "next": OVERVIEW})
    screens.append(client.get(reverse("registrations:sign-in-code")))
    answer = client.post(reverse("registrations:sign-in-code"), {"code": mailoutbox[-1].subject[:6]})
    while (answer := client.get(answer.url)).status_code == 302:
        pass

    while (step := answer.context["step"].name) != "hand-in":
        screens.append(filled_in(client, step))
        data = {**typed(step), "group_other": "A group of ours" if needs_group else ""}
        answer = client.get(client.post(url(step), {**data, "seen": remembered(client, step), "go": "on"}).url)
    screens.append(answer)
    assert submit(client).url == OVERVIEW

    asked = [name for page in screens for name in Questions(page).names]
    assert Registration.objects.get().state == "submitted"
    assert len(screens) == MOST_SCREENS
    assert len(asked) <= MOST_QUESTIONS + needs_group, asked
