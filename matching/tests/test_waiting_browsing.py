"""Who finds whom, and what is shown of them: never how to reach anybody."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.domain.requests import CannotAsk
from matching.models import Exclusion, MatchingRules
from matching.tests.factories import make_match, make_request
from matching.waiting import browsing
from matching.waiting.browsing import SharerSearch
from matching.waiting.requests import ask_for_sharer
from registrations.models import Block, Group, Member, Registration, Skill
from registrations.skills.arranging import merge_skills
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill

pytestmark = pytest.mark.django_db
LIST = reverse("matching:sharer-list")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reader():
    return make_registration(wishes=["wikidata"], speaks=[("en", 3)])


@pytest.fixture
def page(client, reader):
    client.force_login(reader.member)
    return client


def sharer(*offers, **fields):
    return make_registration(offers=offers or ["wikidata"], is_findable=True, **fields)


def found(page, **query):
    """The people listed, in their order."""
    response = page.get(LIST, query)
    assert response.status_code == 200
    return [card.person for card in response.context["cards"]]


def test_only_those_who_let_others_find_them_are_listed(page):
    wanted = sharer()
    make_registration(offers=["wikidata"])
    make_registration(is_findable=True)

    assert found(page) == [wanted]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "submitted"},
        {"state": "needs_changes"},
        {"state": "declined"},
        {"state": "withdrawn"},
        {"paused_until": date(2026, 4, 1)},
        {"away_until": date(2026, 3, 3)},
        {"can_help": 0},
        {"source": "import"},
    ],
)
def test_nobody_is_listed_who_cannot_be_matched(page, fields):
    sharer(**fields)

    assert found(page) == []


def test_nobody_is_listed_whose_account_is_closed_or_erased(page):
    for columns in ({"is_active": False}, {"erased_at": NOW, "is_active": False, "email": None}):
        Member.objects.filter(pk=sharer().member_id).update(**columns)

    assert found(page) == []


def test_who_comes_back_from_an_absence_is_listed_again(page):
    back = sharer(away_until=date(2026, 3, 2))

    assert found(page) == [back]


@pytest.mark.parametrize("blocker", ["reader", "sharer"])
def test_a_block_hides_both_from_each_other_without_a_word(page, client, reader, blocker):
    Registration.objects.filter(pk=reader.pk).update(is_findable=True)
    reader.offers.create(skill=make_skill("wikidata"))
    other = sharer()
    one, two = (reader, other) if blocker == "reader" else (other, reader)
    Block.objects.create(member=one.member, blocked=two.member, made_at=NOW)

    assert found(page) == []
    assert page.get(reverse("matching:sharer-ask", args=[other.member.public_id])).status_code == 404
    client.force_login(other.member)
    assert found(client) == []
    assert client.get(reverse("matching:sharer-ask", args=[reader.member.public_id])).status_code == 404


def test_nobody_finds_themselves(client):
    me = sharer()
    client.force_login(me.member)

    assert found(client) == []
    assert client.get(reverse("matching:sharer-ask", args=[me.member.public_id])).status_code == 404


@pytest.mark.parametrize("state", ["draft", "submitted", "needs_changes", "declined", "withdrawn"])
def test_who_is_not_approved_is_told_what_it_takes(client, state):
    sharer(member=make_member(name="Zebrafinch"))
    client.force_login(make_registration(state=state).member)

    response = client.get(LIST)

    assert response.status_code == 403
    assert "whose own registration is approved" in response.content.decode()
    assert "Zebrafinch" not in response.content.decode()


def test_a_card_says_what_was_agreed_to_and_nothing_that_reaches_the_person(page):
    group = Group.objects.create(slug="tunisia", name="Wikimedia Tunisia", kind="user_group")
    member = make_member(name="Amina", email="amina@example.org")
    sharer(
        member=member,
        group=group,
        contact_way="talk_page",
        contact_text="User talk:Amina",
        wikimedia_username="AminaOnMeta",
        imported_address="old@example.org",
        country="TN",
        speaks=[("ar", 6), ("en", 3), ("fr", 0)],
    )

    text = page.get(LIST).content.decode()

    for shown in ("Amina", "Wikimedia Tunisia", "Middle East", "Wikidata", "I do it regularly", "Arabic", "English"):
        assert shown in text
    assert "weekday evenings" in text
    assert "About 15 hours a week in common with you." in text
    for hidden in (
        "amina@example.org",
        "User talk:Amina",
        "AminaOnMeta",
        "old@example.org",
        "French",
        "Tunis/",
        "18:00",
    ):
        assert hidden not in text


def test_search_finds_skills_in_any_wording_names_and_groups(page):
    by_skill = sharer("budgeting")
    by_name = sharer("lexemes", member=make_member(name="Budgie"))
    by_group = sharer("lexemes", group_other="The budget friends")
    sharer("lexemes")

    assert set(found(page, q="budg")) == {by_skill, by_name, by_group}
    assert found(page, q="bugdeting") == [by_skill]
    assert found(page, q="nothing like it") == []


def test_filters_narrow_down_and_combine(page):
    near = sharer("wikidata", region="MENA", speaks=[("ar", 6), ("en", 3)])
    far = sharer("budgeting", region="LAC", country="AR", speaks=[("es", 6), ("en", 3), ("ar", 1)])
    key = Skill.objects.get(slug="budgeting").pk

    assert found(page, region="LAC") == [far]
    assert found(page, language="ar") == [near]
    assert found(page, topic=key) == [far]
    assert found(page, topic="mine") == [near]
    assert found(page, topic="tactics", region="MENA") == [near]
    assert found(page, topic="strategy") == []
    assert found(page, topic="999999") == []
    assert set(found(page, region="moon", language="xx", topic="moon", minutes="x")) == {near, far}


def test_a_merged_skill_is_found_under_the_name_it_lives_on_by(page):
    kept, gone = make_skill("wikidata"), make_skill("wikidata-basics", family="projects")
    person = sharer("wikidata-basics")
    merge_skills(source=gone, target=kept, by=make_coordinator(), now=NOW)

    assert found(page, topic=kept.pk) == found(page, topic="mine") == found(page, topic="tactics") == [person]
    assert found(page, topic="projects") == []
    assert page.get(LIST).context["cards"][0].skills[0].name == "Wikidata"


def test_a_retired_skill_is_not_shown_and_nobody_is_listed_for_it_alone(page):
    both, alone = sharer("wikidata", "old-tools"), sharer("old-tools")
    Skill.objects.filter(slug="old-tools").update(state="retired")

    assert found(page) == [both]
    assert alone not in found(page, q="old tools")
    assert [one.name for one in page.get(LIST).context["cards"][0].skills] == ["Wikidata"]


MORNING = (480, 600)


def test_hours_in_common_are_those_a_round_counts_and_without_any_it_is_said_what_would_help(page, reader):
    same = sharer()
    half_an_hour = sharer(windows=[MORNING, (1080 + 150, 1080 + 210)])
    an_hour = sharer(windows=[MORNING, (1080, 1140)])
    elsewhere = sharer(windows=[(1080, 1260)], zone="Asia/Kathmandu")
    sharer(windows=[])

    assert set(found(page)) == {same, half_an_hour, an_hour, elsewhere}
    assert set(found(page)[:2]) == set(found(page, minutes="60")) == {same, an_hour}
    assert found(page, minutes="180") == [same]
    times = {card.person: card.time for card in page.get(LIST).context["cards"]}
    assert (times[same], times[half_an_hour]) == ("", "Monday from 19:00 to 22:00")
    text = page.get(LIST).content.decode()
    assert "No hour in common yet. Add Monday from 19:00 to 22:00, all of it, to have one." in text
    assert text.count(">Ask for this person<") == 2
    Registration.objects.filter(pk=reader.pk).update(can_learn_from=0)
    full = page.get(LIST).content.decode()
    assert same.member.name in full and ">Ask for this person<" not in full
    assert "Change how many people I learn from" in full and refused_at(page, same, full) == "places"
    Registration.objects.filter(pk=reader.pk).update(can_learn_from=reader.can_learn_from)
    refused = page.get(reverse("matching:sharer-ask", args=[half_an_hour.member.public_id])).content.decode()
    assert "Add Monday from 19:00 to 22:00, all of it, and then ask." in refused and "<textarea" not in refused
    reader.windows.all().delete()
    assert found(page, minutes="60") == []
    few_hours = page.get(LIST).content.decode()
    assert "A match needs people who are free for 2 hours a week" in few_hours and "Change when I am free" in few_hours
    assert same.member.name in few_hours and ">Ask for this person<" not in few_hours
    assert refused_at(page, same, few_hours) == "hours"


def refused_at(page, person, listing):
    """Return the page of the registration that would help, as the page about the person says it in the list's words."""
    hindrance = page.get(reverse("matching:sharer-ask", args=[person.member.public_id])).context["out_of_reach"]
    asked = page.post(
        reverse("matching:sharer-ask", args=[person.member.public_id]),
        {"skill": make_skill("wikidata").pk, "why": "To learn it."},
    )
    assert hindrance.sentence in listing and hindrance.sentence in asked.content.decode() and asked.status_code == 422
    return hindrance.step


