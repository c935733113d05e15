"""The rules the database keeps, each broken on purpose."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from registrations.models import (
    Block,
    Consent,
    Group,
    GroupAlias,
    Member,
    Offer,
    Registration,
    Role,
    RoleName,
    Skill,
    SkillName,
    SpokenLanguage,
    Window,
    Wish,
    WorkingGroupSeat,
)
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


def skill_names(**fields):
    SkillName.objects.create(skill=factories.make_skill("wikidata"), **fields)


def registration(**fields):
    factories.make_registration(offers=["wikidata"], wishes=["wikidata"], **fields)


def change(model, **fields):
    assert model.objects.update(**fields)


def again(model, **fields):
    """Write one more row like the one there is."""
    row = model.objects.first()
    row.pk = None
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def merged():
    factories.make_skill("wikidata", state="merged", merged_into=factories.make_skill("lexemes"))


def seat():
    factories.make_liaison("MENA")


def block():
    Block.objects.create(member=factories.make_member(), blocked=factories.make_member(), made_at=factories.NOW)


def alias():
    GroupAlias.objects.create(group=Group.objects.create(slug="wug", name="WUG", kind="user_group"), text="Old")


def role():
    RoleName.objects.create(role=Role.objects.create(slug="volunteer"), language="en", text="Volunteer")


def consent():
    factories.make_registration().consents.create(document="privacy_notice", version="1", given_at=factories.NOW)


@pytest.mark.parametrize(
    ("constraint", "prepare", "write"),
    [
        ("registrations_no_empty_address", seat, lambda: change(Member, email="")),
        ("registrations_seat_ends_after_start", seat, lambda: change(WorkingGroupSeat, until_on=date(2025, 1, 1))),
        ("registrations_one_open_seat_per_region", seat, lambda: again(WorkingGroupSeat)),
        ("registrations_one_block_per_pair", block, lambda: again(Block)),
        ("registrations_no_block_of_oneself", block, lambda: change(Block, blocked=F("member"))),
        ("registrations_merged_skill_names_its_heir", merged, lambda: change(Skill, merged_into=None)),
        ("registrations_skill_not_its_own_heir", merged, lambda: change(Skill, state="merged", merged_into=F("id"))),
        ("registrations_skill_not_its_own_parent", merged, lambda: change(Skill, parent=F("id"))),
        (
            "registrations_one_name_per_skill_and_language",
            merged,
            lambda: skill_names(language="en", text="Another name"),
        ),
        (
            "registrations_one_wording_per_skill_and_language",
            merged,
            lambda: skill_names(language="en", text="WIKIDATA", is_synonym=True),
        ),
        ("registrations_one_group_per_alias", alias, lambda: again(GroupAlias, text="OLD")),
        ("registrations_one_name_per_role_and_language", role, lambda: again(RoleName)),
        ("registrations_state_is_known", registration, lambda: change(Registration, state="lost")),
        ("registrations_only_an_imported_one_has_no_member", registration, lambda: change(Registration, member=None)),
        ("registrations_country_is_known", registration, lambda: change(Registration, country="XX")),
        ("registrations_region_is_known", registration, lambda: change(Registration, region="MOON")),
        ("registrations_places_at_most_20", registration, lambda: change(Registration, can_help=21)),
        ("registrations_places_at_most_20", registration, lambda: change(Registration, can_learn_from=21)),
        ("registrations_contact_way_has_its_text", registration, lambda: change(Registration, contact_way="other")),
        ("registrations_one_offer_per_skill", registration, lambda: again(Offer)),
        ("registrations_offer_level_is_known", registration, lambda: change(Offer, level=9)),
        ("registrations_one_wish_per_skill", registration, lambda: again(Wish)),
        ("registrations_wish_priority_is_known", registration, lambda: change(Wish, priority=9)),
        ("registrations_one_level_per_language", registration, lambda: again(SpokenLanguage)),
        ("registrations_babel_level_is_known", registration, lambda: change(SpokenLanguage, level=9)),
        ("registrations_one_current_consent_per_document", consent, lambda: again(Consent)),
        (
            "registrations_consent_withdrawn_after_given",
            consent,
            lambda: change(Consent, withdrawn_at=factories.NOW - timedelta(days=1)),
        ),
    ],
)
def test_the_database_refuses_what_breaks_a_rule(constraint, prepare, write):
    prepare()

    refuses(constraint, write)
