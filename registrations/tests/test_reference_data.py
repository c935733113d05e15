"""Loading the seed: twice is once, renames keep the old wording, what people made stays."""

import io
from dataclasses import replace

import pytest
from django.core.management import call_command

from registrations.catalogue import loading
from registrations.domain.registrations import GroupKind, SkillFamily, SkillState
from registrations.models import Group, GroupAlias, Role, RoleName, Skill, SkillName
from registrations.reference.countries import COUNTRIES
from registrations.reference.groups import groups
from registrations.reference.names import country_name
from registrations.reference.roles import ROLES
from registrations.reference.skills import NAMED_IN, skills
from registrations.tests import factories

TABLES = (Skill, SkillName, Group, GroupAlias, Role, RoleName)


def everything():
    return {model.__name__: sorted(model.objects.values_list()) for model in TABLES}


def test_every_seed_skill_has_a_known_family_a_known_parent_and_five_names():
    slugs = {seed.slug for seed in skills()}

    assert len(slugs) == len(skills()) > 100
    for seed in skills():
        assert seed.family in SkillFamily.values
        assert not seed.under or seed.under in slugs
        assert all(seed.names[language].strip() for language in NAMED_IN)


def test_no_wording_of_the_seed_means_two_skills():
    meanings = {}
    for seed in skills():
        words = [*seed.names.values(), *(word for words in seed.synonyms.values() for word in words), *seed.related]
        for word in words:
            meanings.setdefault(word.casefold(), set()).add(seed.slug)

    assert {word: slugs for word, slugs in meanings.items() if len(slugs) > 1} == {}


def test_no_name_of_the_seed_means_two_groups_and_every_country_is_known():
    names = [name.casefold() for seed in groups() for name in {seed.name, *seed.aliases}]

    assert len(names) == len(set(names))
    assert {seed.country for seed in groups()} <= {"", *COUNTRIES}
    assert {seed.kind for seed in groups()} <= set(GroupKind.values)
    assert len(groups()) == 186


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    loading.load_reference_data()
    before = everything()

    written = loading.load_reference_data()

    assert everything() == before
    assert set(written.values()) == {0}
    assert Skill.objects.count() == len(skills())
    assert Role.objects.count() == len(ROLES) == 6
    assert str(Role.objects.get(slug="board-member")).startswith("Board member")


@pytest.mark.django_db
def test_a_renamed_skill_keeps_its_old_name_as_a_synonym(monkeypatch):
    loading.load_reference_data()
    old = next(seed for seed in skills() if seed.slug == "facilitation")
    new = replace(old, names={**old.names, "en": "Facilitating"})  # a synonym until now
    monkeypatch.setattr(loading, "skills", lambda: (new,))

    loading.load_reference_data()

    skill = Skill.objects.get(slug="facilitation")
    english = skill.skill_names.filter(language="en")
    assert skill.name_in("en") == "Facilitating"
    assert english.get(text="Facilitation").is_synonym
    assert english.filter(text__iexact="facilitating").count() == 1
    assert set(loading.load_reference_data().values()) == {0}


@pytest.mark.django_db
def test_a_renamed_group_keeps_its_id_and_its_old_name_as_an_alias(monkeypatch):
    loading.load_reference_data()
    old = next(seed for seed in groups() if seed.slug == "wikimedia-colombia")
    pk = Group.objects.get(slug=old.slug).pk
    monkeypatch.setattr(loading, "groups", lambda: (replace(old, name="Wikimedistas de Colombia"),))

    loading.load_reference_data()

    group = Group.objects.get(pk=pk)
    assert group.name == "Wikimedistas de Colombia"
    assert group.aliases.filter(text="Wikimedia Colombia").exists()


@pytest.mark.django_db
def test_what_people_suggested_and_the_working_group_decided_stays():
    loading.load_reference_data()
    factories.make_skill("beekeeping", state=SkillState.SUGGESTED)
    Skill.objects.filter(slug="podcasting").update(state=SkillState.RETIRED)
    Group.objects.create(slug="our-club", name="Our club", kind=GroupKind.INFORMAL)
    before = everything()

    loading.load_reference_data()

    assert everything() == before


@pytest.mark.django_db
def test_the_command_says_what_it_wrote():
    out = io.StringIO()

    call_command("load_reference_data", stdout=out)

    assert f"skills {len(skills())}" in out.getvalue()


def test_a_country_that_left_the_table_is_shown_by_its_code():
    assert [country_name("ZZ", reader) for reader in ("en", "fr")] == ["ZZ", "région indéterminée"]
    assert [country_name("QX", reader) for reader in ("en", "fr")] == ["QX", "QX"]
