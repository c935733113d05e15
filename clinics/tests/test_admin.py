"""The working group's desk: who gets in, and that its forms and buttons go through the actions."""

import re

import pytest
import time_machine
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicText
from clinics.tests.factories import LINK, make_channel, make_clinic, make_text, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.opened import as_opened
from mailings.models import Letter
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_member, make_skill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def desk(name, *args):
    return reverse(f"admin:clinics_clinic_{name}", args=args)


def typed(clinic=None, **changes):
    """What the admin form posts: a clinic as it is, with some fields changed."""
    values = {
        "format": "clinic",
        "for_whom": "all",
        "venue": "call",
        "floor_language": "en",
        "region": "",
        "local_date": "2026-03-09",
        "local_time": "12:00:00",
        "zone": "UTC",
        "fold": "",
        "minutes": "120",
        "capacity": "3",
        "closes_minutes_before": "0",
        "meeting_link": LINK,
        "texts-TOTAL_FORMS": "0",
        "texts-INITIAL_FORMS": "0",
    }
    return {**values, **changes}


TEXT = {
    "texts-TOTAL_FORMS": "1",
    "texts-0-language": "en",
    "texts-0-state": "ready",
    "texts-0-title": "Grants",
    "texts-0-summary": "About grants",
}


def errors(response):
    return response.context["adminform"].form.errors


@pytest.mark.parametrize("who", ["visitor", "stranger"])
def test_outsiders_do_not_get_in(client, request, who):
    clinic = make_clinic()
    if who == "stranger":
        client.force_login(request.getfixturevalue("stranger"))

    for path in (desk("changelist"), desk("add"), desk("change", clinic.pk), desk("cancel", clinic.pk)):
        response = client.get(path)
        assert response.status_code in (302, 403)
        assert LINK not in response.content.decode()
    for path in (desk("act", clinic.pk, "hold"), desk("cancel", clinic.pk)):
        assert client.post(path, {"reason": "because"}).status_code in (302, 403)
    assert Clinic.objects.get().state == ClinicState.ANNOUNCED


def test_what_an_action_refuses_is_said_on_the_form_and_nothing_typed_is_lost(client, coordinator):
    clinic = make_clinic()
    make_channel(clinic, "ar")
    make_clinic(title="Of that name")
    client.force_login(coordinator)
    address = desk("change", clinic.pk)

    refused = client.post(address, as_opened(client, address, **typed(floor_language="ar", partner="A group")))

    assert "There is an interpretation channel into this language." in str(errors(refused))
    assert refused.context["adminform"].form["partner"].value() == "A group"
    clinic.refresh_from_db()
    assert (clinic.partner, clinic.floor_language) == ("", "en")
    # What it may be an edition of is typed, and told apart by its start.
    make_clinic(title="Of that name, too")
    asked = client.post(address, as_opened(client, address, **typed(edition_of="of that", partner="A group")))
    found = asked.context["adminform"].form["edition_of"]
    assert ">Of that name · Mon 9 March 2026, 12:00 (UTC)<" in str(found) and 'value="of that"' in str(found)
    assert "Please choose which one" in str(found.errors)


@pytest.mark.parametrize("who", ["liaison", "other_liaison", "coordinator"])
def test_the_working_group_plans_and_announces_a_clinic(client, request, who):
    member = request.getfixturevalue(who)
    client.force_login(member)

    added = client.post(desk("add"), typed(local_time="14:00", zone="Asia/Kathmandu", **TEXT))
    clinic = Clinic.objects.get()
    assert added.url == desk("change", clinic.pk)  # its room says what is missing
    assert (clinic.state, clinic.starts_at.isoformat()) == ("draft", "2026-03-09T08:15:00+00:00")

    client.post(desk("act", clinic.pk, "announce"), {"confirmed": "0"})
    clinic.refresh_from_db()
    assert (clinic.state, clinic.title) == ("announced", "Grants")
    assert list(Act.objects.order_by("pk").values_list("verb", "actor")) == [
        ("create_clinic", member.pk),
        ("write_clinic_text", member.pk),
        ("clinic_text_ready", member.pk),
        ("announce_clinic", member.pk),
    ]


