"""Merging skills while others merge or answer, on real connections."""

import pytest

from letsconnect.tests.at_once import at_once, in_the_middle, meet_after
from registrations.answers import editing
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import SkillRefused, SkillState
from registrations.models import Offer, Skill, SkillName, SkillSuggestion
from registrations.skills import arranging as actions
from registrations.skills import merged_answers, merging
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """Two skills, a coordinator who merges the first into the second, a member who offers the first."""
    source, target, coordinator, member = make_skill("source"), make_skill("target"), make_coordinator(), make_member()
    facts = RegistrationFacts(name="M", offers=((source.pk, 3, False),))
    merge = lambda: actions.merge_skills(source=source, target=target, by=coordinator, now=NOW)  # noqa: E731
    save = lambda: editing.save_registration(member=member, facts=facts, version=0, by=member, now=NOW)  # noqa: E731
    return source, target, merge, save


def test_a_merge_waits_for_the_answer_being_saved_and_takes_it_along(world, monkeypatch):
    _source, target, merge, save = world

    in_the_middle(monkeypatch, editing, "_save", of=save, does=merge)

    assert list(Offer.objects.values_list("skill", flat=True)) == [target.pk]


def test_control_without_the_lock_that_answer_is_left_behind(world, monkeypatch):
    source, _target, merge, save = world
    monkeypatch.setattr(merged_answers, "keep_skills_in_place", lambda: None)

    in_the_middle(monkeypatch, editing, "_save", of=save, does=merge)

    assert list(Offer.objects.values_list("skill", flat=True)) == [source.pk]


def test_an_answer_saved_in_the_middle_of_a_merge_follows_it(world, monkeypatch):
    _source, target, merge, save = world

    in_the_middle(monkeypatch, actions, "_curate", of=merge, does=save)

    assert list(Offer.objects.values_list("skill", flat=True)) == [target.pk]


def test_of_two_merges_into_each_other_one_happens(monkeypatch):
    one, other, coordinator = make_skill("one"), make_skill("other"), make_coordinator()
    meet_after(monkeypatch, merging, "check", people=2)

    won = at_once(
        lambda: actions.merge_skills(source=one, target=other, by=coordinator, now=NOW),
        lambda: actions.merge_skills(source=other, target=one, by=coordinator, now=NOW),
        refusals=(SkillRefused,),
    )

    assert sum(isinstance(one, SkillRefused) for one in won) == 1
    assert sorted(Skill.objects.values_list("state", flat=True)) == [SkillState.ACTIVE, SkillState.MERGED]


def test_merges_in_a_chain_at_once_never_leave_an_heir_that_is_merged(monkeypatch):
    one, two, three = make_skill("one"), make_skill("two"), make_skill("three")
    coordinator = make_coordinator()
    make_registration(offers=["one", "two"])
    meet_after(monkeypatch, merging, "check", people=2)

    at_once(
        lambda: actions.merge_skills(source=one, target=two, by=coordinator, now=NOW),
        lambda: actions.merge_skills(source=two, target=three, by=coordinator, now=NOW),
        refusals=(SkillRefused,),
    )

    merged = Skill.objects.filter(state=SkillState.MERGED).select_related("merged_into")
    assert {skill.heir.state for skill in merged} == {SkillState.ACTIVE}
    assert not Offer.objects.filter(skill__in=merged).exists()


def test_ten_people_who_miss_the_same_skill_make_one():
    people = [make_member() for _ in range(10)]

    at_once(
        *[lambda by=by: actions.suggest_skill(name="Podcast editing", language="en", by=by, now=NOW) for by in people],
        refusals=(SkillRefused,),
    )

    assert (Skill.objects.count(), SkillName.objects.count(), SkillSuggestion.objects.count()) == (1, 1, 10)
