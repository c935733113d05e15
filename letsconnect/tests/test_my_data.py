"""My data: complete, the same in every form, for nobody else; and who looked."""

import json
import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from letsconnect.base import personal_columns
from letsconnect.base.languages import speaking
from letsconnect.tests.everything import WORD, make_somebody
from mailings.tests.factories import make_subscription
from matching.domain.matches import MatchState
from matching.models import Match
from matching.tests.factories import make_match
from registrations import documents
from registrations.answers import editing
from registrations.answers.facts import facts_of
from registrations.domain.agreements import AGREEMENTS
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import BabelLevel, ContactWay, OfferLevel, Region, RegionWish, WishPriority
from registrations.models import Block, Look, Member, Registration
from registrations.privacy import my_data
from registrations.tests.factories import (
    NOW,
    make_coordinator,
    make_liaison,
    make_member,
    make_registration,
    make_skill,
)
from registrations.views.my_data import as_json

PAGE = reverse("registrations:my-data")
SKILLS = [f"skill-{number}" for number in range(4)]


def file_of(client, kind):
    return client.get(reverse("registrations:data-download", args=[kind]))


def sections_of(response):
    return {section["key"]: section["rows"] for section in json.loads(response.content)["sections"]}


def flat(row):
    """The values of a row, those of the small rows in it included."""
    for value in row.values():
        yield from (one for small in value for one in small.values()) if _holds_rows(value) else [value]


def _holds_rows(value):
    return isinstance(value, list) and all(isinstance(small, dict) for small in value)


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
quarters = st.integers(0, 671).map(lambda quarter: quarter * 15)


@st.composite
def some_facts(draw):
    ids = list(range(len(SKILLS)))
    starts = sorted(draw(st.sets(quarters, max_size=6)))
    return {
        "name": draw(text),
        "country": draw(st.sampled_from(["", "TN", "AR"])),
        "region": draw(st.sampled_from(["", *Region.values])),
        "group_other": draw(text),
        "zone": draw(st.sampled_from(["Africa/Tunis", "Asia/Kathmandu"])),
        "can_help": draw(st.integers(0, 20)),
        "can_learn_from": draw(st.integers(0, 20)),
        "is_findable": draw(st.booleans()),
        "region_wish": draw(st.sampled_from(RegionWish.values)),
        "contact_way": draw(st.sampled_from(ContactWay.values)),
        "contact_text": draw(text) or "x",
        "away_until": draw(st.none() | st.dates()),
        "offers": [
            (number, draw(st.sampled_from(OfferLevel.values)), draw(st.booleans()))
            for number in draw(st.sets(st.sampled_from(ids)))
        ],
        "wishes": [
            (number, draw(st.sampled_from(WishPriority.values)), draw(text))
            for number in draw(st.sets(st.sampled_from(ids)))
        ],
        "languages": [
            (code, draw(st.sampled_from(BabelLevel.values)), draw(st.booleans()))
            for code in sorted(draw(st.sets(st.sampled_from(["ar", "en", "ne"]))))
        ],
        "windows": [(start, start + 15) for start in starts],
        "consents": sorted(draw(st.sets(st.sampled_from(sorted(AGREEMENTS))))),
    }


@pytest.fixture
def skill_ids(db):
    """The skills that all examples share."""
    return sorted(make_skill(slug).pk for slug in SKILLS)


