"""The second editor does not wipe out the first: forms and buttons carry the version they were opened at."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinics.models import Clinic, ClinicText
from clinics.tests.factories import LINK, make_clinic, make_text, sign_up
from letsconnect.base import versioned_admin, versions
from letsconnect.base.models import Act
from letsconnect.base.versioned_admin import VersionedAdmin
from letsconnect.tests import mass_acts
from letsconnect.tests.opened import as_opened, hidden_in
from letsconnect.tests.waiting import PATIENCE
from mailings.models import Letter
from matching.models import Match, MatchingRules, Round
from matching.tests.factories import make_match, make_round
from registrations.models import Eligibility, Group, GroupAlias, Registration, SkillName
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration, make_skill
from trust.tests.factories import make_reader, make_report

NEW_LINK = "https://meet.example.org/new-room"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client():
    """Django's own client: it posts what it is given, and opens no page by itself."""
    return Client()


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def change(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def texts_of(clinic):
    return reverse("admin:clinics_clinic_texts", args=[clinic.pk])


def form_of_text(client, clinic, language="en"):
    """What the browser holds of the tab of a text as it was opened."""
    text = clinic.texts.filter(language=language).first() or ClinicText(state="draft")
    return {
        **as_opened(client, f"{texts_of(clinic)}?language={language}"),
        "stood": text.state,
        **{name: getattr(text, name) for name in ("title", "summary", "audience", "preparation", "outcomes")},
    }


def form_of_clinic(client, clinic):
    """What the browser holds of the form of the plan as it was opened."""
    return {
        **as_opened(client, change(clinic)),
        "format": "clinic",
        "for_whom": "all",
        "venue": "call",
        "floor_language": "en",
        "region": clinic.region,
        "local_date": str(clinic.local_date),
        "local_time": clinic.local_time.isoformat(),
        "zone": "UTC",
        "fold": "",
        "minutes": str(clinic.minutes),
        "capacity": str(clinic.capacity),
        "closes_minutes_before": "0",
        "meeting_link": clinic.meeting_link,
    }


def test_a_clinic_in_two_tabs_is_not_put_back_and_nobody_is_mailed_twice(desk):
    clinic = make_clinic()
    sign_up(clinic, 2)
    first, second = form_of_clinic(desk, clinic), form_of_clinic(desk, clinic)
    move = reverse("admin:clinics_clinic_move", args=[clinic.pk])
    moves = as_opened(desk, move, local_date="2026-03-09", local_time="16:00", zone="UTC", confirmed="2")

    desk.post(move, moves)
    desk.post(move, moves)
    desk.post(change(clinic), {**first, **as_opened(desk, change(clinic)), "capacity": "9"})
    mailed = Letter.objects.filter(kind="clinics.clinic_moved").count()
    page = desk.post(change(clinic), {**second, "meeting_link": NEW_LINK})

    now = Clinic.objects.get()
    assert (now.local_time.hour, now.capacity, now.meeting_link) == (16, 9, LINK)
    assert Letter.objects.filter(kind="clinics.clinic_moved").count() == mailed == 2
    told = {one.label.capitalize(): (one.now, one.typed) for one in page.context["differences"]}
    assert (told["Time"], told["Seats"]) == (("16:00:00", ""), ("9", ""))
    assert NEW_LINK in page.content.decode()

    assert page.context["adminform"].form["capacity"].value() == "9"
    again = {**second, "meeting_link": NEW_LINK, "capacity": "9"}
    desk.post(change(clinic), {**again, **hidden_in(page.content.decode())})

    now = Clinic.objects.get()
    assert (now.local_time.hour, now.capacity, now.meeting_link) == (16, 9, NEW_LINK)
    assert Letter.objects.filter(kind="clinics.clinic_moved").count() == 2


def _says_what_is_shown_below(page):
    """The sentence says that what changed is below it, so it is."""
    before, said, after = page.content.decode().partition("Somebody else saved this since you opened it")
    return bool(said) and 'id="differences"' in after and 'id="differences"' not in before


def test_where_both_typed_what_was_typed_stands_beside_what_is_there_now(desk):
    clinic = make_clinic()
    first, second = form_of_clinic(desk, clinic), form_of_clinic(desk, clinic)

    desk.post(change(clinic), {**first, "capacity": "9"})
    page = desk.post(change(clinic), {**second, "capacity": "12"})

    assert [(one.label, one.now, one.typed) for one in page.context["differences"]] == [("Seats", "9", "12")]
    assert page.context["adminform"].form["capacity"].value() == "12"
    assert _says_what_is_shown_below(page)
    assert Clinic.objects.get().capacity == 9
    desk.post(change(clinic), {**second, "capacity": "12", **hidden_in(page.content.decode())})
    assert Clinic.objects.get().capacity == 12


def test_a_language_that_was_typed_is_told_by_its_name(desk):
    clinic = make_clinic()
    first, second = form_of_clinic(desk, clinic), form_of_clinic(desk, clinic)

    desk.post(change(clinic), {**first, "floor_language": "Quechua"})
    page = desk.post(change(clinic), {**second, "floor_language": "Nepali"})

    told = {one.label: (one.now, one.typed) for one in page.context["differences"]}
    assert told["Floor language"] == ("Quechua", "Nepali")


@pytest.mark.parametrize("other", ["changed", "set_back", "begun", "removed", "announced", "nothing"])
def test_a_text_and_the_state_of_its_clinic_are_part_of_its_version(desk, other):
    clinic = make_clinic(state="draft")
    language, theirs = ("fr", "La leur") if other == "begun" else ("en", "Theirs")
    typed, text = {**form_of_text(desk, clinic, language), "title": "Mine"}, clinic.texts.filter(language=language)
    if other == "begun":
        typed["summary"] = ""
        make_text(clinic, "fr", "La leur", summary="x", state="draft")
    elif other == "announced":
        Clinic.objects.update(state="announced", announced_at=NOW)
    elif other == "removed":
        text.delete()
    elif other != "nothing":
        text.update(**({"summary": "Theirs"} if other == "changed" else {"state": "draft"}))

    page = desk.post(f"{texts_of(clinic)}?language={language}", typed)

    if other == "nothing":
        assert (page.status_code, text.get().title) == (302, "Mine")
        return
    assert (page.status_code, text.filter(title="Mine").exists()) == (422, False)
    form, shown = page.context["form"], page.content.decode()
    assert form["title"].value() == "Mine" and "Somebody else changed this" in shown
    assert page.context["differences"]
    assert (theirs in shown) == (other in ("changed", "begun"))
    again = {name: form[name].value() for name in form.fields}
    assert desk.post(f"{texts_of(clinic)}?language={language}", {**again, **hidden_in(shown)}).status_code == 302
    now = text.get()
    assert (now.title, now.state == "ready") == ("Mine", other in ("changed", "announced"))
    if other == "changed":
        assert now.summary == "Theirs"


def test_two_people_who_write_in_two_languages_do_not_disturb_each_other(desk):
    clinic = make_clinic()
    english, french = form_of_text(desk, clinic), form_of_text(desk, clinic, "fr")

    for language, typed, title in (("en", english, "Money"), ("fr", french, "Argent")):
        assert desk.post(f"{texts_of(clinic)}?language={language}", {**typed, "title": title}).status_code == 302

    assert {text.language: (str(text.title), text.state) for text in clinic.texts.all()} == {
        "en": ("Money", "ready"),
        "fr": ("Argent", "draft"),
    }


def test_a_clinic_cancelled_meanwhile_keeps_what_was_typed(desk, client):
    clinic = make_clinic()
    typed = {**form_of_clinic(desk, clinic), "meeting_link": NEW_LINK}
    text = {**form_of_text(desk, clinic), "preparation": "Bring a <b>laptop</b>."}
    Clinic.objects.update(state="cancelled", cancel_reason="Ill.")

    page, page_of_texts = desk.post(change(clinic), typed), desk.post(texts_of(clinic), text)

    assert (page.status_code, page_of_texts.status_code) == (409, 409)
    for changed in (page.context["changed"], page_of_texts.context["differences"]):
        assert ("State", "cancelled") in [(one.label.capitalize(), one.now) for one in changed]
    assert {one.typed for one in page.context["typed"]} == {NEW_LINK}
    assert 'value="save"' not in page_of_texts.content.decode()
    assert "Bring a &lt;b&gt;laptop&lt;/b&gt;." in page_of_texts.content.decode() and NEW_LINK in page.content.decode()
    assert Clinic.objects.get().meeting_link == LINK
    assert desk.post(change(clinic), {**typed, "opened": ""}).status_code == 403
    client.force_login(make_liaison("LAC"))
    assert NEW_LINK not in client.post(change(clinic), typed, follow=True).content.decode()


@pytest.mark.parametrize(("language", "zone"), [("fr", "UTC"), ("de", "Asia/Tokyo"), ("en", "America/Los_Angeles")])
def test_the_version_is_the_same_in_every_language_and_zone(desk, coordinator, language, zone):
    clinic = make_clinic()
    opened = as_opened(desk, change(clinic))["opened"]
    type(coordinator).objects.filter(pk=coordinator.pk).update(language=language, zone=zone)
    desk.post(reverse("set-language"), {"language": language})

    assert as_opened(desk, change(clinic))["opened"] == opened


def test_who_types_dates_of_their_language_is_told_of_what_they_typed_and_of_nothing_else(desk, coordinator):
    clinic = make_clinic(state="draft")
    desk.post(reverse("set-language"), {"language": "de"})
    coordinator.speak("de")
    page = desk.get(change(clinic))
    form = page.context["adminform"].form
    german = form.fields["local_date"].widget.format_value(clinic.local_date)
    typed = {**form_of_clinic(desk, clinic), "local_date": clinic.local_date.strftime("%d.%m.%Y"), "capacity": "12"}
    Clinic.objects.update(local_date=clinic.local_date + timedelta(days=1), starts_at=clinic.starts_at)

    page = desk.post(change(clinic), typed)

    assert german is not None
    told = {one.label: one.typed for one in page.context["differences"]}
    assert set(told.values()) == {""}
    assert page.context["adminform"].form["local_date"].value() != typed["local_date"]


def test_saving_the_link_only_writes_the_link_only(desk):
    clinic = make_clinic()
    sign_up(clinic, 1)

    desk.post(change(clinic), {**form_of_clinic(desk, clinic), "meeting_link": NEW_LINK})

    assert Clinic.objects.get().meeting_link == NEW_LINK
    assert list(Act.objects.exclude(verb="rsvp").values_list("verb", flat=True)) == ["change_clinic"]
    assert not Letter.objects.filter(kind="clinics.clinic_moved").exists()


@pytest.mark.parametrize("opened", [None, "", "nonsense", "[]", "{}", '{"capacity":1}', "[" * 5000, "x" * 200_000])
def test_a_form_without_a_version_saves_nothing(desk, opened):
    clinic = make_clinic()
    typed = {**form_of_clinic(desk, clinic), "capacity": "9"}
    del typed["opened"]
    page = desk.post(change(clinic), typed if opened is None else {**typed, "opened": opened})

    assert page.status_code == 200
    assert Clinic.objects.get().capacity == 3


def test_the_version_tells_nothing_of_what_it_was_made_from(desk):
    clinic = make_clinic()

    opened = as_opened(desk, change(clinic))["opened"]

    assert LINK not in opened
    assert set(map(len, versions.read(opened).values())) == {16}


def test_a_group_keeps_what_the_other_wrote_and_writes_only_what_was_changed(desk, monkeypatch):
    group = Group.objects.create(slug="a-group", name="A group", kind="chapter")
    alias = GroupAlias.objects.create(group=group, text="AG")
    typed = {
        **as_opened(desk, change(group)),
        "slug": "a-group",
        "name": "A group",
        "kind": "chapter",
        "country": "TN",
        "region": "",
        "is_active": "on",
        "aliases-TOTAL_FORMS": "1",
        "aliases-INITIAL_FORMS": "1",
        "aliases-0-id": alias.pk,
        "aliases-0-group": group.pk,
        "aliases-0-text": "AG",
    }
    Group.objects.update(is_active=False)

    page = desk.post(change(group), typed)
    assert Group.objects.get().country == ""
    assert [(one.now, one.typed) for one in page.context["differences"]] == [("no", "")]
    assert not page.context["adminform"].form["is_active"].value()

    written = []
    save = Group.save
    monkeypatch.setattr(Group, "save", lambda self, **told: written.append(told) or save(self, **told))
    del typed["is_active"]
    desk.post(change(group), {**typed, **hidden_in(page.content.decode())})
    assert written == [{"update_fields": ["country"]}]
    assert (Group.objects.get().country, Group.objects.get().is_active) == ("TN", False)


def test_pages_of_settings_show_both_texts(desk):
    MatchingRules.objects.create(pk=1)
    page = reverse("admin:matching_matchingrules_change", args=[1])
    typed = {
        **as_opened(desk, page),
        "cool_down_days": "90",
        "min_minutes_a_week": "120",
        "most_at_once": "5",
        "facts_kept_days": "90",
    }
    MatchingRules.objects.update(most_at_once=4)

    answer = desk.post(page, typed)

    assert MatchingRules.objects.get().most_at_once == 4
    assert [(one.now, one.typed) for one in answer.context["differences"]] == [("4", "5")]
    assert answer.context["form"]["most_at_once"].value() == "5"
    desk.post(page, {**typed, **hidden_in(answer.content.decode())})
    assert MatchingRules.objects.get().most_at_once == 5


def test_the_eligibility_rules_too(desk):
    page = reverse("admin:registrations_eligibility_change", args=[Eligibility.ONLY])
    mine = {**as_opened(desk, page), "must_belong_to_a_group": "on"}
    theirs = {**as_opened(desk, page), "must_agree_to_the_code": "on"}

    assert desk.post(page, theirs).status_code == 302
    assert desk.post(page, mine).status_code == 200
    assert not Eligibility.objects.get().must_belong_to_a_group


def test_a_draft_of_a_round_and_the_names_of_a_skill_too(desk, coordinator):
    round_, skill = make_round("draft", created_by=coordinator), make_skill("wikidata")
    names = reverse("admin:registrations_skill_names", args=[skill.pk])
    opened_round, opened_names = as_opened(desk, change(round_)), as_opened(desk, names)
    Round.objects.update(scope={"regions": ["LAC"], "skills": [], "waiting_weeks": 0})
    SkillName.objects.filter(skill=skill).update(text="Wikidata queries")

    request = reverse("admin:matching_round_request", args=[round_.pk])
    answer = desk.post(request, opened_round, follow=True).content.decode()
    assert "Somebody else changed this since you opened the page" in answer
    assert Round.objects.get(pk=round_.pk).requested_at is None
    page = desk.post(names, {**opened_names, "name_en": "Wikidata", "synonyms_en": "WD"})
    assert SkillName.objects.get().text == "Wikidata queries"
    assert page.context["form"]["name_en"].value() == "Wikidata queries"
    assert page.context["form"]["synonyms_en"].value() == "WD"


def test_publishing_asks_only_those_whom_the_page_showed(desk, coordinator):
    shown = make_match("approved", approved_by=coordinator)
    publish = reverse("admin:matching_round_publish", args=[shown.round_id])
    opened = as_opened(desk, publish)
    late = make_match("approved", round=shown.round, approved_by=coordinator)

    desk.post(publish, opened)

    shown.refresh_from_db()
    late.refresh_from_db()
    assert (shown.state, late.state) == ("asked", "approved")


def test_a_registration_is_decided_on_as_it_was_shown(desk):
    waiting = make_registration(state="submitted")
    decide = reverse("admin:registrations_registration_decide", args=["approved"])
    opened = hidden_in(desk.get(f"{decide}?id={waiting.pk}").content.decode())
    Registration.objects.update(version=waiting.version + 1)

    page = desk.post(decide, {**opened, "id": waiting.pk, "note": ""}, follow=True)

    waiting.refresh_from_db()
    assert waiting.state == "submitted"
    assert "Somebody else changed this since you opened the page" in page.content.decode()


def test_a_button_of_a_list_leaves_alone_what_changed_since(desk):
    same, other = make_clinic(state="draft"), make_clinic(state="draft")
    page = reverse("admin:clinics_clinic_changelist")
    opened = as_opened(desk, page)
    Clinic.objects.filter(pk=other.pk).update(local_time=time(9))

    answer = desk.post(
        page,
        {**opened, "action": "announce_selected", "_selected_action": [same.pk, other.pk], "confirmed": "0"},
        follow=True,
    )

    assert Clinic.objects.get(pk=same.pk).state == "announced"
    assert Clinic.objects.get(pk=other.pk).state == "draft"
    assert "changed since you saw this list" in answer.content.decode()


def across(desk, page, action, **more):
    """What a browser posts after "select all", where the list has more than one page."""
    return {**as_opened(desk, page), "action": action, "select_across": "1", **more}


@pytest.fixture
def short_pages(monkeypatch):
    for table in (Clinic, Match, Registration):
        monkeypatch.setattr(admin.site._registry[table], "list_per_page", 2)


@pytest.mark.parametrize("what", ["nothing", "changed", "one_more", "no_version"])
def test_all_pages_are_acted_on_only_as_they_were_when_the_list_was_opened(desk, short_pages, what):
    clinics = [make_clinic(state="draft") for _ in range(3)]
    page = reverse("admin:clinics_clinic_changelist")
    typed = across(desk, page, "announce_selected", _selected_action=[clinics[0].pk], confirmed="0")
    if what == "changed":
        Clinic.objects.filter(pk=clinics[2].pk).update(local_time=time(9))
    elif what == "one_more":
        make_clinic(state="draft")
    elif what == "no_version":
        del typed["opened_all"]

    answer = desk.post(page, typed, follow=True).content.decode()

    announced = Clinic.objects.filter(state="announced").count()
    assert announced == (3 if what == "nothing" else 0)
    assert ("Something in this list changed" in answer) == (what != "nothing")


def test_a_list_too_long_is_acted_on_page_by_page(desk, short_pages, monkeypatch):
    clinics = [make_clinic(state="draft") for _ in range(3)]
    monkeypatch.setattr(versioned_admin, "MOST_ACROSS", 2)
    monkeypatch.setattr(versioned_admin, "MOST_WHILE_ONE_WAITS", 2)
    page = reverse("admin:clinics_clinic_changelist")

    typed = across(desk, page, "announce_selected", _selected_action=[clinics[0].pk], confirmed="0")
    answer = desk.post(page, typed, follow=True).content.decode()

    assert "opened_all" not in typed and "at most 2 rows at once" in answer
    assert not Clinic.objects.filter(state="announced").exists()


@pytest.mark.parametrize("changes", [False, True])
def test_all_matches_are_approved_as_they_were(desk, short_pages, changes):
    matches = [make_match() for _ in range(3)]
    page = reverse("admin:matching_match_changelist")
    typed = across(desk, page, "approve", _selected_action=[matches[0].pk])
    if changes:
        Match.objects.filter(pk=matches[0].pk).update(version=7)

    desk.post(page, typed)

    assert Match.objects.filter(state="approved").count() == (0 if changes else 3)


def test_a_row_that_changes_while_the_button_works_is_left_alone(desk, monkeypatch):
    """Between the comparison and the lock of the action somebody is faster once more."""
    approved = make_registration(state="approved", changed_at=NOW)
    invited = make_registration(state="submitted", source="import", member=None, imported_address="old@example.org")
    page = f"{reverse('admin:registrations_registration_changelist')}?show=all"
    for row, action in ((approved, "accept_selected"), (invited, "invite_to_claim")):
        typed = {**as_opened(desk, page), "action": action, "_selected_action": [row.pk]}
        compare = VersionedAdmin._changed_rows

        def faster(self, request, ticked, compare=compare, row=row):
            found = compare(self, request, ticked)
            Registration.objects.filter(pk=row.pk).update(version=row.version + 1)
            return found

        monkeypatch.setattr(VersionedAdmin, "_changed_rows", faster)
        answer = desk.post(page, typed, follow=True).content.decode()
        if action == "invite_to_claim":  # a page asks first
            answer = mass_acts.begin(desk).content.decode()
        monkeypatch.setattr(VersionedAdmin, "_changed_rows", compare)
        assert "It was changed once more meanwhile" in answer

    assert not Act.objects.filter(verb__in=["accept_changes", "invite_to_claim"]).exists()
    assert not Letter.objects.exists()


def test_a_report_closed_by_a_colleague_is_not_opened_again_unseen(client, db):
    reader, report = make_reader(), make_report()
    page = reverse("trust:report-detail", args=[report.number])
    client.force_login(reader)
    opened = hidden_in(client.get(page).content.decode())
    type(report).objects.update(state="closed", outcome="talked", closed_at=report.made_at)

    answer = client.post(page, {**opened, "state": "looking", "outcome": "", "text": "I look at it"})

    report.refresh_from_db()
    assert (answer.status_code, report.state) == (422, "closed")
    assert "I look at it" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_wins_and_the_other_is_shown(monkeypatch):
    clinic = make_clinic()
    clients = [Client(), Client()]
    for one in clients:
        one.force_login(make_coordinator())
    forms = [form_of_clinic(one, clinic) for one in clients]
    typed = [{**forms[0], "capacity": "9"}, {**forms[1], "meeting_link": NEW_LINK}]
    both_are_there = threading.Barrier(2, timeout=PATIENCE)
    lock = VersionedAdmin.lock

    def lock_together(self, obj):
        both_are_there.wait()
        lock(self, obj)

    monkeypatch.setattr(VersionedAdmin, "lock", lock_together)

    def save(number):
        try:
            return clients[number].post(change(clinic), typed[number]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(save, range(2)))

    now = Clinic.objects.get()
    assert answers == [200, 302]
    assert (now.capacity, now.meeting_link) in [(9, LINK), (3, NEW_LINK)]
