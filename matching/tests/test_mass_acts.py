"""Many matches at once: what the page says before, and what a worker does step by step."""

from datetime import timedelta

import pytest
from django.urls import reverse

from letsconnect.base import mass_acts as engine
from letsconnect.base.models import MassAct
from letsconnect.tests import mass_acts
from letsconnect.tests.opened import as_opened
from mailings.models import Letter
from matching.models import Match, Round
from matching.rounds.rules import change_rules
from matching.tests.factories import make_match, make_round
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_registration

MATCHES = "/admin/matching/match/"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def steps_of_two(monkeypatch):
    monkeypatch.setattr(engine, "AT_ONCE", 2)


@pytest.fixture
def approved(db):
    round_ = make_round("proposed")
    matches = [make_match("approved", round=round_, approved_by=make_coordinator()) for _ in range(5)]
    reader = matches[0].sharer.member
    reader.language = "ar"
    reader.save()
    return matches


def publish(client, round_):
    page = reverse("admin:matching_round_publish", args=[round_.pk])
    return client.post(page, as_opened(client, page), follow=True)


def states():
    return sorted(Match.objects.values_list("state", flat=True))


def test_a_round_is_published_by_a_worker_which_asks_as_the_page_showed(client, approved, steps_of_two):
    coordinator, round_ = make_coordinator(), approved[0].round
    client.force_login(coordinator)
    page = client.get(reverse("admin:matching_round_publish", args=[round_.pk]))
    shown = page.content.decode()
    preview = page.context["preview"]
    assert {line.language: line.people for line in preview.concerned.lines} == {"en": 9, "ar": 1}
    assert [(sample.language, sample.direction) for sample in preview.samples] == [("ar", "rtl"), ("en", "ltr")]
    assert 'lang="ar" dir="rtl"' in shown and "At most 10 emails go out" in shown
    assert not Letter.objects.exists() and not MassAct.objects.exists()

    running = publish(client, round_)
    assert running.context["is_running"] and states() == ["approved"] * 5
    Match.objects.filter(pk=approved[1].pk).update(version=approved[1].version + 1)
    engine.work_waiting(now=LATER)

    act = MassAct.objects.get()
    assert states() == ["approved", *["asked"] * 4] and Letter.objects.count() == 8
    assert engine.reasons(act) == [("Somebody else has changed this match since you saw it. Look at it again.", 1)]
    assert (Round.objects.get().state, Round.objects.get().published_by) == ("published", coordinator)
    assert Match.objects.filter(state="asked").first().answer_by > LATER + timedelta(days=6)


def test_publishing_stopped_between_two_steps_leaves_the_rest_approved(client, approved, steps_of_two):
    coordinator = make_coordinator()
    client.force_login(coordinator)
    publish(client, approved[0].round)
    act = MassAct.objects.get()
    engine._step(act.pk, now=LATER)

    client.post(reverse("admin:base_massact_cancel", args=[act.pk]))
    engine.work_waiting(now=LATER)

    assert states() == [*["approved"] * 3, "asked", "asked"]
    assert publish(client, approved[0].round).context["is_running"]  # the rest, as before


def test_a_liaison_publishes_what_is_of_their_region_only(client, approved):
    away = {"region": "LAC", "country": "BR"}
    make_match(
        "approved",
        round=approved[0].round,
        learner=make_registration(**away, wishes=["wikidata"]),
        sharer=make_registration(**away, offers=["wikidata"]),
    )
    client.force_login(make_liaison("MENA"))

    publish(client, approved[0].round)

    assert states() == ["approved", *["asked"] * 5]


def test_many_approvals_say_which_wait_for_the_other_region(client, db):
    change_rules(by=make_coordinator(), now=NOW, both_must_approve=True)
    across = make_match(sharer=make_registration(region="LAC", country="BR", offers=["wikidata"]))
    home = make_match()
    client.force_login(make_liaison("MENA"))
    ticked = {"action": "approve", "_selected_action": [across.pk, home.pk]}

    page = client.post(MATCHES, {**as_opened(client, MATCHES), **ticked}, follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "1 match is approved.",
        "Approved for your region; an approval for the other person is still to come. (1)",
    ]
    assert dict(Match.objects.values_list("pk", "state")) == {across.pk: "proposed", home.pk: "approved"}


def test_more_than_a_few_are_approved_after_a_page_and_by_a_worker(client, db, steps_of_two):
    round_ = make_round("proposed")
    rows = [make_match(round=round_) for _ in range(3)]
    liaison = make_liaison("MENA")
    client.force_login(liaison)

    page = mass_acts.prepare(client, MATCHES, "approve", rows, **as_opened(client, MATCHES))
    assert page.context["preview"].sentences[0] == "3 matches are approved." and states() == ["proposed"] * 3
    assert all(str(row) in page.content.decode() for row in rows)
    mass_acts.begin(client)
    engine.work_waiting(now=LATER)

    assert states() == ["approved"] * 3 and not Letter.objects.exists()
