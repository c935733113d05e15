"""Skills found by typing: real misspellings in five languages against the real seed."""

import pytest
from django.urls import reverse

from letsconnect.tests.counting import calls
from registrations.catalogue.loading import load_reference_data
from registrations.models import Skill, SkillName
from registrations.reference import skills as seed
from registrations.skills import arranging as actions
from registrations.skills import finding
from registrations.skills.finding import search
from registrations.skills.ranking import LONGEST, Name, Ranking
from registrations.skills.stemming import words
from registrations.tests.factories import NOW, make_coordinator, make_registration, make_skill

# language read, what was typed, the skill meant: it must come first
TYPED = [
    # English
    ("en", "grant writting", "proposal-writing"),
    ("en", "propsal writing", "proposal-writing"),
    ("en", "writing proposal", "proposal-writing"),
    ("en", "bugdeting", "budgeting"),
    ("en", "BUDGETS", "budgeting"),
    ("en", "fund rasing", "fundraising"),
    ("en", "fundrai", "fundraising"),
    ("en", "goverance", "governance"),
    ("en", "facilitaton", "facilitation"),
    ("en", "editathon", "organizing-edit-a-thons"),
    ("en", "edit a thon", "organizing-edit-a-thons"),
    ("en", "edit-athons", "organizing-edit-a-thons"),
    ("en", "burn out", "preventing-burnout"),
    ("en", "wikidta", "wikidata"),
    ("en", "wikidata lexem", "wikidata-lexemes"),
    ("en", "lexems", "wikidata-lexemes"),
    ("en", "social medai", "social-media"),
    ("en", "conflit managment", "conflict-management"),
    ("en", "volunter retention", "volunteer-retention"),
    ("en", "sparkql", "wikidata-queries"),
    # Spanish
    ("es", "redaccion de propuestas", "proposal-writing"),
    ("es", "presupuesto", "budgeting"),
    ("es", "presupueto", "budgeting"),
    ("es", "recaudacion de fondo", "fundraising"),
    ("es", "gobernansa", "governance"),
    ("es", "facilitasion", "facilitation"),
    ("es", "redes sosiales", "social-media"),
    ("es", "gestion finansiera", "financial-management"),
    ("es", "manejo de conflictos", "conflict-management"),
    ("es", "ENCUESTA", "surveys"),
    # Arabic: without hamza, ta marbuta as ha, vowel signs, tatweel, without the article
    ("ar", "الميزانيه", "budgeting"),
    ("ar", "ميزانية", "budgeting"),
    ("ar", "اعداد الميزانيات", "budgeting"),
    ("ar", "كتابه مقترحات", "proposal-writing"),
    ("ar", "كِتَابَة المُقْتَرَحات", "proposal-writing"),
    ("ar", "الحوكـــمة", "governance"),
    ("ar", "الحوكمه", "governance"),
    ("ar", "جمع تبرعات", "fundraising"),
    ("ar", "الاداره المالية", "financial-management"),
    ("ar", "ويكي بيانات", "wikidata"),
    # French
    ("fr", "redaction de demande de subvention", "proposal-writing"),
    ("fr", "gouvernanse", "governance"),
    ("fr", "levee de fond", "fundraising"),
    ("fr", "reseaux sociaux", "social-media"),
    ("fr", "reseau social", "social-media"),
    ("fr", "gestion financiere", "financial-management"),
    ("fr", "budgetisation", "budgeting"),
    ("fr", "gestion des conflit", "conflict-management"),
    ("fr", "sondage", "surveys"),
    ("fr", "epuisement", "preventing-burnout"),
    # Portuguese
    ("pt", "captacao de recursos", "fundraising"),
    ("pt", "orcamento", "budgeting"),
    ("pt", "orçamentoss", "budgeting"),
    ("pt", "governanca", "governance"),
    ("pt", "redacao de proposta", "proposal-writing"),
    ("pt", "facilitaçao", "facilitation"),
    ("pt", "redes sociai", "social-media"),
    ("pt", "gestao financeira", "financial-management"),
    ("pt", "gestão de conflito", "conflict-management"),
    ("pt", "inqueritos", "surveys"),
    # another language than the one read
    ("en", "presupuestos", "budgeting"),
    ("fr", "الحوكمة", "governance"),
    ("ar", "wikidata", "wikidata"),
    ("pt", "fundraising", "fundraising"),
]


@pytest.fixture(scope="module")
def ranking():
    """The real seed, ranked without a database; a skill's id is its place in the seed."""
    names = []
    for number, skill in enumerate(seed.skills()):
        names += [Name(number, language, text) for language, text in skill.names.items()]
        names += [
            Name(number, language, text, is_synonym=True)
            for language, texts in skill.synonyms.items()
            for text in texts
        ]
    return Ranking(names)


def slugs(ranking, typed, language, limit=10):
    languages = finding.chain(language)
    every = seed.skills()
    return [every[hit.skill_id].slug for hit in ranking.search(typed, languages=languages, limit=limit)]


@pytest.mark.parametrize(("language", "typed", "meant"), TYPED)
def test_what_people_type_finds_what_they_mean(ranking, language, typed, meant):
    assert slugs(ranking, typed, language)[:1] == [meant]