@settings(
    max_examples=settings.default.max_examples // 3,
    suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.function_scoped_fixture],
)
@given(told=some_facts())
def test_the_file_for_programs_gives_back_the_facts(skill_ids, told):
    ids = skill_ids
    with transaction.atomic():
        told["offers"] = sorted((ids[row[0]], *row[1:]) for row in told["offers"])
        told["wishes"] = sorted((ids[row[0]], *row[1:]) for row in told["wishes"])
        rows = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
        facts = RegistrationFacts(**rows)
        member = make_member()
        shown = documents.in_force(on=NOW.date())
        editing.save_registration(member=member, facts=facts, version=0, versions_shown=shown, by=member, now=NOW)
        member.refresh_from_db()

        found = json.loads(as_json(my_data.everything(member, now=NOW), made_at=""))

        sections = {section["key"]: section["rows"] for section in found["sections"]}
        columns = {name: sections["registration"][0][name] for name in RegistrationFacts.column_names()}
        tuples = set(RegistrationFacts.__dataclass_fields__) - set(columns)
        back = {name: [list(row.values()) for row in sections.get(name, [])] for name in tuples}
        expected = json.loads(json.dumps(facts_of(Registration.objects.get(member=member)).__dict__, default=str))
        assert columns == {name: expected[name] for name in columns}
        for name in tuples:
            wanted = [row if isinstance(row, list) else [row] for row in expected[name]]
            assert back[name] == wanted, name
        transaction.set_rollback(True)


def test_page_and_both_files_hold_the_same_facts(client, db):
    member = make_somebody()
    client.force_login(member)

    page, html = client.get(PAGE), file_of(client, "html")
    found = sections_of(file_of(client, "json"))

    member.refresh_from_db()
    with speaking(member.language), timezone.override(ZoneInfo(member.zone)):
        sections = {section.key: section for section in my_data.everything(member, now=timezone.now())}
    assert found.keys() == sections.keys() and len(found) > 15
    for key, section in sections.items():
        assert [set(row) for row in found[key]] == [{one.key for one in row} for row in section.rows]
    for where, content in (("page", page.content.decode()), ("file", html.content.decode())):
        bare = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content)))
        for section in sections.values():
            if section.key == "letter_texts" and where == "page":
                assert reverse("registrations:letter-list") in content  # each letter is read on a page of its own
                continue
            assert section.title in bare
            if section.key == "blocks" and where == "page":
                continue
            for row in section.rows:
                for one in row:
                    for line in one.shown.split("\n"):
                        assert re.sub(r"\s+", " ", line).strip() in bare, (section.key, one)


def test_language_and_zone_of_a_subscription_are_those_in_which_letters_come(db):
    member = make_member(language="fr", zone="Africa/Tunis")
    make_subscription(member=member, language="en", zone="UTC")

    found = json.loads(as_json(my_data.everything(member, now=NOW), made_at=""))

    row = next(section["rows"][0] for section in found["sections"] if section["key"] == "subscription")
    assert (row["language"], row["zone"]) == ("fr", "Africa/Tunis")


def test_nothing_that_is_personal_is_missing_from_the_file(client, db):
    member = make_somebody()
    client.force_login(member)
    content = file_of(client, "json").content.decode()
    rows = json.loads(content)["sections"]
    values = {str(value) for section in rows for row in section["rows"] for value in flat(row)}

    # What only the working group reads (reasons of a match in numbers, notes of others) is told in words, or not.
    # The fingerprint of a secret says nothing to anybody.
    told_otherwise = {"Match", "Block", "Offer", "Wish", "CalendarFeed", "Exclusion", "Note", "KeptAnswers"}
    for table in personal_columns.tables():
        if table.owners and table.model.__name__ not in told_otherwise:
            columns = [name for name in table.personal if not table.model._meta.get_field(name).is_relation]
            for row in table.rows_of(member).values("pk", *columns):
                for name, value in row.items():
                    if value not in (None, "", {}) and name != "pk":
                        assert str(value) in values, (table.model.__name__, name)


def test_files_are_saved_not_shown_and_never_kept(client, member):
    client.force_login(member)
    for kind, content_type in (("json", "application/json"), ("html", "text/html; charset=utf-8")):
        response = file_of(client, kind)
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Content-Disposition"] == f'attachment; filename="lets-connect-my-data.{kind}"'
        assert "no-store" in response.headers["Cache-Control"]
    assert "no-store" in client.get(PAGE).headers["Cache-Control"]
    assert file_of(client, "exe").status_code == 404


