"""The Wikimedia door, against a wiki on the loopback."""

import logging
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import NoReverseMatch, reverse

from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once
from letsconnect.tests.waiting import PATIENCE
from registrations.accounts.signing_in import send_sign_in_code, sign_in_with_code
from registrations.accounts.wikimedia.outgoing import Outgoing
from registrations.accounts.wikimedia.profile import Profile
from registrations.accounts.wikimedia.signing_in import connect_wikimedia, disconnect_wikimedia, sign_in_with_wikimedia
from registrations.domain.registrations import ConnectedElsewhere, LastWayIn, RegistrationError
from registrations.models import Member
from registrations.tests import factories
from registrations.tests.mediawiki import CLIENT_ID, private_profile, profile

pytestmark = pytest.mark.django_db
BEGIN, BACK = reverse("registrations:wikimedia-sign-in"), reverse("registrations:wikimedia-callback")
WAYS, CONNECT = reverse("registrations:sign-in-ways"), reverse("registrations:wikimedia-connect")
DISCONNECT = reverse("registrations:wikimedia-disconnect")


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def walk(client, begin=BEGIN, **data):
    """Go to the wiki and return the address it sends the person back to."""
    answer = requests.get(client.post(begin, data).url, allow_redirects=False, timeout=PATIENCE)
    return answer.headers["Location"].removeprefix("http://127.0.0.1:8000")


def come(client, begin=BEGIN, **data):
    return client.get(walk(client, begin, **data))


def whose(client):
    return client.get(reverse("home")).wsgi_request.user


def words(response):
    return " ".join(response.content.decode().split())


def test_a_newcomer_becomes_a_member_keyed_on_the_number(client, wiki, settings):
    response = come(client, next="/registration/", zone="Africa/Tunis")

    account, member = SocialAccount.objects.get(), Member.objects.get()
    assert response.url == "/registration/"
    assert whose(client) == member == account.user
    assert (account.provider, account.uid, account.extra_data) == ("mediawiki", "4711", {"username": "Amina Ben Ali"})
    assert (member.name, member.email, member.zone) == ("Amina Ben Ali", None, "Africa/Tunis")
    assert Act.objects.filter(verb="join", actor=member).exists()
    assert not EmailAddress.objects.exists()
    assert not SocialToken.objects.exists()


def test_the_portal_says_who_it_is_and_sends_the_secret_to_one_address_only(client, wiki, settings):
    come(client)

    steps = dict(wiki.asked)
    assert steps["profile"]["User-Agent"] == f"lets-connect-portal ({settings.SITE_URL}; {settings.CONTACT_EMAIL})"
    assert [step for step, _ in wiki.asked] == ["authorize", "token", "profile"]
    assert "client_secret" not in steps["authorize"]


def test_an_address_is_taken_over_when_granted_and_confirmed_yet_not_as_proved(client, wiki):
    wiki.profile = private_profile("Amina@Example.org")
    come(client)

    assert Member.objects.get().email == "amina@example.org"
    assert EmailAddress.objects.get().verified is False


@pytest.mark.parametrize(
    "told",
    [
        private_profile(confirmed_email=False),
        private_profile(email=""),
        private_profile(email="no address"),
        private_profile(email="a@ex\ud800.org"),
        private_profile(email=["amina@example.org"]),
    ],
)
def test_an_address_that_is_not_confirmed_or_is_none_is_left_out(client, wiki, told):
    wiki.profile = told
    come(client)

    assert (Member.objects.get().email, EmailAddress.objects.count()) == (None, 0)


def test_an_equal_address_neither_opens_nor_joins_the_account_that_has_it(client, wiki):
    other = factories.make_member(email="amina@example.org")
    wiki.profile = private_profile("AMINA@example.org")
    come(client)

    newcomer = whose(client)
    assert newcomer != other
    assert newcomer.email is None
    assert SocialAccount.objects.get().user == newcomer
    assert not EmailAddress.objects.filter(user=newcomer).exists()