def test_the_buttons_are_posts_and_a_get_does_nothing(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT)
    client.force_login(coordinator)

    client.get(desk("act", clinic.pk, "announce"))
    client.get(desk("cancel", clinic.pk))

    assert Clinic.objects.get().state == ClinicState.DRAFT
    client.post(desk("act", clinic.pk, "announce"))
    assert Clinic.objects.get().state == ClinicState.DRAFT
    page = client.get(desk("change", clinic.pk)).content.decode()
    assert re.search(f'<a [^>]*href="{desk("act", clinic.pk, "announce")}"', page)


@pytest.mark.parametrize("path", ["add", "change"])
def test_an_hour_that_does_not_exist_is_refused_at_its_field(client, coordinator, path):
    args = [make_clinic(state=ClinicState.DRAFT).pk] if path == "change" else []
    client.force_login(coordinator)

    response = client.post(desk(path, *args), typed(local_date="2026-03-29", local_time="02:30", zone="Europe/Berlin"))

    assert "There is no 02:30 on that day in Berlin" in str(errors(response)["local_time"])
    assert 'value="02:30"' in response.content.decode()


def test_an_hour_that_comes_twice_is_asked_about_and_the_answer_counts(client, coordinator):
    client.force_login(coordinator)
    twice = {"local_date": "2026-10-25", "local_time": "02:30", "zone": "Europe/Berlin"}

    response = client.post(desk("add"), typed(**twice))
    assert "02:30 comes twice on that day in Berlin" in str(errors(response)["fold"])

    client.post(desk("add"), typed(**twice, fold="0"))
    client.post(desk("add"), typed(**twice, fold="1"))
    assert sorted(clinic.starts_at.isoformat() for clinic in Clinic.objects.all()) == [
        "2026-10-25T00:30:00+00:00",
        "2026-10-25T01:30:00+00:00",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("capacity", "0"),
        ("capacity", "-3"),
        ("capacity", "100000"),
        ("minutes", "5"),
        ("meeting_link", "http://meet.example.org/"),
        ("meeting_link", "javascript:alert(1)"),
        ("meeting_link", "https://anna:secret@meet.example.org/"),
        ("local_date", "2026-02-30"),
        ("floor_language", "klingon"),
        ("region", "X\x00"),
    ],
)
def test_nonsense_gets_a_message_at_its_field_and_nothing_is_stored(client, coordinator, field, value):
    client.force_login(coordinator)

    response = client.post(desk("add"), typed(**{field: value}))

    assert field in errors(response)
    assert not Clinic.objects.exists()


def test_saving_the_form_untouched_changes_nothing(client, coordinator):
    clinic = make_clinic()
    client.force_login(coordinator)

    response = client.post(desk("change", clinic.pk), typed())

    assert response.status_code == 302
    assert not Act.objects.exists()


def test_more_seats_typed_in_the_form_move_people_up(client, coordinator):
    clinic = make_clinic(capacity=1)
    sign_up(clinic, 3)
    client.force_login(coordinator)

    client.post(desk("change", clinic.pk), typed(capacity="2"))
    assert clinic.rsvps.going().count() == 1  # a page asks once more: one person is written to
    client.post(desk("change", clinic.pk), typed(capacity="2", confirmed="1"))

    assert clinic.rsvps.going().count() == 2
    assert Letter.objects.filter(kind="clinics.moved_up").count() == 1


def test_the_desk_shows_names_of_those_signed_up_and_no_addresses(client, liaison):
    clinic = make_clinic(region="MENA")
    (rsvp,) = sign_up(clinic, 1)
    client.force_login(liaison)

    words = client.get(desk("who_comes", clinic.pk)).content.decode()

    assert rsvp.member.name in words
    assert rsvp.member.email not in words


def test_several_are_announced_at_once_and_each_refusal_is_said(client, coordinator):
    ready, empty = make_clinic(state=ClinicState.DRAFT), make_clinic(state=ClinicState.DRAFT, title="")
    client.force_login(coordinator)

    response = client.post(
        desk("changelist"),
        {"action": "announce_selected", "_selected_action": [ready.pk, empty.pk], "confirmed": "0"},
        follow=True,
    )

    ready.refresh_from_db()
    empty.refresh_from_db()
    assert (ready.state, empty.state) == ("announced", "draft")
    assert "Write a title and what it is about" in response.content.decode()


