"""What functions of a page ask for one after the other can be read in one statement before, and is the same."""

from datetime import timedelta

from letsconnect.base.querysets import any_of
from letsconnect.base.read_together import reading_together
from letsconnect.base.statements import Statement
from registrations.models import Member
from registrations.tests.factories import NOW, make_member

_NAMED = Statement(lambda name: Member.objects.filter(name=name).order_by("pk"))
_OF_KEYS = Statement(lambda keys: Member.objects.filter(pk__in=any_of(keys)).order_by("pk"))
_JOINED = Statement(lambda since, region: Member.objects.filter(joined_at__gt=since, region=region).order_by("pk"))


def test_what_was_read_together_is_what_each_statement_finds_and_costs_one(db, django_assert_num_queries):
    amina, lea = make_member(name="Amina", region="MENA", joined_at=NOW), make_member(name="Léa \\ “x”", joined_at=NOW)
    asked = [
        _NAMED.asked({"name": amina.name}),
        _NAMED.asked({"name": lea.name}),
        _OF_KEYS.asked({"keys": [amina.pk, lea.pk]}),
        _JOINED.asked({"since": NOW - timedelta(days=1)}, region="MENA"),
        _JOINED.asked({"since": NOW}, region="MENA"),
    ]
    alone = [[vars(row) | {"_state": None} for row in each.rows()] for each in asked]

    with reading_together() as read, django_assert_num_queries(1):
        read(*asked)
        together = [[vars(row) | {"_state": None} for row in each.rows()] for each in asked]

    assert together == alone
    assert [len(rows) for rows in together] == [1, 1, 2, 1, 0]


def test_rows_are_given_once_and_nothing_is_left_of_them_after_the_page(db):
    member = make_member(name="Amina")
    asked = _NAMED.asked({"name": "Amina"})

    with reading_together() as read:
        read(asked)
        Member.objects.filter(pk=member.pk).update(name="Zoë")
        given = (len(asked.rows()), len(asked.rows()))
        read(asked, _NAMED.asked({"name": "Zoë"}))
        Member.objects.filter(pk=member.pk).update(name="Amina")

    assert given == (1, 0)
    assert len(asked.rows()) == 1 and _NAMED.rows({"name": "Zoë"}) == []


def test_what_nobody_foresaw_is_read_when_it_is_asked_for(db, django_assert_num_queries):
    make_member(name="Amina")

    with reading_together() as read:
        read(_NAMED.asked({"name": "nobody"}))
        with django_assert_num_queries(1):
            assert len(_NAMED.rows({"name": "Amina"})) == 1


def test_a_page_that_changes_nothing_reads_each_statement_once_whoever_asks_and_so_does_a_part_of_it(
    db, django_assert_num_queries
):
    amina, lea = make_member(name="Amina"), make_member(name="Léa")
    foreseen, unforeseen = _NAMED.asked({"name": "Amina"}), _NAMED.asked({"name": "Léa"})

    with django_assert_num_queries(2), reading_together(once=True) as read:
        read(foreseen)
        with reading_together():
            parts = [[foreseen.rows(), unforeseen.rows()] for _time in range(2)]
        parts.append([foreseen.rows(), unforeseen.rows()])

    assert parts == [[[amina], [lea]]] * 3
    parts[0][0].append(lea)  # a list of one part is nobody else's
    assert parts[1][0] == [amina]
