"""A question about rows: asked of many in one query, of one where nobody asked ahead."""

from datetime import timedelta

import pytest

from letsconnect.base.read_ahead import RowQuestion
from registrations.consents.asking import agrees, read_who_agrees
from registrations.models import Registration
from registrations.participation.next_round import read_who_takes_part, takes_part, taking_part
from registrations.tests.factories import NOW, make_registration

pytestmark = pytest.mark.django_db
ON = NOW.date()
IS_APPROVED = RowQuestion(lambda: Registration.objects.filter(state="approved"))


def test_many_rows_are_asked_in_one_query_and_none_afterwards(django_assert_num_queries):
    rows = [make_registration(), make_registration(state="declined"), make_registration()]

    with django_assert_num_queries(1):
        IS_APPROVED.read_ahead(rows)
        assert [IS_APPROVED.is_so(row) for row in rows] == [True, False, True]
    with django_assert_num_queries(0):
        IS_APPROVED.read_ahead([])


def test_a_row_nobody_asked_about_is_asked_now():
    row = make_registration()
    other = Registration.objects.get(pk=row.pk)
    IS_APPROVED.read_ahead([other])

    Registration.objects.update(state="declined")

    assert not IS_APPROVED.is_so(row)
    assert IS_APPROVED.is_so(other)  # as it was read: such rows live as long as one group of letters


def test_what_was_read_ahead_counts_for_that_day_only(django_assert_num_queries):
    row = make_registration(wishes=["wikidata"])
    read_who_takes_part([row], on=ON)

    with django_assert_num_queries(1):
        assert takes_part(row, on=ON + timedelta(days=1))


def test_both_ways_answer_as_the_rows_do():
    rows = [
        make_registration(wishes=["wikidata"]),
        make_registration(wishes=["wikidata"], agrees=False),
        make_registration(wishes=["wikidata"], paused_until=ON + timedelta(days=9)),
        make_registration(wishes=["wikidata"], can_learn_from=0),
    ]
    fresh = [Registration.objects.get(pk=row.pk) for row in rows]
    read_who_takes_part(rows, on=ON)
    read_who_agrees(rows, on=ON)

    in_it = set(taking_part(on=ON).values_list("pk", flat=True))
    agreed = set(Registration.objects.agreed(on=ON).values_list("pk", flat=True))
    assert 0 < len(in_it) < len(agreed) < len(rows)
    for given in (rows, fresh):
        assert {row.pk for row in given if takes_part(row, on=ON)} == in_it
        assert {row.pk for row in given if agrees(row, on=ON)} == agreed
