"""The registration, step by step, as a person fills it in: nothing typed is lost, nothing is half-written."""

import html
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from letsconnect.base.models import Act
from mailings.models import Letter, Suppression
from registrations.answers.forms import steps
from registrations.catalogue import loading
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import MOST_PLACES, RegistrationState
from registrations.models import Eligibility, Group, GroupAlias, Registration, Skill
from registrations.tests import factories
from registrations.tests.typing import (
    NEEDED,
    OVERVIEW,
    fill_in,
    opened,
    remembered,
    rows,
    save,
    submit,
    typed,
    url,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


def test_what_was_said_on_three_screens_is_read_back_and_waits_for_review(signed_in, member):
    fill_in(signed_in)

    text = signed_in.get(url("hand-in")).content.decode()
    for said in ("Amina", "Tunisia", "Arabic", "Wikidata", "For our next grant", "18:00–20:00", "Tunis"):
        assert said in text
    assert submit(signed_in).url == OVERVIEW
    registration = Registration.objects.get()
    assert (registration.state, registration.region, registration.role) == ("submitted", "MENA", None)
    assert [window.start for window in registration.windows.all()] == [day * 1440 + 1080 for day in range(5)]
    consents = member.consents.filter(withdrawn_at=None)
    assert {consent.document for consent in consents} == {
        ConsentDocument.CODE_OF_CONDUCT,
        ConsentDocument.PRIVACY_NOTICE,
    }
    assert all(consent.version and consent.given_at for consent in consents)
    member.refresh_from_db()
    assert (member.name, member.zone, member.region) == ("Amina", "Africa/Tunis", "MENA")


def test_each_screen_leads_to_the_next_and_stopping_leads_home(signed_in):
    followed = []
    for step in NEEDED:
        seen = opened(signed_in, step)
        assert remembered(signed_in, step) == seen  # what the other tests send, who draw no page for it
        followed.append(save(signed_in, step, seen=seen).url)

    assert followed == [url("skills"), url("hours"), url("hand-in")]
    assert save(signed_in, "hours", go="back").url == url("skills")
    assert save(signed_in, "hours", go="later").url == reverse("home")


def test_somebody_who_stops_goes_on_in_another_browser_at_the_first_screen_that_lacks_something(signed_in, member):
    assert signed_in.get(OVERVIEW).url == url("you")
    save(signed_in, "you")
    save(signed_in, "hours")
    other = Client()
    other.force_login(member)

    assert other.get(url("you")).context["page"].form["name"].value() == "Amina"
    assert other.get(OVERVIEW).url == url("skills")
    save(other, "skills")
    assert other.get(OVERVIEW).url == url("hand-in")
    submit(other)
    assert Registration.objects.get().state == RegistrationState.SUBMITTED


EMPTY = {
    "you": {"name": "", "country": "", **rows("languages", [{"code": "", "level": ""}])},
    "skills": {**rows("offers", []), **rows("wishes", [])},
    "hours": {"zone": "", **rows("windows", [{"day": "", "start": "", "end": ""}])},
}


@pytest.mark.parametrize("step", NEEDED)
def test_an_empty_screen_is_not_passed_in_silence_but_kept_for_later(signed_in, step):
    refused = save(signed_in, step, **EMPTY[step])

    page = refused.context["page"]
    assert refused.status_code == 422
    said = {*page.form.errors, *(fact for fact, rows in page.rows.items() if rows.non_form_errors())}
    assert (
        said == {"you": {"name", "country", "languages"}, "skills": {"skill_text"}, "hours": {"zone", "windows"}}[step]
    )
    html = refused.content.decode()
    assert all(
        html.count(f'="#{fact}_refused"') == html.count(f'id="{fact}_refused"') == 1 for fact in said & {*page.rows}
    )
    assert not Registration.objects.exists()
    assert save(signed_in, step, go="later", **EMPTY[step]).url == reverse("home")
    assert Registration.objects.get().state == RegistrationState.DRAFT


def test_a_draft_says_what_is_missing_before_it_is_handed_in(signed_in):
    save(signed_in, "you", go="later", **EMPTY["you"])

    response = submit(signed_in)

    assert response.status_code == 422
    assert Registration.objects.get().state == RegistrationState.DRAFT
    assert [one.field for one, _address, _step in response.context["missing"]] == [
        "name",
        "country",
        "languages",
        "offers",
        "zone",
        "windows",
    ]
    assert "Please give a name to show." in signed_in.get(url("you") + "?missing=1").content.decode()


def test_a_missing_agreement_is_said_at_its_box_and_given_there(signed_in, member):
    fill_in(signed_in)

    refused = submit(signed_in, agrees_to_privacy="")
    assert refused.status_code == 422
    assert set(refused.context["page"].form.errors) == {"agrees_to_privacy"}
    assertContains(refused, "Please tick this box.", status_code=422)
    assert refused.context["page"].form["agrees_to_conduct"].value()
    assert not member.consents.exists()
    assert submit(signed_in).url == OVERVIEW


@pytest.mark.parametrize("step", NEEDED)
def test_handing_in_without_a_screen_names_it_and_keeps_the_agreements(signed_in, member, step):
    fill_in(signed_in, without=[step])
    if step == "you":
        assert Registration.objects.get().state == RegistrationState.DRAFT

    response = submit(signed_in)

    assert response.status_code == 422
    assert {one.name for _missing, _address, one in response.context["missing"]} == {step}
    assert member.consents.given().count() == 2


def test_two_hours_a_week_are_needed(signed_in):
    fill_in(signed_in)
    short = rows("windows", [{"day": "0", "start": "18:00", "end": "19:45"}])
    assert save(signed_in, "hours", **short).status_code == 422
    save(signed_in, "hours", go="later", **short)

    response = submit(signed_in)

    assert response.status_code == 422
    assert [one.field for one, _address, _step in response.context["missing"]] == ["windows"]
    save(signed_in, "hours", **rows("windows", [{"day": "0", "start": "18:00", "end": "20:00"}]))
    assert submit(signed_in).status_code == 302


def test_a_group_is_asked_for_on_the_first_screen_where_the_rules_ask_everybody_for_one(signed_in):
    assert "group_other" not in signed_in.get(url("you")).context["page"].form.fields
    Eligibility.objects.create(must_belong_to_a_group=True)
    refused = save(signed_in, "you")
    assert refused.status_code == 422
    form = refused.context["page"].form
    assert (set(form.errors), form.fields["group_other"].required) == ({"group_other"}, True)  # where it is typed

    assert save(signed_in, "you", group_other="A group of ours").status_code == 302
    fill_in(signed_in, without=["you"])
    assert submit(signed_in).status_code == 302
    assert "group" not in [section.step.name for section in signed_in.get(OVERVIEW).context["cards"]]


@pytest.mark.parametrize(
    ("step", "line", "field"),
    [
        ("hours", {"day": "0", "start": "25:00", "end": "99:99"}, "start"),
        ("hours", {"day": "0", "start": "18:07", "end": "19:00"}, "start"),
        ("hours", {"day": "0", "start": "18:00", "end": "18:00"}, "end"),
        ("hours", {"day": "", "start": "18:00", "end": "19:00"}, "day"),
        ("hours", {"day": "9", "start": "18:00", "end": "19:00"}, "day"),
        ("hours", {"day": "0", "start": "18:00", "end": ""}, "end"),
        ("skills", {"skill": "999999", "level": 2}, "skill"),
        ("skills", {"skill": "wikidata", "level": 2}, "skill"),
        ("about-skills", {"skill": "", "priority": 2, "why": "because"}, "skill"),
        ("about-skills", {"skill": "", "priority": 2, "why": "x" * 10_000}, "why"),
        ("about-skills", {"skill": "", "priority": 2, "why": "a\x00b"}, "why"),
        ("about-skills", {"skill": "", "priority": 2, "why": "Write to nour@example.org"}, "why"),
        ("you", {"code": "ar", "level": ""}, "level"),
        ("you", {"code": "klingon!", "level": 3}, "code"),
    ],
)
def test_a_row_that_cannot_be_is_answered_at_its_field_and_stays_typed(signed_in, step, line, field):
    name = {"hours": "windows", "skills": "offers", "about-skills": "wishes", "you": "languages"}[step]

    response = save(signed_in, step, **rows(name, [line]))

    page = response.context["page"]
    assert response.status_code == 422
    assert page.rows[name][0].errors[field]
    assert {key: str(page.rows[name][0][key].value()) for key in line} == {
        key: str(value) for key, value in line.items()
    }
    assert not Registration.objects.exists()


def test_a_language_stands_there_once(signed_in):
    twice = rows("languages", [{"code": "ar", "level": 3}, {"code": "ar", "level": 2}])

    assert save(signed_in, "you", **twice).context["page"].rows["languages"][1].errors["code"]


def test_a_mistake_far_down_in_the_rows_is_told_at_the_top_and_leads_to_its_field(signed_in):
    response = save(signed_in, "you", **rows("languages", [{"code": "ar", "level": 3}, {"code": "en", "level": ""}]))

    assertContains(response, '<a href="#id_languages-1-level">My level (2): ', status_code=422)
    more = rows("languages", [{"code": "ar", "level": 3}, {"code": "en", "level": ""}]) | {"more": "languages"}
    assertNotContains(save(signed_in, "you", **more), "lc-error-summary")


def test_what_is_missing_is_not_said_of_what_was_typed_since(signed_in):
    save(signed_in, "you", go="later", **EMPTY["you"])
    asked = url("you") + "?missing=1"

    assertContains(signed_in.get(asked), "Still missing here:")
    refused = signed_in.post(asked, typed("you") | {"country": "XX"})
    assertNotContains(refused, "Still missing here:", status_code=422)


@pytest.mark.parametrize(
    ("step", "field", "value"),
    [
        ("hours", "zone", "Mars/Olympus"),
        ("you", "country", "XX"),
        ("you", "name", "x" * 10_000),
        ("you", "name", "a\x00b"),
        ("group", "group_other", "x" * 10_000),
        ("group", "group_other", "\x00"),
        ("group", "group_id", "999999999999999999999"),
        ("work", "topics", ["education", "governance"]),
        ("work", "topics", ["moon"]),
        ("skills", "skill_text", "a\x00b"),
        ("skills", "skill_text", "x " * 5_000),
        ("places", "can_help", "-1"),
        ("places", "can_help", "999"),
        ("places", "can_help", "many"),
        ("places", "can_learn_from", ""),
        ("away", "away_until", "2026-02-30"),
        ("away", "away_until", "2020-01-01"),
        ("region", "region_wish", "moon"),
        ("gender-age", "age", "400"),
        ("gender-age", "gender_words", "x" * 10_000),
    ],
)
def test_a_value_that_cannot_be_is_answered_at_its_field_and_stays_typed(signed_in, step, field, value):
    response = save(signed_in, step, **{field: value})

    page = response.context["page"]
    assert response.status_code == 422
    assert page.form.errors[field]
    assert page.form[field].value() == value
    assert not Registration.objects.exists()


def test_a_group_is_looked_up_by_a_few_letters_of_any_of_its_names_and_nothing_is_saved(signed_in):
    loading.load_reference_data()
    group = Group.objects.create(slug="clio", name="Wikimedians of Clio", kind="user_group")
    GroupAlias.objects.create(group=group, text="Amis d'Élysée")

    response = signed_in.post(url("group"), {**typed("group"), "seen": "", "group_other": "elys", "look_up": "1"})

    page = response.context["page"]
    assert [choice[0] for choice in page.form.fields["group_id"].choices] == [group.pk, ""]
    assert page.form["group_other"].value() == "elys"
    assert not Registration.objects.exists()
    save(signed_in, "group", group_other="elys", group_searched="elys", group_id=group.pk)
    assert (Registration.objects.get().group, Registration.objects.get().group_other) == (group, "")


def test_words_that_may_mean_a_group_are_asked_about_and_others_are_kept(signed_in):
    group = Group.objects.create(slug="clio", name="Wikimedians of Clio", kind="user_group")

    asked = save(signed_in, "group", group_other="clio")
    assert asked.context["page"].form.errors["group_id"]
    assert str(group) in asked.content.decode()
    save(signed_in, "group", group_other="clio", group_searched="clio", group_id="")
    assert (Registration.objects.get().group, Registration.objects.get().group_other) == (None, "clio")
    save(signed_in, "group", group_other="The Zebras", group_searched="")
    assert Registration.objects.get().group_other == "The Zebras"
    save(signed_in, "group", group_other="wikimedians of CLIO")
    assert (Registration.objects.get().group, Registration.objects.get().group_other) == (group, "")


@pytest.mark.parametrize(
    "typed", ["مستخدمو الانباء", "مُسْتَخدِمو الأنباء", "usuarios educacion", "EDUCACIÓN", "usuários d’educação"]
)
def test_a_group_is_found_whatever_the_forms_of_its_letters(signed_in, typed):
    group = Group.objects.create(slug="news", name="Usuarios d'Educación", kind="user_group")
    GroupAlias.objects.create(group=group, text="مستخدمو الأنباء")

    answer = signed_in.get(reverse("registrations:group-search"), {"q": typed}).json()

    assert [one["id"] for one in answer["results"]] == [group.pk]


def test_the_script_is_told_the_groups_that_a_text_may_mean(signed_in, client):
    group = Group.objects.create(slug="clio", name="Wikimedians of Clio", kind="user_group", country="TN")

    answer = signed_in.get(reverse("registrations:group-search"), {"q": "wikimedans of clio"}).json()

    assert answer == {"results": [{"id": group.pk, "name": "Wikimedians of Clio", "country": "Tunisia"}]}
    assert signed_in.get(reverse("registrations:group-search"), {"q": "\x00" * 5000}).json() == {"results": []}


def test_a_language_and_a_city_are_typed_and_what_fits_several_is_asked_about(signed_in):
    lines = [{"code": "castellano", "level": 6}, {"code": "ara", "level": 3}]
    asked = save(signed_in, "you", **rows("languages", lines))
    first, second = asked.context["page"].rows["languages"]

    assert (asked.status_code, first["code"].value(), second["code"].value()) == (422, "castellano", "ara")
    assert second.errors["code"] == ["Please choose which language you mean by “ara”."]
    assert '<input type="radio" class="cdx-radio__input" name="languages-1-code-pick" value="ary"' in str(
        second["code"]
    )
    chosen = rows("languages", lines) | {"languages-1-code-pick": "ary"}
    assert save(signed_in, "you", **chosen).status_code == 302
    assert set(Registration.objects.get().spoken_languages.values_list("code", "level")) == {("es", 6), ("ary", 3)}
    shown = signed_in.get(url("you")).content.decode()
    assert 'value="Spanish"' in shown and "<option" in shown and "Abkhazian" not in shown

    typed_on = rows("languages", [{"code": "Fon", "level": 3}]) | {"languages-0-code-pick": "ary"}
    save(signed_in, "you", **typed_on)
    assert Registration.objects.get().spoken_languages.get().code == "fon"

    refused = save(signed_in, "hours", zone="Xanadu")
    assert refused.context["page"].form.errors["zone"][0].startswith("We know no place called “Xanadu”.")
    save(signed_in, "hours", zone="Alexandria")
    assert Registration.objects.get().zone == "Africa/Cairo"
    assert signed_in.get(reverse("registrations:find", args=["zones", "es"]), {"q": "egipt"}).json() == {
        "results": [{"value": "Africa/Cairo", "label": "El Cairo (Egipto)", "note": ""}]
    }


def test_a_zone_that_no_name_leads_to_stays_until_another_is_typed(signed_in):
    save(signed_in, "hours")
    Registration.objects.update(zone="Etc/GMT+3")

    shown = signed_in.get(url("hours")).context["page"].form["zone"]
    assert 'value="UTC−3"' in str(shown)
    assert save(signed_in, "hours", zone="UTC−3").status_code == 302
    assert Registration.objects.get().zone == "Etc/GMT+3"


def test_own_languages_are_ready_to_be_added_until_a_row_names_them(signed_in):
    save(signed_in, "you", go="later", **rows("languages", []))
    shown = signed_in.get(url("you"), headers={"accept-language": "en-GB,sw;q=0.5"})
    assert [one.label for one in shown.context["likely_languages"]][:2] == ["English", "Swahili"]
    assert "Arabic" in [one.label for one in shown.context["likely_languages"]]

    added = signed_in.post(url("you"), {**rows("languages", [{"code": "", "level": ""}]), "add_language": "sw"})
    assert added.context["page"].rows["languages"][0]["code"].value() == "sw"
    assert 'value="Swahili"' in added.content.decode()
    assert "sw" not in [one.value for one in added.context["likely_languages"]]


@pytest.mark.parametrize("way", ["talk_page", "other"])
def test_another_way_of_contact_needs_its_words(signed_in, way):
    response = save(signed_in, "contact", contact_way=way)

    assert response.context["page"].form.errors["contact_text"] == ["Please write how a match may reach you."]
    assert not Registration.objects.exists()


def test_a_number_out_of_range_is_refused_as_a_person_would_say_it(signed_in):
    for number in ("21", "-1", "many", ""):
        errors = save(signed_in, "places", can_help=number).context["page"].form.errors
        assert errors["can_help"] == [f"Please write a number from 0 to {MOST_PLACES}."]


def test_a_day_that_is_over_is_not_shown_as_an_absence_and_one_to_come_stays(signed_in, member):
    registration = factories.make_registration(member=member, away_until=date(2020, 1, 1))
    assert signed_in.get(url("away")).context["page"].form["away_until"].value() is None

    Registration.objects.filter(pk=registration.pk).update(away_until=date(2099, 1, 1))
    assert save(signed_in, "away", away_until="2099-01-01").status_code == 302


@pytest.mark.parametrize(("button", "count"), [({"more": "windows"}, 2), ({"shortcut": "evenings"}, 2)])
def test_a_button_for_more_rows_keeps_what_was_typed_and_saves_nothing(signed_in, button, count):
    response = signed_in.post(url("hours"), {**typed("hours"), "seen": "", **button})

    page = response.context["page"]
    assert len(page.rows["windows"].forms) == count
    assert page.rows["windows"][0]["start"].value() == "18:00"
    assert page.form["zone"].value() == "Africa/Tunis"
    assert not Registration.objects.exists()


def test_a_shortcut_fills_in_the_first_empty_row(signed_in):
    data = {"zone": "Africa/Tunis", "seen": "", **rows("windows", [{"day": "", "start": "", "end": ""}])}

    page = signed_in.post(url("hours"), {**data, "shortcut": "weekend_mornings"}).context["page"]

    assert [[row[name].value() for name in ("day", "start", "end")] for row in page.rows["windows"]] == [
        ["weekend", "09:00", "12:00"]
    ]


def test_the_weekend_is_that_of_the_country(signed_in):
    save(signed_in, "you", country="EG")

    save(signed_in, "hours", **rows("windows", [{"day": "weekend", "start": "09:00", "end": "12:00"}]))

    friday, saturday = (day * 1440 + 540 for day in (4, 5))
    assert list(Registration.objects.get().windows.values_list("start", flat=True)) == [friday, saturday]
    shown = signed_in.get(url("hours")).content.decode()
    assert "Weekdays: Sunday to Thursday. Weekend: Friday and Saturday." in shown
    assert '<li value="4" data-short="Fri" data-weekend>' in shown


def test_emptying_a_row_removes_it(signed_in):
    save(signed_in, "skills")

    save(signed_in, "skills", **rows("wishes", [{"skill": "", "priority": 3, "why": ""}]))

    assert Registration.objects.get().wishes.count() == 0


def test_a_free_time_over_sunday_midnight_is_stored_as_two_and_shown_as_one(signed_in):
    save(signed_in, "hours", **rows("windows", [{"day": "6", "start": "23:00", "end": "01:30"}]))

    assert list(Registration.objects.get().windows.values_list("start", "end")) == [(0, 90), (10020, 10080)]
    shown = signed_in.get(url("hours")).context["page"].rows["windows"]
    assert [str(shown[0][name].value()) for name in ("day", "start", "end")] == ["6", "23:00:00", "01:30:00"]


def test_a_retired_skill_stays_with_those_who_have_it(signed_in):
    save(signed_in, "skills")
    factories.make_skill("wikidata").__class__.objects.update(state="retired")

    save(signed_in, "skills", **rows("offers", [{"skill": factories.make_skill("wikidata").pk, "level": 4}]))

    assert Registration.objects.get().offers.get().level == 4


def test_the_zone_is_guessed_from_the_country_and_named(signed_in):
    save(signed_in, "you")

    response = signed_in.get(url("hours"))

    assert response.context["page"].form["zone"].value() == "Africa/Tunis"
    shown = response.content.decode()
    assert "in Tunis now. Is that your clock?" in shown and "<bdi>Tunis</bdi>" in shown
    assert "Africa/Tunis" not in shown
    assert not Registration.objects.get().zone


def test_a_stale_tab_is_shown_both_texts_and_chooses(signed_in):
    save(signed_in, "work")
    save(signed_in, "you")
    seen, work = opened(signed_in, "you"), opened(signed_in, "work")
    save(signed_in, "you", name="From the first tab")
    save(signed_in, "work", topic_other="Maps")

    stale = save(signed_in, "you", seen=seen, name="From the second tab")
    topics = save(signed_in, "work", seen=work, topic_other="Bees")

    assert (stale.status_code, topics.status_code) == (409, 409)
    both = {
        name: (stored.lines, mine.lines) for page in (stale, topics) for name, stored, mine in page.context["differing"]
    }
    assert both == {
        "name": (("From the first tab",), ("From the second tab",)),
        "topics": (("Education", "Maps"), ("Education", "Bees")),
    }
    assert Registration.objects.get().name == "From the first tab"
    for page, step, choices in ((stale, "you", {"name": "mine"}), (topics, "work", {"topics": "stored"})):
        chosen = {**dict(page.context["typed"]), **{f"choose-{name}": choice for name, choice in choices.items()}}
        signed_in.post(url(step), {**chosen, "seen": page.context["seen"]})
    assert (Registration.objects.get().name, Registration.objects.get().topic_other) == ("From the second tab", "Maps")


def test_a_third_window_is_not_overwritten_by_the_choice_either(signed_in):
    save(signed_in, "you")
    seen = opened(signed_in, "you")
    save(signed_in, "you", name="One")
    stale = save(signed_in, "you", seen=seen, name="Two")
    save(signed_in, "you", name="Three")

    again = signed_in.post(
        url("you"), {**dict(stale.context["typed"]), "choose-name": "mine", "seen": stale.context["seen"]}
    )

    assert again.status_code == 409
    assert Registration.objects.get().name == "Three"


def test_two_tabs_on_different_screens_both_save(signed_in):
    save(signed_in, "skills")
    seen = {step: opened(signed_in, step) for step in ("you", "hours", "region", "places")}
    wish = Registration.objects.get().wishes.get().pk

    for step, form in seen.items():
        assert save(signed_in, step, seen=form).status_code == 302

    registration = Registration.objects.get()
    assert (registration.name, registration.can_help, registration.wishes.get().pk) == ("Amina", 2, wish)


def test_what_is_submitted_is_what_was_read(signed_in):
    fill_in(signed_in)
    version = signed_in.get(url("hand-in")).context["registration"].version
    save(signed_in, "you", name="Changed since")

    response = submit(signed_in, version=version)

    assert response.status_code == 409
    assert Registration.objects.get().state == RegistrationState.DRAFT
    assert response.context["page"].form["agrees_to_privacy"].value()
    assert submit(signed_in, version="nonsense").status_code == 409
    assert submit(signed_in, version=response.context["registration"].version).status_code == 302


def test_a_double_click_changes_nothing_the_second_time(signed_in):
    seen = opened(signed_in, "you")
    save(signed_in, "you", seen=seen)
    before = Registration.objects.values().get()

    response = save(signed_in, "you", seen=seen)

    assert response.status_code == 302
    assert Registration.objects.values().get() == before


def test_submitting_twice_is_submitting_once(signed_in):
    fill_in(signed_in)
    version = signed_in.get(url("hand-in")).context["registration"].version

    for _click in range(2):
        assert submit(signed_in, version=version).url == OVERVIEW
    assert Letter.objects.filter(kind="registrations.handed_in").count() == 1


def test_editing_after_approval_stays_approved_counts_at_once_and_may_not_lose_what_is_needed(signed_in, member):
    factories.make_registration(member=member)

    assert save(signed_in, "places", can_help=5).url == url("about-skills")
    refused = save(signed_in, "hours", **rows("windows", [{"day": "", "start": "", "end": ""}]))

    registration = Registration.objects.get(member=member)
    assert (registration.state, registration.can_help) == ("approved", 5)
    assert refused.status_code == 422
    assert registration.windows.count() == 5


def test_another_country_sends_an_approved_registration_back_to_review(signed_in, member):
    factories.make_registration(member=member)

    save(signed_in, "you", country="DZ", go="save")

    assert Registration.objects.get(member=member).state == RegistrationState.SUBMITTED


def test_a_newsletter_that_is_no_longer_ticked_is_left_and_keeps_its_time(signed_in, member):
    fill_in(signed_in)
    submit(signed_in)
    save(signed_in, "newsletter", wants_newsletter="on")
    shown = signed_in.get(url("newsletter"))
    assert shown.context["page"].form.initial["wants_newsletter"]
    assertContains(shown, "Given ", count=1)
    save(signed_in, "newsletter")

    assert (member.subscription.state, member.subscription.source, member.subscription.lists) == ("left", "form", [])
    assert member.subscription.left_at >= member.subscription.agreed_at
    assert member.consents.filter(withdrawn_at=None).count() == 2


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(client, member, mailoutbox):
    response = save(client, "skills", seen="")
    assert response.url == f"{reverse('registrations:sign-in')}?next=%2Fregistration%2Fskills%2F"

    client.post(response.url, {"email": member.email, "next": url("skills")})
    client.post(reverse("registrations:sign-in-code"), {"code": mailoutbox[-1].subject[:6]})
    assert client.get(url("you")).context["page"].data is None
    page = client.get(url("skills")).context["page"]

    assert page.rows["wishes"][0]["why"].value() == "For our next grant"
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("site", "is_kept"), [("same-origin", True), ("cross-site", False)])
def test_a_form_with_an_old_token_is_kept_unless_another_site_sent_it(member, site, is_kept):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member)

    browser.post(url("you"), {**typed("you"), "name": "Typed"}, headers={"sec-fetch-site": site})

    assert not Registration.objects.exists()
    assert (browser.get(url("you")).context["page"].form["name"].value() == "Typed") is is_kept