def test_an_address_another_member_had_before_is_taken_too(client, wiki, member):
    EmailAddress.objects.create(user=member, email="amina@example.org", verified=True)
    wiki.profile = private_profile()
    come(client)

    assert whose(client).email is None


def test_a_newcomer_whose_address_is_taken_is_told_how_to_join_the_two(client, wiki):
    factories.make_member(email="amina@example.org")
    wiki.profile = private_profile()
    response = client.get(walk(client), follow=True)

    assert "has the address amina@example.org already" in words(response)


def test_a_rename_keeps_the_account_and_shows_the_new_name(client, wiki):
    come(client)
    member = Member.objects.get()
    registration = factories.make_registration(member=member, wikimedia_username="Amina Ben Ali")
    client.logout()
    wiki.profile = profile(username="Amina of Tunis")
    come(client)

    member.refresh_from_db()
    registration.refresh_from_db()
    assert whose(client) == member
    assert (member.name, registration.wikimedia_username) == ("Amina of Tunis", "Amina of Tunis")
    assert b"Amina of Tunis" in client.get(WAYS).content


def test_a_rename_leaves_a_name_alone_that_the_person_chose(client, wiki):
    come(client)
    Member.objects.update(name="Amina")
    wiki.profile = profile(username="Amina of Tunis")
    client.logout()
    come(client)

    assert Member.objects.get().name == "Amina"
    assert SocialAccount.objects.get().extra_data == {"username": "Amina of Tunis"}


def test_another_number_with_the_same_name_is_another_person(client, wiki):
    come(client)
    client.logout()
    wiki.profile = profile(sub=4712)
    come(client)

    assert Member.objects.count() == 2


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (profile(blocked=True), "blocked or hidden"),
        (profile(locked=True), "blocked or hidden"),
        ({"sub": 4711, "blocked": True}, "blocked or hidden"),  # all MediaWiki tells of a hidden account
        (profile(sub=0), "does not say which account"),
        (profile(sub="0"), "does not say which account"),
        (profile(sub=""), "does not say which account"),
        (profile(sub=None), "does not say which account"),
        (profile(sub=-4), "does not say which account"),
        (profile(sub=True), "does not say which account"),
        (profile(sub=[4711]), "does not say which account"),
        (profile(sub="4711; x"), "does not say which account"),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_blocked_hidden_and_nameless_accounts_are_refused_with_the_reason(client, wiki, told, sentence, is_known):
    if is_known:
        come(client)
        client.logout()
    before = Member.objects.count()
    wiki.profile = told
    response = come(client)

    assert response.status_code == 403
    assert sentence in words(response)
    assert reverse("registrations:sign-in") in words(response)
    assert Member.objects.count() == before
    assert not whose(client).is_authenticated


@pytest.mark.parametrize(
    "change", [{"username": ""}, {"username": 5}, {"username": "a\x00b"}, {"username": "\ud800"}, {"blocked": None}]
)
def test_a_profile_that_says_too_little_lets_nobody_in(client, wiki, change):
    wiki.profile = profile(**change)
    response = come(client)

    assert response.status_code == 400
    assert "did not understand" in words(response)
    assert not Member.objects.exists()


@pytest.mark.parametrize("flags", [{"is_active": False}, {"is_demo": True}])
def test_closed_accounts_and_demo_accounts_of_a_real_portal_stay_closed(client, wiki, settings, flags):
    settings.EMBEDDED_DATABASE = False
    come(client)
    client.logout()
    Member.objects.update(**flags)
    response = come(client)

    assert response.status_code == 403
    assert not whose(client).is_authenticated


HTML = b"<!DOCTYPE html><title>Wikimedia Error</title><p>Our servers are currently under maintenance"


