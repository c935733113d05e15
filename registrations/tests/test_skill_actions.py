"""Skills suggested, accepted, named, merged and retired."""

import pytest
from django.urls import reverse

from letsconnect.base.models import Act
from registrations.answers import editing
from registrations.catalogue.loading import load_reference_data
from registrations.domain import registrations
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import (
    NotYours,
    SkillFamily,
    SkillNaming,
    SkillRefused,
    SkillState,
    SuggestionOutcome,
)
from registrations.models import Offer, Skill, SkillName, SkillSuggestion, Wish
from registrations.skills import arranging as actions
from registrations.skills import merging
from registrations.skills.names import names_of
from registrations.skills.suggestions import sentences_of_suggestions, skills_in_sentences
from registrations.tests.factories import NOW, make_coordinator, make_registration, make_skill

pytestmark = pytest.mark.django_db


def suggest(by, name="Podcast editing", language="en"):
    return actions.suggest_skill(name=name, language=language, by=by, now=NOW)


def merge(source, target, by=None):
    return actions.merge_skills(source=source, target=target, by=by or make_coordinator(), now=NOW)


def accept(skill, by, family=SkillFamily.TACTICS):
    return actions.accept_skill(skill=skill, family=family, by=by, now=NOW)


def rename(skill, language, text, by):
    """Give the name in one language and keep the synonyms, as the page of the desk does."""
    synonyms = merging.naming_of(skill, language).synonyms
    return actions.name_skill(skill=skill, names={language: SkillNaming(text, synonyms)}, by=by, now=NOW)


def verbs(skill):
    return list(Act.objects.on(skill).values_list("verb", flat=True))


def test_a_missing_skill_is_made_at_once_as_a_suggestion(member):
    skill = suggest(member, "  Podcast \n editing ")

    assert (skill.state, skill.family, skill.name_in("en")) == (SkillState.SUGGESTED, "", "Podcast editing")
    assert skill.suggestions.get().member == member
    assert verbs(skill) == ["suggest_skill"]


@pytest.mark.parametrize("again", ["podcast editing", "PODCAST  EDITING", "Pódcast editing", "Podcast-editing"])
def test_the_same_name_is_the_same_skill_for_the_next_who_misses_it(member, stranger, again):
    skill = suggest(member)

    assert suggest(stranger, again, "es") == skill
    assert SkillSuggestion.objects.filter(skill=skill).count() == 2
    assert verbs(skill) == ["suggest_skill"]


def test_the_same_person_suggesting_twice_changes_nothing(member):
    assert suggest(member) == suggest(member)

    assert SkillSuggestion.objects.count() == 1


def test_a_name_or_synonym_of_a_skill_in_use_is_that_skill_and_no_suggestion(member):
    skill = make_skill("editing")
    SkillName.objects.create(skill=skill, language="ar", text="التحرير", is_synonym=True)

    assert suggest(member, "التحريرُ", "ar") == skill
    assert not SkillSuggestion.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x", "123", "…!", "http://spam.example", "a" * 101, "Ask nour@example.org"])
def test_what_is_no_name_is_refused(member, name):
    with pytest.raises(SkillRefused):
        suggest(member, name)

    assert not Skill.objects.exists()


def test_a_retired_skill_is_not_suggested_back(member):
    make_skill("editing", state=SkillState.RETIRED)

    with pytest.raises(SkillRefused, match="no longer used"):
        suggest(member, "Editing")


def test_one_person_suggests_so_many_skills_a_day(member, stranger):
    for number in range(actions.SUGGESTIONS_A_DAY):
        suggest(member, f"Skill {number} of mine")

    with pytest.raises(SkillRefused, match="tomorrow"):
        suggest(member, "One too many")
    suggest(stranger, "Somebody else's first")


def test_a_suggestion_is_used_at_once(member):
    skill = suggest(member)
    facts = RegistrationFacts(name="M", offers=((skill.pk, 3, False),))

    registration = editing.save_registration(member=member, facts=facts, version=0, by=member, now=NOW)

    assert registration.offers.get().skill == skill


def test_a_liaison_accepts_a_suggestion_and_its_people_are_told(member, liaison):
    skill = accept(suggest(member), liaison)

    assert (skill.state, skill.family) == (SkillState.ACTIVE, SkillFamily.TACTICS)
    told = SkillSuggestion.objects.to_tell(member).get()
    assert (told.outcome, told.decided_at) == (SuggestionOutcome.ACCEPTED, NOW)
    assert actions.note_suggestions(by=member, now=NOW) == 1
    assert not SkillSuggestion.objects.to_tell(member).exists()


