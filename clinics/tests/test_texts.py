"""Texts of a clinic: drafts and ready ones, in any language; who reads which; what is never taken away."""

from importlib import import_module

import pytest
from django.db import connection, transaction
from django.utils import translation

from clinics.cards import titles_of
from clinics.domain.clinics import ClinicNotReady, ClinicState, NotYourClinic
from clinics.domain.texts import LastReadyText, TextNotReady, TextsClosed
from clinics.models import Clinic, ClinicText
from clinics.planning.plans import announce_clinic
from clinics.tests.factories import make_clinic, make_text
from clinics.texts.forms import TextForm, clean_lines
from clinics.texts.languages import likely_languages
from clinics.texts.writing import drop_text, save_text
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from registrations.reference.languages import LANGUAGES
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
READERS = ("en", "es", "ar", "fr", "pt")


def set_back(text, by):
    text.state = "draft"
    return save_text(text=text, by=by, now=NOW)


def test_a_clinic_is_spoken_and_written_in_any_language_that_people_speak():
    clinic = make_clinic(floor_language="yue", language="zh", title="籌款")

    clinic.full_clean(exclude=["starts_at", "start_set_at"])
    clinic.texts.get().full_clean()
    names = {}
    for reader in READERS:
        with translation.override(reader):
            names[reader] = (clinic.floor_language_in_words, clinic.texts.get().language_in_words)
    assert names["en"] == ("Cantonese", "Chinese")
    assert names["es"] == ("cantonés", "chino")
    assert names["fr"] == ("cantonais", "chinois")
    assert len(set(names.values())) == len(READERS)


def test_every_language_that_could_be_chosen_before_still_can_be():
    before = ["en", "es", "ar", "fr", "pt", "bn", "ha", "hi", "id", "ja"]
    before += ["ko", "cmn", "ne", "ru", "sw", "tl", "tr", "uk", "ur"]
    renamed = import_module("clinics.migrations.0006_texts_are_drafts_or_ready").OLD_CODES

    assert {renamed.get(code, code) for code in before} <= LANGUAGES.keys()
    assert renamed.keys() == set(before) - LANGUAGES.keys()


@pytest.mark.parametrize("code", ["klingon", "EN", "en us", "", "e", "en-"])
def test_the_database_takes_nothing_that_is_not_written_as_a_language(code):
    clinic = make_clinic()

    refuses("clinics_floor_language_is_a_code", change(clinic, floor_language=code))
    refuses("clinics_text_language_is_a_code", change(clinic.texts.get(), language=code))


def test_the_readers_language_and_those_in_use_are_shown_first():
    make_clinic(floor_language="qu", language="ne", title="…?")
    make_clinic(floor_language="qu", language="fr", title="Argent")

    assert likely_languages() == ["en", "qu", "fr", "ne", "es", "ar", "pt"]
    with translation.override("ar"):
        assert likely_languages()[:2] == ["ar", "qu"]


def test_readers_get_ready_texts_only_and_the_best_other_one_where_theirs_is_a_draft():
    clinic = make_clinic(title="Money")
    draft = make_text(clinic, "fr", "Argent", state="draft")

    with translation.override("fr"):
        assert (clinic.title, titles_of({clinic.pk: "en"})[clinic.pk].text) == ("Money", "Money")
    draft.state = "ready"
    draft.save(update_fields=["state"])
    clinic = Clinic.objects.get()
    with translation.override("fr"):
        assert (clinic.title, titles_of({clinic.pk: "en"})[clinic.pk].text) == ("Argent", "Argent")
    assert clinic.text_in("ar").language == "en"


def test_of_a_clinic_nobody_was_told_of_its_planners_see_drafts_where_nothing_is_ready():
    clinic = make_clinic(state=ClinicState.DRAFT, title="")
    make_text(clinic, "fr", "Argent", state="draft")

    assert clinic.text_in("fr") is None and clinic.title == "Argent"
    assert clinic.text_or_draft_in("ar").language == "fr"
    assert titles_of({clinic.pk: "en"})[clinic.pk].text == "Argent"
    make_text(clinic, "ne", "पैसा")
    clinic = Clinic.objects.get()
    with translation.override("fr"):
        assert (clinic.title, titles_of({clinic.pk: "en"})[clinic.pk].text) == ("पैसा", "पैसा")


@pytest.mark.parametrize("state", ClinicState.values)
def test_rows_and_querysets_say_alike_which_texts_may_be_shown(state):
    clinic = make_clinic(state=state)
    make_text(clinic, "fr", "Argent", state="draft")

    shown = {text.language for text in ClinicText.objects.readable()}
    assert shown == ({"en", "fr"} if clinic.announced_at is None else {"en"})
    assert [text.language for text in ClinicText.objects.ready()] == ["en"]
    assert [text.language for text in ClinicText.objects.all() if text.is_ready] == ["en"]


def test_what_was_cancelled_as_a_draft_is_shown_to_nobody_else(member, coordinator):
    clinic = make_clinic(state=ClinicState.CANCELLED, announced_at=None)

    assert not Clinic.objects.visible_to(member).exists()
    assert list(Clinic.objects.visible_to(coordinator)) == [clinic]


def test_a_clinic_with_drafts_only_is_not_announced(coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, title="")
    make_text(clinic, "en", "Money", state="draft")

    with pytest.raises(ClinicNotReady, match="mark that text as ready"):
        announce_clinic(clinic=clinic, by=coordinator, now=NOW)