@pytest.mark.parametrize(
    "how",
    ["full", "other language", "their wish", "my wish", "cool-down", "excluded", "most at once", "asked"],
)
def test_nobody_is_listed_whom_asking_could_not_reach(page, reader, how):
    other = sharer(region="LAC", country="AR")
    assert found(page) == [other]
    if how == "full":
        make_match("connected", sharer=other)
    elif how == "other language":
        other.spoken_languages.update(code="es")
    elif how == "their wish":
        Registration.objects.filter(pk=other.pk).update(region_wish="same")
    elif how == "my wish":
        Registration.objects.filter(pk=reader.pk).update(region_wish="same")
    elif how == "cool-down":
        make_match("declined", learner=reader, sharer=other)
    elif how == "excluded":
        one, two = sorted((reader.pk, other.pk))
        Exclusion.objects.create(person_id=one, other_id=two, reason="x", made_by=make_coordinator(), made_at=NOW)
    elif how == "most at once":
        MatchingRules.objects.create(pk=1, most_at_once=1)
        make_match("connected", learner=other, skill="lexemes")
    else:
        make_request(learner=reader, sharer=other)

    assert found(page) == []
    if how != "asked":
        assert "the next round could not match you" in page.get(LIST).content.decode()
        with pytest.raises(CannotAsk):
            ask_for_sharer(sharer=other, skill=make_skill("wikidata"), why="Why", by=reader.member, now=NOW)


