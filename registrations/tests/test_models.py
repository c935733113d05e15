"""The rules the database keeps, each broken on purpose."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from registrations.domain.registrations import Topic
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
    SensitiveAnswer,
    SensitiveTally,
    Skill,
    SkillName,
    SkillSuggestion,
    SpokenLanguage,
    Window,
    Wish,
    WorkingGroupSeat,
)
from registrations.tests import factories
from registrations.tests.factories import make_registration

pytestmark = pytest.mark.django_db


def refuses(constraint, write):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def test_two_members_cannot_share_an_address_whatever_its_case():
    factories.make_member(email="someone@example.org")

    for written, rule in [
        ("someone@example.org", "registrations_one_member_per_address"),
        ("Someone@Example.org", "registrations_address_is_canonical"),
    ]:
        refuses(rule, lambda written=written: Member.objects.create(email=written))


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


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"cards_seen": ["work", "work"]}, "registrations_cards_seen_stand_once"),
        ({"cards_seen": ["work", None]}, "registrations_cards_seen_stand_once"),
        ({"cards_seen": [""]}, "registrations_cards_seen_stand_once"),
        ({"topics": [Topic.values[0]] * 2}, "registrations_topics_stand_once"),
    ],
)
def test_what_stands_in_a_list_stands_there_once(columns, constraint):
    registration = factories.make_registration()

    refuses(constraint, lambda: Registration.objects.filter(pk=registration.pk).update(**columns))


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


@pytest.mark.parametrize("rows", [Offer, Wish])
def test_a_skill_is_shared_once_and_wished_once_per_registration(rows):
    registration = factories.make_registration(offers=["wikidata"], wishes=["wikidata"])
    skill = factories.make_skill("wikidata")
    name = f"registrations_one_{rows.__name__.lower()}_per_skill"

    refuses(name, lambda: rows.objects.create(registration=registration, skill=skill))


def test_a_member_has_one_registration():
    registration = factories.make_registration()

    refuses("member_id", lambda: factories.make_registration(member=registration.member))


@pytest.mark.parametrize(
    ("rows", "fields", "constraint"),
    [
        (Offer, {"level": 0}, "registrations_offer_level_is_known"),
        (Offer, {"level": 5}, "registrations_offer_level_is_known"),
        (Wish, {"priority": 4}, "registrations_wish_priority_is_known"),
        (SpokenLanguage, {"code": "fr", "level": 7}, "registrations_babel_level_is_known"),
        (SpokenLanguage, {"code": "en", "level": 3}, "registrations_one_level_per_language"),
    ],
)
def test_levels_are_in_range(rows, fields, constraint):
    registration = factories.make_registration(speaks=[("en", 3)])
    skill = {} if rows is SpokenLanguage else {"skill": factories.make_skill("budgeting")}

    refuses(constraint, lambda: rows.objects.create(registration=registration, **skill, **fields))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"can_help": -1}, "can_help"),
        ({"can_learn_from": -1}, "can_learn_from"),
        ({"can_help": 21}, "registrations_places_at_most_20"),
        ({"country": "tn"}, "registrations_country_is_two_capital_letters"),
        ({"region": "EU"}, "registrations_region_is_known"),
        ({"state": "new"}, "registrations_state_is_known"),
        ({"reviewed_at": None}, "registrations_approved_has_a_reviewer_and_a_time"),
        ({"member": None}, "registrations_only_an_imported_one_has_no_member"),
        ({"contact_way": "other"}, "registrations_contact_way_has_its_text"),
    ],
)
def test_a_registration_keeps_its_rules(fields, constraint):
    registration = factories.make_registration()

    refuses(constraint, lambda: Registration.objects.filter(pk=registration.pk).update(**fields))


@pytest.mark.parametrize("code", ["tn", "T", "T1", "ТN", "É", " N", "T\n", "Tn"])
def test_the_database_keeps_a_country_as_nothing_or_two_capital_letters(code):
    registration = factories.make_registration()
    group = Group.objects.create(slug="readers", name="Readers", kind="informal")
    rules = {
        "registrations_country_is_two_capital_letters": registration,
        "registrations_country_of_a_member_is_two_capital_letters": registration.member,
        "registrations_country_of_a_group_is_two_capital_letters": group,
    }

    for rule, row in rules.items():
        same_row = type(row).objects.filter(pk=row.pk)
        refuses(rule, lambda same_row=same_row: same_row.update(country=code))
        assert same_row.update(country="") == same_row.update(country="TN") == 1


def test_a_country_that_is_not_in_the_table_is_refused_by_the_models():
    registration = factories.make_registration()
    group = Group.objects.create(slug="readers", name="Readers", kind="informal")

    for row in (registration, registration.member, group):
        row.country = "XX"
        with pytest.raises(ValidationError) as refusal:
            row.clean_fields(exclude={field.name for field in row._meta.fields} - {"country"})
        assert list(refusal.value.message_dict) == ["country"]
        row.country = "TN"
        row.clean_fields(exclude={field.name for field in row._meta.fields} - {"country"})


def test_a_new_country_is_a_line_in_the_table_and_no_migration():
    """A check that lists the codes made 800 lines of migration of each new country."""
    for model in (Registration, Member, Group):
        rules = " ".join(str(rule.deconstruct()) for rule in model._meta.constraints)

        assert "'TN'" not in rules
        assert callable(model._meta.get_field("country").deconstruct()[3]["choices"])  # named, not written out


def test_a_member_cannot_block_themselves_nor_block_somebody_twice():
    one, two = factories.make_member(), factories.make_member()
    Block.objects.create(member=one, blocked=two, made_at=factories.NOW)

    refuses(
        "registrations_no_block_of_oneself",
        lambda: Block.objects.create(member=one, blocked=one, made_at=factories.NOW),
    )
    refuses(
        "registrations_one_block_per_pair",
        lambda: Block.objects.create(member=one, blocked=two, made_at=factories.NOW),
    )


def test_one_consent_per_document_is_current_and_ends_after_it_began():
    given = {"member": factories.make_member(), "document": "privacy_notice", "version": "1", "given_at": factories.NOW}
    Consent.objects.create(**given)

    refuses("registrations_one_current_consent_per_document", lambda: Consent.objects.create(**given))
    refuses(
        "registrations_consent_withdrawn_after_given",
        lambda: Consent.objects.create(**given, withdrawn_at=factories.NOW - timedelta(days=1)),
    )


def test_an_agreement_is_a_members_or_came_with_the_old_form_and_never_both_nor_neither():
    imported = factories.make_registration(source="import", state="draft")
    given = {"document": "privacy_notice", "version": "1", "given_at": factories.NOW}
    Consent.objects.create(registration=imported, **given)

    rule = "registrations_consent_is_a_members_or_came_by_import"
    refuses(rule, lambda: Consent.objects.create(registration=imported, member=factories.make_member(), **given))
    refuses(rule, lambda: Consent.objects.create(**given))
    refuses(
        "registrations_one_imported_consent_per_document",
        lambda: Consent.objects.create(registration=imported, **given),
    )


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("registrations_skill_state_is_known", {"state": "lost"}),
        ("registrations_skill_family_is_known", {"family": "magic"}),
        ("registrations_active_skill_has_a_family", {"family": ""}),
        ("registrations_merged_skill_names_its_heir", {"state": "merged"}),
        ("registrations_wikidata_id_is_one", {"wikidata_id": "Q0"}),
    ],
)
def test_a_skill_is_what_it_says(constraint, fields):
    refuses(constraint, lambda: factories.make_skill("odd", **fields))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("registrations_skill_not_its_own_heir", ("merged_into", "state")),
        ("registrations_skill_not_its_own_parent", ("parent",)),
    ],
)
def test_a_skill_is_neither_its_own_heir_nor_its_own_parent(constraint, fields):
    skill = factories.make_skill()
    values = {"merged_into": skill, "state": "merged", "parent": skill}

    refuses(constraint, lambda: Skill.objects.update(**{name: values[name] for name in fields}))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("registrations_one_suggestion_per_skill_and_member", {}),
        ("registrations_suggestion_decided_has_when_and_how", {"outcome": "accepted"}),
        ("registrations_suggestion_decided_has_when_and_how", {"decided_at": factories.NOW}),
        ("registrations_suggestion_decided_has_when_and_how", {"decided_at": factories.NOW, "outcome": "lost"}),
        (
            "registrations_suggestion_decided_has_when_and_how",
            {"decided_at": factories.NOW - timedelta(days=1), "outcome": "merged"},
        ),
        ("registrations_suggestion_noted_after_decided", {"noted_at": factories.NOW}),
        (
            "registrations_suggestion_noted_after_decided",
            {"decided_at": factories.NOW, "outcome": "merged", "noted_at": factories.NOW - timedelta(days=1)},
        ),
    ],
)
def test_a_suggestion_is_made_once_decided_and_then_noted(constraint, fields):
    known = {"skill": factories.make_skill(), "made_at": factories.NOW}
    member, stranger = factories.make_member(), factories.make_member()
    SkillSuggestion.objects.create(member=member, **known)

    refuses(
        constraint, lambda: SkillSuggestion.objects.create(member=stranger if fields else member, **known, **fields)
    )


def test_a_skill_has_one_name_in_each_language_and_no_wording_twice():
    skill = factories.make_skill("budgeting")

    refuses(
        "registrations_one_name_per_skill_and_language",
        lambda: SkillName.objects.create(skill=skill, language="en", text="Money"),
    )
    refuses(
        "registrations_one_wording_per_skill_and_language",
        lambda: SkillName.objects.create(skill=skill, language="en", text="BUDGETING", is_synonym=True),
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


def ended_seat():
    seat()
    change(WorkingGroupSeat, until_on=date(2099, 1, 1))


def block():
    Block.objects.create(member=factories.make_member(), blocked=factories.make_member(), made_at=factories.NOW)


def alias():
    GroupAlias.objects.create(group=Group.objects.create(slug="wug", name="WUG", kind="user_group"), text="Old")


def role():
    RoleName.objects.create(role=Role.objects.create(slug="volunteer"), language="en", text="Volunteer")


def consent():
    factories.make_member().consents.create(document="privacy_notice", version="1", given_at=factories.NOW)


@pytest.mark.parametrize(
    ("constraint", "prepare", "write"),
    [
        ("registrations_address_is_canonical", seat, lambda: change(Member, email="A@example.org")),
        ("registrations_no_empty_address", seat, lambda: change(Member, email="", has_doubtful_address=True)),
        (
            "registrations_seat_never_ends_before_it_begins",
            seat,
            lambda: change(WorkingGroupSeat, until_on=date(2025, 1, 1)),
        ),
        ("the end of a term of office only moves nearer", ended_seat, lambda: change(WorkingGroupSeat, until_on=None)),
        (
            "the end of a term of office only moves nearer",
            ended_seat,
            lambda: change(WorkingGroupSeat, until_on=date(2099, 1, 2)),
        ),
        (
            "registrations_erased_account_has_no_address_to_decide_about",
            seat,
            lambda: change(Member, erased_at=factories.NOW, has_doubtful_address=True),
        ),
        ("registrations_one_open_seat_per_role_and_region", seat, lambda: again(WorkingGroupSeat)),
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
        ("registrations_country_is_two_capital_letters", registration, lambda: change(Registration, country="tn")),
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


@pytest.mark.parametrize("topics", [["magic"], ["climate", "education", "public_policy"]])
def test_topics_are_of_the_list_and_at_most_two(topics):
    registration = factories.make_registration()

    refuses(
        "registrations_topics_are_known_and_at_most_2",
        lambda: Registration.objects.filter(pk=registration.pk).update(topics=topics),
    )


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("registrations_one_sensitive_answer_per_question", {}),
        ("registrations_sensitive_option_is_known", {"digest": "2", "option": "25_34"}),
        ("registrations_own_words_only_where_not_listed", {"digest": "2", "words": "my own"}),
    ],
)
def test_a_sensitive_answer_is_one_of_its_question(constraint, fields):
    known = {"question": "gender", "digest": "1", "option": "woman", "week_of": date(2026, 3, 2)}
    SensitiveAnswer.objects.create(**known)

    refuses(constraint, lambda: SensitiveAnswer.objects.create(**{**known, **fields}))


def test_an_option_is_counted_in_one_row_a_year():
    known = {"year": 2026, "question": "gender", "option": "woman"}
    SensitiveTally.objects.create(**known)

    refuses("registrations_one_tally_per_option", lambda: SensitiveTally.objects.create(**known))


def test_a_row_and_the_database_say_alike_who_rests_and_whose_account_is_open():
    registration, day = make_registration(), factories.NOW.date()
    before, after = day - timedelta(days=1), day + timedelta(days=1)

    for paused, away in product((None, before, day, after), repeat=2):
        Registration.objects.update(paused_until=paused, away_until=away)
        row = Registration.objects.select_related("member").get()
        assert row.is_resting(on=day) != Registration.objects.here(on=day).exists(), (paused, away)

    for is_active, erased_at in product((True, False), (None, factories.NOW)):
        Member.objects.filter(pk=registration.member_id).update(is_active=is_active, erased_at=erased_at)
        row = Registration.objects.select_related("member").get()
        assert row.has_open_account == Registration.objects.claimed().exists()
        assert row.has_open_account == Member.objects.with_open_account().filter(pk=row.member_id).exists()


def test_a_seat_and_the_database_say_alike_whether_it_has_ended():
    seat, day = factories.make_liaison().seats.get(), factories.NOW.date()

    for until in (None, day + timedelta(days=1), day, day - timedelta(days=1)):  # an end only moves nearer
        type(seat).objects.update(until_on=until)
        assert type(seat).objects.get().has_ended(on=day) != type(seat).objects.not_over(on=day).exists(), until


def test_an_account_is_found_by_its_key_as_it_is_now_and_only_among_the_rows_that_are_asked(db):
    member, other = factories.make_member(name="Ana"), factories.make_member()
    for name in ("Ana", "Bea"):
        Member.objects.filter(pk=member.pk).update(name=name)
        found = Member.objects.get(pk=member.pk)
        assert (found, found.name, found.email) == (member, name, member.email)
    assert Member.objects.get(pk=str(other.pk)) == other
    assert Member.objects.get(pk=other.pk, name=other.name) == other
    with pytest.raises(Member.DoesNotExist):
        Member.objects.get(pk=0)
    with pytest.raises(Member.DoesNotExist):
        Member.objects.get(pk=member.pk, name="Ana")
