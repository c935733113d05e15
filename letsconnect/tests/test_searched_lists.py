"""Lists of the desk are searched by names and titles however they are spelt, among the rows somebody may see."""

import pytest
from django.contrib import admin
from django.urls import reverse

from clinics.models import ClinicSeries
from clinics.tests.factories import make_clinic, make_need, make_topic_request
from mailings.tests.factories import make_letter, make_subscription
from matching.models import Concern, Exclusion
from matching.tests.factories import make_match, make_request
from registrations.models import Group, Member, SkillName, WorkingGroupSeat
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db
# Few rows, or nothing that has a name: what clinics begin with, rounds, issues, fingerprints.
NOT_SEARCHED = {"agendatemplate", "checklisttemplateitem", "round", "newsletter"}


@pytest.fixture
def desk(client):
    client.force_login(make_coordinator())
    return client


def found(client, table, words, **filters):
    page = client.get(reverse(f"admin:{table}_changelist"), {"q": words, **filters})
    return [row.pk for row in page.context["cl"].result_list]


def test_each_list_that_grows_is_searched():
    lists = {page.opts.model_name for page in admin.site._registry.values() if not page.get_search_fields(None)}
    alone = {page.opts.model_name for page in admin.site._registry.values() if page.list_display == ("__str__",)}
    assert lists - alone == NOT_SEARCHED


def test_matches_are_found_by_either_side_by_number_and_by_skill_in_any_language(desk, client):
    learner = make_registration(name="María Núñez", wikimedia_username="Estrella del Sur")
    sharer = make_registration(name="أحمد", member=make_member(name="Ahmed B.", region="MENA"))
    match, other = make_match("proposed", learner=learner, sharer=sharer), make_match("proposed", skill="lexemes")
    SkillName.objects.create(skill=match.skill, language="fr", text="Données liées")

    for words in ("nunez", "NÚÑEZ maria", "estrella", "احمد", "ahmed", f"#{match.pk}", "donnees LIEES"):
        assert found(desk, "matching_match", words) == [match.pk], words
    assert found(desk, "matching_match", "lexemes") == [other.pk]
    assert found(desk, "matching_match", "nunez estrellas") == found(desk, "matching_match", "%") == []
    assert found(desk, "matching_match", "nunez", state__exact="asked") == []

    client.force_login(make_liaison("LAC"))
    assert found(client, "matching_match", "nunez") == found(client, "matching_match", f"#{match.pk}") == []


def test_a_request_a_pair_kept_apart_and_a_worry_are_found_by_their_people(desk):
    one, other = make_registration(name="Zoë Ünal"), make_registration(name="Ordinary")
    asked = make_request(learner=one)
    make_request(learner=other)
    pair = Exclusion.objects.create(person=one, other=other, reason="x", made_by=make_coordinator(), made_at=NOW)
    worry = Concern.objects.create(kind="absent_twice", registration=one, raised_at=NOW)
    Concern.objects.create(kind="absent_twice", registration=other, raised_at=NOW)
    for words in ("zoe", "unal"):
        assert found(desk, "matching_sharerrequest", words) == [asked.pk]
        assert found(desk, "matching_exclusion", words) == [pair.pk]
        assert found(desk, "matching_concern", words) == [worry.pk]


def test_people_letters_and_seats_are_found_by_names_however_they_are_spelt(desk):
    member = make_member(name="Łukasz Đorđe", region="MENA")
    person = make_registration(member=member, name="")
    make_registration(name="Ordinary")
    letter, _other = make_letter(to=member), make_letter()
    reader = make_subscription(member=member, address="reader@example.org")
    seat = WorkingGroupSeat.objects.create(member=member, role="liaison", region="SSA", from_on=NOW.date())
    assert found(desk, "registrations_registration", "lukasz dorde") == [person.pk]
    assert found(desk, "registrations_registration", f"#{person.pk}") == [person.pk]
    assert found(desk, "registrations_registration", member.public_id) == [person.pk]
    assert found(desk, "registrations_member", "lukasz") == [member.pk]
    assert found(desk, "mailings_letter", "lukasz") == [letter.pk]
    assert found(desk, "mailings_letter", letter.address) == [letter.pk]
    assert found(desk, "mailings_subscription", "dorde") == [reader.pk]
    elsewhere = make_letter(to=make_member(email="now@example.org"), address="before@example.org")
    for words in ("now@example.org", " NOW@example.org ", "Before@Example.org", elsewhere.message_id):
        assert found(desk, "mailings_letter", words) == [elsewhere.pk], words
    assert (
        found(desk, "mailings_letter", "lukasz now@example.org") == found(desk, "mailings_letter", "example.org") == []
    )
    assert found(desk, "mailings_subscription", "Reader@example.org") == [reader.pk]
    assert found(desk, "registrations_workinggroupseat", "lukasz") == [seat.pk]
    assert Member.objects.filter(name="Łukasz Đorđe").exists()


def test_clinics_topics_and_groups_are_found_by_titles_however_they_are_spelt(desk):
    clinic, _other = make_clinic(title="Écrire une requête"), make_clinic()
    topic, need = make_topic_request(words="Encuadernación"), make_need(words="Encuadernación")
    series = ClinicSeries.objects.create(name="Été indien")
    group = Group.objects.create(slug="a", name="Wikimédia Perú", kind="chapter")
    group.aliases.create(text="ويكيميديا")
    assert found(desk, "clinics_clinic", "ecrire requete") == [clinic.pk]
    assert found(desk, "clinics_topicrequest", "encuadernacion") == [topic.pk]
    assert found(desk, "clinics_raisedneed", "encuadernacion") == [need.pk]
    assert found(desk, "clinics_clinicseries", "ete") == [series.pk]
    assert (
        found(desk, "registrations_group", "wikimedia peru") == found(desk, "registrations_group", "ويكي") == [group.pk]
    )
