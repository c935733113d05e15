"""Nobody locks anybody out of the door, and nobody is buried in letters."""

import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letsconnect.base import network
from letsconnect.base.checks import a_proxy_ends_https, proxies_are_counted_right
from letsconnect.base.models import ProxyDoubt
from letsconnect.tests.at_once import at_once
from mailings.ledger.draining import drain
from mailings.models import Letter
from registrations.accounts.signing_in import TRIES_ELSEWHERE, TRIES_OF_A_NETWORK
from registrations.models import Member, SignInCode
from registrations.tests import factories
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = reverse("registrations:sign-in"), reverse("registrations:sign-in-code")
LINK, RESEND = reverse("registrations:sign-in-link"), reverse("registrations:sign-in-resend")
AMINA = "amina@example.org"


def ask(client, address=AMINA, *, peer="192.0.2.1", **extra):
    return client.post(SIGN_IN, {"email": address, "zone": "Africa/Tunis", **extra}, REMOTE_ADDR=peer)


def code_in(message):
    return re.search(r"\b\d{6}\b", message.body)[0]


def link_in(message):
    return re.search(r"http\S+\?key=([0-9a-f]+)", message.body)


def wrong(message):
    return f"{(int(code_in(message)) + 1) % 1_000_000:06d}"


def is_in(client):
    return "_auth_user_id" in client.session


def attack(times=6, *, address=AMINA, peer="203.0.113.9"):
    """Ask in somebody's name until no further letter goes out."""
    attacker = Client()
    for _ in range(times):
        ask(attacker, address, peer=peer)
    return attacker


def test_a_second_request_does_not_kill_the_first_code(client, mailoutbox):
    ask(client)
    ask(client)

    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).url == reverse("home")


@pytest.mark.parametrize("which", range(6))
def test_all_letters_of_an_hour_live_side_by_side(client, mailoutbox, which):
    ask(client)
    for _ in range(5):
        client.post(RESEND)

    assert len(mailoutbox) == 6
    assert client.post(CODE, {"code": code_in(mailoutbox[which])}).url == reverse("home")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", range(2))
def test_a_double_click_leaves_both_codes_working(mailoutbox, which):
    """Two requests at once, before the browser has a session: each answer brings another one, and the last stays."""
    first, second = Client(), Client()
    first.get(SIGN_IN)
    second.cookies["csrftoken"] = first.cookies["csrftoken"].value

    assert [page.status_code for page in at_once(partial(ask, first), partial(ask, second))] == [302, 302]
    assert second.post(CODE, {"code": code_in(mailoutbox[which])}).url == reverse("home")


def test_codes_that_never_left_do_not_count(client, settings, mailoutbox):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for _ in range(10):
        assert ask(client).status_code in (302, 429)
    settings.EMAIL_BACKEND = backend
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert set(drain(now=timezone.now())) == {"skipped"}

    assert ask(client).status_code == 302
    assert len(mailoutbox) == 1


def test_who_is_asked_for_six_times_by_somebody_else_gets_in_with_the_newest_letter(client, mailoutbox):
    attack(times=9)
    response = ask(client)

    assert len(mailoutbox) == 6  # letters to one address stay capped
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert "newest email works" in response.context["form"].errors["email"][0]
    assert AMINA in response.content.decode()
    assert f'href="{CODE}"' in response.content.decode()
    assert "whoever asked for it" in client.get(CODE).content.decode()
    assert client.post(CODE, {"code": code_in(mailoutbox[-1])}, REMOTE_ADDR="192.0.2.1").url == reverse("home")
    assert Member.objects.get(pk=client.session["_auth_user_id"]).email == AMINA


def test_the_newest_letter_works_for_as_long_as_no_other_may_be_sent(client, mailoutbox):
    with time_machine.travel(NOW, tick=False) as clock:
        attack(times=1)
        clock.shift(timedelta(minutes=20))
        attack(times=5)
        clock.shift(timedelta(minutes=39))
        assert ask(client).status_code == 429
        assert client.post(CODE, {"code": code_in(mailoutbox[-1])}).url == reverse("home")
        assert "for 45 minutes" in mailoutbox[-1].body
        assert "for 15 minutes" in mailoutbox[-2].body
        clock.shift(timedelta(minutes=1, seconds=1))
        assert ask(Client()).status_code == 302