def readers(*, region="", languages=("en",)):
    """Members who chose announcements, one of each language."""
    for language in languages:
        make_subscription(member=make_member(region=region, language=language), wants_announcements=True)


def test_announcing_asks_once_more_and_says_to_how_many_of_which_language(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, for_whom="region", region="MENA")
    readers(region="MENA", languages=("en", "ar", "fr")), readers(region="LAC")
    client.force_login(coordinator)
    text = clinic.texts.get()
    clinic.texts.create(language="fr", title="Demander", summary=text.summary, state="ready")

    asked = client.get(desk("act", clinic.pk, "announce"))
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", asked.content.decode()))

    assert "It writes to 3 readers" in shown and "Announce to 3 readers" in shown
    assert re.findall(r"(English|Français|العربية) (\d+) (\d+)", shown) == [
        ("English", "2", "1"),
        ("Français", "1", "0"),
    ]
    for answer in ({}, {"confirmed": "2"}):
        assert client.post(desk("act", clinic.pk, "announce"), answer).status_code == 200
    assert not Letter.objects.exists() and Clinic.objects.get().state == ClinicState.DRAFT
    client.post(desk("act", clinic.pk, "announce"), {"confirmed": "3"})
    assert Letter.objects.filter(kind="clinics.announced").count() == 3


def test_readers_of_a_text_in_a_language_that_the_portal_has_not_are_counted_by_its_name(client, coordinator):
    make_text(clinic := make_clinic(state=ClinicState.DRAFT, title=""), "fa", "پول")
    make_text(clinic, "fr", "Argent", state="draft")
    readers(languages=("en", "fr"))
    client.force_login(coordinator)

    asked = client.get(desk("act", clinic.pk, "announce"))

    (line,) = asked.context["question"].concerned.lines
    assert (line.name, line.people, line.fallbacks) == ("Persian", 2, 2)


def test_announcing_several_asks_once_more_with_each_of_them_and_counts_a_reader_once(client, coordinator):
    here = make_clinic(state=ClinicState.DRAFT, for_whom="region", region="MENA", title="Here")
    all_of_us = make_clinic(state=ClinicState.DRAFT, title="All")
    empty = make_clinic(state=ClinicState.DRAFT, title="")
    readers(region="MENA", languages=("en", "fr")), readers(region="LAC")
    client.force_login(coordinator)
    chosen = {"action": "announce_selected", "_selected_action": [here.pk, all_of_us.pk, empty.pk]}

    asked = client.post(desk("changelist"), chosen)
    shown = asked.content.decode()

    assert "Announce to 3 readers" in shown and "Write a title and what it is about" in shown
    assert "“Here”: 2, of whom 1" in shown and "“All”: 3, of whom 1" in shown
    assert Clinic.objects.filter(state=ClinicState.DRAFT).count() == 3
    carried = re.findall(
        r'<input type="hidden" name="(action|_selected_action|opened_rows|confirmed)" value="([^"]*)"', shown
    )
    posted = {name: [value for other, value in carried if other == name] for name, _value in carried}
    Client.post(client, desk("changelist"), posted)
    states = dict(Clinic.objects.values_list("pk", "state"))
    assert (states[here.pk], states[all_of_us.pk], states[empty.pk]) == ("announced", "announced", "draft")
    assert Letter.objects.filter(kind="clinics.announced").count() == 3


def test_what_cannot_be_announced_has_no_button(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, title="")
    client.force_login(coordinator)

    asked = client.get(desk("act", clinic.pk, "announce")).content.decode()
    several = client.post(desk("changelist"), {"action": "announce_selected", "_selected_action": [clinic.pk]})

    for page in (asked, several.content.decode()):
        assert "Write a title and what it is about" in page and 'name="confirmed"' not in page


