"""Whatever is sent wrongly by a form of visitors and members is said at its field, and what was typed stays there.

The forms are found on the pages themselves, as a browser finds them, so that a new form is asked, too.
"""

from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from letsconnect.tests.doors import DOORS, PEOPLE
from letsconnect.tests.undoing import Undoing
from letsconnect.tests.weights import is_page
from registrations.answers.forms.steps import CARDS, HOURS, SKILLS
from registrations.tests.typing import url

TYPED = ("text", "email", "url", "search", "textarea")
LONG = "much too long " * 715  # 10,010 characters
TOO_MUCH = {**dict.fromkeys(TYPED, LONG), "number": "99999", "date": "1999-01-01"}
TICKS = ("checkbox", "radio")
A_SEAT = "clinics:clinic-detail"
VERSIONS, STALE = ("seen", "version", "seen_version"), "of another window"


class Field:
    """A control of a form as it is on the page, and what it sends as it is; None where it sends nothing."""

    def __init__(self, tag, told):
        self.name, self.kind = told.get("name") or "", told.get("type", "text") if tag == "input" else tag
        self.value = told.get("value") or ("on" if self.kind in TICKS else "")
        self.is_ticked, self.is_wrong = "checked" in told, told.get("aria-invalid") == "true"
        self.options = []

    @property
    def as_it_is(self):
        return self.value if self.kind not in TICKS or self.is_ticked else None


class Page(HTMLParser):
    """The forms of a page that post: each with its address and its controls."""

    def __init__(self, answer, path):
        super().__init__()
        self.path, self.forms, self.fields, self._form, self._open = path, [], [], None, None
        self._is_template = False
        self.feed("" if answer.streaming else answer.content.decode())

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "template":
            self._is_template = True
        elif tag == "form":
            self._form = []
            if (told.get("method") or "").lower() == "post":
                self.forms.append((urljoin(self.path, told.get("action") or self.path), self._form))
        elif tag in ("input", "textarea", "select", "button") and "disabled" not in told and not self._is_template:
            field = Field(tag, told)
            if tag != "input":
                field.kind = tag
            self._open = field
            self.fields.append(field)
            if self._form is not None:
                self._form.append(field)
        elif tag == "option" and self._open is not None:
            self._open.options.append(told.get("value") or "")
            if "selected" in told:
                self._open.value = told.get("value") or ""

    def handle_data(self, data):
        if self._open is not None and self._open.kind == "textarea":
            self._open.value += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "template":
            self._is_template = False
        elif tag in ("textarea", "select"):
            self._open = None


def nothing(field):
    return None if field.kind in TICKS else ""


def too_much(field):
    return TOO_MUCH.get(field.kind, field.as_it_is)


def nul(field):
    return "x\x00y" if field.kind in TYPED else field.as_it_is


def another_without_a_word(field):
    """Choose what asks for words of one's own, and write none."""
    other = next((value for value in field.options if value.startswith("other")), None)
    if field.kind == "radio":
        return field.value if field.value.startswith("other") else None
    return "" if field.kind in TYPED else field.as_it_is if other is None else other


def asks_for_words(fields):
    kinds = {field.kind for field in fields}
    return bool(kinds & set(TYPED)) and any(
        value.startswith("other") for field in fields for value in (field.value, *field.options)
    )


def of_another_window(field):
    """Type something new into a form that was opened before somebody else changed what it shows."""
    if field.name in VERSIONS:
        return STALE
    return "Something new" if field.kind in ("text", "textarea") else field.as_it_is


TRIES = (nothing, too_much, nul, another_without_a_word, of_another_window)


def sent(fields, change):
    """Return what a browser posts by the first button of a form, if each control holds what ``change`` says."""
    body, is_pressed = {}, False
    for field in fields:
        value = field.value
        if field.kind in ("button", "submit"):
            value, is_pressed = None if is_pressed else value, True
        elif field.kind != "hidden" or (change is of_another_window and field.name in VERSIONS):
            value = change(field)
        if value is not None and field.name:
            body.setdefault(field.name, []).append(value)
    return body


