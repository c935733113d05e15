"""What migrations do to rows that were there before them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clinics.models import Clinic
from clinics.tests.factories import START, make_clinic
from letsconnect.base import acts
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
BEFORE, AFTER = ("clinics", "0003_announcements_and_digests"), ("clinics", "0004_what_a_clinic_is")


def migrate(target):
    """Migrate there inside the transaction of the test, and return the models as they are then."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state(target).apps


def test_one_word_for_all_becomes_columns_and_moments_come_from_the_log_of_acts():
    rows = {kind: make_clinic(region="SA") for kind in ("open", "regional", "cross_regional", "series", "in_person")}
    rows |= {kind: make_clinic() for kind in ("second_edition", "community_call", "connectathon", "partner")}
    logged, silent, early = (make_clinic() for _number in range(3))
    acts.record(by=None, verb="announce_clinic", on=logged, now=NOW)
    acts.record(by=None, verb="hold_clinic", on=logged, now=START + timedelta(days=2))
    acts.record(by=None, verb="hold_clinic", on=early, now=START - timedelta(days=2))
    old = migrate(BEFORE).get_model("clinics", "Clinic").objects
    for kind, clinic in rows.items():
        old.filter(pk=clinic.pk).update(kind=kind)
    old.filter(pk__in=[logged.pk, silent.pk, early.pk]).update(state="held")
    old.update(announced_at=None)

    migrate(AFTER)

    what = ("format", "for_whom", "venue", "partner")
    found = {kind: Clinic.objects.values_list(*what).get(pk=clinic.pk) for kind, clinic in rows.items()}
    standalone = ("clinic", "all", "call", "")
    assert found == {
        **dict.fromkeys(("open", "cross_regional", "series", "second_edition"), standalone),
        "regional": ("clinic", "region", "call", ""),
        "community_call": ("community_call", "all", "call", ""),
        "connectathon": ("connectathon", "all", "call", ""),
        "partner": ("clinic", "all", "call", "Partner"),
        "in_person": ("clinic", "all", "in_person", ""),
    }
    moments = {clinic.pk: (clinic.announced_at, clinic.held_at) for clinic in Clinic.objects.all()}
    assert moments[logged.pk] == (NOW, START + timedelta(days=2))
    assert moments[silent.pk] == (silent.start_set_at, silent.ends_at)
    assert moments[early.pk] == (early.start_set_at, START)
    assert moments[rows["open"].pk] == (rows["open"].start_set_at, None)