def test_asking_before_many_are_announced_costs_the_same_for_three_and_for_thirty(client, coordinator):
    client.force_login(coordinator)

    def queries(count):
        clinics = [make_clinic(state=ClinicState.DRAFT, region="MENA") for _ in range(count)]
        chosen = {"action": "announce_selected", "_selected_action": [clinic.pk for clinic in clinics]}
        rows = as_opened(client, desk("changelist"), **chosen)
        rows["opened_rows"] = [row for clinic in clinics for row in [site._registry[Clinic].row_version(clinic)]]
        with CaptureQueriesContext(connection) as captured:
            page = Client.post(client, desk("changelist"), rows)
        assert "Announce to" in page.content.decode()
        return len(captured)

    assert queries(3) == queries(30)


@pytest.mark.parametrize("state", [ClinicState.HELD, ClinicState.ARCHIVED, ClinicState.CANCELLED])
def test_a_clinic_that_is_not_to_come_is_only_looked_at(client, coordinator, state):
    clinic = make_clinic(state=state)
    client.force_login(coordinator)

    page = client.get(desk("change", clinic.pk))
    refused = client.post(desk("change", clinic.pk), typed(capacity="9"))

    assert (page.status_code, refused.status_code) == (200, 403)
    assert 'name="_save"' not in page.content.decode() and 'name="capacity"' not in page.content.decode()
    kept = Clinic.objects.get()
    assert (kept.state, kept.capacity) == (state, clinic.capacity) != (state, 9)


def test_the_list_takes_the_same_number_of_queries_at_3_and_at_30(client, coordinator):
    client.force_login(coordinator)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(desk("changelist"), {"all": ""}).status_code == 200
        return len(queries)

    for _ in range(3):
        sign_up(make_clinic(), 1)
    three = count()
    for _ in range(27):
        sign_up(make_clinic(), 1)
    assert count() == three


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_refused_at_its_field(client, liaison, day):
    client.force_login(liaison)
    response = client.post(desk("add"), typed(local_date=day, local_time="23:30:00", zone="America/Bogota"))

    assert errors(response)["local_date"]
    assert not Clinic.objects.exists()


def test_the_planner_says_on_the_form_which_skills_it_is_about_and_whether_it_is_for_all(client, coordinator):
    clinic, skill, more = make_clinic(state=ClinicState.DRAFT), make_skill("surveys"), make_skill("wikidata")
    chosen = {"for_whom": "region", "region": "LAC", "announce_to_all": "on", "skills": [str(skill.pk)]}
    client.force_login(coordinator)

    wrong = client.post(desk("change", clinic.pk), typed(**chosen, minutes="1")).content.decode()
    assert f'value="{skill.pk}" id="id_skills-{skill.pk}" checked' in wrong and "unless you tick this" in wrong
    lines = {"skills-line-0": "wikidata", "skills-line-1": "basket weaving"}
    wrong = client.post(desk("change", clinic.pk), typed(**chosen, **lines)).content.decode()
    assert f'value="{more.pk}" id="id_skills-{more.pk}" checked' in wrong  # what was understood is chosen
    assert "We know no skill called “basket weaving”" in wrong and 'value="basket weaving"' in wrong
    assert not clinic.skills.exists()
    client.post(desk("change", clinic.pk), typed(**chosen, **{"skills-line-2": "Wikidata"}))

    clinic.refresh_from_db()
    assert clinic.announce_to_all and clinic.regions_told is None
    assert set(clinic.skills.all()) == {skill, more}
    verbs = Act.objects.on(clinic).values_list("verb", flat=True)
    assert {"change_clinic", "change_clinic_skills"} <= set(verbs)


def test_a_new_clinic_keeps_the_skills_it_is_made_with(client, coordinator):
    skill = make_skill("surveys")
    client.force_login(coordinator)

    client.post(desk("add"), typed(skills=[str(skill.pk)]))

    assert list(Clinic.objects.get().skills.all()) == [skill]