def test_a_visitor_is_asked_to_sign_in_first_and_an_unknown_step_is_not_found(client, member):
    for path in (OVERVIEW, url("hours")):
        assert client.get(path).url.startswith(reverse("registrations:sign-in"))
    client.force_login(member)
    assert client.get(url("moon")).status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_the_pages_cost_the_same_number_of_queries_with_many_skills(
    signed_in, member, count, django_assert_max_num_queries
):
    slugs = [f"skill-of-{number}" for number in range(count)]
    factories.make_registration(member=member, offers=slugs, wishes=slugs)

    with django_assert_max_num_queries(15):
        signed_in.get(url("skills"))
    with django_assert_max_num_queries(20):
        signed_in.get(OVERVIEW)


def skills_typed(**changes):
    return {**typed("skills"), **rows("wishes", []), "seen": "", **changes}


def chosen_in(page, side):
    return [str(row["skill"].value()) for row in page.rows[side] if row["skill"].value()]


def test_a_skill_is_found_by_typing_and_added_on_either_side_and_nothing_is_saved(signed_in):
    lexemes, wikidata = factories.make_skill("lexemes"), factories.make_skill("wikidata")

    looked = signed_in.post(url("skills"), skills_typed(skill_text="lexemse", look_up="1"))
    assert [one.skill_id for one in looked.context["page"].skills_found()] == [lexemes.pk]
    shared = signed_in.post(url("skills"), skills_typed(skill_text="lexemse", share=lexemes.pk)).context["page"]
    wanted = signed_in.post(url("skills"), skills_typed(skill_text="lexemse", learn=lexemes.pk)).context["page"]

    assert chosen_in(shared, "offers") == [str(wikidata.pk), str(lexemes.pk)]
    assert (chosen_in(wanted, "offers"), chosen_in(wanted, "wishes")) == ([str(wikidata.pk)], [str(lexemes.pk)])
    assert (shared.form["skill_text"].value(), shared.rows["offers"][1].subject) == ("", "Lexemes")
    twice = signed_in.post(url("skills"), skills_typed(share=wikidata.pk)).context["page"]
    taken_back = signed_in.post(url("skills"), skills_typed(remove="offers-0")).context["page"]
    assert (chosen_in(twice, "offers"), chosen_in(taken_back, "offers")) == ([str(wikidata.pk)], [])
    assert not Registration.objects.exists()