def paths_of(world, who):
    """Return the pages of somebody; of "other" those that "concerned" has not, and the steps of the registration.

    What visitors see as well is asked as a visitor, but where members find another form on it.
    """
    doors = [door for door in DOORS if door.get.split()[PEOPLE.index(who)] == "200" and not door.is_desk]
    if who != "visitor":
        doors = [door for door in doors if door.get.split()[0] != "200" or door.post or door.name == A_SEAT]
    if who == "other":
        doors = [door for door in doors if door.get.split()[PEOPLE.index("concerned")] != "200"]
    steps = [url(step.name) for step in (SKILLS, HOURS, *CARDS)] if who == "other" else []
    return dict.fromkeys([*(door.path(world) for door in doors), *steps])


def is_worth_trying(change, fields, typed):
    if change is another_without_a_word:
        return asks_for_words(typed)
    if change is of_another_window and not any(field.name in VERSIONS for field in fields):
        return False
    return any(change(field) != field.as_it_is for field in typed)


# What needs no sentence: the page itself is the answer, or nobody may read that there was one.
SHOWS_ITSELF = ("/language/", "/registration/gender-age/")
# Where "other" asks for no words: a region, and a reason that counts only for who wants nobody of the kind again.
NEEDS_NO_WORDS = ("/registration/you/", "/registration/gender-age/", "/how-was-it/")


def faults(answer, action, fields, change):
    """Yield what is not as it must be in the answer to a form in which each control held what ``change`` says."""
    shown, text = Page(answer, action), unescape(answer.content.decode())
    is_refused = answer.status_code != 302 and "cdx-message--error" in text
    changed = [field for field in fields if change(field) != field.as_it_is]
    if answer.status_code not in (200, 302, 409, 422):
        yield f"status {answer.status_code}"
    is_said = is_refused or (answer.status_code == 302 and answer.wsgi_request._messages.added_new)
    if change is nothing and not is_said and not action.endswith(SHOWS_ITSELF):
        yield "nothing is said"
    if change is another_without_a_word and not is_refused and not action.endswith(NEEDS_NO_WORDS):
        yield "no words are asked for"
    if change is of_another_window and not is_refused and answer.status_code != 409:
        yield "what somebody else changed is overwritten"
    if change in (too_much, nul):
        wrong = {field.name for field in shown.fields if field.is_wrong}
        if unsaid := {field.name for field in changed if field.kind in (*TYPED, "number")} - wrong:
            yield f"no sentence at {sorted(unsaid)}"
        if any(field.kind == "date" for field in changed) and not is_refused:
            yield "a day long past is taken"
    if change is too_much and (lost := [field.name for field in changed if TOO_MUCH[field.kind].strip() not in text]):
        yield f"what was typed is lost in {lost}"


# In `make test` each form is sent one way in so many, the next form the next way; in `make chaos` every way.
@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.chaos)])
@pytest.mark.parametrize("who", ["visitor", "other", "concerned"])
def test_each_form_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(shared_world, client, who, share):
    if shared_world.people[who]:
        client.force_login(shared_world.people[who])
    undoing, asked, found = Undoing(), set(), {}
    for path in paths_of(shared_world, who):
        with undoing:
            page = client.get(path)
        for action, fields in Page(page, path).forms if is_page(page) else ():
            typed = [field for field in fields if field.kind not in ("hidden", "button", "submit")]
            key = (action.split("?")[0], tuple(field.name for field in fields))
            if not typed or key in asked:
                continue
            asked.add(key)
            for change in TRIES[len(asked) % share :: share]:
                if is_worth_trying(change, fields, typed):
                    with undoing:
                        answer = client.post(action, sent(fields, change))
                    if wrong := list(faults(answer, action, typed, change)):
                        found[action, change.__name__] = wrong

    assert len(asked) > 5
    assert found == {}
