"""The tab of the texts: one language beside another, a draft until it is ready, and nothing lost."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import ClinicText
from clinics.tests.factories import make_channel, make_clinic, make_text
from letsconnect.base.models import Act
from letsconnect.tests.opened import hidden_in
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
TEXT = {"title": "Argent", "summary": "De l'argent"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(coordinator):
    client = Client()
    client.force_login(coordinator)
    return client


def tab(clinic, language=""):
    return reverse("admin:clinics_clinic_texts", args=[clinic.pk]) + (f"?language={language}" if language else "")


def press(desk, clinic, language, press="save", **typed):
    """Open the tab and press a button there, as a browser does."""
    address = tab(clinic, language)
    opened = hidden_in(desk.get(address).content.decode())
    return desk.post(address, {**opened, **typed, "press": press})


def words(page):
    return page.content.decode()


def test_a_text_is_written_beside_that_of_the_floor_language_and_made_ready(desk):
    clinic = make_clinic(title="Money", floor_language="en")
    shown = words(desk.get(tab(clinic, "fr")))
    assert '<div class="lc-source" lang="en" dir="ltr">Money</div>' in shown
    assert 'lang="fr"' in shown and "French <span" in shown

    saved = press(desk, clinic, "fr", **TEXT)
    assert saved.url == tab(clinic, "fr")
    assert (clinic.texts.get(language="fr").state, clinic.texts.get(language="fr").title) == ("draft", "Argent")
    press(desk, clinic, "fr", "ready", **TEXT)
    assert clinic.texts.get(language="fr").state == "ready"
    press(desk, clinic, "fr", **{**TEXT, "title": "Fonds"})
    assert (clinic.texts.get(language="fr").state, clinic.texts.get(language="fr").title) == ("ready", "Fonds")
    press(desk, clinic, "fr", "draft")
    assert clinic.texts.get(language="fr").state == "draft"


def test_a_text_that_is_written_from_right_to_left_says_so(desk):
    clinic = make_clinic(title="ויקיפדיה Wikipedia", language="he", floor_language="he")

    assert 'lang="he" dir="rtl">\u2068ויקיפדיה' in words(desk.get(tab(clinic, "ar")))
    assert 'lang="ar"' in words(desk.get(tab(clinic, "ar")))
    assert 'dir="rtl" lang="he"' in words(desk.get(tab(clinic)))


def test_the_languages_are_links_that_say_how_each_text_stands(desk):
    clinic = make_clinic(floor_language="es", title="Dinero", language="es")
    make_text(clinic, "ne", "पैसा", state="draft")
    make_channel(clinic, "fr")
    make_subscription(member=make_member(language="ar"), wants_announcements=True)
    make_subscription(member=make_member(language="en", region="SA"), wants_announcements=True)

    shown = desk.get(tab(clinic)).context["languages"]

    assert [(one.text.language, one.standing, one.is_here) for one in shown] == [
        ("es", "ready", True),
        ("fr", "missing", False),
        ("ar", "missing", False),
        ("en", "missing", False),
        ("ne", "draft", False),
    ]
    assert missing_texts(desk, clinic)[:1] == ["There is no text yet in: French, Arabic, English."]
    clinic.for_whom, clinic.region = "region", "MENA"
    clinic.save(update_fields=["for_whom", "region"])
    assert [one.text.language for one in desk.get(tab(clinic)).context["languages"]] == ["es", "fr", "ne"]
    make_text(clinic, "fr", "Argent", state="draft")
    assert missing_texts(desk, clinic)[:1] == ["A draft, not ready yet, is the text in: French."]


def missing_texts(desk, clinic):
    """What the first line of the room says that leads to the tab of texts."""
    return [sentence for sentence, url in desk.get(tab(clinic)).context["missing"] if url == tab(clinic)]


def test_nothing_typed_is_lost_when_it_is_refused(desk):
    clinic = make_clinic()

    for how, typed in (
        ("save", {"title": "", "summary": "Something long that I wrote"}),
        ("ready", {"title": "Argent", "summary": "", "preparation": "Something long that I wrote"}),
        ("save", {"title": "Argent", "outcomes": "Something long that I wrote" + "x" * 2000}),
    ):
        page = press(desk, clinic, "fr", how, **typed)
        assert page.status_code == 422 and "Something long that I wrote" in words(page)
    assert not clinic.texts.filter(language="fr").exists()
    emptied = press(desk, clinic, "en", title="Money", summary=" \u3164", preparation="Something long that I wrote")
    assert emptied.status_code == 422 and "Something long that I wrote" in words(emptied)
    assert clinic.texts.get().summary == "About: Asking for money kindly"


def test_the_last_ready_text_of_a_clinic_that_was_announced_is_neither_set_back_nor_removed(desk):
    clinic = make_clinic()

    for how in ("draft", "drop"):
        page = press(desk, clinic, "en", how, confirmed="0")
        assert page.url == tab(clinic, "en")
        assert "make another one ready first" in words(desk.get(page.url))
    assert clinic.texts.get().state == "ready"


def test_removing_a_text_asks_once_more(desk):
    clinic = make_clinic()
    make_text(clinic, "ne", "पैसा")

    asked = press(desk, clinic, "ne", "drop")
    assert asked.status_code == 200 and "Remove the text in Nepali?" in words(asked)
    assert clinic.texts.count() == 2
    done = desk.post(tab(clinic, "ne"), {**hidden_in(words(asked)), "press": "drop", "confirmed": "0"})
    assert done.url == tab(clinic)
    assert [text.language for text in clinic.texts.all()] == ["en"]
    assert Act.objects.filter(verb="drop_clinic_text", became="ne").count() == 1


@pytest.mark.parametrize(("state", "may"), [(ClinicState.HELD, True), (ClinicState.ARCHIVED, False)])
def test_texts_can_be_brought_after_the_clinic_until_it_is_archived(desk, state, may):
    clinic = make_clinic(state=state)

    assert ('value="save"' in words(desk.get(tab(clinic, "fr")))) == may
    page = press(desk, clinic, "fr", "ready", **TEXT)
    assert (page.status_code == 302) == may == clinic.texts.filter(language="fr").exists()


def test_looking_writes_nothing_and_a_language_that_is_none_is_no_page(desk, liaison, other_liaison):
    clinic = make_clinic(region="MENA")

    for language in ("fr", "klingon"):
        assert desk.get(tab(clinic, language)).status_code == 200
    assert ClinicText.objects.count() == 1
    assert desk.post(tab(clinic, "klingon"), TEXT).status_code == 404
    for reader, status in ((liaison, 302), (other_liaison, 404)):
        client = Client()
        client.force_login(reader)
        assert press(client, clinic, "fr", **TEXT).status_code == status


def test_the_tab_takes_the_same_number_of_queries_with_many_languages(desk):

    clinic = make_clinic()

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(tab(clinic, "en")).status_code == 200
        return len(queries)

    count(), (few := count())
    for code in ("fr", "es", "ar", "pt", "ne", "hi", "bn", "ja", "ko"):
        make_text(clinic, code, f"Title in {code}")
    assert count() == few