def test_a_skill_nobody_knows_is_suggested_and_used_at_once(signed_in):
    page = signed_in.post(url("skills"), skills_typed(skill_text="Beekeeping", suggest="offers")).context["page"]

    skill = Skill.objects.get(state="suggested")
    assert chosen_in(page, "offers")[1] == str(skill.pk)
    lines = [{"skill": key, "level": 2} for key in chosen_in(page, "offers")]
    assert save(signed_in, "skills", **rows("offers", lines)).status_code == 302
    assert Registration.objects.get().offers.filter(skill=skill).exists()
    assert "Beekeeping" in signed_in.get(url("hand-in")).content.decode()
    refused = signed_in.post(url("skills"), skills_typed(skill_text="?", suggest="offers")).context["page"]
    assert refused.form.errors["skill_text"]


def test_words_of_a_skill_nobody_chose_are_asked_about(signed_in):
    factories.make_skill("lexemes")

    response = save(signed_in, "skills", skill_text="lexem")

    assert response.status_code == 422
    assert "<strong>Lexemes</strong>" in response.content.decode()
    assert not Registration.objects.exists()


def test_what_is_asked_later_about_a_skill_stays_when_the_skill_is_saved_again(signed_in):
    """The first screen shows no level, no wish for a clinic for what one learns, and not why: they come along."""
    save(signed_in, "about-skills", **rows("offers", [{"skill": factories.make_skill("maps").pk, "level": 4}]))

    shown = signed_in.get(url("skills")).context["page"]
    sent = {row.add_prefix(name): row[name].value() for row in shown.all_rows for name in row.fields}
    counts = {**rows("offers", [{}, {}]), **rows("wishes", [{}, {}])}
    saved = {name: value for name, value in sent.items() if value not in (None, False)}
    signed_in.post(url("skills"), {**counts, **saved, "seen": shown.seen, "go": "on", "skill_text": ""})

    registration = Registration.objects.get()
    assert registration.offers.get().level == 4
    assert (registration.wishes.get().priority, registration.wishes.get().why) == (3, "For our next grant")


