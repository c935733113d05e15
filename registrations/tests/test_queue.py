"""The review queue in the admin: what waits, where, and what changed, side by side."""

from datetime import timedelta

import pytest
from django.urls import reverse

from letsconnect.tests.opened import as_opened
from registrations.answers.editing import save_registration
from registrations.answers.facts import facts_of
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import RegistrationState
from registrations.models import Consent, Eligibility, Registration
from registrations.review import deciding
from registrations.tests import factories
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
LIST = reverse("admin:registrations_registration_changelist")
LATER = NOW + timedelta(days=1)


def change_url(registration):
    return reverse("admin:registrations_registration_change", args=[registration.pk])


def accept_url(registration):
    return reverse("admin:registrations_registration_accept", args=[registration.pk])


def listed(client, **query):
    return [row.pk for row in client.get(LIST, query).context["cl"].result_list]


def counters(page):
    return {
        str(row["region"]): [cell["count"] for cell in row["cells"]]
        for row in page.context["counters"]
        if any(cell["count"] for cell in row["cells"])
    }


def changed(by, **fields):
    """An approved registration whose owner changed something since."""
    registration = make_registration(state="submitted", **fields)
    deciding.review(registration=registration, decision=RegistrationState.APPROVED, note="", by=by, now=NOW)
    registration.refresh_from_db()
    facts = facts_of(registration)
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return save_registration(
        member=registration.member,
        facts=RegistrationFacts(**{**values, "can_help": 3, "contact_text": "User talk:Amina"}),
        version=registration.version,
        by=registration.member,
        now=LATER,
    )


@pytest.fixture
def desk(coordinator):
    """A bit of everything in three regions, oldest first."""
    again = {"reviewed_at": NOW, "reviewed_by": coordinator}
    rows = {
        "new": make_registration(state="submitted", submitted_at=NOW),
        "again": make_registration(state="submitted", submitted_at=LATER, **again),
        "edited": changed(coordinator),
        "abroad": make_registration(state="submitted", region="LAC", country="AR", submitted_at=NOW),
        "nowhere": make_registration(state="submitted", region="", country="", submitted_at=LATER),
    }
    for state in RegistrationState:
        if state != RegistrationState.SUBMITTED:
            rows[state] = make_registration(state=state)
    return rows


def test_a_liaison_begins_with_what_waits_in_their_regions_the_longest_first(client, desk, liaison):
    client.force_login(liaison)
    page = client.get(LIST)

    rows = [row.pk for row in page.context["cl"].result_list]
    assert set(rows) == {desk[name].pk for name in ("new", "edited", "again")}
    assert rows[-1] == desk["again"].pk
    assert counters(page) == {"Middle East & North Africa": [1, 2]}
    assert len(page.context["counters"]) == 1


def test_a_coordinator_sees_counters_of_every_region_and_of_none(client, desk, coordinator):
    client.force_login(coordinator)
    page = client.get(LIST)

    assert counters(page) == {
        "Middle East & North Africa": [1, 2],
        "Latin America & Caribbean": [1, 0],
        "no region": [1, 0],
    }
    for row in page.context["counters"]:
        for cell in row["cells"]:
            assert client.get(cell["url"]).context["cl"].result_count == cell["count"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"show": "new"}, {"new", "abroad", "nowhere"}),
        ({"show": "changed"}, {"again", "edited"}),
        ({"show": "waiting", "region__exact": "LAC"}, {"abroad"}),
        ({"show": "declined"}, {"declined"}),
        ({"show": "all"}, None),
    ],
)
def test_the_list_shows_what_is_asked_for(client, desk, coordinator, query, names):
    client.force_login(coordinator)

    expected = {row.pk for name, row in desk.items() if (name != "draft" if names is None else name in names)}
    assert set(listed(client, **query)) == expected


@pytest.mark.parametrize("source", ["form", "import"])
def test_nobody_sees_a_draft_before_its_person_sends_it(client, coordinator, source):
    draft = make_registration(state="draft", source=source, member=factories.make_member(), name="Half Written")
    theirs = make_registration(
        state="draft", source="import", member=None, name="Nobody Yet", imported_address="a@b.org"
    )
    client.force_login(coordinator)

    for query in ({"show": "all"}, {"show": "draft"}, {"q": "Half"}, {"q": "Nobody"}):
        assert draft.pk not in listed(client, **query)
    assert listed(client, show="draft") == [theirs.pk]
    page = reverse("admin:registrations_registration_change", args=[draft.pk])
    assert "Half Written" not in client.get(page, follow=True).content.decode()
    out = client.post(reverse("admin:registrations_registration_export") + "?show=all", {"format": "csv"})
    assert b"Half Written" not in b"".join(out.streaming_content)


def test_searching_by_name_looks_beyond_the_queue(client, desk, coordinator):
    client.force_login(coordinator)

    assert listed(client, q=desk["declined"].member.name) == [desk["declined"].pk]


def test_whose_the_registrations_of_the_old_form_are_can_be_filtered(client, coordinator):
    fields = {"source": "import", "state": "submitted"}
    nobody = make_registration(**fields, imported_address="one@example.org")
    invited = make_registration(**fields, imported_address="two@example.org")
    taken = make_registration(**fields, member=factories.make_member())
    client.force_login(coordinator)
    client.post(reverse("admin:registrations_registration_invite", args=[invited.pk]))

    assert [listed(client, claim=what) for what in ("nobody", "invited", "claimed")] == [
        [nobody.pk],
        [invited.pk],
        [taken.pk],
    ]