def test_using_a_code_makes_room_for_letters_to_another_device(client, mailoutbox):
    with time_machine.travel(NOW, tick=False) as clock:
        attack()
        ask(client)
        clock.shift(timedelta(seconds=1))
        before = len(mailoutbox)
        refused = ask(Client())
        client.post(CODE, {"code": code_in(mailoutbox[-1])})
        clock.shift(timedelta(seconds=1))

        assert (refused.status_code, len(mailoutbox)) == (429, before)
        assert ask(Client()).status_code == 302
        assert (len(mailoutbox), mailoutbox[-1].to) == (before + 1, [AMINA])


def test_the_attacker_learns_nothing_and_uses_up_nobodys_tries(client, mailoutbox):
    attacker = attack()
    for number in range(20):  # his own tries at his own letters, which are the newest
        attacker.post(CODE, {"code": f"{(int(code_in(mailoutbox[-1])) + 1 + number) % 1_000_000:06d}"})
    guesser = Client()
    ask(guesser, peer="203.0.113.9")
    for _ in range(20):
        guesser.post(CODE, {"code": wrong(mailoutbox[-1])}, REMOTE_ADDR="203.0.113.9")
    assert not is_in(attacker) and not is_in(guesser)
    assert SignInCode.objects.latest("pk").tries_elsewhere.popitem()[1] == TRIES_OF_A_NETWORK

    ask(client)

    assert client.post(CODE, {"code": code_in(mailoutbox[-1])}, REMOTE_ADDR="192.0.2.1").url == reverse("home")


def test_many_networks_together_guess_fifteen_times_and_the_link_still_works(client, mailoutbox):
    attack()
    for number in range(12):
        guesser, peer = Client(), f"203.0.113.{number}"
        ask(guesser, peer=peer)
        for _ in range(TRIES_OF_A_NETWORK):
            guesser.post(CODE, {"code": wrong(mailoutbox[-1])}, REMOTE_ADDR=peer)
    assert sum(SignInCode.objects.latest("pk").tries_elsewhere.values()) == TRIES_ELSEWHERE

    ask(client)
    assert client.post(CODE, {"code": code_in(mailoutbox[-1])}).context["form"].errors
    assert client.post(LINK, {"key": link_in(mailoutbox[-1])[1]}).url == reverse("home")


def test_a_browser_that_asked_for_another_address_is_led_to_no_letter_of_this_one(client, mailoutbox):
    attack()
    ask(client, "somebody@example.org")

    assert client.post(CODE, {"code": code_in(mailoutbox[5])}).context["form"].errors


def test_asking_again_at_the_limit_is_answered_429_on_the_page_of_the_code(client, mailoutbox):
    ask(client)
    for _ in range(5):
        client.post(RESEND)

    response = client.post(RESEND)

    assert response.status_code == 429
    assert "Retry-After" in response.headers
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).url == reverse("home")


def test_the_61st_newcomer_of_a_school_gets_a_letter_and_the_1000th_where_codes_are_used(client, settings, mailoutbox):
    for number in range(61):
        assert ask(Client(), f"pupil-{number}@example.org").status_code == 302
    settings.SIGN_IN_CODES_PER_HOUR_AND_NETWORK = 62
    SignInCode.objects.update(used_at=timezone.now())

    for number in range(61, 65):
        assert ask(Client(), f"pupil-{number}@example.org").status_code == 302
    assert [letter.to for letter in mailoutbox] == [[f"pupil-{number}@example.org"] for number in range(65)]


def test_a_limit_stops_the_browser_that_exhausted_it_and_not_its_neighbour(client, settings, mailoutbox):
    settings.SIGN_IN_CODES_PER_HOUR_AND_BROWSER = 3
    client.get(SIGN_IN)
    for number in range(3):
        assert ask(client, f"victim-{number}@example.org").status_code == 302

    assert ask(client, "victim-3@example.org").status_code == 429
    assert ask(Client()).status_code == 302


