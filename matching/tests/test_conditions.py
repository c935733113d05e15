"""Conditions on the two people of a row join nobody to anybody: no statistics make such a query quadratic."""

import pytest

from matching.models import Concern, Exclusion, Match, Session
from registrations.tests.factories import make_liaison, make_member

pytestmark = pytest.mark.django_db

CONDITIONS = {
    "live": lambda _member, _liaison: Match.objects.live(),
    "fallen": lambda _member, _liaison: Match.objects.fallen(),
    "of a member": lambda member, _liaison: Match.objects.for_member(member).select_related(None),
    "waiting for a member": lambda member, _liaison: Match.objects.waiting_for(member).select_related(None),
    "of a liaison": lambda _member, liaison: Match.objects.visible_to(liaison),
    "sessions of a member": lambda member, _liaison: Session.objects.for_member(member),
    "sessions waiting": lambda member, _liaison: Session.objects.waiting_for(member),
    "pairs kept apart": lambda _member, liaison: Exclusion.objects.visible_to(liaison).filter(lifted_at=None),
    "concerns": lambda _member, liaison: Concern.objects.visible_to(liaison),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_condition_on_two_people_joins_a_table_of_people(name):
    rows = CONDITIONS[name](make_member(), make_liaison("MENA"))
    sql = str(rows.order_by().query)

    joined = [table for table in ("registrations_registration", "registrations_member") if f'JOIN "{table}"' in sql]
    assert not joined or name in ("pairs kept apart", "concerns"), sql  # oneself, one row of a unique column