def test_accepting_from_two_stale_copies_is_logged_once(member, liaison, coordinator):
    skill = suggest(member)
    one, other = Skill.objects.get(pk=skill.pk), Skill.objects.get(pk=skill.pk)

    accept(one, liaison)
    accept(other, liaison, SkillFamily.STRATEGY)

    assert Skill.objects.get(pk=skill.pk).family == SkillFamily.TACTICS
    assert verbs(skill) == ["suggest_skill", "accept_skill"]


def test_only_coordinators_take_a_retired_skill_back(liaison, coordinator):
    skill = make_skill("editing", state=SkillState.RETIRED)

    with pytest.raises(NotYours):
        accept(skill, liaison)
    assert accept(skill, coordinator).state == SkillState.ACTIVE


@pytest.mark.parametrize("who", ["member", "liaison"])
def test_the_tree_is_the_coordinators(request, who):
    by = request.getfixturevalue(who)
    one, other = make_skill("one"), make_skill("other")

    for change in (
        lambda: merge(one, other, by),
        lambda: actions.retire_skill(skill=one, by=by, now=NOW),
        lambda: rename(one, "en", "Two", by),
        lambda: actions.add_skill(name="New", language="en", family="tactics", by=by, now=NOW),
        lambda: actions.place_skill(skill=one, family="strategy", parent=None, wikidata_id="", by=by, now=NOW),
    ):
        with pytest.raises(NotYours):
            change()
    assert not Act.objects.filter(object_type="registrations.skill").exists()


def test_a_member_without_a_seat_orders_no_suggestion(member):
    skill = suggest(member)

    with pytest.raises(NotYours):
        accept(skill, member)
    with pytest.raises(NotYours):
        rename(skill, "en", "Better", member)


def test_a_liaison_renames_a_suggestion_and_the_old_name_still_finds_it(member, liaison):
    skill = rename(suggest(member), "en", "Editing podcasts", liaison)

    assert skill.name_in("en") == "Editing podcasts"
    assert list(skill.skill_names.filter(is_synonym=True).values_list("text", flat=True)) == ["Podcast editing"]
    assert suggest(member) == skill
    assert Act.objects.on(skill).last().reason.text == "en: Podcast editing → Editing podcasts"


def test_a_synonym_becomes_the_name_and_the_name_a_synonym(coordinator):
    skill = make_skill("budgeting")
    SkillName.objects.create(skill=skill, language="en", text="Budgets", is_synonym=True)

    rename(skill, "en", "Budgets", coordinator)

    assert merging.naming_of(skill, "en") == SkillNaming("Budgets", ("Budgeting",))


def test_a_skill_does_not_take_the_name_of_another(coordinator):
    one = make_skill("one")
    make_skill("budgeting")

    with pytest.raises(SkillRefused, match="merge them"):
        rename(one, "es", "BUDGETÍNG", coordinator)
    assert merging.naming_of(one, "es") == SkillNaming("")


def test_names_of_several_languages_are_set_together_and_writing_the_same_again_changes_nothing(coordinator):
    skill = make_skill("budgeting")
    names = {"fr": SkillNaming("Budget", ("Comptes", "comptes", "Budget ")), "ar": SkillNaming("الميزانية")}

    for _ in range(2):
        actions.name_skill(skill=skill, names=names, by=coordinator, now=NOW)

    assert merging.naming_of(Skill.objects.get(), "fr") == SkillNaming("Budget", ("Comptes",))
    assert verbs(skill) == ["name_skill"]


def test_the_last_name_is_not_taken_away_and_nothing_of_it_is_kept(coordinator):
    skill = make_skill("budgeting")

    with pytest.raises(SkillRefused, match="at least one"):
        actions.name_skill(skill=skill, names={"en": SkillNaming("")}, by=coordinator, now=NOW)

    assert Skill.objects.get().name_in("en") == "Budgeting"


