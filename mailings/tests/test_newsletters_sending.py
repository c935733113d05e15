"""Sending an issue: who gets it in which language and when, a second person, pause, stop, and what keeps it back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q

from letsconnect.base.models import Act
from mailings.domain.letters import LetterState
from mailings.domain.newsletters import NewsletterRefused, NewsletterState, morning_in, version_for
from mailings.domain.subscriptions import SubscriptionState
from mailings.ledger.by_hand import send_again
from mailings.ledger.draining import drain
from mailings.models import Letter, Newsletter, NewsletterBody, Subscription
from mailings.newsletters import audiences, checking, freezing, sending
from mailings.newsletters.composing import FALLBACK, MARKS, body_of
from mailings.newsletters.letter import compose_for, template_of
from mailings.subscriptions import links
from mailings.tests.factories import make_newsletter, make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_member

S = NewsletterState


@pytest.fixture
def two(db):
    return make_coordinator(), make_coordinator()


def send(newsletter, two, now=NOW):
    asked = sending.ask_to_send(newsletter=newsletter, by=two[0], now=now)
    return sending.confirm(newsletter=asked, by=two[1], now=now)


def letters_of(newsletter):
    return {letter.address: letter for letter in Letter.objects.of_issue(newsletter)}


@pytest.mark.parametrize(
    ("language", "ready", "expected"),
    [
        ("en", ["en"], "en False"),
        ("es", ["en", "pt"], "pt True"),
        ("pt", ["en"], "en True"),
        ("ar", ["fr", "en"], "en True"),
        ("en", ["fr"], None),
        ("fr", [], None),
    ],
)
def test_a_reader_gets_their_language_or_the_first_of_their_chain(language, ready, expected):
    chosen = version_for(language, ready)

    assert (chosen and f"{chosen.language} {chosen.is_fallback}") == expected


@pytest.mark.parametrize(
    ("zone", "on", "utc"),
    [
        ("UTC", date(2026, 3, 8), "09:00"),
        ("America/New_York", date(2026, 3, 7), "14:00"),
        ("America/New_York", date(2026, 3, 8), "13:00"),  # the clocks went forward this night
        ("America/New_York", date(2026, 11, 1), "14:00"),  # and back this one
        ("Asia/Kathmandu", date(2026, 3, 8), "03:15"),
        ("Pacific/Kiritimati", date(2026, 3, 9), "19:00"),
    ],
)
def test_nine_o_clock_is_that_of_the_readers_own_clock(zone, on, utc):
    moment = morning_in(zone, on=on, now=datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")))

    assert moment.astimezone(ZoneInfo("UTC")).strftime("%H:%M") == utc
    assert moment.astimezone(ZoneInfo(zone)).strftime("%H:%M %d") == f"09:00 {on.day:02}"
    late = moment + timedelta(hours=3)
    assert morning_in(zone, on=on, now=late) == late


@pytest.mark.django_db
def test_each_reader_gets_one_letter_in_their_language_at_their_nine_o_clock(two):
    newsletter = make_newsletter(languages=("en", "fr"), send_time="morning", send_on=date(2026, 3, 12))
    member = make_member(language="ar", zone="Asia/Tokyo")
    make_subscription(member=member)
    make_subscription(address="ana@example.org", language="fr", zone="Europe/Paris")
    make_subscription(address="moon@example.org", language="fr", zone="Moon/Base")
    for gone in ({"state": "unconfirmed", "confirmed_at": None}, {"paused_at": NOW}, {"wants_newsletter": False}):
        make_subscription(**gone)
    make_subscription(member=make_member(is_active=False))
    make_subscription(member=make_member(has_doubtful_address=True))

    sent = send(newsletter, two)

    found = letters_of(newsletter)
    assert sent.recipients == len(found) == 3 and sent.state == S.SENDING
    assert (found[member.email].language, found[member.email].is_fallback) == ("en", True)
    assert (found["ana@example.org"].language, found["ana@example.org"].is_fallback) == ("fr", False)
    assert found[member.email].due_at == datetime(2026, 3, 12, tzinfo=ZoneInfo("UTC"))
    assert found["ana@example.org"].due_at == datetime(2026, 3, 12, 8, tzinfo=ZoneInfo("UTC"))
    assert found["moon@example.org"].due_at == datetime(2026, 3, 12, 9, tzinfo=ZoneInfo("UTC"))
    assert sent.published_at == datetime(2026, 3, 12, tzinfo=ZoneInfo("UTC"))
    assert len({letter.message_id for letter in found.values()}) == 3


@pytest.mark.django_db
def test_an_address_gets_an_issue_once_whatever_is_pressed(two):
    newsletter = make_newsletter()
    member = make_member()
    make_subscription(member=member, address="")
    make_subscription(address=member.email)  # subscribed before they had the account
    sent = send(newsletter, two)

    assert sent.recipients == Letter.objects.of_issue(newsletter).tally()["written"] == 1
    assert freezing.freeze(newsletter, Subscription.objects.all(), ready=["en"], now=NOW) == 0
    with pytest.raises(NewsletterRefused):
        sending.confirm(newsletter=newsletter, by=two[1], now=NOW)
    with pytest.raises(NewsletterRefused):
        sending.ask_to_send(newsletter=newsletter, by=two[0], now=NOW)


@pytest.mark.django_db
def test_readers_are_counted_in_one_statement(two, django_assert_num_queries):
    for _ in range(3):
        make_subscription()
    newsletter = make_newsletter()

    with django_assert_num_queries(3):  # the languages and zones there are, and the statement
        assert freezing.freeze(newsletter, audiences.readers({}), ready=["en"], now=NOW) == 3


@pytest.mark.django_db
def test_whoever_asked_is_not_the_second_person_and_either_may_take_it_back(two):
    make_subscription()
    newsletter = sending.ask_to_send(newsletter=make_newsletter(), by=two[0], now=NOW)

    with pytest.raises(NewsletterRefused, match="second person"):
        sending.confirm(newsletter=newsletter, by=two[0], now=NOW)
    assert Letter.objects.count() == 0
    back = sending.take_back(newsletter=newsletter, by=two[1], now=NOW)
    assert (back.state, back.asked_by) == (S.DRAFT, None)
    assert list(Act.objects.on(newsletter).values_list("verb", flat=True)) == [
        "ask_to_send_newsletter",
        "make_newsletter_a_draft_again",
    ]


@pytest.mark.django_db
def test_where_the_settings_ask_for_no_second_person_it_goes_out_at_once(two, settings):
    settings.NEWSLETTER_NEEDS_TWO = False
    make_subscription()

    newsletter = sending.ask_to_send(newsletter=make_newsletter(), by=two[0], now=NOW)

    assert (newsletter.state, newsletter.recipients) == (S.SENDING, 1)


@pytest.mark.django_db
def test_pausing_holds_going_on_sends_and_stopping_ends_it_for_those_who_have_it_not(two, sink):
    first, second = make_subscription(zone="Asia/Tokyo"), make_subscription()
    day = NOW.date() + timedelta(days=1)
    newsletter = send(make_newsletter(send_time="morning", send_on=day), two)
    tokyo, later = (letters_of(newsletter)[one.address].due_at for one in (first, second))
    sending.pause(newsletter=newsletter, by=two[0], now=NOW)
    assert sending.pause(newsletter=newsletter, by=two[0], now=NOW).state == S.PAUSED

    assert drain(now=tokyo) == {}
    sending.resume(newsletter=newsletter, by=two[0], now=tokyo)
    assert drain(now=tokyo) == {"sent": 1}
    assert sending.finish_sent(tokyo) == 0
    stopped = sending.stop(newsletter=newsletter, by=two[1], now=tokyo)

    assert drain(now=later) == {}
    assert sink.recipients == [first.address]
    tally = Letter.objects.of_issue(newsletter).tally()
    assert (tally["sent"], tally["skipped"], tally["written"]) == (1, 1, newsletter.recipients)
    assert (stopped.state, stopped.published_at) == (S.STOPPED, newsletter.published_at)
    for press in (sending.pause, sending.resume):
        with pytest.raises(NewsletterRefused):
            press(newsletter=newsletter, by=two[0], now=NOW)


@pytest.mark.django_db
def test_an_issue_stopped_before_anybody_has_it_is_not_in_the_archive(two):
    make_subscription()
    stopped = sending.stop(newsletter=send(make_newsletter(), two), by=two[0], now=NOW)

    assert stopped.published_at is None
    assert type(stopped).objects.in_the_archive(NOW).count() == 0


@pytest.mark.django_db
def test_a_letter_that_was_claimed_when_the_issue_was_paused_or_stopped_goes_back_or_never_leaves(two, sink):
    from mailings.ledger import draining

    make_subscription(), make_subscription()
    newsletter = send(make_newsletter(), two)
    held, ended = draining.claim(now=NOW, batch=1)[0], draining.claim(now=NOW, batch=1)[0]
    from mailings.sending.transport import open_session

    with open_session() as session:
        sending.pause(newsletter=newsletter, by=two[0], now=NOW)
        assert draining.send_claimed([held], session=session, clock=lambda: NOW) == {"returned": 1}
        sending.stop(newsletter=newsletter, by=two[0], now=NOW)
        assert draining.send_claimed([ended], session=session, clock=lambda: NOW) == {"skipped": 1}
    assert sink.messages == []
    assert set(Letter.objects.values_list("state", "reason")) == {("skipped", "sending was stopped")}


@pytest.mark.django_db
def test_whoever_leaves_or_pauses_after_the_count_gets_nothing_and_is_counted_as_skipped(two, sink):
    stays, leaves, pauses, erased = (make_subscription() for _ in range(4))
    newsletter = send(make_newsletter(), two)
    Subscription.objects.filter(pk=leaves.pk).update(
        state=SubscriptionState.LEFT, left_at=NOW, confirmed_at=None, wants_newsletter=False
    )
    Subscription.objects.filter(pk=pauses.pk).update(paused_at=NOW)
    erased.delete()

    assert drain(now=NOW) == {"sent": 1, "skipped": 3}
    assert sink.recipients == [stays.address]
    assert set(Letter.objects.filter(state="skipped").values_list("reason", flat=True)) == {
        "the reader has left or paused"
    }
    assert sending.finish_sent(NOW) == 1
    newsletter.refresh_from_db()
    assert (newsletter.state, newsletter.finished_at) == (S.SENT, NOW)


@pytest.mark.django_db
def test_a_member_whose_new_address_gets_the_issue_already_gets_it_once(two, sink):
    member = make_member()
    make_subscription(member=member), make_subscription(address="new@example.org")
    send(make_newsletter(), two)
    member.email = "new@example.org"
    member.save()

    assert drain(now=NOW) == {"sent": 1, "skipped": 1}
    assert sink.recipients == ["new@example.org"]


@pytest.mark.django_db
def test_the_letter_has_what_was_kept_the_readers_own_links_and_a_line_where_it_is_another_language(two, sink):
    body = "Long " + "word " * 900 + "\n\n[here](/clinics/)"
    newsletter = make_newsletter(languages=("en",), body=body)
    make_subscription(address="ana@example.org", language="fr"), make_subscription(address="ben@example.org")
    send(newsletter, two)
    kept = NewsletterBody.objects.get()
    kept.html = kept.html.replace("Long ", "Kept ")
    kept.save()

    assert drain(now=NOW) == {"sent": 2}
    letters = {message["To"]: message for message in sink.messages}
    for address, message in letters.items():
        text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert not any(mark in text + html for mark in (*MARKS.values(), FALLBACK))
        assert "Kept word" in html and "/letters/leave/" in text and "/letters/choose/" in html
        assert ("n’est pas" in html or "not written in your language" in html) == (address == "ana@example.org")
        assert "/clinics/" in html and 'href="/clinics' not in html
        assert message["List-ID"] and message["List-Unsubscribe"]
        assert len(message.get_all("Message-ID")) == len(message.get_all("Date")) == 1
        assert all(len(line) < 998 for line in message.as_bytes().splitlines())
    assert len({message["Message-ID"] for message in sink.messages}) == 2
    assert not any("Content-Transfer-Encoding: quoted" in str(message) for message in sink.messages)


@pytest.mark.django_db
def test_an_audience_is_narrowed_and_says_who_is_outside_because_nothing_is_known(monkeypatch):
    monkeypatch.setattr(audiences, "_narrowings", dict(audiences._narrowings))
    narrowing = audiences.Narrowing(
        "zones", "zone", lambda: [("UTC", "UTC")], lambda values: Q(zone__in=values), unknown=Q(zone="")
    )
    audiences.register(narrowing)
    with pytest.raises(ValueError, match="twice"):
        audiences.register(audiences.Narrowing("zones", "other", list, lambda values: Q()))
    member = make_member(language="fr")
    make_subscription(member=member, language="en")
    make_subscription(language="es"), make_subscription(language="es", zone=""), make_subscription(zone="Asia/Tokyo")

    assert audiences.readers({}).count() == 4
    assert audiences.readers({"language": ["fr"]}).get().member == member
    assert audiences.readers({"language": ["es", "fr"], "zones": ["UTC"]}).count() == 2
    assert audiences.outside({"language": ["es"], "zones": ["UTC"]}) == {"zones": 1}
    assert audiences.outside({"zones": []}) == {}
    with pytest.raises(LookupError):
        audiences.readers({"moon": ["x"]})
    counts = audiences.count_by_language(audiences.readers({}), ["en", "pt"])
    assert [(one.language, one.readers, one.version.language, one.version.is_fallback) for one in counts] == [
        ("es", 2, "pt", True),
        ("en", 1, "en", False),
        ("fr", 1, "en", True),
    ]


def sentences(newsletter):
    return "\n".join(checking.why_not_to_send(newsletter))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "says nothing yet"),
        ("[x](/clinics/999/nothing)", "the portal has no page"),
        ("[x](clinics/1)", "the portal has no page"),
        ("[x](//evil.example/)", "https://"),
        ("[x](mailto:nobody)", "no address"),
        ("![x](https://x.example/p.png)", "picture"),
        ("x" * 2000, "too long for an email"),
        ("[x](https://x.example/" + "y" * 2000 + ")", "too long for an email"),
        ("كلمة " * 4000, "too long"),  # two bytes a letter
    ],
)
def test_an_issue_that_cannot_be_sent_says_why(two, body, says):
    make_subscription()
    newsletter = make_newsletter(body=body)

    assert says in sentences(newsletter)
    with pytest.raises(NewsletterRefused, match=says):
        sending.ask_to_send(newsletter=newsletter, by=two[0], now=NOW)
    newsletter.refresh_from_db()
    assert newsletter.state == S.DRAFT and Letter.objects.count() == 0


@pytest.mark.django_db
def test_the_longest_issue_that_may_be_sent_stays_under_60_kilobytes_as_it_is_sent(settings):
    settings.SITE_URL = "https://letsconnect.example.org"
    subscription, newsletter = make_subscription(language="fr"), make_newsletter(languages=("ar",))

    def may_be_sent(words):
        newsletter.versions.get().sections.update(body="كلمة " * words)
        return sentences(newsletter) == ""

    longest = max(words for words in range(2700, 3000, 60) if may_be_sent(words))
    may_be_sent(longest)
    template = template_of(body_of(newsletter.versions.get()), reader_language="fr")
    letter = Letter(address=subscription.address, message_id=f"<{'a' * 40}@letsconnect.example.org>")

    assert 56_000 < len(compose_for(template, letter, subscription).payload) < 60_000
    assert not may_be_sent(longest + 60) and "too long" in sentences(newsletter)


@pytest.mark.django_db
def test_a_half_written_version_a_lost_choice_and_nobody_to_read_it_keep_an_issue_back(two):
    newsletter = make_newsletter(languages=("en", "fr"))
    assert "Nobody would get" in sentences(newsletter)
    make_subscription()
    assert sentences(newsletter) == ""
    newsletter.versions.filter(language="fr").update(state="draft")
    assert "half written" in sentences(newsletter)
    newsletter.audience = {"moon": ["full"]}
    assert "no longer knows" in sentences(newsletter)
    assert "No version is ready" in sentences(make_newsletter(languages=()))


@pytest.mark.django_db
def test_an_app_tells_which_of_its_pages_cannot_be_linked_to(monkeypatch):
    monkeypatch.setattr(checking, "_link_checks", {})
    checking.register_link_check("clinics:clinic-list", lambda path, since: f"{path} is a draft.")
    with pytest.raises(ValueError, match="twice"):
        checking.register_link_check("clinics:clinic-list", lambda path, since: None)

    assert checking.why_not_to_link("/clinics/") == "/clinics/ is a draft."
    assert checking.why_not_to_link("https://meta.wikimedia.org/wiki/x") is None
    assert checking.why_not_to_link("mailto:ana@example.org") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/newsletter/7001/en/", None),
        ("/newsletter/7001/fr/", "there is no such issue in this language."),
        ("/newsletter/7002/en/", "there is no such issue in this language."),
        ("/newsletter/en/feed.atom", None),
        ("/registration/skills/", None),
        ("/matches/", None),
        ("/matches/5/", "not every reader can open this page."),
        ("/matches/sharers/abc/", "not every reader can open this page."),
        ("/my-data/letters/5/", "not every reader can open this page."),
        ("/clinics/5/join/", "not every reader can open this page."),
    ],
)
def test_a_link_to_a_page_that_is_not_there_or_not_for_every_reader_is_named(path, says):
    make_newsletter(number=7001)

    assert checking.why_not_to_link(path) == says


@pytest.mark.django_db
def test_what_changed_between_asking_and_confirming_keeps_it_back(two):
    reader = make_subscription()
    newsletter = sending.ask_to_send(newsletter=make_newsletter(), by=two[0], now=NOW)
    reader.delete()

    with pytest.raises(NewsletterRefused, match="Nobody"):
        sending.confirm(newsletter=newsletter, by=two[1], now=NOW)
    assert NewsletterBody.objects.count() == 0


@pytest.mark.django_db
def test_the_states_of_its_letters_add_up_to_those_who_were_counted(two, sink):
    for _ in range(3):
        make_subscription()
    newsletter = send(make_newsletter(), two)
    sink.rcpt = "550 5.7.1 no"
    drain(now=NOW)

    tally = Letter.objects.of_issue(newsletter).tally()
    assert sum(tally[state] for state in LetterState.values) == tally["written"] == newsletter.recipients
    assert tally["failed"] == 3


def test_a_letter_that_failed_is_sent_again_also_when_the_issue_is_finished(two, sink):
    make_subscription(address="reader@example.org")
    newsletter = send(make_newsletter(), two)
    sink.answers["reader@example.org"] = "550 5.7.1 not now"
    assert drain(now=NOW) == {"failed": 1}
    assert sending.finish_sent(NOW) == 1
    sink.answers.clear()

    send_again(letter=Letter.objects.of_issue(newsletter).get(), by=two[0], now=NOW)

    assert drain(now=NOW) == {"sent": 1}


def test_whoever_reads_another_language_by_now_gets_the_version_in_it(two, sink):
    member = make_member(language="en")
    make_subscription(member=member)
    newsletter = send(make_newsletter(languages=("en", "fr")), two)
    member.language = "fr"
    member.save(update_fields=["language"])

    drain(now=NOW)

    [message] = sink.messages
    assert (message["Content-Language"], message["Subject"].endswith("(fr)")) == ("fr", True)
    assert Letter.objects.of_issue(newsletter).values_list("language", "is_fallback").get() == ("fr", False)


def test_whoever_reads_a_language_that_is_not_there_by_now_is_told_so_and_counted(two, sink):
    member = make_member(language="en")
    make_subscription(member=member)
    newsletter = send(make_newsletter(languages=("en",)), two)
    member.language = "fr"
    member.save(update_fields=["language"])

    drain(now=NOW)

    assert sink.messages[0].get_body(("plain",)).get_content().startswith("Ce numéro")
    assert Letter.objects.of_issue(newsletter).values_list("language", "is_fallback").get() == ("en", True)


def test_an_issue_that_is_held_back_before_anybody_has_it_is_not_in_the_archive(two):
    make_subscription()
    later = NOW + timedelta(hours=5)
    newsletter = send(make_newsletter(send_at=later), two)

    sending.pause(newsletter=newsletter, by=two[0], now=NOW)
    assert not Newsletter.objects.in_the_archive(later).exists()
    sending.resume(newsletter=newsletter, by=two[0], now=NOW)

    assert not Newsletter.objects.in_the_archive(NOW).exists()
    assert Newsletter.objects.in_the_archive(later).exists()


def test_an_issue_that_somebody_has_stays_in_the_archive_while_it_is_paused(two, sink):
    make_subscription()
    newsletter = send(make_newsletter(), two)
    drain(now=NOW)

    sending.pause(newsletter=newsletter, by=two[0], now=NOW)

    assert Newsletter.objects.in_the_archive(NOW).exists()


@pytest.mark.parametrize(
    "target",
    [
        *(
            "#news",
            "?x=1",
            "",
            "///newsletter/",
            "https://ana:secret@example.org/",
            "https://portal.example@evil.example/",
        ),
        *(
            "http://127.0.0.1:8000/nothing",
            "HTTP://127.0.0.1:8000/nothing",
            "https://[::1",
            "https://example.org:99999/",
        ),
        *("/admin/", "/admin/mailings/newsletter/", "/letters/choose/abc/", "/calendar/abc.ics"),
    ],
)
def test_links_that_lead_nowhere_astray_or_to_one_reader_only_are_named(target):
    assert checking.why_not_to_link(target)


@pytest.mark.parametrize(
    "target", ["/newsletter/", "/%6eewsletter/", "http://127.0.0.1:8000/newsletter/?page=1#a", "/"]
)
def test_links_to_pages_that_everybody_has_are_not_named(target):
    assert checking.why_not_to_link(target) is None


@pytest.mark.parametrize("end", [sending.stop, sending.pause])
def test_an_issue_of_which_a_letter_was_just_leaving_comes_back_into_the_archive(two, end):
    make_subscription()
    newsletter = end(newsletter=send(make_newsletter(), two), by=two[0], now=NOW)
    Letter.objects.of_issue(newsletter).update(state="sent", sent_at=NOW, tries=1)  # what a worker did meanwhile

    sending.finish_sent(NOW)

    assert list(Newsletter.objects.in_the_archive(NOW)) == [newsletter]


def test_nobody_can_write_the_own_address_of_a_reader_into_an_issue(two, sink):
    reader = make_subscription()
    tracking = "[open](https://elsewhere.example/?who=lc0preferences0lc) lc0leavelc0leave0lc0lc lc0fallback0lc"
    newsletter = make_newsletter(body=tracking)
    newsletter.versions.update(subject="lc0leave0lc", preview="lc0preferences0lc")
    newsletter.versions.get().sections.update(title="lc0leave0lc")

    send(newsletter, two)
    drain(now=NOW)

    [letter] = sink.messages
    assert letter["Subject"] == "…"
    token = links.token_of(reader).partition(":")[0]
    for part, mine in (("plain", 2), ("html", 2)):
        assert letter.get_body((part,)).get_content().count(f"/{token}:") == mine  # to choose and to leave, as always
    assert not any(mark in NewsletterBody.objects.get().page for mark in [*MARKS.values(), FALLBACK])


@pytest.mark.parametrize("body", ["\u200b", "&nbsp;", "---", "> ", "****"])
def test_a_version_of_which_nobody_sees_anything_says_nothing(two, body):
    make_subscription()

    assert "The version in English says nothing yet." in checking.why_not_to_send(make_newsletter(body=body))


@pytest.mark.parametrize("words", ["", " ", "\u200b"])
def test_a_link_without_words_is_named(two, words):
    [sentence] = checking.problems_of(make_newsletter(body=f"Hello [{words}](/newsletter/)").versions.get())

    assert sentence == "The link to “/newsletter/” has no words that can be seen. Write where it leads."
