"""What the database refuses of recordings and slides, and which clinics have some to see."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import TextField, Value

from clinics.domain.clinics import ClinicState
from clinics.models import Clinic, ClinicResource
from clinics.tests.factories import make_clinic
from clinics.tests.resource_factories import make_resource
from letsconnect.tests.database import change, refuses

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("clinics_resource_places_begin_at_one", {"place": 0}),
        ("clinics_resource_kind_is_known", {"kind": "film"}),
        ("clinics_resource_link_is_encrypted", {"url": "http://example.org/x"}),
        ("clinics_resource_title_can_be_seen", {"title": Value("\u200b", output_field=TextField())}),
        ("clinics_resource_title_can_be_seen", {"title": Value("one\ntwo", output_field=TextField())}),
        ("clinics_recordings_and_slides_have_a_language", {"language": ""}),
        ("clinics_recordings_and_slides_have_a_language", {"kind": "slides", "language": ""}),
        ("clinics_recordings_and_slides_have_a_language", {"kind": "notes", "language": "English"}),
        ("clinics_something_else_is_named", {"kind": "other", "title": ""}),
        ("clinics_own_licence_has_its_words", {"licence": "own-words", "licence_words": ""}),
        ("clinics_own_licence_has_its_words", {"licence": "cc0-1.0", "licence_words": "CC0"}),
        ("clinics_own_licence_has_its_words", {"licence": "mine", "licence_words": "Mine"}),
    ],
)
def test_the_database_refuses_what_no_page_could_show(name, values):
    refuses(name, change(make_resource(), **values))


def test_two_stand_at_two_places_and_may_change_them():
    first = make_resource()
    second = make_resource(first.clinic, language="fr")

    with pytest.raises(IntegrityError, match="clinics_one_resource_at_a_place"), transaction.atomic():
        ClinicResource.objects.filter(pk=second.pk).update(place=first.place)
        connection.check_constraints()
    with transaction.atomic():
        ClinicResource.objects.filter(pk=first.pk).update(place=second.place)
        ClinicResource.objects.filter(pk=second.pk).update(place=first.place)
        connection.check_constraints()


def test_clinics_with_something_to_see_are_those_that_were_told_of_and_have_it_ready():
    shown, hidden, draft = (make_resource(is_ready=is_ready).clinic for is_ready in (True, False, True))
    Clinic.objects.filter(pk=draft.pk).update(state=ClinicState.DRAFT, announced_at=None, held_at=None)
    make_resource(shown, kind="slides", language="fr")
    make_clinic()

    def found(rows):
        return list(Clinic.objects.filter(pk__in=rows.values("clinic")))

    ready = ClinicResource.objects.ready()
    assert found(ready) == found(ready.recordings().in_language("en")) == found(ready.in_language("fr")) == [shown]
    assert not ready.recordings().in_language("fr").exists() and hidden not in found(ready)
