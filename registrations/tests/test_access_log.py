"""The rules of who looked, each broken once."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from mailings.tests.factories import make_letter
from registrations.models import ImportUpload, Look
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("registrations_one_look_a_day_at_a_registration", {"member": None}),
        ("registrations_one_look_a_day_at_an_account", {"registration": None}),
        ("registrations_look_is_at_one_thing", {}),
        ("registrations_look_is_at_one_thing", {"member": None, "registration": None}),
        ("registrations_look_kind_is_known", {"member": None, "kind": "dream"}),
    ],
)
def test_the_database_refuses_what_is_no_look(db, rule, broken):
    registration = make_registration()
    told = {"registration": registration, "member": registration.member, "kind": "registration"}
    look = {"viewer": make_coordinator(), "seen_on": NOW.date(), **told, **broken}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Look.objects.create(**look)
        Look.objects.create(**look)


def test_a_look_at_an_address_is_one_at_the_account_that_it_opens(client, db):
    coordinator, member = make_coordinator(), make_member()
    letter = make_letter(to=None, address=member.email)
    content = f"Email\n{member.email}\n".encode()
    upload = ImportUpload.objects.create(
        file_name="old.csv", size=9, content=content, uploaded_by=coordinator, uploaded_at=NOW, asked_at=NOW
    )
    client.force_login(coordinator)

    client.get(reverse("admin:mailings_letter_changelist"))
    client.get(reverse("admin:mailings_letter_change", args=[letter.pk]))
    client.get(reverse("admin:registrations_importupload_change", args=[upload.pk]))

    assert set(Look.objects.about(member).values_list("kind", flat=True)) == {"letters", "letter", "import"}