@pytest.mark.parametrize("step", ["token", "profile"])
@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/html", HTML),
        (200, "application/json", HTML),
        (200, "", HTML),
        (500, "text/html", HTML),
        (503, "application/json", b'{"httpCode": 503}'),
        (302, "text/html", b"elsewhere"),
        (200, "application/json", b"[]"),
        (200, "application/json", b"5"),
        (200, "application/json", b"null"),
        (200, "application/json", b'["access_token"]'),
        (200, "application/json", b'{"access_token": {"a": 1}}'),
        (200, "application/json", b'{"access_token": "a\\nb"}'),
        (200, "application/json", b'{"access_token": "\\u0661"}'),
        (200, "application/json", b"\xff\xfe"),
        (200, "application/json", b"[" * 60_000),
        (200, "application/json", b'"' + b"a" * 300_000 + b'"'),
        (200, "application/json", b""),
    ],
)
def test_an_answer_that_is_none_gives_a_page_and_lets_nobody_in(client, wiki, step, answer):
    wiki.answers[step] = answer
    response = come(client)

    assert response.status_code == 400
    assert b"<h1>" in response.content
    assert not Member.objects.exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("step", ["token", "profile"])
def test_a_wiki_that_drips_is_given_up(client, wiki, settings, step):
    """Its next byte always comes in time and its last one never, so that the page comes only because it gave up."""
    back = walk(client)
    settings.MEDIAWIKI_SECONDS = 0.5
    wiki.drips = {step}

    response = client.get(back)

    assert not wiki.enough.is_set()
    assert response.status_code == 400
    assert "did not answer in time" in words(response)


def test_a_sign_in_waits_five_seconds_in_all(settings):
    assert settings.MEDIAWIKI_SECONDS == 5


def test_both_requests_of_a_sign_in_share_the_deadline_of_the_setting(client, wiki, settings, monkeypatch):
    deadlines, request = [], Outgoing.request

    def note(self, *args, **options):
        deadlines.append(self.until)
        return request(self, *args, **options)

    monkeypatch.setattr(Outgoing, "request", note)
    for seconds, browser in ((1_000, client), (9_000, Client())):
        settings.MEDIAWIKI_SECONDS = seconds
        come(browser)

    first, again, second, again_of_second = deadlines
    assert first == again
    assert second == again_of_second
    assert second - first >= 8_000


def test_a_wiki_that_is_down_gives_a_page(client, wiki):
    back = walk(client)
    wiki.stop()
    response = client.get(back)

    assert response.status_code == 400
    assert "did not answer in time" in words(response)


def test_saying_no_on_the_wiki_is_no_error_and_offers_the_other_door(client, wiki):
    wiki.says_yes = False
    response = come(client)

    assert "You did not allow" in words(response)
    assert reverse("registrations:sign-in") in words(response)
    assert "You did not allow" in words(client.get(BACK, {"error": "access_denied"}))


@pytest.mark.parametrize(
    "query",
    [{}, {"code": "x"}, {"code": "x", "state": "unknown"}, {"state": "\x00"}, {"error": "server_error"}],
)
def test_an_answer_to_no_question_of_this_browser_is_refused_unasked(client, wiki, query):
    response = client.get(BACK, query)

    assert response.status_code == 400
    assert "does not belong to a sign-in of the last ten minutes" in words(response)
    assert wiki.asked == []


def test_the_answer_to_another_browser_opens_nothing_here(client, wiki):
    response = Client().get(walk(client))

    assert response.status_code == 400
    assert not Member.objects.exists()


def test_an_answer_works_once_and_so_does_a_code(client, wiki):
    back = walk(client)
    client.get(back)
    client.logout()
    assert "was used already" in words(client.get(back))

    used = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(walk(client)).query)["state"][0]
    assert client.get(BACK, {"code": used, "state": state}).status_code == 400
    assert not whose(client).is_authenticated


def test_an_error_the_wiki_names_gives_a_page(client, wiki):
    state = parse_qs(urlsplit(walk(client)).query)["state"][0]

    page = client.get(BACK, {"error": "server_error", "state": state})

    assert page.status_code == 400
    assert "<h1>That did not work</h1>" in words(page)
    assert reverse("registrations:sign-in") in words(page)
    assert not whose(client).is_authenticated
    assert not Member.objects.exists()


