"""What people say of themselves to those they are matched with: who reads it, and who does not."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from letsconnect.base.models import Act
from matching.domain.matches import answer_by
from matching.models import Introduction, Match
from matching.tests.factories import make_match
from registrations.accounts.wikimedia import PROVIDER
from registrations.models import Member, Registration, Wish
from registrations.tests.factories import make_coordinator

pytestmark = pytest.mark.django_db
EDIT = "matching:introduction-edit"


def seen_by(client, person, match):
    client.force_login(person.member)
    return client.get(reverse("matching:match-detail", args=[match.pk])).content.decode()


def test_the_other_reads_the_words_and_the_user_page_only_where_somebody_chose_to_show_it(client):
    now = timezone.now()
    match = make_match("asked", asked_at=now, answer_by=answer_by(now))
    client.force_login(match.sharer.member)
    client.post(reverse(EDIT), {"words": "I run a <b>museum</b>.", "shows_user_page": "on"})
    assert not Introduction.objects.get().shows_user_page, "without an account of the wiki there is no page to show"
    page = seen_by(client, match.learner, match)
    assert "I run a &lt;b&gt;museum&lt;/b&gt;." in page and "User:" not in page

    SocialAccount.objects.create(
        user=match.sharer.member, provider=PROVIDER, uid="7", extra_data={"username": "Asha /ü"}
    )
    assert "User:" not in seen_by(client, match.learner, match)
    client.force_login(match.sharer.member)
    assert "My match sees my user page: Asha /ü" in client.get(reverse(EDIT)).content.decode()
    client.post(reverse(EDIT), {"words": "I run a museum.", "shows_user_page": "on"})

    page = seen_by(client, match.learner, match)
    assert 'href="https://meta.wikimedia.org/wiki/User:Asha_%2F%C3%BC"' in page
    assert "museum" not in seen_by(client, match.sharer, match)
    Match.objects.filter(pk=match.pk).update(
        state="declined", closed_at=now, closed_why="no_time", closed_by=match.learner.member
    )
    page = seen_by(client, match.learner, match)
    assert "museum" not in page and "User:" not in page


def test_words_from_before_the_rule_are_held_back_until_both_said_yes_and_whoever_wrote_them_is_told(client):
    now, edit = timezone.now(), reverse("registrations:registration-edit")
    match = make_match("asked", asked_at=now, answer_by=answer_by(now))
    Wish.objects.filter(registration=match.learner).update(why="Write to nour@example.org")
    me = match.learner.member
    Introduction.objects.create(member=me, words="On t.me/nour", shows_user_page=True, changed_at=now)
    SocialAccount.objects.create(user=me, provider=PROVIDER, uid="7", extra_data={"username": "nour.com"})
    Member.objects.filter(pk=me.pk).update(name="Ask nour@example.org")
    Registration.objects.filter(pk=match.learner.pk).update(group_other="Call nour: 06.12.34.56.78")

    page = seen_by(client, match.sharer, match)
    assert "nour" not in page and "You see them once both of you have said yes." in page
    assert "nour" not in client.get(reverse("home")).content.decode()
    client.force_login(me)
    mine = client.get(edit).content.decode()
    assert "Leave that out, and they see it." in mine and "Nobody sees your name." in mine
    client.force_login(make_coordinator())
    desk = client.get(reverse("admin:matching_match_change", args=[match.pk])).content.decode()
    assert "Write to nour@example.org (The other does not see this" in desk
    said_yes = {"learner_accepted_at": now, "sharer_accepted_at": now, "connected_at": now}
    Match.objects.filter(pk=match.pk).update(state="connected", **said_yes)
    page = seen_by(client, match.sharer, match)
    assert (
        "Write to nour@example.org" in page
        and "Ask nour" not in page
        and "User:nour.com" in page
        and "On t.me/nour" in page
        and "You see them once" not in page
    )


def test_nothing_said_leaves_no_row_and_what_cannot_be_seen_is_refused(client, member):
    client.force_login(member)
    assert client.post(reverse(EDIT), {"words": "Hello"}).status_code == 302
    assert client.post(reverse(EDIT), {"words": "Hello"}).status_code == 302
    assert Act.objects.filter(verb="introduce_oneself").count() == 1
    for words in ("\u200b", "a" * 301, "Write to nour@example.org"):
        answer = client.post(reverse(EDIT), {"words": words})
        assert answer.status_code == 422 and (words in answer.content.decode() or words == "\u200b")
    assert "Please leave out email addresses" in answer.content.decode()
    with pytest.raises(IntegrityError, match="matching_introduction_says_something"), transaction.atomic():
        Introduction.objects.update(words="")
    invisible = "UPDATE matching_introduction SET words = U&'\\200B'"
    with pytest.raises(IntegrityError, match="matching_introduction_can_be_seen"), transaction.atomic():
        connection.cursor().execute(invisible)
    client.post(reverse(EDIT), {"words": " "})
    assert not Introduction.objects.exists()