def test_what_changed_is_shown_side_by_side_and_accepted(client, desk, liaison):
    client.force_login(liaison)
    page = client.get(change_url(desk["edited"]))

    assert [(one.label, one.before, one.after) for one in page.context["changes"]] == [
        ("people they can help at once", "1", "3")
    ]
    assert "people they can help at once" in page.content.decode()
    client.post(accept_url(desk["edited"]), {"version": desk["edited"].version})
    assert desk["edited"].pk not in listed(client)


def test_how_a_match_reaches_somebody_is_a_change_for_coordinators(client, desk, coordinator):
    client.force_login(coordinator)

    assert "User talk:Amina" in client.get(change_url(desk["edited"])).content.decode()


def test_changes_made_while_a_liaison_was_reading_are_not_accepted(client, desk, liaison):
    client.force_login(liaison)

    page = client.post(accept_url(desk["edited"]), {"version": desk["edited"].version - 1}, follow=True)

    assert "changed once more meanwhile" in page.content.decode()
    assert desk["edited"].pk in listed(client)


def test_a_version_that_is_no_number_accepts_nothing(client, liaison, desk):
    client.force_login(liaison)

    page = client.post(accept_url(desk["edited"]), {"version": "9" * 5000}, follow=True)

    assert "changed once more meanwhile" in page.content.decode()


@pytest.mark.parametrize(("who", "status"), [("member", 302), ("other_liaison", 404)])
def test_others_accept_nothing(client, request, desk, who, status):
    client.force_login(request.getfixturevalue(who))

    assert client.post(accept_url(desk["edited"]), {"version": desk["edited"].version}).status_code == status
    assert Registration.objects.get(pk=desk["edited"].pk).is_changed_since_review


def test_many_changes_are_accepted_at_once(client, liaison):
    many = [changed(liaison) for _ in range(3)]
    waiting = make_registration(state="submitted")
    client.force_login(liaison)

    client.post(LIST, {"action": "accept_selected", "_selected_action": [one.pk for one in [*many, waiting]]})

    assert listed(client) == [waiting.pk]


def test_reviewers_are_warned_of_what_the_rules_ask(client, liaison):
    Eligibility.objects.create(must_belong_to_a_group=True)
    fine = make_registration(state="submitted", group_other="Readers of Sfax")
    short = make_registration(state="submitted", agrees=False)
    Consent.objects.create(member=short.member, document="code_of_conduct", version="old form", given_at=NOW)
    client.force_login(liaison)

    page = client.post(LIST, {"action": "approve", "_selected_action": [fine.pk, short.pk]}, follow=True)

    assert [number for _problem, number in page.context["preview"].cautions] == [1, 1, 1]
    assert len(client.get(change_url(short)).context["problems"]) == 3
    decide = reverse("admin:registrations_registration_decide", args=["approved"])
    client.post(decide, {"id": short.pk, "note": ""})
    short.refresh_from_db()
    assert short.state == "approved"


@pytest.mark.parametrize("count", [3, 30])
def test_asking_about_many_costs_the_same_number_of_queries(client, liaison, count, django_assert_num_queries):
    chosen = [make_registration(state="submitted").pk for _ in range(count)]
    client.force_login(liaison)
    seen = {"opened": "", **as_opened(client, LIST)}

    with django_assert_num_queries(10):
        page = client.post(LIST, {**seen, "action": "approve", "_selected_action": chosen})
    with django_assert_num_queries(13):
        client.get(page.url)


@pytest.mark.parametrize("rubbish", ["", "x", "-1", "99999999999999999999", "١"])
def test_a_made_up_number_is_nobody(client, liaison, rubbish):
    waiting = make_registration(state="submitted")
    client.force_login(liaison)
    decide = reverse("admin:registrations_registration_decide", args=["approved"])

    assert client.get(decide, {"id": rubbish}).status_code == 404
    assert client.post(decide, {"id": rubbish, "note": ""}).status_code == 404
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reviewed_by) == ("submitted", None)


def test_an_edit_that_is_taken_back_is_nothing_to_look_at(client, coordinator):
    registration = changed(coordinator)
    assert list(Registration.objects.in_review_queue()) == [registration]
    facts = facts_of(registration)
    reviewed = registration.review_snapshots.get().facts
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}

    def save(*, version, **fields):
        return save_registration(
            member=registration.member,
            facts=RegistrationFacts(**{**values, **fields}),
            version=version,
            by=registration.member,
            now=LATER + timedelta(hours=version),
        )

    half = save(version=registration.version, can_help=reviewed["can_help"])
    assert list(Registration.objects.in_review_queue()) == [registration]
    whole = {name: reviewed[name] for name in ("can_help", "contact_text")}
    back = save(version=half.version, **whole)

    assert not Registration.objects.in_review_queue().exists()
    assert not Registration.objects.get().is_changed_since_review
    client.force_login(coordinator)
    assert listed(client) == []

    save(version=back.version, can_help=9)
    assert list(Registration.objects.in_review_queue()) == [registration]