def test_a_skill_merged_while_the_form_was_open_is_saved_as_its_heir(signed_in):
    old, heir = factories.make_skill("old"), factories.make_skill("heir")
    seen = opened(signed_in, "skills")
    Skill.objects.filter(pk=old.pk).update(state="merged", merged_into=heir)

    save(signed_in, "skills", seen=seen, **rows("offers", [{"skill": old.pk, "level": 2}]))

    assert Registration.objects.get().offers.get().skill == heir


def test_each_row_says_how_many_share_what_is_wished(signed_in):
    for _number in range(3):
        factories.make_registration(offers=["budgeting"])
    save(signed_in, "skills")

    assert "3 people share this." in signed_in.get(url("skills")).content.decode()


@pytest.mark.parametrize("state", ["needs_changes", "declined", "withdrawn"])
def test_what_the_working_group_sees_already_is_not_said_to_be_seen_by_nobody(client, state):
    reviewed = {"reviewed_at": factories.NOW, "reviewed_by": factories.make_coordinator(), "review_note": "please"}
    person = factories.make_registration(state=state, **(reviewed if state != "withdrawn" else {}))
    client.force_login(person.member)

    answer = save(client, "places")

    body = client.get(answer.url, follow=True).content.decode()
    assert "not sent yet" in body
    assert "Nobody sees it" not in body