def test_a_skill_stands_under_none_of_its_own_parts(coordinator):
    top = make_skill("top")
    middle = make_skill("middle", parent=top)
    low = make_skill("low", parent=middle)

    def place(skill, parent):
        return actions.place_skill(
            skill=skill, family="strategy", parent=parent, wikidata_id=" Q42 ", by=coordinator, now=NOW
        )

    with pytest.raises(SkillRefused):
        place(top, low)
    with pytest.raises(SkillRefused):
        place(top, top)
    assert (place(low, top).parent, place(low, None).wikidata_id) == (top, "Q42")


def test_merging_moves_answers_and_joins_those_of_people_who_have_both():
    source, target = make_skill("source"), make_skill("target")
    both = make_registration(offers=["target"], wishes=["target"])
    Offer.objects.create(registration=both, skill=source, level=4, would_host=True)
    Wish.objects.create(registration=both, skill=source, priority=3, why="For my group")
    both.wishes.filter(skill=target).update(why="For me", priority=1)
    one = make_registration(offers=["source"])
    other = make_registration(wishes=["source"])
    make_registration(offers=["target"])

    told = merging.preview(source, target)
    merge(source, target)

    assert not Offer.objects.filter(skill=source).exists() and not Wish.objects.filter(skill=source).exists()
    assert (told.people, told.offers, told.offers_joined, told.wishes, told.wishes_joined) == (3, 2, 1, 2, 1)
    offer, wish = both.offers.get(), both.wishes.get()
    assert (offer.skill, offer.level, offer.would_host) == (target, 4, True)
    assert (wish.skill, wish.priority, wish.why) == (target, 3, "For my group / For me")
    assert one.offers.get().skill == target and other.wishes.get().skill == target


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (None, (2, "x"), (2, "x")),
        ((1, "a"), (3, "b"), (3, "b / a")),
        ((2, "a"), (2, "b"), (2, "a / b")),
        ((2, ""), (1, "b"), (2, "b")),
        ((2, "I like it"), (1, "like"), (2, "I like it")),
        ((1, "a" * 300), (2, "b" * 300), (2, "b" * 300 + " / " + "a" * 196 + "…")),
    ],
)
def test_two_wishes_become_one(one, other, joined):
    assert registrations.join_wishes(one, other) == joined
    assert len(registrations.join_wishes(one, other)[1]) <= registrations.WHY_AT_MOST


def test_the_names_of_a_merged_skill_become_synonyms_each_once():
    source, target = make_skill("source"), make_skill("target")
    SkillName.objects.create(skill=source, language="en", text="TARGET", is_synonym=True)
    SkillName.objects.create(skill=source, language="ar", text="مصدر")

    merge(source, target)

    assert merging.naming_of(target, "en") == SkillNaming("Target", ("Source",))
    assert merging.naming_of(target, "ar") == SkillNaming("", ("مصدر",))
    assert (source.name_in("en"), Skill.objects.get(pk=source.pk).name_in("en")) == ("Source", "Target")
    assert Skill.objects.get(pk=source.pk).own_name_in("en") == "Source"


def test_what_was_merged_before_goes_along_so_an_heir_is_never_merged():
    one, two, three = make_skill("one"), make_skill("two"), make_skill("three")

    merge(one, two)
    merge(two, three)

    assert set(Skill.objects.filter(state=SkillState.MERGED).values_list("merged_into", flat=True)) == {three.pk}
    assert {name.text for name in three.skill_names.filter(is_synonym=True)} == {"One", "Two"}


def test_the_parts_of_a_merged_skill_move_and_a_part_takes_the_place_of_its_whole():
    top = make_skill("top")
    source = make_skill("source", parent=top)
    middle = make_skill("middle", parent=source)
    target = make_skill("target", parent=middle)

    merge(source, target)

    assert Skill.objects.get(pk=target.pk).parent == top
    assert Skill.objects.get(pk=middle.pk).parent == target


def test_merging_twice_changes_nothing_and_is_logged_on_both_once(coordinator):
    source, target = make_skill("source"), make_skill("target")

    for _ in range(2):
        assert merge(source, target, coordinator) == target

    assert (verbs(source), verbs(target)) == (["merge_skill"], ["take_in_skill"])


def test_a_merge_of_suggestions_is_told_to_whom_missed_them(member, coordinator):
    skill = suggest(member)

    merge(skill, make_skill("podcasts"), coordinator)

    assert SkillSuggestion.objects.to_tell(member).get().outcome == SuggestionOutcome.MERGED