def test_the_verifier_is_checked_by_the_wiki(client, wiki):
    back = walk(client)
    wiki.codes = dict.fromkeys(wiki.codes, "the challenge of somebody else")

    assert client.get(back).status_code == 400
    assert len(dict(wiki.asked)["token"]["code_verifier"]) >= 43


def test_the_request_changes_nothing_of_the_way_to_the_wiki(client, wiki, settings):
    settings.MEDIAWIKI_SCOPES = ["mwoauth-authonlyprivate"]
    forged = "auth_params=redirect_uri%3Dhttps%253A%252F%252Fevil.example%26scope%3Deditpage%26client_id%3Dx&scope=editpage&action=reauthenticate&process=connect&redirect_uri=https://evil.example"
    for target in (f"{BEGIN}?{forged}", BEGIN):
        data = dict(parse_qs(forged)) if target == BEGIN else {}
        url = urlsplit(client.post(target, data, headers={"host": "localhost"}).url)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        assert url.netloc == urlsplit(wiki.url).netloc
        assert query["redirect_uri"] == settings.SITE_URL + BACK
        assert (query["scope"], query["client_id"]) == ("mwoauth-authonlyprivate", CLIENT_ID)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_coming_in_never_leads_to_another_site(client, wiki, target):
    assert come(client, next=target).url == reverse("home")


@pytest.mark.parametrize("zone", ["Nowhere/At_all", "../etc/passwd", "\x00", "z" * 3000, ""])
def test_a_zone_that_is_none_is_not_believed(client, wiki, zone):
    come(client, zone=zone)

    assert Member.objects.get().zone == "UTC"


def test_nothing_begins_by_a_link_or_from_another_site(wiki):
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(BEGIN).status_code == 405
    assert strict.post(BEGIN).status_code == 403
    assert strict.post(BACK).status_code in {403, 405}


def test_without_a_client_id_there_is_no_such_door(client, member):
    assert b"Sign in with Wikimedia" not in client.get(reverse("registrations:sign-in")).content
    assert (client.post(BEGIN).status_code, client.get(BACK).status_code) == (404, 404)
    client.force_login(member)
    assert client.post(CONNECT).status_code == 404
    assert CONNECT not in words(client.get(WAYS))


