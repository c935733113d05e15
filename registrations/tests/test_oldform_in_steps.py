"""Long work in short steps: nobody queues behind it, and a worker that dies on the way leaves work that goes on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from letsconnect.base import worker_queues
from letsconnect.base.models import Act
from letsconnect.tests.database import waiting_at_most
from letsconnect.tests.waiting import PATIENCE
from registrations.answers import editing
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import SkillRefused, SkillState
from registrations.models import ImportedRow, ImportUpload, Offer, Registration, SkillMerge, Wish
from registrations.oldform import importing, uploads
from registrations.skills import arranging as actions
from registrations.skills import merging, merging_in_steps
from registrations.tests.factories import NOW, make_coordinator, make_member, make_registration, make_skill
from registrations.tests.test_oldform_uploads import bring, file_of

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = [
    {"name": f"Person {number}", "address": f"p{number}@example.org", "learns": "Surveys", "country": "Chile"}
    for number in range(7)
]
LATER = NOW + timedelta(minutes=2)


class Died(BaseException):
    """What kill -9 looks like from inside: nothing after it runs."""


def dying(honest, *, at_call):
    calls = []

    def wrapped(*args, **options):
        calls.append(1)
        if len(calls) == at_call:
            raise Died
        return honest(*args, **options)

    return wrapped


@contextmanager
def elsewhere(block):
    """Run ``block(paused, go_on)`` in another connection, and yield while it is paused."""
    paused, go_on = threading.Event(), threading.Event()

    def run():
        try:
            block(paused, go_on)
        finally:
            paused.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        ran = pool.submit(run)
        assert paused.wait(PATIENCE)
        try:
            yield
        finally:
            go_on.set()
        ran.result()


def paused_at(monkeypatch, module, name):
    """Let the other connection stop inside a function, with all its locks in hand."""
    honest = getattr(module, name)

    def install(paused, go_on):
        def slow(*args, **options):
            result = honest(*args, **options)
            if threading.current_thread() is not threading.main_thread():
                paused.set()
                go_on.wait(PATIENCE)
            return result

        monkeypatch.setattr(module, name, slow)

    return install


def edit_and_suggest(member):
    """What two people do while long work is in the middle of a step."""
    with waiting_at_most(1000):
        suggested = actions.suggest_skill(name="Podcast editing", language="en", by=make_member(), now=NOW)
        facts = RegistrationFacts(name="Edited", offers=((suggested.pk, 2, False),))
        version = getattr(Registration.objects.filter(member=member).first(), "version", 0)
        return editing.save_registration(member=member, facts=facts, version=version, by=member, now=NOW)


def test_a_suggestion_and_an_edit_go_through_in_the_middle_of_an_import(monkeypatch):
    member, coordinator = make_member(), make_coordinator()
    install = paused_at(monkeypatch, importing, "_import_person")

    def import_all(paused, go_on):
        install(paused, go_on)
        importing.import_registrations(content=file_of(*PEOPLE), by=coordinator, now=NOW)

    with elsewhere(import_all):
        assert edit_and_suggest(member).name == "Edited"

    assert ImportedRow.objects.count() == 7


def test_a_suggestion_and_an_edit_go_through_in_the_middle_of_a_merge(monkeypatch):
    monkeypatch.setattr(merging, "AT_ONCE", 2)
    monkeypatch.setattr(merging_in_steps, "STEP", 2)
    source, target, member = make_skill("source"), make_skill("target"), make_member()
    for _ in range(5):
        make_registration(offers=["source"])
    actions.merge_skills(source=source, target=target, by=make_coordinator(), now=NOW)
    install = paused_at(monkeypatch, merging, "move_answers")

    def work(paused, go_on):
        install(paused, go_on)
        merging_in_steps.work_merges(now=NOW)

    with elsewhere(work):
        assert edit_and_suggest(member).name == "Edited"

    assert set(Offer.objects.exclude(registration__member=member).values_list("skill", flat=True)) == {target.pk}


@pytest.fixture
def file_to_apply(monkeypatch):
    """A file of seven people that waits to be imported, two at a time."""
    monkeypatch.setattr(importing, "STEP", 2)
    coordinator = make_coordinator()
    make_skill("surveys")
    bring(coordinator, content=file_of(*PEOPLE, {}, {**PEOPLE[0], "name": "Older"}))
    assert uploads.work_waiting(now=NOW) == 1
    return uploads.apply_upload(upload=ImportUpload.objects.get(), by=coordinator, now=NOW)


def test_a_killed_import_goes_on_where_it_stopped(file_to_apply, monkeypatch, client):
    monkeypatch.setattr(uploads, "take_people", dying(uploads.take_people, at_call=3))
    with pytest.raises(Died):
        uploads.work_waiting(now=NOW)

    upload = ImportUpload.objects.get()
    assert (upload.state, upload.settled_rows, upload.rows_to_settle) == ("applying", 5, 9)
    assert ImportedRow.objects.count() == Registration.objects.count() == 4
    client.force_login(upload.applied_by)
    page = client.get(reverse("admin:registrations_importupload_change", args=[upload.pk])).content.decode()
    assert "5 of 9 rows are done." in page
    assert uploads.work_waiting(now=NOW) == 0  # somebody may still be at it
    assert uploads.nudge_overlooked(LATER) == 1
    assert uploads.work_waiting(now=LATER) == 1

    upload.refresh_from_db()
    assert (upload.state, upload.progress) == ("applied", {})
    assert {name: upload.counts[name] for name in ("rows", "imported", "merged", "unchanged", "rejected")} == {
        "rows": 9,
        "imported": 7,
        "merged": 1,
        "unchanged": 0,
        "rejected": 1,
    }
    assert Registration.objects.count() == Act.objects.filter(verb="import_registration").count() == 7


def test_a_held_row_delays_an_import_and_rejects_nobody(file_to_apply, monkeypatch):
    importing.import_registrations(content=file_of(PEOPLE[3]), by=None, now=NOW - timedelta(days=1))
    monkeypatch.setattr(importing, "PATIENCE", 0.1)
    monkeypatch.setattr(worker_queues, "PATIENCE", 0.05)
    monkeypatch.setattr(worker_queues, "TRIES", 2)

    def hold(paused, go_on):
        with transaction.atomic():
            list(Registration.objects.select_for_update())
            paused.set()
            go_on.wait(PATIENCE)

    with elsewhere(hold):
        assert uploads.work_waiting(now=NOW) == 0
        assert ImportUpload.objects.get().state == "applying"

    assert uploads.work_waiting(now=LATER) == 1
    counts = ImportUpload.objects.get().counts
    assert (counts["imported"], counts["unchanged"], counts["rejected"]) == (6, 1, 1)


@pytest.fixture
def large_merge(monkeypatch):
    """Seven people's answers, too many to move at once; one of them has both."""
    monkeypatch.setattr(merging, "AT_ONCE", 3)
    monkeypatch.setattr(merging_in_steps, "STEP", 2)
    source, target, coordinator = make_skill("source"), make_skill("target"), make_coordinator()
    for _ in range(4):
        make_registration(offers=["source"])
    make_registration(offers=["source", "target"])
    for _ in range(2):
        make_registration(wishes=["source"])
    heir = actions.merge_skills(source=source, target=target, by=coordinator, now=NOW)
    assert heir == target
    return source, target, coordinator