def test_making_ready_changing_and_setting_back_are_logged_at_the_clinic(coordinator):
    clinic = make_clinic()
    text = ClinicText(clinic=clinic, language="ne", title="पैसा")
    with pytest.raises(TextNotReady):
        text.state = "ready"
        save_text(text=text, by=coordinator, now=NOW)
    text.state = "draft"
    save_text(text=text, by=coordinator, now=NOW)
    text.summary, text.state = "पैसा कसरी माग्ने", "ready"
    save_text(text=text, by=coordinator, now=NOW)
    text.title = "धन"
    save_text(text=text, by=coordinator, now=NOW)
    set_back(text, coordinator)
    drop_text(text=text, by=coordinator, now=NOW)

    acts = Act.objects.filter(object_type="clinics.clinic", object_id=clinic.pk).order_by("pk")
    assert list(acts.values_list("verb", "became")) == [
        ("write_clinic_text", "ne"),
        ("write_clinic_text", "ne"),
        ("clinic_text_ready", "ne"),
        ("change_ready_clinic_text", "ne"),
        ("write_clinic_text", "ne"),
        ("clinic_text_draft", "ne"),
        ("drop_clinic_text", "ne"),
    ]
    with translation.override("fr"):
        assert {act.became_in_words for act in acts} == {"népalais"}
    assert [text.language for text in clinic.texts.all()] == ["en"]


@pytest.mark.parametrize("state", [ClinicState.ANNOUNCED, ClinicState.HELD])
def test_the_last_ready_text_of_a_clinic_people_were_told_of_stays(coordinator, state):
    clinic = make_clinic(state=state)
    text = clinic.texts.get()
    draft = make_text(clinic, "fr", "Argent", state="draft")

    for act in (set_back, lambda text, by: drop_text(text=text, by=by, now=NOW)):
        with pytest.raises(LastReadyText):
            act(clinic.texts.get(pk=text.pk), coordinator)
    text.summary = "\u3164"
    with pytest.raises(TextNotReady):
        save_text(text=text, by=coordinator, now=NOW)
    draft.state = "ready"
    save_text(text=draft, by=coordinator, now=NOW)
    drop_text(text=clinic.texts.get(pk=text.pk), by=coordinator, now=NOW)
    assert [(text.language, text.state) for text in clinic.texts.all()] == [("fr", "ready")]


@pytest.mark.parametrize("state", [ClinicState.CANCELLED, ClinicState.ARCHIVED])
def test_texts_of_a_clinic_that_is_cancelled_or_archived_stay(coordinator, state):
    text = make_clinic(state=state).texts.get()

    for act in (save_text, drop_text):
        with pytest.raises(TextsClosed):
            act(text=text, by=coordinator, now=NOW)


def test_texts_are_written_by_those_who_look_after_the_clinic(other_liaison):
    text = make_clinic(region="MENA").texts.get()

    for act in (save_text, drop_text):
        with pytest.raises(NotYourClinic):
            act(text=text, by=other_liaison, now=NOW)


# What the database itself refuses


def checked():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("state", [ClinicState.ANNOUNCED, ClinicState.HELD, ClinicState.ARCHIVED])
def test_the_database_keeps_a_ready_text_of_what_people_were_told_of(state):
    clinic = make_clinic(state=state)
    text = clinic.texts.get()

    refuses("clinics_ready_text_says_something", change(text, summary=" \u3164"))
    refuses("clinics_text_state_is_known", change(text, state="done"))
    for write in (change(text, state="draft"), text.delete):
        refuses("clinics_told_of_has_a_ready_text", lambda write=write: (write(), checked()))


def test_the_database_announces_no_clinic_without_a_ready_text():
    draft, new = make_clinic(state=ClinicState.DRAFT, title=""), {"state": ClinicState.ANNOUNCED, "announced_at": NOW}
    make_text(draft, "en", "Money", state="draft")

    refuses("clinics_told_of_has_a_ready_text", lambda: (change(draft, **new)(), checked()))
    refuses("clinics_told_of_has_a_ready_text", lambda: (make_clinic(title=""), checked()))
    make_text(draft, "fr", "Argent")
    change(draft, **new)()
    checked()


def test_another_text_may_take_the_place_of_the_last_within_one_transaction():
    clinic = make_clinic()
    with transaction.atomic():
        clinic.texts.update(state="draft")
        make_text(clinic, "fr", "Argent")
    checked()


# Pasted text


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("a\r\nb", "a\nb"),
        ("first\x0bsecond\u2028third\x0cfourth", "first\nsecond\nthird\nfourth"),  # Word: line and page breaks
        ("co\u00adoper\u200bate\u202e!", "cooperate!"),
        ("a\n\n\n\n\nb\n\n", "a\n\nb"),
        ("* [[Wikidata]]\n** '''bold'''\n== Head ==", "* [[Wikidata]]\n** '''bold'''\n== Head =="),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("“quotes” – dash… •\ttab\u00a0space", "“quotes” – dash… • tab space"),
    ],
)
def test_what_is_pasted_survives_without_what_nobody_sees(pasted, stored):
    assert clean_lines(pasted) == stored


def test_a_text_too_long_is_refused_at_its_field_counted_as_stored_and_kept():
    fits, too_long = "a\r\n" * 1499 + "ab", "ä" * 3001
    clinic = make_clinic()

    def form(summary, title="Money"):
        return TextForm({"title": title, "summary": summary}, instance=ClinicText(clinic=clinic, language="en"))

    assert form(fits).is_valid()
    refused = form(too_long, title="t" * 151)
    assert set(refused.errors) == {"title", "summary"}
    assert too_long in refused["summary"].as_widget()
    assert "maxlength" not in refused["summary"].as_widget() + refused["title"].as_widget()
    assert set(form("\u3164\u200b").errors) == {"summary"}
