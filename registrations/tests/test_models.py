"""The rules the database keeps, each broken on purpose."""

import pytest
from django.db import IntegrityError, transaction

from registrations.models import Member, Registration, Window
from registrations.tests import factories

pytestmark = pytest.mark.django_db


def refuses(constraint, write):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_two_members_cannot_share_an_address_whatever_its_case():
    factories.make_member(email="someone@example.org")

    refuses(
        "registrations_one_member_per_address",
        lambda: Member.objects.create(email="Someone@Example.org"),
    )


@pytest.mark.parametrize(
    ("start", "end", "constraint"),
    [
        (60, 60, "registrations_window_inside_the_week"),
        (120, 60, "registrations_window_inside_the_week"),
        (60, 10095, "registrations_window_inside_the_week"),
        (61, 121, "registrations_window_in_quarters"),
    ],
)
def test_an_impossible_window_is_refused(start, end, constraint):
    registration = factories.make_registration(windows=[])

    refuses(constraint, lambda: Window.objects.create(registration=registration, start=start, end=end))


def test_windows_of_one_person_do_not_overlap_but_those_of_two_may():
    one, two = factories.make_registration(windows=[(0, 60)]), factories.make_registration(windows=[(30, 90)])

    refuses(
        "registrations_windows_do_not_overlap",
        lambda: Window.objects.create(registration=one, start=45, end=75),
    )
    Window.objects.create(registration=one, start=60, end=75)
    assert two.windows.count() == 1


def test_an_approved_registration_has_a_reviewer_and_a_time():
    registration = factories.make_registration()

    refuses(
        "registrations_approved_has_a_reviewer_and_a_time",
        lambda: Registration.objects.filter(pk=registration.pk).update(reviewed_by=None),
    )


def test_nobody_reviews_their_own():
    registration = factories.make_registration()

    refuses(
        "registrations_nobody_reviews_their_own",
        lambda: Registration.objects.filter(pk=registration.pk).update(reviewed_by=registration.member),
    )