def test_an_exhausted_network_stops_no_other_and_ipv6_is_counted_by_the_household(settings, mailoutbox):
    settings.SIGN_IN_CODES_PER_HOUR_AND_NETWORK = 2
    assert ask(Client(), "a@example.org", peer="2001:db8:1:1::1").status_code == 302
    assert ask(Client(), "b@example.org", peer="2001:db8:1:1:ffff::2").status_code == 302
    assert ask(Client(), "c@example.org", peer="2001:db8:1:1:2::3").status_code == 429

    assert ask(Client(), "c@example.org", peer="2001:db8:1:2::1").status_code == 302


# The link.


def test_the_link_opens_a_page_with_a_button_in_any_browser_and_leads_on(client, mailoutbox):
    ask(Client(), next="/clinics/")
    link = link_in(mailoutbox[0])

    for _ in range(3):  # however often a scanner looks
        page = client.get(link[0].replace("http://testserver", ""))
        assert page.status_code == 200
        assert AMINA in page.content.decode()
        assert "close this page" in page.content.decode()
    assert not is_in(client)
    assert not Member.objects.exists()
    assert client.post(LINK, {"key": link[1]}).url == "/clinics/"
    assert Member.objects.get(pk=client.session["_auth_user_id"]).zone == "Africa/Tunis"


def test_a_link_works_once_and_leaves_the_code_and_ends_with_it(client, mailoutbox):
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        link, code = link_in(mailoutbox[0])[1], code_in(mailoutbox[0])
        Client().post(LINK, {"key": link})  # a scanner that presses buttons, say
        assert client.get(LINK, {"key": link}).status_code == 410
        assert client.post(LINK, {"key": link}, follow=True).status_code == 410
        assert client.post(CODE, {"code": code}).url == reverse("home")

        ask(late := Client())
        clock.shift(timedelta(minutes=16))
        assert late.get(LINK, {"key": link_in(mailoutbox[1])[1]}).status_code == 410
        assert not is_in(late)


def test_a_link_changes_nobody_who_is_signed_in_into_somebody_else(client, member, mailoutbox):
    ask(Client())
    client.force_login(member)

    page = client.get(LINK, {"key": link_in(mailoutbox[0])[1]})
    assert "signed in with another account" in page.content.decode()
    assert client.post(LINK, {"key": link_in(mailoutbox[0])[1]}).status_code == 409
    assert client.session["_auth_user_id"] == str(member.pk)


def test_a_forged_link_is_gone_and_a_button_needs_its_token(mailoutbox):
    careful = Client(enforce_csrf_checks=True)
    ask(Client())

    assert careful.get(LINK, {"key": "0" * 40}).status_code == 410
    assert careful.post(LINK, {"key": link_in(mailoutbox[0])[1]}).status_code == 403
    assert SignInCode.objects.linked(now=timezone.now()).count() == 1


def test_the_link_stands_in_the_letter_and_nowhere_else(client, mailoutbox, caplog):
    ask(client)
    secret = link_in(mailoutbox[0])[1]
    Client(enforce_csrf_checks=True).post(LINK, {"key": secret})

    stored = [list(table.objects.values()) for table in (SignInCode, Letter)]
    assert secret not in repr(stored) + repr(dict(client.session)) + caplog.text


def test_a_closed_account_stays_closed_to_a_link(client, mailoutbox):
    factories.make_member(email=AMINA, is_active=False)
    ask(Client())

    assert client.post(LINK, {"key": link_in(mailoutbox[0])[1]}).status_code == 410
    assert not is_in(client)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"link_hash": "x"}, "registrations_one_code_per_link"),
        ({"code_hash": "", "used_at": NOW}, "registrations_used_code_was_written"),
    ],
)
def test_rows_of_codes_hold_together(columns, constraint):
    whole = {"address": AMINA, "made_at": NOW, "expires_at": NOW + timedelta(minutes=15), "code_hash": "h"}
    SignInCode.objects.create(**whole, link_hash="x")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SignInCode.objects.create(**whole | columns)


# PROXY_HOPS.


