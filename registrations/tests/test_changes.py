"""What changed since the last review, and the snapshots it is told by."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from letsconnect.base.models import Act
from mailings.models import Letter
from registrations.answers import snapshots
from registrations.answers.changes import Change, between
from registrations.answers.editing import save_registration
from registrations.answers.facts import facts_of
from registrations.answers.windows import say_window
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import MoveNotAllowed, NotYours, RegistrationState
from registrations.models import Registration, ReviewSnapshot, Skill
from registrations.review import deciding
from registrations.tests import factories

LATER = factories.NOW + timedelta(days=1)
NAMES = {"skill:1": "Budgeting", "skill:2": "Wikidata", "group:7": "Wikimedia Tunisia", "role:4": "Volunteer"}


def changes(before, after, **kwargs):
    return [
        (change.label, change.before, change.after)
        for change in between(before, after, names=NAMES, language="en", **kwargs)
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"name": "Amina"}, {"name": "Amina"}, []),
        ({"name": "Amina"}, {"name": "Amina B."}, [("name to show", "Amina", "Amina B.")]),
        ({"country": "TN"}, {"country": ""}, [("country or territory", "Tunisia", "")]),
        ({"region": "NA"}, {"region": "SSA"}, [("region", "North America", "Sub-Saharan Africa")]),
        ({"group_id": None}, {"group_id": 7}, [("group", "", "Wikimedia Tunisia")]),
        ({"group_id": 8}, {"group_id": 7}, [("group", "#8", "Wikimedia Tunisia")]),
        ({"role_id": 4}, {"role_id": None}, [("main role", "Volunteer", "")]),
        ({"can_help": 0}, {"can_help": 2}, [("people they can help at once", "0", "2")]),
        ({"region_wish": "same"}, {"region_wish": "either"}, [
            ("where their match is from", "from my region", "either is fine")
        ]),
        ({"is_findable": False}, {"is_findable": True}, [("others may find them and ask for them", "no", "yes")]),
        ({"offers": [[1, 2, False]]}, {"offers": [[1, 2, False], [2, 4, True]]}, [
            ("Shares: Wikidata", "", "I have taught it to others; would share it in a clinic")
        ]),
        ({"offers": [[1, 2, False]]}, {"offers": [[1, 1, False]]}, [
            ("Shares: Budgeting", "I do it regularly", "I can explain the basics")
        ]),
        ({"wishes": [[2, 3, "for a hackathon"]]}, {"wishes": []}, [
            ("Wants to learn: Wikidata", "as soon as possible: for a hackathon", "")
        ]),
        ({"languages": [["en", 3, False]]}, {"languages": [["en", 3, True], ["ar", 6, False]]}, [
            ("Speaks: English", "3 – advanced", "3 – advanced; preferred"),
            ("Speaks: Arabic", "", "N – native"),
        ]),
        ({"windows": [[0, 60], [120, 180]]}, {"windows": [[0, 60], [1080, 1260]]}, [
            ("free hours", "Monday 02:00–03:00", ""),
            ("free hours", "", "Monday 18:00–21:00"),
        ]),
        ({"consents": ["newsletter"]}, {"consents": ["code_of_conduct"]}, [
            ("Agreed to: the Universal Code of Conduct", "", "yes"),
            ("Agreed to: the newsletter", "yes", ""),
        ]),
        ({}, {"topics": ["education"]}, []),
        ({"topics": []}, {"topics": ["education", "governance"]}, [("topics of work", "", "Education, Governance")]),
    ],
)  # fmt: skip
def test_each_change_is_said_in_words(before, after, told):
    assert changes(before, after) == told


def test_a_skill_merged_since_is_no_change():
    assert changes({"offers": [[9, 2, False]]}, {"offers": [[1, 2, False]]}, heirs={9: 1}) == []


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (0, 60, "Monday 00:00–01:00"),
        (1380, 1440, "Monday 23:00–24:00"),
        (1380, 1500, "Monday 23:00 – Tuesday 01:00"),
        (10020, 10080, "Sunday 23:00–24:00"),
        (0, 10080, "Monday 00:00 – Sunday 24:00"),
    ],
)
def test_hours_are_said_with_their_day(start, end, said):
    assert say_window(start, end) == said


def test_changes_are_said_in_the_readers_language():
    with override("fr"):
        told = between({"country": "TN"}, {"country": "EG"}, names={}, language="fr")

    assert (told[0].before, told[0].after) == ("Tunisie", "Égypte")


def approve(registration, by, now=factories.NOW):
    return deciding.review(registration=registration, decision=RegistrationState.APPROVED, note="", by=by, now=now)


@pytest.mark.django_db
@pytest.mark.parametrize("decision", ["approved", "needs_changes", "declined"])
def test_every_review_keeps_what_it_was_about(liaison, decision):
    registration = factories.make_registration(state="submitted", offers=["wikidata"], wishes=["budgeting"])

    deciding.review(
        registration=registration, decision=RegistrationState(decision), note="Thanks", by=liaison, now=LATER
    )

    snapshot = ReviewSnapshot.objects.get()
    assert snapshot.facts == snapshots.as_plain(facts_of(registration))
    assert snapshot.reviewed_at == LATER
    assert snapshot.act == Act.objects.get(verb="review_registration")
    assert set(snapshot.names.values()) == {"Wikidata", "Budgeting"}


@pytest.mark.django_db
def test_a_refused_review_keeps_nothing(liaison):
    registration = factories.make_registration()

    with pytest.raises(MoveNotAllowed):
        approve(registration, liaison)

    assert not ReviewSnapshot.objects.exists()


def edited(registration, **changes):
    facts = facts_of(registration)
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    return save_registration(
        member=registration.member,
        facts=RegistrationFacts(**{**values, **changes}),
        version=registration.version,
        by=registration.member,
        now=LATER,
    )


@pytest.mark.django_db
def test_an_edit_after_approval_is_told_against_the_newest_snapshot(liaison):
    registration = approve(factories.make_registration(state="submitted", offers=["wikidata"]), liaison)
    assert not registration.is_changed_since_review
    skill = factories.make_skill("budgeting")

    registration = edited(registration, offers=((skill.pk, 1, False),), can_help=3)

    assert registration.state == "approved"
    assert registration.is_changed_since_review
    assert list(Registration.objects.changed_since_review()) == [registration]
    snapshot = ReviewSnapshot.objects.latest_of(registration)
    now = snapshots.as_plain(facts_of(registration))
    told = between(snapshot.facts, now, names=snapshots.names_of(snapshot.facts, now), language="en")
    assert told == [
        Change("people they can help at once", "1", "3"),
        Change("Shares: Wikidata", "I do it regularly", ""),
        Change("Shares: Budgeting", "", "I can explain the basics"),
    ]


@pytest.mark.django_db
def test_a_merged_skill_names_its_heir():
    old, new = factories.make_skill("wikidata-basics"), factories.make_skill("wikidata")
    Skill.objects.filter(pk=old.pk).update(state="merged", merged_into=new)

    assert snapshots.heirs_of({"offers": [[old.pk, 1, False]], "wishes": []}) == {old.pk: new.pk}


@pytest.mark.django_db
def test_accepting_changes_takes_it_off_the_queue_and_writes_no_letter(liaison):
    registration = edited(approve(factories.make_registration(state="submitted"), liaison), can_help=3)
    letters = Letter.objects.count()

    accepted = deciding.accept_changes(
        registration=registration, version=registration.version, by=liaison, now=LATER + timedelta(hours=1)
    )

    assert not accepted.is_changed_since_review
    assert not Registration.objects.in_review_queue().exists()
    assert ReviewSnapshot.objects.latest_of(accepted).facts["can_help"] == 3
    assert Act.objects.get(verb="accept_changes").actor == liaison
    assert Letter.objects.count() == letters


@pytest.mark.django_db
def test_changes_nobody_looked_at_are_not_accepted(liaison, other_liaison):
    registration = edited(approve(factories.make_registration(state="submitted"), liaison), can_help=3)

    with pytest.raises(MoveNotAllowed):
        deciding.accept_changes(registration=registration, version=registration.version - 1, by=liaison, now=LATER)
    with pytest.raises(NotYours):
        deciding.accept_changes(registration=registration, version=registration.version, by=other_liaison, now=LATER)
    assert ReviewSnapshot.objects.count() == 1


@pytest.mark.django_db
def test_nobody_accepts_their_own_changes_nor_those_of_a_declined_one(coordinator):
    own = factories.make_registration(member=coordinator)
    declined = factories.make_registration(state="declined")

    with pytest.raises(NotYours):
        deciding.accept_changes(registration=own, version=own.version, by=coordinator, now=LATER)
    with pytest.raises(MoveNotAllowed):
        deciding.accept_changes(registration=declined, version=declined.version, by=coordinator, now=LATER)


@pytest.mark.django_db
def test_the_queue_holds_the_new_and_the_changed_and_nothing_else():
    def made(**fields):
        return factories.make_registration(**fields)

    new = made(state="submitted")
    again = made(state="submitted", reviewed_at=factories.NOW, reviewed_by=factories.make_coordinator())
    changed = made(changed_at=LATER)
    for state in ("draft", "needs_changes", "declined", "withdrawn", "approved"):
        made(state=state)

    assert list(Registration.objects.new_to_review()) == [new]
    assert set(Registration.objects.changed_since_review()) == {again, changed}
    assert set(Registration.objects.in_review_queue()) == {new, again, changed}
    assert [one.is_changed_since_review for one in (new, again, changed)] == [False, True, True]