def test_no_page_promises_a_letter_to_whom_none_reaches(client):
    reached, silent = (factories.make_registration(state="submitted") for _ in range(2))
    Suppression.objects.suppress([silent.member.email], source="bounce", now=factories.NOW)

    for person, is_promised in ((reached, True), (silent, False)):
        client.force_login(person.member)
        body = client.get(reverse("home")).content.decode()
        assert ("You will get an email when they have." in body) is is_promised
        page = client.get(OVERVIEW).content.decode()
        assert ("You get an email when they have decided." in page) is is_promised


def done_screens(client, step):
    page = client.get(url(step))
    return [piece.shape["step"].name for piece in page.context["steps"] if piece.shape["is_done"]]


def test_only_a_screen_that_lacks_nothing_is_marked_as_done(signed_in):
    assert done_screens(signed_in, "you") == []
    save(signed_in, "you")
    opened(signed_in, "skills")
    assert done_screens(signed_in, "skills") == ["you"]
    save(signed_in, "skills", go="later", **EMPTY["skills"])
    assert done_screens(signed_in, "hours") == ["you"]
    save(signed_in, "hours")
    assert done_screens(signed_in, "hand-in") == ["you", "hours"]
    save(signed_in, "you", country="", go="later")
    page = signed_in.get(url("hours"))
    assert done_screens(signed_in, "hours") == ["hours"]
    assert [piece.shape["step"].name for piece in page.context["steps"] if piece.shape["is_current"]] == ["hours"]