@pytest.mark.parametrize(
    ("hops", "peer", "headers", "kind"),
    [
        (0, "10.0.0.7", {"x-forwarded-for": "198.51.100.7"}, "not_counted"),
        (0, "127.0.0.1", {"x-forwarded-for": "198.51.100.7"}, "not_counted"),
        (0, "", {"forwarded": "for=198.51.100.7"}, "not_counted"),
        (0, "127.0.0.1", {"x-real-ip": "198.51.100.7"}, "not_counted"),
        (1, "10.0.0.7", {"x-forwarded-for": "198.51.100.7, 10.0.0.8"}, "not_counted"),
        (1, "198.51.100.7", {}, "too_few_headers"),
        (2, "10.0.0.7", {"x-forwarded-for": "198.51.100.7"}, "too_few_headers"),
        (0, "127.0.0.1", {}, None),
        (0, "198.51.100.7", {"x-forwarded-for": "10.1.1.1"}, None),  # anybody can write a header
        (1, "10.0.0.7", {"x-forwarded-for": "198.51.100.7"}, None),
        (1, "10.0.0.7", {"x-forwarded-for": "10.9.9.9, 198.51.100.7"}, None),
    ],
)
def test_a_wrong_count_of_proxies_is_noticed(rf, settings, hops, peer, headers, kind):
    settings.PROXY_HOPS = hops

    assert network.wrong_hops(rf.get("/", REMOTE_ADDR=peer, headers=headers)) == kind


def test_a_wrong_count_of_proxies_is_said_on_the_desk_and_by_the_checks(client, settings, coordinator, monkeypatch):
    monkeypatch.setattr(network, "_last_noted", {})
    liaison = factories.make_liaison("MENA")
    client.post(SIGN_IN, {"email": AMINA}, headers={"x-forwarded-for": "198.51.100.7"}, REMOTE_ADDR="127.0.0.1")

    client.force_login(coordinator)
    assert "PROXY_HOPS is wrong" in client.get("/admin/").content.decode()
    [warning] = proxies_are_counted_right(databases=["default"])
    assert "PROXY_HOPS is 0" in warning.msg
    client.force_login(liaison)
    assert "PROXY_HOPS" not in client.get("/admin/").content.decode()
    settings.PROXY_HOPS = 1
    assert proxies_are_counted_right(databases=["default"]) == []


def test_https_without_a_counted_proxy_is_warned_of_at_the_start(settings):
    settings.SITE_URL, settings.PROXY_HOPS = "https://portal.example.org", 0
    assert [one.id for one in a_proxy_ends_https()] == ["letsconnect.W010"]

    settings.PROXY_HOPS = 1
    assert a_proxy_ends_https() == []


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [({}, "base_one_doubt_per_kind"), ({"kind": "mood"}, "base_proxy_doubt_kind_is_known")],
)
def test_doubts_about_proxies_are_of_a_known_kind_and_one_each(columns, constraint):
    ProxyDoubt.objects.create(kind="not_counted", hops=0, seen_at=NOW)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ProxyDoubt.objects.create(**{"kind": "not_counted", "hops": 0, "seen_at": NOW} | columns)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("198.51.100.7:5123", "198.51.100.7"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("unknown", "unknown"),
        ("2001:db8::1", "2001:db8::/64"),
    ],
)
def test_a_network_is_read_however_a_proxy_writes_it(rf, settings, said, found):
    settings.PROXY_HOPS = 1

    assert network.network_of(rf.get("/", headers={"x-forwarded-for": said})) == found


# A button that is pressed twice.


@pytest.mark.parametrize("by", ["code", "link"])
def test_a_button_pressed_twice_signs_in_once_and_signs_nobody_out(client, mailoutbox, by):
    ask(client)
    link, code = link_in(mailoutbox[0])[1], code_in(mailoutbox[0])
    path, typed = (CODE, {"code": code}) if by == "code" else (LINK, {"key": link})
    sent_at_once = client.cookies.output(attrs=[], header="", sep=";")

    first = client.post(path, typed)
    second = Client(HTTP_COOKIE=sent_at_once).post(path, typed)

    assert first.url == reverse("home")
    assert "sessionid" not in second.cookies  # what it sets comes last, and would stay
    last = client.get(second.url, follow=True)
    assert last.redirect_chain[-1][0] == reverse("home")
    assert last.wsgi_request.user.is_authenticated
    assert not list(last.context["messages"])


def test_a_session_that_is_gone_is_no_reason_to_take_the_cookie_of_another(client):
    client.cookies["sessionid"] = "a" * 32

    assert "sessionid" not in client.get(reverse("home")).cookies