def tally(skill):
    return Offer.objects.filter(skill=skill).count(), Wish.objects.filter(skill=skill).count()


def test_a_large_merge_is_begun_shown_and_done_by_a_worker(large_merge, client):
    source, target, coordinator = large_merge
    client.force_login(coordinator)
    page = client.get(reverse("admin:registrations_skill_change", args=[source.pk])).content.decode()

    assert "The answers of 7 people are still to follow." in page
    assert tally(source) == (5, 2)
    assert actions.merge_skills(source=source, target=target, by=coordinator, now=NOW) == target  # a double click
    assert merging_in_steps.work_merges(now=NOW) == 1

    source.refresh_from_db()
    assert (source.state, source.merged_into, tally(source), tally(target)) == (
        SkillState.MERGED,
        target,
        (0, 0),
        (5, 2),
    )
    acts = dict(Act.objects.filter(object_id=source.pk, verb__contains="merg").values_list("verb", "reason__text"))
    assert set(acts) == {"begin_merging_skill", "merge_skill"}
    assert SkillMerge.objects.get().ended_at is not None
    assert merging_in_steps.work_merges(now=LATER) == 0


def test_a_killed_merge_goes_on_where_it_stopped(large_merge, monkeypatch):
    source, target, _coordinator = large_merge
    monkeypatch.setattr(merging, "move_answers", dying(merging.move_answers, at_call=2))
    with pytest.raises(Died):
        merging_in_steps.work_merges(now=NOW)

    assert sum(tally(source)) == 5
    assert merging_in_steps.work_merges(now=NOW) == 0
    assert merging_in_steps.nudge_overlooked(LATER) == 1
    assert merging_in_steps.work_merges(now=LATER) == 1
    assert (tally(source), tally(target)) == ((0, 0), (5, 2))
    told = Act.objects.get(verb="merge_skill").reason.text
    assert "7 people, 5 offers (1 joined), 2 wishes (0 joined)" in told


def test_what_is_saved_while_a_merge_is_on_its_way_follows_it(large_merge, member):
    source, target, _coordinator = large_merge
    facts = RegistrationFacts(name="M", wishes=((source.pk, 3, "why"),))

    editing.save_registration(member=member, facts=facts, version=0, by=member, now=NOW)

    assert Wish.objects.get(registration__member=member).skill == target


def test_other_merges_of_the_two_skills_wait_until_it_is_done(large_merge):
    source, target, coordinator = large_merge
    other = make_skill("other")
    for one, into in ((source, other), (other, source)):
        with pytest.raises(SkillRefused, match="being merged"):
            actions.merge_skills(source=one, target=into, by=coordinator, now=NOW)

    actions.merge_skills(source=target, target=other, by=coordinator, now=NOW)
    merging_in_steps.work_merges(now=NOW)

    source.refresh_from_db()
    assert (source.merged_into, tally(other)) == (other, (5, 2))


def test_a_merge_that_became_impossible_stops_and_says_so(large_merge, client):
    source, target, coordinator = large_merge
    actions.retire_skill(skill=target, by=coordinator, now=NOW)

    assert merging_in_steps.work_merges(now=NOW) == 1

    source.refresh_from_db()
    assert (source.state, tally(source)) == (SkillState.ACTIVE, (5, 2))
    client.force_login(coordinator)
    page = client.get(reverse("admin:registrations_skill_change", args=[source.pk])).content.decode()
    assert "stopped: “Target” is retired." in page


@pytest.mark.parametrize(
    ("rule", "into_itself"),
    [
        ("registrations_one_merge_of_a_skill_at_a_time", False),
        ("registrations_skill_not_merged_into_itself", True),
    ],
)
def test_the_database_keeps_one_merge_of_a_skill(large_merge, rule, into_itself):
    source, target, coordinator = large_merge
    one = target if into_itself else source

    with pytest.raises(IntegrityError, match=rule):
        SkillMerge.objects.create(source=one, target=target, asked_by=coordinator, asked_at=NOW)