def test_what_cannot_be_merged_is_refused_and_nothing_is_changed(member):
    active, used = make_skill("active"), make_skill("used")
    retired, gone = make_skill("retired", state=SkillState.RETIRED), make_skill("gone")
    suggested = suggest(member)
    merge(gone, used)

    for source, target in [(active, active), (active, gone), (gone, active), (active, retired), (active, suggested)]:
        with pytest.raises(SkillRefused):
            merge(source, target)

    assert Skill.objects.get(pk=active.pk).state == SkillState.ACTIVE
    assert Skill.objects.get(pk=gone.pk).merged_into == used


def test_a_failing_merge_keeps_nothing(monkeypatch, coordinator):
    source, target = make_skill("source"), make_skill("target")
    registration = make_registration(offers=["source"])
    monkeypatch.setattr(merging, "_move_parts", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        merge(source, target, coordinator)

    assert registration.offers.get().skill == source
    assert not target.skill_names.filter(is_synonym=True).exists()


def test_a_form_opened_before_a_merge_is_saved_as_the_heir(member):
    source, target = make_skill("source"), make_skill("target")
    facts = RegistrationFacts(
        name="M",
        offers=((source.pk, 4, False), (target.pk, 1, True)),
        wishes=((source.pk, 3, "why"),),
    )
    first = editing.save_registration(member=member, facts=facts, version=0, by=member, now=NOW)
    merge(source, target)

    again = editing.save_registration(member=member, facts=facts, version=first.version, by=member, now=NOW)

    assert again.version == first.version  # nothing differs once both are read as the heir
    assert list(again.offers.values_list("skill", "level", "would_host")) == [(target.pk, 4, True)]
    assert list(again.wishes.values_list("skill", "priority", "why")) == [(target.pk, 3, "why")]


def test_a_retired_skill_keeps_its_answers_and_takes_no_part_in_new_ones(coordinator):
    skill = make_skill("editing")
    registration = make_registration(offers=["editing"])

    for _ in range(2):
        actions.retire_skill(skill=skill, by=coordinator, now=NOW)

    assert registration.offers.get().skill == skill
    assert not Skill.objects.answerable().exists()
    assert verbs(skill) == ["retire_skill"]


def test_loading_reference_data_leaves_alone_what_the_working_group_changed(coordinator):
    load_reference_data()
    budget, proposals = Skill.objects.get(slug="budgeting"), Skill.objects.get(slug="proposal-writing")
    rename(budget, "en", "Money matters", coordinator)
    merge(proposals, budget, coordinator)

    written = load_reference_data()

    assert (written["skills"], written["skill_names"]) == (0, 0)
    assert Skill.objects.get(slug="budgeting").name_in("en") == "Money matters"
    assert Skill.objects.get(slug="proposal-writing").merged_into == budget


def test_what_became_of_a_suggestion_is_told_on_the_home_page_until_it_is_read(client, member, stranger, coordinator):
    podcasts = make_skill("podcasts")
    accept(suggest(member, "Bee keeping"), coordinator)
    merge(suggest(member), podcasts, coordinator)
    actions.retire_skill(skill=suggest(member, "Nonsense"), by=coordinator, now=NOW)
    merge(accept(suggest(member, "Broadcasts"), coordinator), podcasts, coordinator)
    suggest(member, "Still waiting")
    client.force_login(member)

    page = client.get(reverse("home")).content.decode()
    assert "“Bee keeping”, which you suggested, is now in the list" in page
    assert "“Podcast editing”, which you suggested, is now part of “Podcasts”" in page
    assert "“Nonsense”, which you suggested, is not in the list" in page
    assert "“Broadcasts”, which you suggested, is now part of “Podcasts”" in page
    assert "Still waiting" not in page
    assert client.post(reverse("registrations:suggestions-note")).status_code == 302
    assert "which you suggested" not in client.get(reverse("home")).content.decode()
    client.force_login(stranger)
    assert "which you suggested" not in client.get(reverse("home")).content.decode()


def test_the_news_take_as_many_queries_for_many_suggestions(member, coordinator, django_assert_num_queries):
    heir = make_skill("heir")
    for number in range(6):
        merge(suggest(member, f"Skill {number} of mine"), heir, coordinator)

    with django_assert_num_queries(2):
        decided = SkillSuggestion.objects.to_tell(member).for_telling()
        assert len(sentences_of_suggestions(decided, names_of(skills_in_sentences(decided)))) == 6