def test_whoever_is_gone_meanwhile_is_said_so_and_nothing_typed_is_lost(page):
    other = sharer(member=make_member(name="Zebrafinch"))
    address = reverse("matching:sharer-ask", args=[other.member.public_id])
    typed = {"skill": make_skill("wikidata").pk, "why": "Their tool <b>helps</b> us."}
    other.windows.all().delete()
    full = page.post(address, typed)
    Registration.objects.filter(pk=other.pk).update(paused_until=date(2026, 4, 1))
    gone = page.post(address, typed)

    for response in (full, gone):
        assert response.status_code == 422
        assert "This person cannot be asked for at the moment." in response.content.decode()
        assert "Their tool &lt;b&gt;helps&lt;/b&gt; us." in response.content.decode()
    assert "Zebrafinch" not in gone.content.decode()
    assert page.post(reverse("matching:sharer-ask", args=["nobody"]), typed).status_code == 404


def test_roughly_when_is_told_in_the_readers_own_week(client):
    early = make_registration(zone="Asia/Kathmandu", wishes=["wikidata"])
    client.force_login(early.member)
    sharer(windows=[(1080, 1260)])  # Monday 18:00 to 21:00 of UTC: Monday 23:45 to Tuesday 02:45 in Nepal

    assert client.get(LIST).context["cards"][0].roughly == ("weekday nights",)
    Registration.objects.filter(pk=early.pk).update(country="EG", zone="UTC")
    sharer_of_friday = sharer(windows=[(4 * 1440 + 1080, 4 * 1440 + 1260)])
    cards = {card.person.pk: card.roughly for card in client.get(LIST).context["cards"]}
    assert cards[sharer_of_friday.pk] == ("weekend evenings",)  # Friday and Saturday, in Egypt


def test_who_has_an_hour_comes_first_then_who_shares_what_i_wish_then_the_day_draws_lots(page, reader):
    never_wished = sharer("budgeting", windows=[MORNING])
    wished_never = sharer("wikidata", windows=[MORNING])
    never = sharer("budgeting")
    equals = [sharer("wikidata") for _number in range(6)]

    listed = found(page)

    assert set(listed[:6]) == set(equals)
    assert listed[6:] == [never, wished_never, never_wished]
    people = browsing.everybody(reader.member, on=NOW.date())
    reach = browsing.within_reach(reader, people, now=NOW)
    orders = {
        tuple(browsing.search(reader, SharerSearch(topic="mine"), among=people, reach=reach, now=NOW + day).keys)
        for day in (timedelta(days=number) for number in range(4))
    }
    assert len(orders) > 1


def test_pages_hold_twenty_and_keep_the_filter(page):
    everybody = [sharer() for _number in range(22)]

    first, second = page.get(LIST, {"topic": "mine"}), page.get(LIST, {"topic": "mine", "page": 2})

    people = [card.person for response in (first, second) for card in response.context["cards"]]
    assert (len(first.context["cards"]), set(people), len(people)) == (20, set(everybody), 22)
    assert 'href="?topic=mine&amp;page=2"' in first.content.decode()
    assert 'href="?topic=mine&amp;page=1"' in second.content.decode()


def test_a_page_costs_the_same_for_3_people_as_for_30(page, reader):
    def fill(number):
        for _each in range(number):
            person = sharer("wikidata", "budgeting", speaks=[("en", 3), ("ar", 6)])
        make_request("withdrawn", learner=reader, sharer=person)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            page.get(LIST)
        return len(captured)

    fill(3)
    queries()
    few = queries()
    fill(27)

    assert queries() == few <= 12


def test_who_is_matched_or_about_to_be_is_not_listed_and_nothing_is_given_away(page, reader):
    for state in ("asked", "approved"):
        make_match(state, learner=reader, sharer=sharer(can_help=3))
    answers = page.get(LIST)

    assert answers.context["cards"] == []
    assert "matched with this person" not in answers.content.decode()