@pytest.mark.parametrize("typed", ["", "  ", "…", "xyzzy", "qqqqqq", "asdfgh jkl", "1234567", "ـــ"])
def test_what_means_nothing_finds_nothing(ranking, typed):
    assert slugs(ranking, typed, "en") == []


def test_every_name_and_synonym_of_the_seed_finds_its_own_skill_first(ranking):
    lost = []
    for skill in seed.skills():
        for language in seed.NAMED_IN:
            for text in (skill.names[language], *skill.synonyms.get(language, ())):
                if skill.slug not in slugs(ranking, text, language)[:3]:
                    lost.append((skill.slug, language, text))
    assert lost == []


def test_a_very_long_text_is_cut_and_no_more_work_than_what_is_left_of_it(ranking):
    def work(typed):
        return calls(lambda: ranking.search(typed, languages=("en",), limit=10))

    long = "budget " * 5000
    work(long)  # tables are made ready once
    assert work(long) == work(long[:LONGEST])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Budgets", "budget"),
        ("las redes", "la red"),
        ("captações", "captação"),
        ("réseaux locaux", "réseau local"),
        ("الميزانيات", "ميزانية"),
        ("the writing of grants", "writing grant"),
        ("the", "the"),
    ],
)
def test_singular_and_plural_meet_and_small_words_do_not_count(one, other):
    assert words(one) == words(other)


@pytest.mark.django_db
def test_the_name_is_the_readers_and_the_wording_that_matched_is_told():
    load_reference_data()

    found = search("presupuestos", language="fr")[0]

    assert (found.name, found.matched, found.family) == ("Budget", "Presupuestos", "organisation")


@pytest.mark.django_db
def test_a_search_takes_one_query_once_the_names_are_known_and_sees_every_change(django_assert_num_queries):
    skill = make_skill("juggling")

    with django_assert_num_queries(2):
        assert search("jugling", language="en")[0].skill_id == skill.pk
    with django_assert_num_queries(1):
        search("jugling", language="en")
    SkillName.objects.update(text="Tumbling")
    assert search("jugling", language="en") == []
    assert search("tumblin", language="en")[0].name == "Tumbling"
    SkillName.objects.all().delete()
    assert search("tumbling", language="en") == []


@pytest.mark.django_db
def test_merged_skills_are_found_as_their_heir_and_retired_ones_not_at_all(coordinator):
    heir, juggling, tumbling = make_skill("acrobatics"), make_skill("juggling"), make_skill("tumbling")
    actions.merge_skills(source=juggling, target=heir, by=coordinator, now=NOW)
    actions.retire_skill(skill=tumbling, by=coordinator, now=NOW)

    assert [(found.skill_id, found.name) for found in search("juggling", language="en")] == [(heir.pk, "Acrobatics")]
    assert search("tumbling", language="en") == []


@pytest.mark.django_db
def test_a_suggestion_nobody_looked_at_is_found_only_by_its_whole_name(member, liaison):
    skill = actions.suggest_skill(name="Rude words", language="en", by=member, now=NOW)

    assert search("rude", language="en") == []
    assert search("rude word", language="en") == []
    assert [found.skill_id for found in search("RUDE-words", language="en")] == [skill.pk]
    actions.accept_skill(skill=skill, family="tactics", by=liaison, now=NOW)
    assert [found.skill_id for found in search("rude", language="en")] == [skill.pk]


@pytest.mark.django_db
def test_the_search_page_answers_members_in_their_language_with_hints(client, member):
    make_registration(offers=["budgeting"])
    Skill.objects.update(family="organisation")
    client.force_login(member)

    answer = client.get(reverse("registrations:skill-search"), {"q": "bugdeting"}).json()

    skill = Skill.objects.get()
    assert answer == {
        "results": [
            {
                "id": skill.pk,
                "name": "Budgeting",
                "family": "Organisational and funding",
                "matched": "Budgeting",
                "hint": "This is shared already.",
                "recording": None,
            }
        ]
    }


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=" + "a" * 3000, "?q=budget&row=nonsense"])
def test_the_search_page_bears_any_question(client, member, query):
    client.force_login(member)

    response = client.get(reverse("registrations:skill-search") + query)

    assert (response.status_code, response.json()) == (200, {"results": []})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_the_same_number_of_queries_for_few_and_many_skills(client, member, django_assert_num_queries):
    client.force_login(member)
    for number in range(30):
        make_skill(f"budget-{number}")
    client.get(reverse("registrations:skill-search"), {"q": "budget"})  # makes the names ready

    for typed in ("budget 7", "budget"):
        with django_assert_num_queries(6):  # session, member, names still the same, hints, recordings and whose
            client.get(reverse("registrations:skill-search"), {"q": typed})


@pytest.mark.django_db
def test_coordinators_skills_are_found_at_once():
    skill = actions.add_skill(name="Bee keeping", language="en", family="strategy", by=make_coordinator(), now=NOW)

    assert search("beekeeping", language="en")[0].skill_id == skill.pk
