"""The door: one for new and known addresses, by an emailed code."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from letsconnect.tests.at_once import at_once
from mailings.models import Letter
from registrations.accounts.signing_in import forget_old_codes, send_sign_in_code, sign_in_with_code
from registrations.domain.registrations import CodeRefused, TooManyCodes
from registrations.models import Member, SignInCode
from registrations.tests import factories

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = reverse("registrations:sign-in"), reverse("registrations:sign-in-code")


def ask(client, address="amina@example.org", **extra):
    return client.post(SIGN_IN, {"email": address, "zone": "Africa/Tunis", **extra})


def code_in(mailbox):
    return re.search(r"\b\d{6}\b", mailbox[-1].body)[0]


def test_a_new_address_gets_a_code_and_becomes_a_member(client, mailoutbox):
    ask(client, "Amina@Example.org")
    response = client.post(CODE, {"code": code_in(mailoutbox)})

    member = Member.objects.get()
    assert response.url == reverse("home")
    assert (member.email, member.zone) == ("amina@example.org", "Africa/Tunis")
    assert EmailAddress.objects.filter(user=member, email="amina@example.org", verified=True).exists()
    assert client.get(reverse("home")).wsgi_request.user == member


def test_a_known_address_gets_the_same_letter_and_page_and_no_second_account(client, mailoutbox):
    known = factories.make_member(email="amina@example.org")

    unknown_page = ask(client, "nobody@example.org").url
    known_page = ask(client, "AMINA@example.org").url
    client.post(CODE, {"code": code_in(mailoutbox)})

    assert unknown_page == known_page
    secrets = r"\d{6}|key=[0-9a-f]+"
    assert re.sub(secrets, "", mailoutbox[0].body) == re.sub(secrets, "", mailoutbox[1].body)
    assert Member.objects.filter(email="amina@example.org").get() == known


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}-{1} ", "٤٢"])
def test_digits_may_be_typed_with_spaces_and_wrong_ones_say_so_at_the_field(client, mailoutbox, typed):
    ask(client)
    code = code_in(mailoutbox)

    response = client.post(CODE, {"code": typed.format(code[:3], code[3:])})

    if typed == "٤٢":
        assert response.context["form"].errors["code"] == ["The code has six digits."]
    else:
        assert response.url == reverse("home")


def test_arabic_digits_are_digits(client, mailoutbox):
    ask(client)
    arabic = code_in(mailoutbox).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))

    assert client.post(CODE, {"code": arabic}).url == reverse("home")


def test_a_code_works_once(client, mailoutbox):
    ask(client)
    use = {
        "code_ids": client.session["sign_in"]["codes"],
        "digits": code_in(mailoutbox),
        "language": "en",
        "zone": "",
        "now": timezone.now(),
    }
    sign_in_with_code(**use)

    with pytest.raises(CodeRefused):
        sign_in_with_code(**use)


def test_a_code_is_too_old_after_fifteen_minutes(client, mailoutbox):
    with time_machine.travel(factories.NOW, tick=False):
        ask(client)
    with time_machine.travel(factories.NOW + timedelta(minutes=15), tick=False):
        response = client.post(CODE, {"code": code_in(mailoutbox)})

    assert response.context["form"].errors
    assert not Member.objects.exists()


def test_five_wrong_tries_spoil_a_code(client, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        client.post(CODE, {"code": wrong})

    assert client.post(CODE, {"code": code}).context["form"].errors


def test_the_code_of_one_browser_opens_no_other(client, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)
    other = client.__class__()
    ask(other)

    response = other.post(CODE, {"code": code})

    assert response.context["form"].errors


def test_an_earlier_code_still_works_after_asking_again(client, mailoutbox):
    ask(client)
    first = code_in(mailoutbox)
    client.post(reverse("registrations:sign-in-resend"))

    assert len(mailoutbox) == 2
    assert client.post(CODE, {"code": first}).url == reverse("home")


def test_too_many_codes_are_refused_at_the_field_and_the_address_stays_typed(client, settings, mailoutbox):
    settings.SIGN_IN_CODES_PER_HOUR = 2
    ask(client)
    ask(client)

    response = ask(client)

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert "Too many codes" in response.context["form"].errors["email"][0]
    assert b"amina@example.org" in response.content
    assert len(mailoutbox) == 2


def test_one_network_cannot_ask_for_codes_without_end(client, settings, mailoutbox):
    settings.SIGN_IN_CODES_PER_HOUR_AND_NETWORK = 3
    for number in range(4):
        response = ask(client, f"victim-{number}@example.org")

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert "Too many codes" in response.context["form"].errors["email"][0]
    assert len(mailoutbox) == 3


def test_neither_the_code_nor_the_network_is_stored_anywhere(client, mailoutbox):
    ask(client)
    code = code_in(mailoutbox)

    stored = SignInCode.objects.values_list().get(), Letter.objects.values_list().get()
    assert code not in repr(stored)
    assert "127.0.0.1" not in SignInCode.objects.get().network
    assert code not in repr(dict(client.session))
    assert "amina" not in repr(dict(client.session))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "no-such-name"])
def test_signing_in_never_leads_to_another_site(client, mailoutbox, target):
    ask(client, next=target)

    assert client.post(CODE, {"code": code_in(mailoutbox)}).url == reverse("home")


def test_who_is_signed_in_already_is_led_to_no_other_site_either(client, member):
    client.force_login(member)

    assert client.get(SIGN_IN, {"next": "no-such-name"}).url == reverse("home")


def test_signing_in_leads_back_to_where_one_was(client, mailoutbox):
    ask(client, next="/registration/")

    assert client.post(CODE, {"code": code_in(mailoutbox)}).url == "/registration/"


def test_a_closed_account_stays_closed(client, mailoutbox):
    factories.make_member(email="amina@example.org", is_active=False)
    ask(client)

    response = client.post(CODE, {"code": code_in(mailoutbox)})

    assert "closed" in response.context["form"].errors["code"][0]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["", "no-at-sign", "a@b", "x" * 300 + "@example.org", "a\x00b@example.org"])
def test_a_bad_address_is_answered_at_the_field(client, mailoutbox, address):
    response = ask(client, address)

    assert response.context["form"].errors["email"]
    assert mailoutbox == []


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-server.invalid"])
def test_a_mail_server_that_is_away_gets_the_letter_later_and_the_page_says_so(client, settings, host):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, 1
    settings.SIGN_IN_CODE_MINUTES = 9

    response = ask(client)

    assert response.url == CODE
    said = client.get(CODE).content.decode()
    assert "slow or away just now" in said
    assert "If it has not come in 9 minutes" in said
    letter = SignInCode.objects.get().letter
    assert (letter.state, letter.tries) == ("queued", 0)


def test_the_letter_is_in_the_language_of_the_page(client, mailoutbox):
    client.post(SIGN_IN, {"email": "amina@example.org"}, headers={"accept-language": "ar"})

    assert Letter.objects.get().language == "ar"


def test_old_codes_are_forgotten_by_the_sweep(client, mailoutbox):
    ask(client)
    assert forget_old_codes(timezone.now()) == 0
    assert forget_old_codes(timezone.now() + timedelta(days=2)) == 1
    assert not SignInCode.objects.exists()


def test_signing_in_takes_over_what_the_same_address_wrote_in_the_old_form(client, mailoutbox):
    imported = factories.make_registration(
        state="submitted", source="import", member=None, imported_address="Amina@example.org"
    )
    ask(client)
    client.post(CODE, {"code": code_in(mailoutbox)})

    imported.refresh_from_db()
    assert imported.member.email == "amina@example.org"


@pytest.mark.django_db(transaction=True)
def test_asking_many_times_at_the_same_moment_gives_no_more_codes(settings, mailoutbox):
    settings.SIGN_IN_CODES_PER_HOUR = 2

    def ask():
        return send_sign_in_code(
            address="amina@example.org", network="192.0.2.7", language="en", zone="UTC", now=timezone.now()
        )

    asked = at_once(*[ask] * 6, refusals=(TooManyCodes,))

    assert sum(not isinstance(one, TooManyCodes) for one in asked) == 2
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    "address", ['"\x01"@example.org', '"a b"@example.org', '"a\\"b"@example.org', "a" * 64 + "@example.org"]
)
def test_an_odd_address_is_written_to_or_refused_at_the_field(client, mailoutbox, address):
    response = ask(client, address)

    if response.status_code == 302:
        assert [letter.to for letter in mailoutbox] == [[address]]
    else:
        assert response.context["form"].errors["email"]
        assert (mailoutbox, SignInCode.objects.count()) == ([], 0)


def test_a_member_whose_zone_this_machine_does_not_know_sees_pages_in_utc(client, member):
    Member.objects.filter(pk=member.pk).update(zone="Mars/Olympus")
    client.force_login(member)

    assert client.get("/").status_code == 200
    told = client.get(reverse("registrations:my-data")).content.decode()
    assert "<bdi>Mon 2 March 2026, 12:00 (UTC)</bdi>" in told


def link_in(mailbox):
    return re.search(r"/sign-in/link/\?key=\S+", mailbox[-1].body)[0]


def press(client, link):
    return client.post(link.split("?")[0], {"key": link.split("key=")[1]}, follow=True)


def test_who_signs_in_by_a_link_was_here_from_the_second_page_on(client, mailoutbox):
    """A program that looks into letters opens the link, presses the button and follows to the first page."""
    long_ago, today = factories.NOW.date(), timezone.now().date()
    member = factories.make_member(email="amina@example.org", last_seen_on=long_ago)
    ask(client)
    press(client, link_in(mailoutbox))
    member.refresh_from_db()
    assert member.last_seen_on == long_ago
    assert client.get("/").wsgi_request.user == member

    member.refresh_from_db()
    assert today <= member.last_seen_on <= timezone.now().date()


def test_a_button_pressed_after_signing_in_by_a_link_was_pressed_by_somebody(client, mailoutbox):
    long_ago, today = factories.NOW.date(), timezone.now().date()
    member = factories.make_member(email="amina@example.org", last_seen_on=long_ago)
    ask(client)
    link = link_in(mailoutbox)
    client.post(link.split("?")[0], {"key": link.split("key=")[1]})
    member.refresh_from_db()
    assert member.last_seen_on == long_ago

    client.post(reverse("set-language"), {"language": "fr"})

    member.refresh_from_db()
    assert today <= member.last_seen_on <= timezone.now().date()
    Member.objects.update(last_seen_on=long_ago)
    client.get("/")
    client.get("/")
    member.refresh_from_db()
    assert member.last_seen_on == long_ago, "looking at pages does not count"


def test_who_types_the_code_was_here(client, mailoutbox):
    today = timezone.now().date()
    factories.make_member(email="amina@example.org", last_seen_on=factories.NOW.date())
    ask(client)
    client.post(CODE, {"code": code_in(mailoutbox)})

    assert today <= Member.objects.get().last_seen_on <= timezone.now().date()