def test_a_match_tells_no_secret_of_the_other_side(client, db):
    match = make_match(MatchState.DECLINED, closed_note="I do not like them", closed_why="not_the_person")
    Block.objects.create(member=match.sharer.member, blocked=match.learner.member, made_at=NOW)
    proposed = make_match(MatchState.PROPOSED, learner=match.learner, skill="not-yet-asked")
    client.force_login(match.learner.member)

    content = file_of(client, "json").content.decode()
    assert '"blocks"' not in content
    content += client.get(PAGE).content.decode()
    assert "I do not like them" not in content
    assert "not_the_person" not in content
    assert match.sharer.member.email not in content
    assert proposed.skill.slug not in content


def test_each_page_is_only_ever_about_oneself(client, db):
    """Nobody can name another person: no address of these pages holds one but the block, and that is one's own."""
    match = make_match(MatchState.ASKED)
    mine, theirs = match.learner.member, match.sharer.member
    Block.objects.create(member=mine, blocked=theirs, made_at=NOW)
    for outsider in (make_member(), theirs, make_liaison("MENA"), make_coordinator()):
        client.force_login(outsider)
        assert client.get(reverse("matching:person-block", args=[match.pk])).status_code in (200, 404)
        assert client.post(reverse("registrations:person-unblock", args=[theirs.public_id])).status_code == 404
        assert client.post(reverse("registrations:person-unblock", args=[mine.public_id])).status_code == 404
    assert Block.objects.count() == 1
    client.force_login(mine)
    assert client.post(reverse("registrations:person-unblock", args=[theirs.public_id])).status_code == 302
    assert not Block.objects.exists()


def test_blocking_from_a_match_page_is_explained_then_done(client, db):
    match = make_match(MatchState.CONNECTED)
    client.force_login(match.learner.member)
    page = reverse("matching:person-block", args=[match.pk])

    assert page in client.get(reverse("matching:match-detail", args=[match.pk])).content.decode()
    assert page in client.get(reverse("matching:person-list")).content.decode()
    assert client.get(page).status_code == 200
    assert not Block.objects.exists()
    assert client.post(page).headers["Location"] == PAGE

    assert Block.objects.get().blocked == match.sharer.member
    assert Match.objects.get().state == "ended"
    assert page not in client.get(reverse("matching:person-list")).content.decode()
    assert client.get(page).status_code == 302


STEPS = ["registration-pause", "registration-away", "registration-withdraw", "account-delete"]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_explained_before_it_is_taken(client, db, step):
    match = make_match(MatchState.ASKED)
    member = match.learner.member
    client.force_login(member)

    response = client.get(reverse(f"registrations:{step}"))

    assert response.status_code == 200
    page = response.content.decode()
    assert page[page.index("<main") : page.index("</main")].count("<button") == 1  # this step
    if step != "registration-away":
        assert "They get a kind email" in response.content.decode()
    assert Match.objects.get().state == MatchState.ASKED


def test_the_steps_work_from_their_pages(client, db):
    match = make_match(MatchState.CONNECTED)
    member = match.learner.member
    client.force_login(member)
    with time_machine.travel(NOW, tick=False):
        for step in ("registration-pause", "registration-away"):
            refused = client.post(reverse(f"registrations:{step}"), {"until": "2026-03-01"})
            assert refused.status_code == 422
            assert client.post(reverse(f"registrations:{step}"), {"until": "2026-04-01"}).status_code == 302
        assert b"You are paused until" in client.get(PAGE).content
        assert client.post(reverse("registrations:registration-resume")).status_code == 302
        assert Registration.objects.here(on=NOW.date()).filter(member=member).exists()
        assert client.post(reverse("registrations:registration-withdraw"), {}).status_code == 302
    assert Registration.objects.get(member=member).state == "withdrawn"
    assert b"Send my registration again" in client.get(PAGE).content


