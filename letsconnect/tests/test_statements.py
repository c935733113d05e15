"""A statement finds what its queryset would find, whatever the values; its SQL is written once."""

from datetime import timedelta

import pytest
from django.db import transaction

from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.querysets import any_of
from letsconnect.base.statements import Statement
from registrations.models import Member, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member

HOUR = timedelta(hours=1)


def _counting(build):
    """The statement, and a list that grows each time its SQL is written."""
    written = []

    def build_and_count(**values):
        written.append(values)
        return build(**values)

    return Statement(build_and_count), written


def test_each_reader_is_read_their_own_rows_by_sql_that_was_written_once(db):
    seats, written = _counting(lambda member: WorkingGroupSeat.objects.filter(member=member))
    coordinator, liaison, nobody = make_coordinator(), make_liaison("MENA"), make_member()

    for member in (coordinator, liaison, nobody, coordinator):
        assert seats.rows({"member": member}) == list(WorkingGroupSeat.objects.filter(member=member))
    assert len(written) == 1


def test_two_moments_are_told_apart(db):
    make_member(joined_at=NOW)
    between = Statement(lambda since, until: Member.objects.filter(joined_at__gt=since, joined_at__lt=until))

    found = [
        len(between.rows({"since": NOW + since * HOUR, "until": NOW + until * HOUR}))
        for since, until in ((-1, 1), (-2, -1), (1, 2))
    ]

    assert found == [1, 0, 0]


def test_a_moment_may_be_moved_by_a_span_of_time(db):
    day = timedelta(days=1)
    joined = Statement(lambda now: Member.objects.filter(joined_at__gt=now - 2 * day, joined_at__lte=now))
    member = make_member(joined_at=NOW - day)

    assert joined.rows({"now": NOW}) == [member]
    assert joined.rows({"now": NOW - 2 * day}) == []
    assert joined.rows({"now": NOW + day}) == []


def test_texts_keys_and_days_are_put_in_their_places(db):
    found = Statement(
        lambda name, key, on: Member.objects.filter(name=name, pk__gte=key, last_seen_on__lt=on).values_list("name")
    )
    first = make_member(name="Amina", last_seen_on=NOW.date())
    make_member(name="Bela", last_seen_on=NOW.date())
    tomorrow = NOW.date() + timedelta(days=1)

    assert found.rows({"name": "Amina", "key": first.pk, "on": tomorrow}) == [("Amina",)]
    assert found.rows({"name": "Amina", "key": first.pk, "on": NOW.date()}) == []
    assert found.rows({"name": "Bela", "key": first.pk, "on": tomorrow}) == [("Bela",)]
    assert found.rows({"name": "Bela", "key": first.pk + 2, "on": tomorrow}) == []


def test_keys_are_looked_for_in_lists_of_any_length(db):
    found, written = _counting(
        lambda keys, others: Member.objects.filter(pk__in=any_of(keys)).exclude(pk__in=any_of(others)).order_by("pk")
    )
    one, two, three = make_member(), make_member(), make_member()

    assert found.rows({"keys": [one.pk, two.pk, three.pk], "others": [two.pk]}) == [one, three]
    assert found.rows({"keys": [two.pk, three.pk], "others": []}) == [two, three]
    assert found.rows({"keys": [], "others": [one.pk]}) == []
    assert len(written) == 1


def test_for_other_fixed_values_the_sql_is_written_again(db):
    in_order, written = _counting(lambda key, order: Member.objects.filter(pk__gte=key).order_by(order))
    one, two = make_member(), make_member()

    for _ in range(2):
        assert in_order.rows({"key": one.pk}, order="pk") == [one, two]
        assert in_order.rows({"key": one.pk}, order="-pk") == [two, one]
    assert len(written) == 2


def test_what_is_read_is_read_as_django_reads_it_and_of_one_reading_only(db):
    members = Statement(lambda key: Member.objects.filter(pk__gte=key).order_by("pk"))
    make_member(name="حسن & co")
    keys = [make_member(name=name).pk for name in ("Amina", "Bela")]

    first, second = (members.queryset({"key": key}) for key in keys)

    assert [type(member.name) for member in first] == [
        type(member.name) for member in Member.objects.filter(pk__in=keys)
    ]
    assert ([member.name for member in first], [member.name for member in second]) == (["Amina", "Bela"], ["Bela"])
    assert members.rows({"key": 1}) == list(Member.objects.order_by("pk"))


def test_a_statement_can_be_read_in_a_batch(db):
    members = Statement(lambda key: Member.objects.filter(pk=key))
    nothing = Statement(lambda: Member.objects.none())
    member, batch = make_member(), QueryBatch()

    mine, none = batch.add(members.queryset({"key": member.pk})), batch.add(nothing.queryset({}))
    batch.run()

    assert (list(mine), list(none)) == ([member], [])


def test_a_value_that_no_column_is_compared_with_is_refused(db):
    """What was computed from a stand-in would be the same for every reader."""
    shouted = Statement(lambda name: Member.objects.filter(name=name.upper()))

    with pytest.raises(ValueError, match="no column with name"):
        shouted.rows({"name": "Amina"})


def test_rows_are_locked_inside_a_transaction_only(transactional_db):
    locked = Statement(lambda key: Member.objects.select_for_update().filter(pk=key))
    member = make_member()
    with transaction.atomic():
        assert locked.rows({"key": member.pk}) == [member]

    with pytest.raises(transaction.TransactionManagementError):
        locked.rows({"key": member.pk})
