"""The two voluntary questions: apart from the person, changeable for a while, then only counted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from registrations.answers import sensitive
from registrations.answers.sensitive import SensitiveFacts
from registrations.models import Registration, SensitiveAnswer, SensitiveTally
from registrations.tests import factories
from registrations.tests.typing import opened, save, url

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 3, 8, 23, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 0, tzinfo=UTC)


def answer(member, now=MONDAY, **facts):
    seen = sensitive.fingerprint(sensitive.answers_of(member), sensitive.FACTS)
    sensitive.answer(member=member, facts=SensitiveFacts(**facts), seen_fingerprint=seen, now=now)


def test_the_answers_are_shown_to_the_person_again_and_lead_to_nobody(client, member):
    client.force_login(member)

    save(client, "gender-age", gender="not_listed", gender_words="my own", age="25_34")

    form = client.get(url("gender-age")).context["page"].form
    assert [form[name].value() for name in ("gender", "gender_words", "age")] == ["not_listed", "my own", "25_34"]
    assert not Registration.objects.exists()
    gender, age = SensitiveAnswer.objects.order_by("-question")
    assert gender.digest != age.digest
    assert gender.pk.version == age.pk.version == 4  # no numbers that follow each other
    stored = str(SensitiveAnswer.objects.values())
    assert member.public_id not in stored
    assert sensitive.answers_of(factories.make_member()) == SensitiveFacts()


def test_an_answer_taken_back_is_gone_at_once(client, member):
    client.force_login(member)
    save(client, "gender-age", gender="woman", age="25_34")

    save(client, "gender-age", gender="", age="25_34")

    assert [row.question for row in SensitiveAnswer.objects.all()] == ["age"]
    sensitive.forget_answers(member=member)
    assert not SensitiveAnswer.objects.exists()


def test_a_stale_tab_overwrites_no_answer(client, member):
    client.force_login(member)
    seen = opened(client, "gender-age")
    save(client, "gender-age", age="25_34")

    response = save(client, "gender-age", seen=seen, age="35_44")

    assert response.status_code == 409
    assert sensitive.answers_of(member).age == "25_34"


@pytest.mark.parametrize("answered_at", [MONDAY, SUNDAY])
def test_within_90_days_an_answer_is_counted_and_deleted(member, answered_at):
    answer(member, now=answered_at, gender="woman", age="25_34")
    answer(factories.make_member(), now=answered_at, gender="woman")

    assert sensitive.count_old_answers(MONDAY + timedelta(days=88)) == 0
    assert sensitive.count_old_answers(MONDAY + timedelta(days=89)) == 3

    assert not SensitiveAnswer.objects.exists()
    tallies = SensitiveTally.objects.values_list("year", "question", "option", "count")
    assert set(tallies) == {(2026, "gender", "woman", 2), (2026, "age", "25_34", 1)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"option": "25_34"},
        {"option": "man", "words": "words"},
        {"question": "age", "option": "woman"},
        {"digest": "taken", "option": "man"},
    ],
)
def test_the_database_refuses_answers_that_cannot_be(wrong):
    SensitiveAnswer.objects.create(question="gender", digest="taken", option="woman", week_of=MONDAY.date())

    with pytest.raises(IntegrityError), transaction.atomic():
        SensitiveAnswer.objects.create(**{"question": "gender", "digest": "new", "week_of": MONDAY.date(), **wrong})


def test_the_database_keeps_one_tally_per_option():
    SensitiveTally.objects.create(year=2026, question="gender", option="man")

    with pytest.raises(IntegrityError), transaction.atomic():
        SensitiveTally.objects.create(year=2026, question="gender", option="man")


@pytest.mark.parametrize("topics", [["moon"], ["education", "culture", "governance"]])
def test_the_database_keeps_two_known_topics(topics):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_registration(topics=topics)
