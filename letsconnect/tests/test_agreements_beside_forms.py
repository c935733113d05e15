"""Where somebody types something, the question what one agrees to is no form beside theirs: nothing typed is lost."""

import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour
from registrations.models import Consent
from registrations.tests.factories import NOW, make_registration

ASKED = "_agreements_asked.html"
TYPED = re.compile(
    r"\|crispy|<textarea|<select|type=\"(?:text|date|time|radio|number|email|search)\""
    r"|include \"(?:codex/field|codex/inputs|registrations/_choice|registrations/_rows)"
)
FOR_VISITORS = {"registrations/sign_in.html", "registrations/sign_in_code.html"}
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def _pages():
    """Every page with its text and that of what it extends: several steps share the template that holds their form."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = str(path.relative_to(TEMPLATES))
        if name in FOR_VISITORS or name.startswith("admin/") or path.name.startswith("_"):
            continue
        parents = list(_parents(path.read_text()))
        if parents and parents[-1][0] == "base.html":
            yield name, path.read_text() + "".join(text for parent, text in parents if parent != "base.html")


def _parents(text):
    while extended := re.search(r"{% extends \"(?!admin/)(.+?)\" %}", text):  # those of the desk extend themselves
        text = (TEMPLATES / extended[1]).read_text()
        yield extended[1], text


def test_every_page_on_which_somebody_types_asks_beside_its_form():
    competing = [name for name, text in _pages() if TYPED.search(text) and "{% block agreements %}" not in text]
    assert competing == []
    assert sum(bool(TYPED.search(text)) for _name, text in _pages()) > 8


@pytest.fixture
def match(db):
    match = make_match("connected", learner=make_registration(agrees=False))
    Consent.objects.filter(member=match.learner.member).delete()
    return match


@pytest.mark.parametrize(
    "name",
    ["trust:report-new", "trust:report-match", "registrations:registration-withdraw", "matching:match-detail", "hour"],
)
def test_the_question_opens_a_window_of_its_own_and_is_no_form(client, match, name):
    args = [match.pk] if "match" in name else []
    if name == "hour":
        name, args = "matching:feedback-give", [make_hour(match=match).pk]
    with time_machine.travel(NOW, tick=False):
        client.force_login(match.learner.member)
        page = client.get(reverse(name, args=args)).content.decode()

    asking = page[page.index("lc-asked") :].split("</section>")[0]
    assert "Please read and agree" in asking
    assert f'<a href="{reverse("registrations:agreement-list")}" target="_blank">' in asking
    assert "<form" not in asking
    assert "<input" not in asking
