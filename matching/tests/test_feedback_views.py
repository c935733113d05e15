"""The page on which one side says how it went, what the match's page shows of it, and the liaisons' list."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matching.feedback import context
from matching.models import Concern, Feedback, Match
from matching.tests.factories import make_match
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_coordinator, make_liaison, make_member, make_registration

pytestmark = pytest.mark.django_db
LIST = reverse("admin:matching_concern_changelist")


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOW, tick=False):
        yield


def page(hour):
    return reverse("matching:feedback-give", args=[hour.pk])


def shown(client, hour):
    return client.get(reverse("matching:match-detail", args=[hour.match_id])).content.decode()


def test_from_home_and_the_match_to_the_question_and_back(client):
    hour = make_hour()
    client.force_login(hour.learner.member)
    assert page(hour) in client.get(reverse("home")).content.decode()
    assert page(hour) in shown(client, hour)
    assert client.get(page(hour)).status_code == 200

    answer = client.post(
        page(hour),
        {"happened": "yes", "useful": "5", "next_": "another", "thanks": "You are kind.", "note": "Zebra"},
        follow=True,
    )

    said = Feedback.objects.get()
    assert (said.useful, said.next, said.note) == (5, "another", "Zebra")
    assert "Propose the next session here" in answer.content.decode()
    assert "Zebra" in shown(client, hour)
    assert page(hour) not in client.get(reverse("home")).content.decode()
    assert 'value="yes"' in client.get(page(hour)).content.decode()


def test_of_two_windows_the_second_is_shown_what_the_first_stored_and_wipes_nothing(client):
    hour = make_hour()
    client.force_login(hour.learner.member)
    opened = client.get(page(hour)).context["seen"]
    first = {"happened": "yes", "note": "Zebra", "seen": opened}
    assert [client.post(page(hour), first).status_code for _press in range(2)] == [302, 302]

    answer = client.post(page(hour), {"happened": "yes", "thanks": "You are kind.", "seen": opened})

    assert (answer.status_code, Feedback.objects.get().note) == (422, "Zebra")
    text = answer.content.decode()
    assert "What is stored now" in text and "Zebra" in text and "You are kind." in text
    again = {"happened": "yes", "note": "Zebra", "thanks": "You are kind.", "seen": answer.context["seen"]}
    assert client.post(page(hour), again).status_code == 302
    assert Feedback.objects.get().thanks == "You are kind."


def test_a_word_that_ends_the_match_pressed_twice_is_said_once(client):
    hour = make_hour()
    client.force_login(hour.learner.member)
    typed = {"happened": "yes", "next_": "not_a_fit", "why": "poor_fit", "seen": ""}

    assert [client.post(page(hour), typed).status_code for _press in range(2)] == [302, 302]
    assert Feedback.objects.get().next == "not_a_fit"


def test_the_other_reads_the_thanks_and_nothing_else(client):
    hour = make_hour()
    say(hour, "learner", "yes", useful=1, next_="done", note="Zebra", thanks="You are kind.")
    client.force_login(hour.sharer.member)

    content = shown(client, hour)

    assert "You are kind." in content
    assert "Zebra" not in content and "Yes, we met" not in content


def test_a_mark_for_an_hour_that_was_not_is_dropped_and_a_reason_is_asked_for(client):
    hour = make_hour()
    client.force_login(hour.sharer.member)

    assert client.post(page(hour), {}).status_code == 422
    assert client.post(page(hour), {"happened": "yes", "next_": "not_a_fit"}).status_code == 422
    assert client.post(page(hour), {"happened": "yes", "useful": "7"}).status_code == 422
    assert client.post(page(hour), {"happened": "moved", "useful": "3", "why": "other"}).status_code == 302
    assert Feedback.objects.get().useful is None
    assert client.post(page(hour), {"happened": "yes", "next_": "not_a_fit", "why": "poor_fit"}).status_code == 302
    assert Match.objects.get().state == "ended"
    assert "What would you like next" not in client.get(page(hour)).content.decode()


def test_before_the_end_after_two_weeks_and_for_anybody_else_nothing_is_asked(client):
    coming, old = make_session(), make_hour(ended=timedelta(days=15))
    client.force_login(coming.learner.member)
    assert client.get(page(coming)).status_code == 404
    client.force_login(old.learner.member)
    assert client.get(page(old)).status_code == 302
    assert client.post(page(old), {"happened": "yes"}).status_code == 302
    client.force_login(make_member())
    assert client.get(page(old)).status_code == 404
    assert not Feedback.objects.exists()


def test_the_working_group_sees_whether_it_happened_and_no_word(client):
    hour = make_hour()
    for side in ("learner", "sharer"):
        say(hour, side, "yes", useful=2, note="Zebra", thanks="Giraffe")
    assert context.verdicts_of_hours(hour.match) == [(hour.starts_at, "they met")]
    client.force_login(make_liaison("MENA"))

    content = client.get(reverse("admin:matching_match_change", args=[hour.match_id])).content.decode()
    content += client.get(LIST).content.decode()

    assert "they met" in content
    assert "Zebra" not in content and "Giraffe" not in content


def test_marks_are_counted_once_there_are_enough_not_to_point_at_anybody(client):
    client.force_login(make_coordinator())
    for _ in range(4):
        say(make_hour(), "learner", useful=5)
    assert "5 (4×)" not in client.get(LIST).content.decode()

    say(make_hour(), "learner", useful=5)

    assert "5 (5×)" in client.get(LIST).content.decode()


def test_the_liaison_finds_whom_to_look_after_and_takes_them_off_the_list(client):
    here = make_registration(name="Hana", region="MENA", member=make_member(name="Hana"))
    concern = Concern.objects.create(kind="absent_twice", registration=here, raised_at=NOW)
    pair = Concern.objects.create(kind="not_meeting", match=make_match("connected", learner=here), raised_at=NOW)
    client.force_login(make_liaison("MENA"))
    assert "2 people or pairs to look after" in client.get(reverse("admin:index")).content.decode()
    assert "Hana" in client.get(LIST).content.decode()

    keys = [concern.pk, pair.pk]
    client.post(LIST, {"action": "look_after", "_selected_action": keys})

    assert not Concern.objects.open().exists()
    assert "Hana" not in client.get(LIST).content.decode()
    assert "Hana" in client.get(f"{LIST}?done=yes").content.decode()
    assert "Hana" in client.get(f"{LIST}?done=all").content.decode()
    again = client.post(f"{LIST}?done=all", {"action": "look_after", "_selected_action": keys[:1]}, follow=True)
    assert "Somebody else has looked after this already" in again.content.decode()


def test_home_match_and_list_ask_as_often_for_many_as_for_few(client):
    liaison, learner = make_liaison("MENA"), make_registration(can_learn_from=9)
    counts = []
    match = make_match("connected", learner=learner, connected_at=NOW - timedelta(days=60))
    for number in (3, 9):
        for _ in range(number):
            before = timedelta(days=1, hours=3 * match.sessions.count())
            hour = make_hour(match=match, ended=before)
            Concern.objects.create(kind="absent_twice", registration=make_registration(), raised_at=NOW)
        say(hour, "sharer")
        found = []
        for member, path in (
            (learner.member, reverse("matching:match-detail", args=[match.pk])),
            (liaison, LIST),
        ):
            client.force_login(member)
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            found.append(len(queries))
        counts.append(found)

    assert counts[0] == counts[1]
