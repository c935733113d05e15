"""A clinic is planned from a need: the draft, where it came from, who wants it and who could share it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.domain.clinics import ClinicState
from clinics.domain.people import AnswerState, ClinicRole
from clinics.domain.requests import NotYourRequest, RequestMoveNotAllowed
from clinics.models import Clinic, TopicRequest
from clinics.needs.candidates import candidates, who_wants
from clinics.needs.raising import NotYourNeed
from clinics.planning.from_needs import (
    HasClinicAlready,
    plan_clinic_from,
    wanted_by_need,
    wanted_by_request,
    wanted_on_skill,
)
from clinics.tests.factories import make_clinic, make_need, make_person, make_topic_request
from letsconnect.tests.at_once import at_once
from registrations.models import Offer
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration, make_skill

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def plan(wanted, by):
    return plan_clinic_from(wanted=wanted, by=by, now=NOW)


def on_skill(by, *, language="", region="", seen=()):
    return wanted_on_skill(make_skill("wikidata"), language=language, region=region, seen=seen, by=by)


def test_a_draft_has_the_skill_the_language_and_the_region_and_remembers_the_request():
    request, liaison = make_topic_request(language="ar"), make_liaison("MENA")

    clinic = plan(wanted_by_request(request), liaison)

    assert (clinic.state, clinic.floor_language, clinic.region) == ("draft", "ar", "MENA")
    assert list(clinic.skills.all()) == [request.skill]
    assert clinic.local_date == NOW.date() + 35 * DAY
    assert str(clinic) == "Wikidata"
    request.refresh_from_db()
    assert (request.state, request.clinic) == ("planned", clinic)


def test_a_request_in_words_gives_the_draft_its_name():
    clinic = plan(wanted_by_request(make_topic_request(words="Bookbinding")), make_coordinator())

    assert str(clinic) == "Bookbinding"
    assert not clinic.skills.exists()


def test_pressed_twice_there_is_one_draft():
    coordinator, request, need = make_coordinator(), make_topic_request(), make_need(skill="lexemes")
    plan(wanted_by_request(request), coordinator)
    plan(wanted_by_need(need), coordinator)

    with pytest.raises(RequestMoveNotAllowed):
        plan(wanted_by_request(request), coordinator)
    with pytest.raises(HasClinicAlready):
        plan(wanted_by_need(need), coordinator)

    assert Clinic.objects.count() == 2


def test_a_second_clinic_on_a_skill_is_planned_by_who_saw_the_first():
    coordinator = make_coordinator()
    first = plan(on_skill(coordinator), coordinator)

    with pytest.raises(HasClinicAlready):
        plan(on_skill(coordinator), coordinator)

    assert plan(on_skill(coordinator, seen=[first.pk]), coordinator) != first


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_plan_one():
    coordinator, skill = make_coordinator(), make_skill("wikidata")

    def press():
        wanted = wanted_on_skill(skill, language="", region="", seen=[], by=coordinator)
        return plan(wanted, coordinator)

    at_once(press, press, refusals=(HasClinicAlready,))

    assert Clinic.objects.count() == 1


def test_planning_on_a_skill_takes_the_requests_and_needs_that_are_the_planners_own_to_decide():
    liaison = make_liaison("MENA")
    mine, need = make_topic_request(), make_need()
    other = make_topic_request(member=make_registration(region="LAC").member)
    elsewhere = make_need(region="LAC")

    clinic = plan(on_skill(liaison), liaison)

    assert list(clinic.topic_requests.all()) == [mine]
    assert list(clinic.raised_needs.all()) == [need]
    assert TopicRequest.objects.get(pk=other.pk).state == "open"
    elsewhere.refresh_from_db()
    assert elsewhere.clinic is None


def test_nobody_plans_from_what_they_do_not_look_after():
    liaison = make_liaison("LAC")

    with pytest.raises(NotYourRequest):
        plan(wanted_by_request(make_topic_request()), liaison)
    with pytest.raises(NotYourNeed):
        plan(wanted_by_need(make_need()), liaison)

    assert not Clinic.objects.exists()


def test_a_region_somebody_does_not_look_after_is_left_out_of_the_draft():
    liaison = make_liaison("LAC")

    assert plan(on_skill(liaison, region="MENA", language="fr"), liaison).region == ""


def make_sharer(*, level=4, would_host=True, region="MENA", **fields):
    person = make_registration(region=region, offers=["wikidata"], group_other="Wiki friends", **fields)
    Offer.objects.filter(registration=person).update(level=level, would_host=would_host)
    return person


@pytest.fixture
def draft():
    clinic = make_clinic(state=ClinicState.DRAFT)
    clinic.skills.add(make_skill("wikidata"))
    return clinic


def names(clinic, reader):
    return {person.name for person in candidates(clinic, reader=reader, now=NOW)}


def test_who_could_share_knows_it_well_and_said_that_they_would_in_a_clinic(draft):
    wanted = [make_sharer(), make_sharer(level=3, region="LAC")]
    for not_wanted in ({"level": 2}, {"would_host": False}, {"agrees": False}, {"paused_until": NOW.date() + DAY}):
        make_sharer(**not_wanted)
    make_registration(offers=["lexemes"])

    assert names(draft, make_coordinator()) == {person.shown_name for person in wanted}


def test_of_other_regions_only_name_group_and_languages_are_told(draft):
    make_sharer()
    make_sharer(region="LAC")

    own, other = candidates(draft, reader=make_liaison("MENA"), now=NOW)

    assert (own.is_own, bool(own.level), bool(own.hours), own.zone) == (True, True, True, "UTC")
    assert (other.is_own, other.level, other.hours, other.zone, other.last_hosted) == (False, "", "", "", None)
    assert (other.group, other.languages) == ("Wiki friends", "English")


def test_it_says_when_somebody_last_shared_or_hosted_and_who_is_among_its_people(draft):
    person = make_sharer()
    for days, state in ((40, AnswerState.ACCEPTED), (20, AnswerState.ACCEPTED), (10, AnswerState.DECLINED)):
        held = make_clinic(state=ClinicState.HELD, starts_at=NOW - days * DAY)
        make_person(held, ClinicRole.SHARER, state, member=person.member)
    make_person(draft, member=person.member)

    [told] = candidates(draft, reader=make_coordinator(), now=NOW)

    assert told.last_hosted == NOW - 20 * DAY
    assert told.is_asked


def test_who_wants_it_is_named_in_ones_own_regions_and_counted_elsewhere(draft):
    mine = make_registration(wishes=["wikidata"])
    for _ in range(3):
        make_registration(wishes=["wikidata"], region="LAC")
    make_topic_request(state="planned", clinic=draft, supporters=2)

    told = who_wants(draft, reader=make_liaison("MENA"), on=NOW.date())

    assert told.wishers == (mine,)
    assert (told.wishing.own, told.wishing.others) == (1, None)
    assert len(told.supporters) == 1
    assert told.supporting == 3
    assert told.people.registrations == {mine.pk}


def test_both_lists_cost_the_database_the_same_for_any_number_of_people(draft):
    reader, counts = make_coordinator(), []
    candidates(draft, reader=reader, now=NOW)  # what is kept for later pages is read once
    for number in (3, 12):
        for _ in range(number):
            make_sharer()
            make_registration(wishes=["wikidata"])
        with CaptureQueriesContext(connection) as queries:
            candidates(draft, reader=reader, now=NOW)
            who_wants(draft, reader=reader, on=NOW.date())
        counts.append(len(queries))

    assert counts[0] == counts[1]
