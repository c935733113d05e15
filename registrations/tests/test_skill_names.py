"""Names read for a whole list are those that each skill gives itself."""

import pytest

from letsconnect.base.languages import speaking
from registrations.models import SkillName
from registrations.skills.names import names_of, read_names
from registrations.tests.factories import make_skill


@pytest.mark.parametrize("language", ["en", "ar", "fr", "pt"])
def test_each_skill_has_the_name_its_reader_understands_best(db, django_assert_num_queries, language):
    skills = [make_skill(f"skill-{number}") for number in range(4)]
    for skill in skills:
        skill.skill_names.all().delete()
    wanted = {0: [("ar", "تحرير"), ("en", "Editing")], 1: [("es", "Presupuestos")], 2: [("fr", "Budgets")]}
    for number, names in wanted.items():
        for code, text in names:
            SkillName.objects.create(skill=skills[number], language=code, text=text)
            SkillName.objects.create(skill=skills[number], language=code, text=f"not {text}", is_synonym=True)

    with speaking(language):
        with django_assert_num_queries(1):
            named = names_of({skill.pk for skill in skills})
        assert named == {skill.pk: str(skill) for skill in skills}
        by_language = [skill.names() for skill in skills]
        with django_assert_num_queries(1):
            read_names(skills)
        with django_assert_num_queries(0):
            assert [skill.names() for skill in skills] == by_language
            assert {skill.pk: str(skill) for skill in skills} == named
            read_names([])
    assert named[skills[3].pk] == "skill-3"  # it has no name


def test_a_merged_skill_keeps_its_own_name_for_the_record(db, django_assert_num_queries):
    old, heir = make_skill("old"), make_skill("heir")
    old.state, old.merged_into = "merged", heir
    old.save()

    assert names_of([old.pk, heir.pk]) == {old.pk: old.own_name_in("en"), heir.pk: str(old)}
    with django_assert_num_queries(0):
        assert names_of([]) == {}
