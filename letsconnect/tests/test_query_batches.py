"""What is read together is what each statement would have read alone, whatever the type of a column."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.seats.rsvps import rsvp
from clinics.tests.factories import make_clinic
from letsconnect.base import acts
from letsconnect.base.query_batches import QueryBatch
from letsconnect.tests.everything import make_somebody
from mailings.tests.factories import make_letter
from matching.domain.matches import MatchState
from matching.models import Match
from matching.tests.factories import make_match, make_request
from matching.tests.session_factories import make_session
from registrations.domain.looks import LookKind
from registrations.models import Look, Member, Registration, Skill
from registrations.tests.factories import NOW, make_coordinator, make_registration

PAGE = reverse("registrations:my-data")


def test_every_table_is_read_as_it_would_be_alone(db):
    make_somebody()
    models = [model for model in apps.get_models() if model._base_manager.exists()]
    alone = {model: list(model._base_manager.order_by("pk").values()) for model in models}
    batch = QueryBatch()
    wanted = {model: batch.add(model._base_manager.order_by("pk")) for model in models}

    with CaptureQueriesContext(connection) as queries:
        batch.run()
        found = {
            model: [
                {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields} for row in rows
            ]
            for model, rows in wanted.items()
        }

    assert len(queries) == 1
    assert len(models) > 30
    for model in models:
        assert [_plain(row) for row in found[model]] == [_plain(row) for row in alone[model]], model


def _plain(row):
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def test_rows_that_come_along_figures_nothing_and_tuples_are_read_too(db):
    match = make_match(MatchState.ASKED)
    name = str(match.skill)
    batch = QueryBatch()
    matches = batch.add(Match.objects.with_people().prefetch_related(None).annotate(many=Count("approvals")))
    nobody = batch.add(Member.objects.none())
    states = batch.add(Registration.objects.values_list("state", flat=True))

    batch.run()
    batch.prefetch(Skill, "skill_names")

    with CaptureQueriesContext(connection) as queries:
        [found] = matches
        assert (found, found.many, str(found.skill)) == (match, 0, name)
        assert found.learner.member == match.learner.member
        assert (list(nobody), set(states)) == ([], {"approved"})
    assert len(queries) == 0


def test_reading_nothing_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        QueryBatch().run()


def live_through(member, registration, number, coordinator):
    """One more of each kind of row that a busy person has many of."""
    skill, other = f"skill-{number}", make_registration()
    match = make_match(MatchState.CONNECTED, skill=skill, learner=registration)
    make_session("cancelled", match=match, cancelled_note="x")
    make_request("withdrawn", learner=registration, sharer=other, skill=skill)
    rsvp(clinic=make_clinic(), member=member, by=member, now=NOW)
    make_letter(to=member)
    acts.record(by=coordinator, verb="note", on=registration, now=NOW, reason="x")
    Look.objects.note(viewer=make_coordinator(), registrations=[registration], kind=LookKind.MATCH, on=NOW.date())


@pytest.mark.parametrize("count", [3, 30])
def test_my_data_costs_at_most_20_queries_however_much_there_is(client, db, count):
    member, coordinator = make_somebody(), make_coordinator()
    registration = Registration.objects.get(member=member)
    for number in range(count):
        live_through(member, registration, number, coordinator)
    client.force_login(member)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(PAGE)

    assert len(queries) <= 20, [query["sql"][:100] for query in queries]
    rows = {section.key: len(section.rows) for _title, some in response.context["subjects"] for section in some}
    assert all(rows[key] >= count for key in ("matches", "sessions", "requests", "clinics", "letters", "acts")), rows