def test_once_announced_nothing_asks_any_more_to_whom(client, coordinator):
    clinic = make_clinic()
    client.force_login(coordinator)

    assert 'name="announce_to_all"' not in client.get(desk("change", clinic.pk)).content.decode()
    client.post(desk("change", clinic.pk), typed(announce_to_all="on", minutes="90"))

    clinic.refresh_from_db()
    assert (clinic.minutes, clinic.announce_to_all) == (90, False)


def test_a_regional_clinic_without_a_region_is_refused_with_a_clear_sentence(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, for_whom="region")
    client.force_login(coordinator)

    page = client.post(desk("act", clinic.pk, "announce"), follow=True).content.decode()

    clinic.refresh_from_db()
    assert clinic.state == ClinicState.DRAFT and "choose its region" in page


def test_the_list_calls_each_clinic_as_its_reader_understands_it_best(client, coordinator):
    french, _untitled = make_clinic(title="Grants & <money>"), make_clinic(title="", state=ClinicState.DRAFT)
    ClinicText.objects.create(clinic=french, language="fr", title="Subventions", summary="…", state="ready")
    client.force_login(coordinator)

    for language, titles in (("en", ["Grants &amp; &lt;money&gt;", "Clinic without a title"]), ("fr", ["Subventions"])):
        coordinator.speak(language)
        for query in ("", "?o=1", f"?q={french.text_in(language).title[:6]}"):
            html = client.get(desk("changelist") + query).content.decode()
            shown = titles[:1] if "q=" in query else titles
            assert all(html.count(title) == 2 for title in shown), (language, query)  # of the box to tick, and the link


def test_zones_at_the_desk_are_called_as_their_reader_says_them(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT, zone="Europe/Berlin")
    person = make_member(zone="Europe/Berlin")
    client.force_login(coordinator)
    coordinator.speak("es")

    assert client.get(desk("add")).context["adminform"].form["floor_language"].value() == "en"
    for address in (desk("add"), desk("change", clinic.pk), desk("move", clinic.pk), desk("hours", clinic.pk)):
        html = client.get(address).content.decode()
        assert "Berlín (Alemania)" in html, address  # typed, and none of a list of hundreds
        assert 'href="/static/css/find.css"' in html and ">Europe/" not in html, address
    shown = client.get(reverse("admin:registrations_member_change", args=[person.pk])).content.decode()
    assert "hora de Berlín" in shown and "Europe/Berlin" not in shown


@pytest.mark.parametrize(
    ("name", "typed_in", "stored"),
    [
        ("floor_language", "الفارسية", "fa"),
        ("floor_language", "castellano", "es"),
        ("zone", "le caire", "Africa/Cairo"),
    ],
)
def test_a_planner_types_a_language_or_a_place_as_people_call_it(client, coordinator, name, typed_in, stored):
    clinic = make_clinic(state=ClinicState.DRAFT)
    client.force_login(coordinator)
    coordinator.speak("ar")
    page = desk("change", clinic.pk)

    assert client.post(page, typed(clinic, **{name: typed_in}, **as_opened(client, page))).status_code == 302
    assert getattr(Clinic.objects.get(), name) == stored


def test_what_may_mean_several_languages_or_none_is_asked_at_its_field(client, coordinator):
    clinic = make_clinic(state=ClinicState.DRAFT)
    client.force_login(coordinator)
    page, opened = desk("change", clinic.pk), as_opened(client, desk("change", clinic.pk))

    asked = client.post(page, typed(clinic, floor_language="panj", zone="Atlantis", **opened))
    shown = asked.content.decode()
    assert set(errors(asked)) == {"floor_language", "zone"}
    assert 'name="floor_language-pick" value="pa"' in shown and 'value="Atlantis"' in shown

    picked = typed(clinic, **{"floor_language": "panj", "floor_language-pick": "pa"}, **opened)
    assert client.post(page, picked).status_code == 302
    assert Clinic.objects.get().floor_language == "pa"


def test_another_language_of_the_texts_is_typed_too(client, coordinator):
    texts = desk("texts", make_clinic().pk)
    client.force_login(coordinator)

    assert client.get(f"{texts}?language=franz%C3%B6sisch").context["another"].errors
    assert client.get(f"{texts}?language=franc%C3%A9s")["Location"] == f"{texts}?language=fr"