def test_the_sign_in_page_offers_it_where_it_is(client, wiki, settings):
    response = client.get(reverse("registrations:sign-in"), {"next": "/registration/"})

    assert "Sign in with Wikimedia" in words(response)
    assert f"form-action 'self' {settings.MEDIAWIKI_FORM_ORIGINS[0]};" in response.headers["Content-Security-Policy"]
    settings.MEDIAWIKI_CLIENT_ID = ""
    assert "form-action 'self';" in client.get(reverse("home")).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["accounts/login/", "accounts/signup/", "accounts/social/signup/", "accounts/social/connections/"]
)
@pytest.mark.parametrize("prefix", ["/", "/sign-in/"])
def test_no_page_of_allauths_own_is_there(client, wiki, prefix, path):
    assert client.get(prefix + path).status_code == 404


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "socialaccount_signup", "socialaccount_connections", "mediawiki_login"]
)
def test_no_address_of_allauths_own_has_a_name(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_member_connects_the_account_and_comes_in_by_it(client, wiki):
    member = factories.make_member(email="amina@example.org")
    client.force_login(member)
    assert come(client, CONNECT).url == WAYS
    client.logout()
    come(client)

    assert whose(client) == member
    assert Member.objects.count() == 1
    assert member.name != "Amina Ben Ali"
    assert Act.objects.filter(verb="connect_wikimedia", actor=member).exists()


def test_connecting_twice_changes_nothing(client, wiki, member):
    client.force_login(member)
    come(client, CONNECT)
    come(client, CONNECT)

    assert SocialAccount.objects.get().user == member
    assert Act.objects.filter(verb="connect_wikimedia").count() == 1


def test_an_account_that_opens_another_members_account_is_not_moved(client, wiki, member):
    come(client)
    owner = SocialAccount.objects.get().user
    factories.make_registration(member=owner)
    client.logout()
    client.force_login(member)
    response = come(client, CONNECT)

    assert response.status_code == 403
    assert "opens another account here" in words(response)
    assert whose(client) == member
    assert SocialAccount.objects.get().user == owner


def test_an_account_that_has_an_address_of_its_own_is_not_moved(client, wiki, member):
    wiki.profile = private_profile()
    come(client)
    EmailAddress.objects.all().delete()
    client.logout()
    client.force_login(member)

    assert come(client, CONNECT).status_code == 403
    assert SocialAccount.objects.get().user != member


def test_a_person_with_a_bare_account_by_the_other_door_joins_the_two(client, wiki):
    member = factories.make_member(email="amina@example.org")
    wiki.profile = private_profile()
    come(client)
    bare = whose(client)
    other_browser = Client()
    other_browser.force_login(bare)
    client.logout()
    client.force_login(member)
    come(client, CONNECT)

    bare.refresh_from_db()
    assert SocialAccount.objects.get().user == member
    assert (bare.is_active, bare.name, bare.erased_at is None) == (False, "", False)
    assert not whose(other_browser).is_authenticated


def test_one_account_has_one_wikimedia_account(client, wiki, member):
    client.force_login(member)
    come(client, CONNECT)
    wiki.profile = profile(sub=4712)

    assert come(client, CONNECT).status_code == 403
    assert SocialAccount.objects.get().uid == "4711"


def test_a_blocked_account_is_not_connected_either(client, wiki, member):
    client.force_login(member)
    wiki.profile = profile(blocked=True)

    assert come(client, CONNECT).status_code == 403
    assert not SocialAccount.objects.exists()


def test_whoever_changed_accounts_on_the_way_connects_nothing(client, wiki, member, stranger):
    client.force_login(member)
    back = walk(client, CONNECT)
    session = client.session
    session["_auth_user_id"], session["_auth_user_hash"] = str(stranger.pk), stranger.get_session_auth_hash()
    session.save()

    assert client.get(back).status_code == 403
    assert not SocialAccount.objects.exists()


def test_disconnecting_needs_a_proved_address_and_ends_the_other_sessions(client, wiki, member):
    client.force_login(member)
    come(client, CONNECT)
    client.post(DISCONNECT)
    assert SocialAccount.objects.count() == 1

    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    other_browser = Client()
    come(other_browser)
    assert whose(other_browser) == member
    client.post(DISCONNECT)

    assert not SocialAccount.objects.exists()
    assert whose(client) == member
    assert not whose(other_browser).is_authenticated
    assert client.get(DISCONNECT).status_code == 405


STEP = reverse("registrations:registration-step", args=["you"])


@pytest.mark.parametrize(("leads_to", "is_theirs"), [(STEP, True), ("/", False)])
def test_what_a_visitor_typed_goes_to_whoever_signs_in_with_the_wiki_from_its_page(client, wiki, leads_to, is_theirs):
    client.post(STEP, {"name": "Anahita"})

    come(client, next=leads_to)

    assert ("Anahita" in words(client.get(STEP))) is is_theirs


@pytest.mark.parametrize(("address", "is_theirs"), [("amina@example.org", True), ("bea@example.org", False)])
def test_what_waits_for_an_address_goes_to_the_wiki_account_of_whoever_proved_it(
    client, wiki, member, mailoutbox, address, is_theirs
):
    EmailAddress.objects.create(user=member, email="amina@example.org", verified=True)
    connect_wikimedia(member=member, profile=Profile("4711", "Amina"), by=member, now=factories.NOW)
    client.post(STEP, {"name": "Anahita"})
    client.post(reverse("registrations:sign-in"), {"email": address, "next": STEP})

    come(client, next=STEP)

    assert whose(client) == member
    assert ("Anahita" in words(client.get(STEP))) is is_theirs


def test_an_address_that_only_the_wiki_knows_is_no_proof_of_whose_the_text_is(client, wiki, mailoutbox):
    wiki.profile = private_profile("amina@example.org")
    client.post(STEP, {"name": "Anahita"})
    client.post(reverse("registrations:sign-in"), {"email": "amina@example.org", "next": STEP})

    come(client, next=STEP)

    assert whose(client).email == "amina@example.org"
    assert "Anahita" not in words(client.get(STEP))


@pytest.mark.parametrize("verified", [True, False])
def test_only_a_proved_address_of_today_is_another_way_in(member, verified):
    connect_wikimedia(member=member, profile=Profile("4711", "Amina"), by=member, now=factories.NOW)
    EmailAddress.objects.create(user=member, email="old@example.org", verified=verified)

    with pytest.raises(LastWayIn):
        disconnect_wikimedia(member=member, by=member, now=factories.NOW)


def test_a_code_for_the_address_of_a_wikimedia_member_names_the_other_door(client, wiki, mailoutbox):
    wiki.profile = private_profile()
    come(client)
    member = whose(client)
    owner = Client()
    for time_around in (1, 2):
        owner.post(reverse("registrations:sign-in"), {"email": "amina@example.org"})
        code = mailoutbox[-1].subject[:6]
        response = owner.post(reverse("registrations:sign-in-code"), {"code": code}, follow=True)
        assert whose(owner) == member
        assert ("Amina Ben Ali, from which it has this address" in words(response)) is (time_around == 1)
        owner.logout()

    assert EmailAddress.objects.get().verified is True


def test_nothing_is_claimed_while_the_other_door_is_news(client, wiki, mailoutbox):
    imported = factories.make_registration(source="import", state="submitted", imported_address="amina@example.org")
    wiki.profile = private_profile()
    come(client)
    claimed = []
    for _ in range(2):
        owner = Client()
        owner.post(reverse("registrations:sign-in"), {"email": "amina@example.org"})
        owner.post(reverse("registrations:sign-in-code"), {"code": mailoutbox[-1].subject[:6]})
        imported.refresh_from_db()
        claimed.append(imported.member)

    assert claimed == [None, Member.objects.get(email="amina@example.org")]


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_in_three_tabs_and_by_code_at_once_becomes_at_most_one_of_each_kind(mailoutbox):
    newcomer = Profile("4711", "Amina", "amina@example.org")
    code = send_sign_in_code(address="amina@example.org", network="", language="en", zone="", now=factories.NOW)
    digits = mailoutbox[-1].subject[:6]
    by_wiki = partial(sign_in_with_wikimedia, profile=newcomer, language="en", zone="", now=factories.NOW)
    by_code = partial(sign_in_with_code, code_ids=[code.pk], digits=digits, language="en", zone="", now=factories.NOW)
    *arrivals, coded = at_once(by_wiki, by_wiki, by_wiki, by_code, refusals=(RegistrationError,))

    assert len({arrival.member for arrival in arrivals}) == 1
    assert Member.objects.filter(email="amina@example.org").get() == coded
    assert arrivals[0].member.pk == SocialAccount.objects.get().user_id
    assert Member.objects.count() == len({arrivals[0].member, coded})


@pytest.mark.django_db(transaction=True)
def test_two_members_who_connect_one_account_at_once_do_not_both_get_it():
    members = [factories.make_member() for _ in range(3)]
    known = Profile("4711", "Amina")
    outcomes = at_once(
        *(partial(connect_wikimedia, member=member, profile=known, by=member, now=factories.NOW) for member in members),
        refusals=(RegistrationError,),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConnectedElsewhere"] * 2 + ["NoneType"]
    assert SocialAccount.objects.get().user == members[outcomes.index(None)]


def test_an_account_of_another_member_is_refused_by_the_action_too(member, stranger):
    known = Profile("4711", "Amina")
    connect_wikimedia(member=member, profile=known, by=member, now=factories.NOW)

    with pytest.raises(ConnectedElsewhere):
        connect_wikimedia(member=stranger, profile=known, by=stranger, now=factories.NOW)
    arrival = sign_in_with_wikimedia(profile=known, language="en", zone="", now=factories.NOW)
    assert arrival.member == member