def test_an_account_is_deleted_only_by_the_word(client, db):
    member = make_registration(name=WORD).member
    client.force_login(member)
    page = reverse("registrations:account-delete")

    for word in ("", "yes", "DELETED"):
        assert client.post(page, {"word": word}).status_code == 422
    assert Member.objects.get(pk=member.pk).erased_at is None
    response = client.post(page, {"word": " “Delete” "})

    assert response.headers["Location"] == reverse("home")
    assert Member.objects.get(pk=member.pk).erased_at is not None
    assert "_auth_user_id" not in client.session
    assert b"Your account is deleted" in client.get(reverse("home")).content


def test_the_last_coordinator_is_told_why_not(client, db):
    client.force_login(make_coordinator())

    response = client.post(reverse("registrations:account-delete"), {"word": "delete"})

    assert response.status_code == 422
    assert b"You are the last coordinator" in response.content


def test_who_looked_is_noted_once_a_day_and_shown_to_the_person(client, db, liaison, coordinator):
    match = make_match(MatchState.PROPOSED)
    registration, member = match.learner, match.learner.member
    Member.objects.filter(pk=liaison.pk).update(name="Lia")
    with time_machine.travel(NOW, tick=False):
        client.force_login(liaison)
        for _ in range(2):
            client.get(reverse("admin:registrations_registration_change", args=[registration.pk]))
            client.get(reverse("admin:matching_match_change", args=[match.pk]))
        client.get(reverse("admin:registrations_registration_changelist"))
        client.force_login(coordinator)
        client.get(reverse("admin:registrations_member_change", args=[member.pk]))
        client.force_login(make_liaison("LAC"))
        client.get(reverse("admin:registrations_registration_change", args=[registration.pk]))
        client.get(reverse("admin:matching_match_change", args=[match.pk]))

    assert sorted(Look.objects.about(member).values_list("viewer", "kind")) == sorted(
        [(liaison.pk, "registration"), (liaison.pk, "match"), (coordinator.pk, "account")]
    )
    assert Look.objects.about(match.sharer.member).count() == 1
    client.force_login(member)
    content = client.get(PAGE).content.decode()
    assert "Lia, liaison of Middle East" in content
    assert f"{coordinator.name}, coordinator" in content


def test_ones_own_look_is_none(client, db):
    coordinator = make_coordinator()
    own = make_registration(member=coordinator)
    client.force_login(coordinator)

    client.get(reverse("admin:registrations_registration_change", args=[own.pk]))
    client.get(reverse("admin:registrations_member_change", args=[coordinator.pk]))

    assert not Look.objects.exists()


def test_nothing_is_named_by_what_only_programs_call_it(client, db):
    """Countries and languages in the reader's language; letters and doors in words."""
    member = make_somebody()
    Registration.objects.filter(member=member).update(country="TN")
    Member.objects.filter(pk=member.pk).update(country="TN")
    client.force_login(member)

    with speaking("fr"):
        shown = {
            (section.key, one.key): one.shown
            for section in my_data.everything(Member.objects.get(pk=member.pk), now=NOW)
            for row in section.rows
            for one in row
        }

    assert shown["account", "country"] == shown["registration", "country"] == "Tunisie"
    assert shown["languages", "code"] in {"anglais", "arabe", "français", "espagnol"}
    assert not re.search(r"[._]", shown["letters", "kind"])
    assert shown["sign_in_codes", "language"] in {"anglais", "arabe", "français", "espagnol", ""}
    assert not any("/" in str(text) for (_section, key), text in shown.items() if key == "zone")


@pytest.mark.django_db
def test_a_pause_that_is_over_is_not_said_to_go_on_while_somebody_is_away(client):
    over, ahead = NOW.date() - timedelta(days=9), NOW.date() + timedelta(days=9)
    me = make_registration(paused_until=over, away_until=ahead).member
    with time_machine.travel(NOW, tick=False):
        client.force_login(me)
        page = client.get(reverse("registrations:my-data")).content.decode()

    assert "You are paused until" not in page
    assert "You are away until" in page
