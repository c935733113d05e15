"""The registration, step by step, as a person fills it in: nothing typed is lost, nothing is half-written."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from mailings.models import Suppression
from registrations.catalogue import loading
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import RegistrationState
from registrations.models import Eligibility, Group, GroupAlias, Registration, Skill
from registrations.tests import factories
from registrations.tests.typing import NEEDED, OVERVIEW, fill_in, opened, remembered, rows, save, submit, typed, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, member):
    client.force_login(member)
    return client


def test_what_was_said_in_seven_steps_is_read_back_and_waits_for_review(signed_in, member):
    fill_in(signed_in)

    text = signed_in.get(OVERVIEW).content.decode()
    for said in (
        "Amina",
        "Tunisia",
        "Oral history",
        "Arabic",
        "Wikidata",
        "For our next grant",
        "18:00–20:00",
        "Tunis",
    ):
        assert said in text
    assert submit(signed_in).url == reverse("home")
    registration = Registration.objects.get()
    assert (registration.state, registration.region, registration.can_help) == ("submitted", "MENA", 2)
    assert (registration.topics, registration.topic_other) == (["education"], "Oral history")
    assert [window.start for window in registration.windows.all()] == [day * 1440 + 1080 for day in range(5)]
    consents = member.consents.filter(withdrawn_at=None)
    assert {consent.document for consent in consents} == {
        ConsentDocument.CODE_OF_CONDUCT,
        ConsentDocument.PRIVACY_NOTICE,
    }
    assert all(consent.version and consent.given_at for consent in consents)
    member.refresh_from_db()
    assert (member.name, member.zone, member.region) == ("Amina", "Africa/Tunis", "MENA")


def test_each_step_leads_to_the_next_and_the_last_to_the_read_back(signed_in):
    steps = [*NEEDED, "statistics"]

    followed = []
    for step in steps:
        seen = opened(signed_in, step)
        assert remembered(signed_in, step) == seen  # what the other tests send, who draw no page for it
        followed.append(save(signed_in, step, seen=seen).url)

    assert followed == [*(url(step) for step in steps[1:]), OVERVIEW]
    assert save(signed_in, "learn", go="back").url == url("share")
    assert save(signed_in, "learn", go="later").url == OVERVIEW


def test_somebody_who_stops_after_step_three_goes_on_in_another_browser(signed_in, member):
    for step in NEEDED[:3]:
        save(signed_in, step)
    other = Client()
    other.force_login(member)

    page = other.get(url("who")).context["page"]

    assert page.form["name"].value() == "Amina"
    assert [step.shape["is_done"] for step in other.get(OVERVIEW).context["steps"]][:5] == [
        True,
        True,
        True,
        False,
        False,
    ]
    for step in NEEDED[3:]:
        save(other, step)
    submit(other)
    assert Registration.objects.get().state == RegistrationState.SUBMITTED


def test_a_draft_needs_nothing_and_says_what_is_missing_before_it_is_submitted(signed_in):
    empty = {"name": "", "country": "", "role_id": "", "topics": [], "topic_other": ""}
    save(signed_in, "who", **empty)

    response = submit(signed_in)

    assert response.status_code == 422
    assert Registration.objects.get().state == RegistrationState.DRAFT
    assert [one.field for one, _step in response.context["missing"]] == [
        "name",
        "country",
        "role_id",
        "languages",
        "offers",
        "zone",
        "windows",
        "agrees_to_conduct",
        "agrees_to_privacy",
    ]
    assert "Please choose your main role." in signed_in.get(url("who") + "?missing=1").content.decode()


@pytest.mark.parametrize("step", NEEDED)
def test_submitting_without_a_step_leads_to_it_or_needs_it_not(signed_in, step):
    fill_in(signed_in, without=[step])

    response = submit(signed_in)

    is_needed = step not in ("share", "learn", "how-much")
    assert response.status_code == (422 if is_needed else 302)
    if is_needed:
        assert {one.name for _missing, one in response.context["missing"]} == {step}


def test_two_hours_a_week_are_needed(signed_in):
    fill_in(signed_in)
    save(signed_in, "when", **rows("windows", [{"day": "0", "start": "18:00", "end": "19:45"}]))

    response = submit(signed_in)

    assert response.status_code == 422
    assert [one.field for one, _step in response.context["missing"]] == ["windows"]
    save(signed_in, "when", **rows("windows", [{"day": "0", "start": "18:00", "end": "20:00"}]))
    assert submit(signed_in).status_code == 302


def test_a_group_is_needed_where_the_rules_say_so(signed_in):
    Eligibility.objects.create(must_belong_to_a_group=True)
    fill_in(signed_in)

    response = submit(signed_in)
    assert response.status_code == 422
    assert [one.field for one, _step in response.context["missing"]] == ["group_id"]
    save(signed_in, "who", group_other="A group of ours")
    assert submit(signed_in).status_code == 302


@pytest.mark.parametrize(
    ("step", "line", "field"),
    [
        ("when", {"day": "0", "start": "25:00", "end": "99:99"}, "start"),
        ("when", {"day": "0", "start": "18:07", "end": "19:00"}, "start"),
        ("when", {"day": "0", "start": "18:00", "end": "18:00"}, "end"),
        ("when", {"day": "", "start": "18:00", "end": "19:00"}, "day"),
        ("when", {"day": "9", "start": "18:00", "end": "19:00"}, "day"),
        ("when", {"day": "0", "start": "18:00", "end": ""}, "end"),
        ("share", {"skill": "999999", "level": 2}, "skill"),
        ("share", {"skill": "wikidata", "level": 2}, "skill"),
        ("learn", {"skill": "", "priority": 2, "why": "because"}, "skill"),
        ("learn", {"skill": "", "priority": 2, "why": "x" * 10_000}, "why"),
        ("learn", {"skill": "", "priority": 2, "why": "a\x00b"}, "why"),
        ("languages", {"code": "ar", "level": ""}, "level"),
        ("languages", {"code": "klingon!", "level": 3}, "code"),
    ],
)
def test_a_row_that_cannot_be_is_answered_at_its_field_and_stays_typed(signed_in, step, line, field):
    name = {"when": "windows", "share": "offers", "learn": "wishes", "languages": "languages"}[step]

    response = save(signed_in, step, **rows(name, [line]))

    page = response.context["page"]
    assert response.status_code == 422
    assert page.rows[0].errors[field]
    assert {key: str(page.rows[0][key].value()) for key in line} == {key: str(value) for key, value in line.items()}
    assert not Registration.objects.exists()


def test_a_language_stands_there_once(signed_in):
    twice = rows("languages", [{"code": "ar", "level": 3}, {"code": "ar", "level": 2}])

    assert save(signed_in, "languages", **twice).context["page"].rows[1].errors["code"]


def test_a_mistake_far_down_in_the_rows_is_told_at_the_top_and_leads_to_its_field(signed_in):
    response = save(
        signed_in, "languages", **rows("languages", [{"code": "ar", "level": 3}, {"code": "en", "level": ""}])
    )

    assertContains(response, '<a href="#id_languages-1-level">How well I speak it (2): ', status_code=422)
    more = rows("languages", [{"code": "ar", "level": 3}, {"code": "en", "level": ""}]) | {"more": "1"}
    assertNotContains(save(signed_in, "languages", **more), "lc-error-summary")


def test_what_is_missing_is_not_said_of_what_was_typed_since(signed_in):
    save(signed_in, "who", name="", country="", role_id="")
    asked = url("who") + "?missing=1"

    assertContains(signed_in.get(asked), "Still missing here:")
    refused = signed_in.post(asked, typed("who") | {"topics": ["education", "diversity", "advocacy"]})
    assertNotContains(refused, "Still missing here:", status_code=422)


@pytest.mark.parametrize(
    ("step", "field", "value"),
    [
        ("when", "zone", "Mars/Olympus"),
        ("who", "country", "XX"),
        ("who", "name", "x" * 10_000),
        ("who", "name", "a\x00b"),
        ("who", "group_other", "x" * 10_000),
        ("who", "group_other", "\x00"),
        ("who", "group_id", "999999999999999999999"),
        ("who", "topics", ["education", "governance"]),
        ("who", "topics", ["moon"]),
        ("share", "skill_text", "a\x00b"),
        ("share", "skill_text", "x " * 5_000),
        ("how-much", "can_help", "-1"),
        ("how-much", "can_help", "999"),
        ("how-much", "can_help", "many"),
        ("how-much", "away_until", "2026-02-30"),
        ("how-much", "region_wish", "moon"),
        ("statistics", "age", "400"),
        ("statistics", "gender_words", "x" * 10_000),
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

    response = signed_in.post(url("who"), {**typed("who"), "seen": "", "group_other": "elys", "look_up": "1"})

    page = response.context["page"]
    assert [choice[0] for choice in page.form.fields["group_id"].choices] == [group.pk, ""]
    assert page.form["name"].value() == "Amina"
    assert not Registration.objects.exists()
    save(signed_in, "who", group_other="elys", group_searched="elys", group_id=group.pk)
    assert (Registration.objects.get().group, Registration.objects.get().group_other) == (group, "")


def test_words_that_may_mean_a_group_are_asked_about_and_others_are_kept(signed_in):
    group = Group.objects.create(slug="clio", name="Wikimedians of Clio", kind="user_group")

    asked = save(signed_in, "who", group_other="clio")
    assert asked.context["page"].form.errors["group_id"]
    assert str(group) in asked.content.decode()
    save(signed_in, "who", group_other="clio", group_searched="clio", group_id="")
    assert (Registration.objects.get().group, Registration.objects.get().group_other) == (None, "clio")
    save(signed_in, "who", group_other="The Zebras", group_searched="")
    assert Registration.objects.get().group_other == "The Zebras"
    save(signed_in, "who", group_other="wikimedians of CLIO")
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
    asked = save(signed_in, "languages", **rows("languages", lines))
    first, second = asked.context["page"].rows

    assert (asked.status_code, first["code"].value(), second["code"].value()) == (422, "castellano", "ara")
    assert second.errors["code"] == ["Please choose which language you mean by “ara”."]
    assert '<input type="radio" class="cdx-radio__input" name="languages-1-code-pick" value="ary"' in str(
        second["code"]
    )
    chosen = rows("languages", lines) | {"languages-1-code-pick": "ary"}
    assert save(signed_in, "languages", **chosen).status_code == 302
    assert set(Registration.objects.get().spoken_languages.values_list("code", "level")) == {("es", 6), ("ary", 3)}
    shown = signed_in.get(url("languages")).content.decode()
    assert 'value="Spanish"' in shown and "<option" in shown and "Abkhazian" not in shown

    typed_on = rows("languages", [{"code": "Fon", "level": 3}]) | {"languages-0-code-pick": "ary"}
    save(signed_in, "languages", **typed_on)
    assert Registration.objects.get().spoken_languages.get().code == "fon"

    refused = save(signed_in, "when", zone="Xanadu")
    assert refused.context["page"].form.errors["zone"][0].startswith("We know no place called “Xanadu”.")
    save(signed_in, "when", zone="Alexandria")
    assert Registration.objects.get().zone == "Africa/Cairo"
    assert signed_in.get(reverse("registrations:find", args=["zones", "es"]), {"q": "egipt"}).json() == {
        "results": [{"value": "Africa/Cairo", "label": "El Cairo (Egipto)", "note": ""}]
    }


def test_a_zone_that_no_name_leads_to_stays_until_another_is_typed(signed_in):
    save(signed_in, "when")
    Registration.objects.update(zone="Etc/GMT+3")

    shown = signed_in.get(url("when")).context["page"].form["zone"]
    assert 'value="UTC−3"' in str(shown)
    assert save(signed_in, "when", zone="UTC−3").status_code == 302
    assert Registration.objects.get().zone == "Etc/GMT+3"


def test_own_languages_are_ready_to_be_added_until_a_row_names_them(signed_in):
    save(signed_in, "who")
    shown = signed_in.get(url("languages"), headers={"accept-language": "en-GB,sw;q=0.5"})
    assert [one.label for one in shown.context["likely_languages"]][:2] == ["English", "Swahili"]
    assert "Arabic" in [one.label for one in shown.context["likely_languages"]]

    added = signed_in.post(url("languages"), {**rows("languages", [{"code": "", "level": ""}]), "add_language": "sw"})
    assert added.context["page"].rows[0]["code"].value() == "sw"
    assert 'value="Swahili"' in added.content.decode()
    assert "sw" not in [one.value for one in added.context["likely_languages"]]


def test_another_way_of_contact_needs_its_words_by_the_time_it_is_submitted(signed_in, member):
    save(signed_in, "how-much", contact_way="talk_page")
    assert "contact_text" in [one.field for one, _step in signed_in.get(OVERVIEW).context["missing"]]
    Registration.objects.update(contact_way="email", state=RegistrationState.NEEDS_CHANGES)

    response = save(signed_in, "how-much", contact_way="talk_page")

    assert response.context["page"].form.errors["contact_text"]


@pytest.mark.parametrize(("button", "count"), [({"more": "1"}, 2), ({"shortcut": "evenings"}, 2)])
def test_a_button_for_more_rows_keeps_what_was_typed_and_saves_nothing(signed_in, button, count):
    response = signed_in.post(url("when"), {**typed("when"), "seen": "", **button})

    page = response.context["page"]
    assert len(page.rows.forms) == count
    assert page.rows[0]["start"].value() == "18:00"
    assert page.form["zone"].value() == "Africa/Tunis"
    assert not Registration.objects.exists()


def test_a_shortcut_fills_in_the_first_empty_row(signed_in):
    data = {"zone": "Africa/Tunis", "seen": "", **rows("windows", [{"day": "", "start": "", "end": ""}])}

    page = signed_in.post(url("when"), {**data, "shortcut": "weekend_mornings"}).context["page"]

    assert [[row[name].value() for name in ("day", "start", "end")] for row in page.rows] == [
        ["weekend", "09:00", "12:00"]
    ]


def test_the_weekend_is_that_of_the_country(signed_in):
    save(signed_in, "who", country="EG")

    save(signed_in, "when", **rows("windows", [{"day": "weekend", "start": "09:00", "end": "12:00"}]))

    friday, saturday = (day * 1440 + 540 for day in (4, 5))
    assert list(Registration.objects.get().windows.values_list("start", flat=True)) == [friday, saturday]
    shown = signed_in.get(url("when")).content.decode()
    assert "Weekdays: Sunday to Thursday. Weekend: Friday and Saturday." in shown
    assert '<li value="4" data-short="Fri" data-weekend>' in shown


def test_emptying_a_row_removes_it(signed_in):
    save(signed_in, "learn")

    save(signed_in, "learn", **rows("wishes", [{"skill": "", "priority": 3, "why": ""}]))

    assert Registration.objects.get().wishes.count() == 0


def test_a_free_time_over_sunday_midnight_is_stored_as_two_and_shown_as_one(signed_in):
    save(signed_in, "when", **rows("windows", [{"day": "6", "start": "23:00", "end": "01:30"}]))

    assert list(Registration.objects.get().windows.values_list("start", "end")) == [(0, 90), (10020, 10080)]
    shown = signed_in.get(url("when")).context["page"].rows
    assert [str(shown[0][name].value()) for name in ("day", "start", "end")] == ["6", "23:00:00", "01:30:00"]


def test_a_retired_skill_stays_with_those_who_have_it(signed_in):
    save(signed_in, "share")
    factories.make_skill("wikidata").__class__.objects.update(state="retired")

    save(signed_in, "share", **rows("offers", [{"skill": factories.make_skill("wikidata").pk, "level": 4}]))

    assert Registration.objects.get().offers.get().level == 4


def test_the_zone_is_guessed_from_the_country_and_named(signed_in):
    save(signed_in, "who")

    response = signed_in.get(url("when"))

    assert response.context["page"].form["zone"].value() == "Africa/Tunis"
    assert "in Tunis now. Is that your clock?" in (shown := response.content.decode())
    assert "Africa/Tunis" not in shown
    assert not Registration.objects.get().zone


def test_a_stale_tab_is_shown_both_texts_and_chooses(signed_in):
    save(signed_in, "who")
    seen = opened(signed_in, "who")
    save(signed_in, "who", name="From the first tab", topic_other="Maps")

    stale = save(signed_in, "who", seen=seen, name="From the second tab", topic_other="Bees")

    assert stale.status_code == 409
    both = {name: (stored.lines, mine.lines) for name, stored, mine in stale.context["differing"]}
    assert both == {
        "name": (("From the first tab",), ("From the second tab",)),
        "topics": (("Education", "Maps"), ("Education", "Bees")),
    }
    assert Registration.objects.get().name == "From the first tab"
    chosen = {**dict(stale.context["typed"]), "choose-name": "mine", "choose-topics": "stored"}
    signed_in.post(url("who"), {**chosen, "seen": stale.context["seen"]})
    assert (Registration.objects.get().name, Registration.objects.get().topic_other) == ("From the second tab", "Maps")


def test_a_third_window_is_not_overwritten_by_the_choice_either(signed_in):
    save(signed_in, "who")
    seen = opened(signed_in, "who")
    save(signed_in, "who", name="One")
    stale = save(signed_in, "who", seen=seen, name="Two")
    save(signed_in, "who", name="Three")

    again = signed_in.post(
        url("who"), {**dict(stale.context["typed"]), "choose-name": "mine", "seen": stale.context["seen"]}
    )

    assert again.status_code == 409
    assert Registration.objects.get().name == "Three"


def test_two_tabs_on_different_steps_both_save(signed_in):
    save(signed_in, "learn")
    seen = {step: opened(signed_in, step) for step in ("who", "share")}

    assert save(signed_in, "who", seen=seen["who"]).status_code == 302
    wish = Registration.objects.get().wishes.get().pk
    assert save(signed_in, "share", seen=seen["share"]).status_code == 302

    registration = Registration.objects.get()
    assert (registration.name, registration.offers.count(), registration.wishes.get().pk) == ("Amina", 1, wish)


def test_what_is_submitted_is_what_was_read(signed_in):
    fill_in(signed_in)
    version = signed_in.get(OVERVIEW).context["registration"].version
    save(signed_in, "who", name="Changed since")

    response = signed_in.post(OVERVIEW, {"version": version})

    assert response.status_code == 409
    assert Registration.objects.get().state == RegistrationState.DRAFT
    assert signed_in.post(OVERVIEW, {"version": "nonsense"}).status_code == 409


def test_a_double_click_changes_nothing_the_second_time(signed_in):
    seen = opened(signed_in, "who")
    save(signed_in, "who", seen=seen)
    before = Registration.objects.values().get()

    response = save(signed_in, "who", seen=seen)

    assert response.status_code == 302
    assert Registration.objects.values().get() == before


def test_submitting_twice_is_submitting_once(signed_in):
    fill_in(signed_in)
    version = signed_in.get(OVERVIEW).context["registration"].version

    for _click in range(2):
        assert signed_in.post(OVERVIEW, {"version": version}).url == reverse("home")


def test_editing_after_approval_stays_approved_counts_at_once_and_may_not_lose_what_is_needed(signed_in, member):
    factories.make_registration(member=member)

    assert save(signed_in, "how-much", can_help=5, go="save").url == OVERVIEW
    refused = save(signed_in, "when", **rows("windows", [{"day": "", "start": "", "end": ""}]))

    registration = Registration.objects.get(member=member)
    assert (registration.state, registration.can_help) == ("approved", 5)
    assert refused.status_code == 422
    assert registration.windows.count() == 5


def test_another_country_sends_an_approved_registration_back_to_review(signed_in, member):
    factories.make_registration(member=member)

    save(signed_in, "who", country="DZ", go="save")

    assert Registration.objects.get(member=member).state == RegistrationState.SUBMITTED


def test_a_newsletter_that_is_no_longer_ticked_is_left_and_keeps_its_time(signed_in):
    save(signed_in, "consents", wants_newsletter="on")
    shown = signed_in.get(url("consents"))
    assert shown.context["page"].form.initial["wants_newsletter"]
    assert shown.content.decode().count("Given ") == 3
    save(signed_in, "consents")

    subscription = Registration.objects.get().member.subscription
    assert (subscription.state, subscription.source, subscription.lists) == ("left", "form", [])
    assert subscription.left_at >= subscription.agreed_at
    assert Registration.objects.get().member.consents.filter(withdrawn_at=None).count() == 2


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(client, member, mailoutbox):
    response = save(client, "learn", seen="")
    assert response.url == f"{reverse('registrations:sign-in')}?next=%2Fregistration%2Flearn%2F"

    client.post(response.url, {"email": member.email, "next": url("learn")})
    client.post(reverse("registrations:sign-in-code"), {"code": mailoutbox[-1].subject[:6]})
    assert client.get(url("who")).context["page"].data is None
    page = client.get(url("learn")).context["page"]

    assert page.rows[0]["why"].value() == "For our next grant"
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("site", "is_kept"), [("same-origin", True), ("cross-site", False)])
def test_a_form_with_an_old_token_is_kept_unless_another_site_sent_it(member, site, is_kept):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member)

    browser.post(url("who"), {**typed("who"), "name": "Typed"}, headers={"sec-fetch-site": site})

    assert not Registration.objects.exists()
    assert (browser.get(url("who")).context["page"].form["name"].value() == "Typed") is is_kept


def test_a_visitor_is_asked_to_sign_in_first_and_an_unknown_step_is_not_found(client, member):
    for path in (OVERVIEW, url("when")):
        assert client.get(path).url.startswith(reverse("registrations:sign-in"))
    client.force_login(member)
    assert client.get(url("moon")).status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_the_pages_cost_the_same_number_of_queries_with_many_skills(
    signed_in, member, count, django_assert_max_num_queries
):
    slugs = [f"skill-of-{number}" for number in range(count)]
    factories.make_registration(member=member, offers=slugs, wishes=slugs)

    with django_assert_max_num_queries(18):
        signed_in.get(url("share"))
    with django_assert_max_num_queries(20):
        signed_in.get(OVERVIEW)


def skills_typed(**changes):
    return {**typed("share"), "seen": "", "skill_text": "", **changes}


def test_a_skill_is_found_by_typing_and_added_as_a_row_and_nothing_is_saved(signed_in):
    lexemes = factories.make_skill("lexemes")

    looked = signed_in.post(url("share"), skills_typed(skill_text="lexemse", look_up="1"))
    assert [one.skill_id for one in looked.context["page"].skills_found()] == [lexemes.pk]
    added = signed_in.post(url("share"), skills_typed(skill_text="lexemse", add=lexemes.pk)).context["page"]

    assert [str(row["skill"].value()) for row in added.rows] == [str(typed("share")["offers-0-skill"]), str(lexemes.pk)]
    assert added.form["skill_text"].value() == ""
    twice = signed_in.post(url("share"), skills_typed(add=typed("share")["offers-0-skill"])).context["page"]
    assert len(twice.rows.forms) == 1
    assert not Registration.objects.exists()


def test_a_skill_nobody_knows_is_suggested_and_used_at_once(signed_in):
    page = signed_in.post(url("share"), skills_typed(skill_text="Beekeeping", suggest="1")).context["page"]

    skill = Skill.objects.get(state="suggested")
    lines = [{"skill": row["skill"].value(), "level": row["level"].value()} for row in page.rows]
    assert lines[1]["skill"] == str(skill.pk)
    assert save(signed_in, "share", **rows("offers", lines)).status_code == 302
    assert Registration.objects.get().offers.filter(skill=skill).exists()
    assert "Beekeeping" in signed_in.get(OVERVIEW).content.decode()
    refused = signed_in.post(url("share"), skills_typed(skill_text="?", suggest="1")).context["page"]
    assert refused.form.errors["skill_text"]


def test_words_of_a_skill_nobody_chose_are_asked_about(signed_in):
    factories.make_skill("lexemes")

    response = save(signed_in, "share", skill_text="lexem")

    assert response.status_code == 422
    assert "Add Lexemes" in response.content.decode()
    assert not Registration.objects.exists()


def test_a_skill_merged_while_the_form_was_open_is_saved_as_its_heir(signed_in):
    old, heir = factories.make_skill("old"), factories.make_skill("heir")
    seen = opened(signed_in, "share")
    Skill.objects.filter(pk=old.pk).update(state="merged", merged_into=heir)

    save(signed_in, "share", seen=seen, **rows("offers", [{"skill": old.pk, "level": 2}]))

    assert Registration.objects.get().offers.get().skill == heir


def test_each_row_says_how_many_share_what_is_wished(signed_in):
    for _number in range(3):
        factories.make_registration(offers=["budgeting"])
    save(signed_in, "learn")

    assert "3 people share this." in signed_in.get(url("learn")).content.decode()


@pytest.mark.parametrize("state", ["needs_changes", "declined", "withdrawn"])
def test_what_the_working_group_sees_already_is_not_said_to_be_seen_by_nobody(client, state):
    reviewed = {"reviewed_at": factories.NOW, "reviewed_by": factories.make_coordinator(), "review_note": "please"}
    person = factories.make_registration(state=state, **(reviewed if state != "withdrawn" else {}))
    client.force_login(person.member)

    answer = save(client, "share", go="save")

    body = client.get(answer.url).content.decode()
    assert "not submitted yet" in body
    assert "Nobody sees it" not in body


def test_no_page_promises_a_letter_to_whom_none_reaches(client):
    reached, silent = (factories.make_registration(state="submitted") for _ in range(2))
    Suppression.objects.suppress([silent.member.email], source="bounce", now=factories.NOW)

    for person, is_promised in ((reached, True), (silent, False)):
        client.force_login(person.member)
        body = client.get(reverse("home")).content.decode()
        assert ("You will get a letter when they have." in body) is is_promised
        Registration.objects.filter(pk=person.pk).update(state="draft", submitted_at=None)
        fill_in(client)
        assert ("and you get a letter" in client.get(OVERVIEW).content.decode()) is is_promised


def done_steps(client):
    page = client.get(OVERVIEW)
    return [piece.shape["step"].name for piece in page.context["steps"] if piece.shape["is_done"]]


def test_only_a_step_that_was_saved_is_marked_as_done(signed_in):
    assert done_steps(signed_in) == []
    save(signed_in, "who")
    assert done_steps(signed_in) == ["who"]
    opened(signed_in, "how-much")
    assert done_steps(signed_in) == ["who"]

    for _ in range(2):  # answers that a form begins with are answers, once they are saved
        save(signed_in, "how-much", can_help="1", can_learn_from="1", contact_way="email", contact_text="")
        assert done_steps(signed_in) == ["who", "how-much"]
    save(signed_in, "who", country="")
    assert done_steps(signed_in) == ["how-much"]


@pytest.mark.parametrize("state", ["submitted", "approved", "needs_changes"])
def test_of_what_was_handed_in_every_step_that_lacks_nothing_is_done(client, state):
    registration = factories.make_registration(state=state, wishes=["wikidata"], name="Amina")
    client.force_login(registration.member)

    assert done_steps(client) == ["languages", "share", "learn", "when", "how-much", "consents"]


def test_the_steps_of_a_draft_from_before_are_marked_where_they_hold_an_answer():
    draft = factories.make_registration(state="draft", wishes=["wikidata"], windows=[], zone="", can_help=4)
    Registration.objects.update(steps_saved=[])

    import_module("registrations.migrations.0033_steps_of_the_form_that_were_saved").mark_what_was_answered(apps, None)

    draft.refresh_from_db()
    assert draft.steps_saved == ["who", "languages", "learn", "how-much"]
