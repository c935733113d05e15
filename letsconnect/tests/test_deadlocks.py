"""Everybody does everything at once, over all apps: no two transactions wait for each other, and nothing is half done.

`make chaos` runs it. The control shows that a deadlock, if there is one, is seen.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction

from clinics.domain.clinics import ClinicError
from clinics.domain.people import ANSWERED
from clinics.models import ClinicPerson, Rsvp
from clinics.people.answering import answer
from clinics.planning.plans import reschedule
from clinics.seats.rsvps import cancel_rsvp, change_capacity, rsvp
from clinics.tests.factories import START, make_clinic, make_person
from letsconnect.base.models import Act
from mailings.ledger.sweeping import sweep
from matching.domain.matches import ClosedWhy, MatchingError
from matching.matches.answering import accept_match, decline_match, withdraw_from_match
from matching.models import Match, SharerRequest
from matching.rounds.publishing import publish_round
from matching.rounds.reviews import approve_match, refuse_match
from matching.tests.factories import make_match, make_round
from matching.waiting.requests import ask_for_sharer, withdraw_request
from registrations.answers import editing
from registrations.answers.facts import facts_of
from registrations.domain.facts import fingerprint
from registrations.domain.registrations import RegistrationError
from registrations.models import Member, Registration, Skill
from registrations.participation import blocking, pausing
from registrations.privacy import erasing
from registrations.review import deciding
from registrations.skills import arranging
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
HANDS, ACTS, PEOPLE = 8, 400, 24
SKILLS = ("budgeting", "facilitation", "lexemes", "surveys", "wikidata")
REFUSED = (MatchingError, RegistrationError, ClinicError)


@pytest.fixture
def town():
    """People who all share and wish the same few things, with matches in every state, and small clinics."""
    coordinator = make_coordinator()
    people = [
        make_registration(
            offers=SKILLS[:3], wishes=SKILLS[2:], is_findable=True, can_help=5, can_learn_from=5, reviewer=coordinator
        )
        for _number in range(PEOPLE)
    ]
    round_ = make_round()
    for number, learner in enumerate(people):
        state = ("proposed", "approved", "asked", "connected")[number % 4]
        make_match(
            state, round=round_, learner=learner, sharer=people[number - 1], skill="lexemes", approved_by=coordinator
        )
    clinics = [make_clinic(capacity=capacity) for capacity in (2, 3, 4)]
    for number, person in enumerate(people):  # all at one hour: everybody is asked for two, and can say yes to one
        for clinic in (clinics[number % 3], clinics[(number + 1) % 3]):
            make_person(clinic, "sharer", "asked", member=person.member, asked_by=coordinator)
    return SimpleNamespace(coordinator=coordinator, people=people, round=round_, clinics=clinics)


def test_control_two_who_lock_in_opposite_orders_are_caught():
    one, two = make_member(), make_member()
    met = Barrier(2)

    def lock(first, second):
        with transaction.atomic():
            Member.objects.select_for_update(no_key=True).get(pk=first.pk)
            met.wait(10)
            Member.objects.select_for_update(no_key=True).get(pk=second.pk)

    _done, troubles = together([lambda: lock(one, two), lambda: lock(two, one)])

    assert len(troubles) == 1
    assert "deadlock detected" in str(troubles[0])


@pytest.mark.parametrize("seed", range(3))
def test_everybody_does_everything_at_once_and_nobody_waits_for_ever(town, seed):
    dice = random.Random(seed)
    deeds = [dice.choice(DEEDS) for _act in range(ACTS)]

    done, troubles = together(
        [
            lambda deed=deed, number=number: deed(town, random.Random((seed << 20) + number))
            for number, deed in enumerate(deeds)
        ]
    )

    assert troubles == []
    assert done > ACTS / 3, "most was refused, so little met"
    erased = Member.objects.filter(erased_at__isnull=False)
    assert not Rsvp.objects.active().filter(member__in=erased).exists()
    assert not Match.objects.live().filter(learner__member__in=erased).exists()
    assert not SharerRequest.objects.waiting().filter(learner__member__in=erased).exists()
    assert all(clinic.rsvps.going().count() <= most_seats_ever(clinic) for clinic in town.clinics)
    connection.check_constraints()


def most_seats_ever(clinic):
    """The most seats a clinic has had: fewer throw nobody out."""
    changes = Act.objects.filter(object_type="clinics.clinic", object_id=clinic.pk, verb="change_capacity")
    return max([clinic.capacity, *(int(seats) for seats in changes.values_list("became", flat=True))])


def together(calls):
    """Run the calls with several hands, each over its own connection; return how many were done, and what nobody
    expected of the others."""
    done, troubles = [], []

    def run(call):
        try:
            call()
            done.append(call)
        except REFUSED:
            pass
        except OperationalError as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(run, calls))
    return len(done), troubles


def somebody(town, dice):
    return Registration.objects.select_related("member").get(pk=dice.choice(town.people).pk)


def a_match(town, dice):
    return dice.choice(list(Match.objects.select_related("learner__member", "sharer__member").order_by("pk")))


def a_person_of(match, dice):
    return dice.choice([match.learner, match.sharer]).member


def save(town, dice):
    person = somebody(town, dice)
    wishes = tuple(sorted((make_skill(slug).pk, 2, "") for slug in dice.sample(SKILLS, 2)))
    seen = fingerprint(facts_of(person), ["wishes"])
    editing.save_step(member=person.member, values={"wishes": wishes}, seen_fingerprint=seen, by=person.member, now=NOW)


def ask(town, dice):
    person, skill = somebody(town, dice), make_skill(dice.choice(SKILLS[:3]))
    ask_for_sharer(sharer=somebody(town, dice), skill=skill, why="It helps.", adds_wish=True, by=person.member, now=NOW)


def take_back(town, dice):
    for request in SharerRequest.objects.waiting().order_by("?")[:1]:
        withdraw_request(request=request, by=request.learner.member, now=NOW)


def block(town, dice):
    one, other = somebody(town, dice).member, somebody(town, dice).member
    if one != other:
        blocking.block_person(member=one, blocked=other, by=one, now=NOW)


def pause(town, dice):
    member = somebody(town, dice).member
    pausing.pause_registration(member=member, until=(NOW + timedelta(days=9)).date(), by=member, now=NOW)


def come_back(town, dice):
    member = somebody(town, dice).member
    pausing.come_back(member=member, by=member, now=NOW)


def leave(town, dice):
    member = somebody(town, dice).member
    pausing.withdraw_registration(member=member, leaves_clinics=dice.random() < 0.5, by=member, now=NOW)


def erase(town, dice):
    member = somebody(town, dice).member
    erasing.erase_member(member=member, by=member, now=NOW)


def decide(town, dice):
    match = a_match(town, dice)
    if dice.random() < 0.7:
        approve_match(match=match, by=town.coordinator, now=NOW)
    else:
        refuse_match(match=match, why=ClosedWhy.POOR_FIT, note="", by=town.coordinator, now=NOW)


def publish(town, _dice):
    publish_round(round_=town.round, by=town.coordinator, now=NOW)


def accept(town, dice):
    match = a_match(town, dice)
    accept_match(match=match, by=a_person_of(match, dice), now=NOW)


def decline(town, dice):
    match = a_match(town, dice)
    decline_match(match=match, by=a_person_of(match, dice), why=ClosedWhy.NO_TIME, now=NOW)


def step_back(town, dice):
    match = a_match(town, dice)
    withdraw_from_match(match=match, by=a_person_of(match, dice), why=ClosedWhy.NO_TIME, now=NOW)


def sign_up(town, dice):
    member = somebody(town, dice).member
    rsvp(clinic=dice.choice(town.clinics), member=member, by=member, now=NOW)


def give_back(town, dice):
    member = somebody(town, dice).member
    cancel_rsvp(clinic=dice.choice(town.clinics), member=member, by=member, now=NOW)


def answer_a_clinic(town, dice):
    person = dice.choice(list(ClinicPerson.objects.of(somebody(town, dice).member).select_related("clinic", "member")))
    answer(person=person, becomes=dice.choice(ANSWERED), by=person.member, now=NOW)


def move_a_clinic(town, dice):
    day = (START + timedelta(days=dice.randint(0, 1))).date()
    clinic = dice.choice(town.clinics)
    reschedule(clinic=clinic, local_date=day, local_time=START.time(), zone="UTC", by=town.coordinator, now=NOW)


def more_seats(town, dice):
    clinic = dice.choice(town.clinics)
    change_capacity(clinic=clinic, capacity=dice.randint(2, 9), by=town.coordinator, now=NOW)


def review_one(town, dice):
    person = somebody(town, dice)
    decision = dice.choice(["approved", "needs_changes"])
    deciding.review(registration=person, decision=decision, note="Please.", by=town.coordinator, now=NOW)


def merge(town, dice):
    source = make_skill(f"beside-{dice.randint(1, 5)}")
    target = Skill.objects.get(slug=dice.choice(SKILLS))
    arranging.merge_skills(source=source, target=target, by=town.coordinator, now=NOW)


def tick(_town, _dice):
    sweep(now=NOW + timedelta(days=2))


DEEDS = (
    *(ask, take_back, save, accept, decide, sign_up, answer_a_clinic) * 3,
    *(block, pause, come_back, decline, step_back, give_back, more_seats, review_one, merge, publish, tick) * 2,
    *(leave, erase, move_a_clinic),
)