@pytest.mark.parametrize("former", steps.FORMER)
def test_each_address_of_the_eight_steps_leads_to_where_its_questions_are(signed_in, former):
    moved = signed_in.get(url(former))
    assert (moved.status_code, moved.url) == (301, url(steps.FORMER[former]))

    typed_before = signed_in.post(url(former), {"name": "Typed before", "csrfmiddlewaretoken": "x"})
    assertContains(typed_before, "Typed before", status_code=409)
    assertContains(typed_before, f'href="{moved.url}"', status_code=409)


def test_after_handing_in_each_card_comes_once_answered_or_skipped_and_is_found_later(signed_in):
    fill_in(signed_in)
    submit(signed_in)
    names = [card.name for card in steps.CARDS]
    assert signed_in.get(OVERVIEW).context["next_card"].name == names[0]

    names.insert(names.index("contact"), "introduction")  # on a page of another app
    addresses = {name: url(name) for name in names} | {"introduction": reverse("matching:introduction-edit") + "?card="}

    followed = []
    for number, name in enumerate(names):
        page = signed_in.get(addresses[name])
        changes = page.context["card" if name == "introduction" else "step"].changes
        assert str(changes) in html.unescape(page.content.decode())
        go = {"go": "skip" if number % 2 else "on"}
        own_words = {"words": "I run a museum.", **go}
        is_elsewhere = name == "introduction"
        answer = signed_in.post(addresses[name], own_words) if is_elsewhere else save(signed_in, name, **go)
        followed.append(answer.url)

    assert followed == [*(addresses[name] for name in names[1:]), OVERVIEW]
    registration = Registration.objects.get()
    assert (registration.cards_seen, registration.can_help) == (names, 1)  # the second was skipped
    page = signed_in.get(OVERVIEW)
    assert page.context["next_card"] is None
    assert [section.step.name for section in page.context["cards"]] == names
    assert signed_in.post(addresses["introduction"], {"words": "I run a zoo."}).url == OVERVIEW
    assert "In my words: I run a zoo." in html.unescape(signed_in.get(OVERVIEW).content.decode())
    assert save(signed_in, "places").url == OVERVIEW
    assert Registration.objects.get().can_help == 2
    assert not Act.objects.filter(verb__contains="card").exists()
