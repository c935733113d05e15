"""The pages after a clinic, asked as a browser does: what they keep, what they say, and to whom."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.certificates.codes import WRONG_CODES
from clinics.certificates.revoking import revoke_certificate
from clinics.domain.certificates import grouped, new_code
from clinics.feedback.giving import said_by
from clinics.models import Certificate, FeedbackAnswer, Quote
from clinics.tests.after_factories import (
    count_said_of,
    make_certificate,
    make_clinic_that_was,
    make_somebody_who_came,
    said_by_many,
    say_of_clinic,
)
from clinics.tests.factories import LINK, make_person, make_text
from letsconnect.base.models import Act
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


def address(name, *args):
    return reverse(f"clinics:{name}", args=args)


def seen_on(client, clinic):
    return client.get(address("feedback-give", clinic.pk)).context["seen"]


# Feedback


def test_feedback_is_kept_without_a_trace_of_who_gave_it(client):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    client.force_login(member)

    typed = {"useful": "little", "words": " Longer breaks. ", "seen": seen_on(client, clinic)}
    answer = client.post(address("feedback-give", clinic.pk), typed)

    assert answer.url == address("quote-give", clinic.pk)
    assert said_by(member, clinic).words == "Longer breaks."
    assert not Act.objects.exists()
    page = client.get(address("feedback-give", clinic.pk)).content.decode()
    assert "Longer breaks." in page and "no-store" in client.get(address("feedback-give", clinic.pk))["Cache-Control"]


def test_what_is_typed_is_not_lost_where_it_is_refused(client):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    client.force_login(member)
    seen = seen_on(client, clinic)
    long = client.post(address("feedback-give", clinic.pk), {"words": "x" * 1001, "useful": "very", "seen": seen})
    assert long.status_code == 422 and "x" * 1001 in long.content.decode() and not FeedbackAnswer.objects.exists()
    forged = client.post(address("feedback-give", clinic.pk), {"useful": "splendid", "seen": seen})
    assert forged.status_code == 422

    say_of_clinic(clinic, member, safe="yes")
    stale = client.post(address("feedback-give", clinic.pk), {"safe": "no", "words": "Mine", "seen": seen})

    assert stale.status_code == 422 and "Mine" in stale.content.decode()
    assert said_by(member, clinic).options == {"safe": "yes"}


def test_who_did_not_feel_safe_is_led_to_the_trust_team_and_told_that_nobody_sees_it(client):
    clinic = make_clinic_that_was()
    member, other = make_somebody_who_came(clinic), make_somebody_who_came(clinic)
    say_of_clinic(clinic, member, safe="no")
    say_of_clinic(clinic, other, safe="mostly")
    sentence = "the trust team does not see it by itself"

    client.force_login(member)
    assert sentence in client.get(address("quote-give", clinic.pk)).content.decode()
    client.force_login(other)
    assert sentence not in client.get(address("quote-give", clinic.pk)).content.decode()


def test_before_the_end_and_a_month_after_it_says_why_and_asks_nothing(client):
    clinic = make_clinic_that_was()
    client.force_login(make_somebody_who_came(clinic))
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        for name in ("feedback-give", "quote-give"):
            answer = client.get(address(name, clinic.pk), follow=True)
            assert answer.redirect_chain[0][0] == address("clinic-detail", clinic.pk)
            assert "Feedback was asked for in the thirty days after the clinic." in answer.content.decode()


def test_a_host_reads_sums_and_words_and_no_sharer_does(client):
    clinic = make_clinic_that_was()
    host, sharer = make_person(clinic, "host").member, make_person(clinic, "sharer").member
    said_by_many(clinic, words=5, useful={"very": 10})

    client.force_login(host)
    page = client.get(address("feedback-read", clinic.pk)).content.decode()
    assert "and change what they said, until" in page and "Word 3" not in page and "<strong>10</strong>" not in page
    count_said_of(clinic)
    page = client.get(address("feedback-read", clinic.pk)).content.decode()
    assert "Word 3" in page and "<strong>10</strong>" in page
    client.force_login(sharer)
    assert client.get(address("feedback-read", clinic.pk)).status_code == 404


@pytest.mark.parametrize(
    ("fields", "at", "said"),
    [
        ({"state": "announced"}, timedelta(hours=-1), "Once the clinic is over, people can say"),
        ({"state": "announced"}, timedelta(hours=1), "People can say how it was, and change"),
        ({"state": "cancelled"}, timedelta(hours=1), "was cancelled, so nobody is asked"),
        ({"state": "held"}, timedelta(days=31), "Too few people said"),
    ],
)
def test_what_a_host_reads_before_anything_is_told_is_true_then(client, fields, at, said):
    clinic = make_clinic_that_was(**fields)
    client.force_login(make_person(clinic, "host").member)

    with time_machine.travel(clinic.ends_at + at, tick=False):
        page = client.get(address("feedback-read", clinic.pk)).content.decode()

    assert said in page and page.count("how it was") == 1


# Quotes


def test_a_quote_names_whom_its_author_chose_and_leaves_the_page_when_taken_back(client, coordinator):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic, name="Ana Lima")
    client.force_login(member)
    typed = {"text": "I learned to count.", "as_whom": "other_name", "name": ""}
    refused = client.post(address("quote-give", clinic.pk), typed)
    assert refused.status_code == 422 and "Write the name under which we may quote you." in refused.content.decode()
    linked = client.post(address("quote-give", clinic.pk), {**typed, "text": f"Come too: {LINK}", "name": "A."})
    assert linked.status_code == 422 and "This is the link of the call" in linked.content.decode()
    client.post(address("quote-give", clinic.pk), {**typed, "name": "A. of Porto"})
    page = address("clinic-detail", clinic.pk)
    assert "I learned to count." not in client.get(page).content.decode()

    Quote.objects.update(published_at=NOW, published_by=coordinator, decided_at=NOW)

    client.logout()
    shown = client.get(page).content.decode()
    assert "I learned to count." in shown and "A. of Porto" in shown and "Ana Lima" not in shown
    client.force_login(member)
    client.post(address("quote-take-back", clinic.pk))
    assert "I learned to count." not in client.get(page).content.decode()


# Certificates


def test_somebody_without_a_known_presence_is_told_why_there_is_no_certificate(client):
    clinic = make_clinic_that_was()
    member = make_member()
    clinic.rsvps.create(member=member, state="going", seat=1, made_at=NOW, seated_at=NOW)
    client.force_login(member)

    page = client.get(address("certificate-mine", clinic.pk)).content.decode()

    assert "It is not known yet that you were at this clinic" in page and "Make my certificate" not in page
    client.post(address("certificate-mine", clinic.pk), {"kind": "attending", "attending-name": "Ana"})
    assert not Certificate.objects.exists()


def test_whose_certificate_the_desk_revoked_reads_why_there_is_no_other_and_finds_no_button(client, coordinator):
    clinic = make_clinic_that_was()
    certificate = make_certificate(clinic, member := make_somebody_who_came(clinic))
    client.force_login(member)
    assert "Take it back" in client.get(address("certificate-mine", clinic.pk)).content.decode()
    revoke_certificate(certificate=certificate, reason="It was another Ana.", by=coordinator, now=NOW)

    page = client.get(address("certificate-mine", clinic.pk)).content.decode()

    assert "The working group revoked such a certificate of yours." in page and "Make my certificate" not in page


def test_a_certificate_without_a_name_is_refused_and_what_was_ticked_stays(client):
    clinic = make_clinic_that_was()
    client.force_login(make_somebody_who_came(clinic))

    typed = {"kind": "attending", "attending-name": " ", "attending-shows_name": "on"}
    page = client.post(address("certificate-mine", clinic.pk), typed)

    assert page.status_code == 422 and not Certificate.objects.exists()
    form = page.context["kinds"][0].form
    assert form["shows_name"].value() is True and form["shows_date"].value() is False


def test_a_stranger_sees_what_is_allowed_and_of_one_revoked_or_unknown_nothing(client, coordinator):
    clinic = make_clinic_that_was(title="Lexemes")
    certificate = make_certificate(clinic, make_somebody_who_came(clinic), name="Ana Lima", shows_date=False)
    page = address("certificate-verify", certificate.grouped_code)

    shown = client.get(page)
    told = shown.content.decode()
    assert "Lexemes" in told and "for taking part in a clinic" in told and "2 hours" in told
    assert "Ana Lima" not in told and str(clinic.local_date.year) not in told
    assert shown["X-Robots-Tag"] == "noindex" and "no-store" in shown["Cache-Control"]

    revoke_certificate(certificate=certificate, reason="A secret reason", by=coordinator, now=NOW)
    revoked = client.get(page)
    unknown = client.get(address("certificate-verify", grouped(new_code())))
    assert (revoked.status_code, unknown.status_code) == (410, 404)
    for answer in (revoked, unknown):
        for word in ("Lexemes", "Ana Lima", "A secret reason", "Given by"):
            assert word not in answer.content.decode()


def test_a_code_is_typed_in_any_way(client):
    clinic = make_clinic_that_was()
    certificate = make_certificate(clinic, make_somebody_who_came(clinic))

    answer = client.get(address("certificate-check"), {"code": f" {certificate.grouped_code.lower()} "})

    assert answer.url == address("certificate-verify", certificate.grouped_code)
    assert client.get(address("certificate-verify", certificate.code.lower())).status_code == 200
    assert client.get(address("certificate-check"), {"code": "x"}).status_code == 422


def test_who_tries_many_codes_waits_and_others_do_not(client):
    clinic = make_clinic_that_was()
    certificate = make_certificate(clinic, make_somebody_who_came(clinic))
    right = address("certificate-verify", certificate.grouped_code)
    for _ in range(WRONG_CODES):
        assert client.get(address("certificate-verify", grouped(new_code()))).status_code == 404

    stopped = client.get(right)

    assert (stopped.status_code, stopped["Retry-After"]) == (429, "600")
    assert client.get(right, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_my_data_shows_what_is_theirs_and_nothing_that_others_said(client):
    clinic = make_clinic_that_was()
    member, other = make_somebody_who_came(clinic), make_somebody_who_came(clinic)
    say_of_clinic(clinic, member, useful="very", words="My words")
    say_of_clinic(clinic, other, useful="not", words="Words of others")
    certificate = make_certificate(clinic, member)
    client.force_login(member)

    told = json.loads(client.get(reverse("registrations:data-download", args=["json"])).content)["sections"]

    rows = {section["key"]: section["rows"] for section in told}
    assert [(row["useful"], row["words"]) for row in rows["clinic_feedback"]] == [("very", "My words")]
    assert [row["code"] for row in rows["certificates"]] == [certificate.grouped_code]
    assert "Words of others" not in json.dumps(told)


def test_erasing_takes_certificate_quote_and_answers_along(client):
    clinic = make_clinic_that_was()
    member = make_somebody_who_came(clinic)
    certificate = make_certificate(clinic, member)
    say_of_clinic(clinic, member, useful="very")

    erase_member(member=member, by=member, now=NOW)

    assert client.get(address("certificate-verify", certificate.grouped_code)).status_code == 404
    assert not FeedbackAnswer.objects.exists()


def test_it_is_printed_in_the_language_of_whoever_gets_it(client):
    clinic = make_clinic_that_was(title="Lexemes")
    make_text(clinic, "ar", "المعاجم")
    member = make_somebody_who_came(clinic, language="en")
    certificate = make_certificate(clinic, member, name="سلمى")
    client.force_login(member)

    page = client.get(address("certificate-print", certificate.pk) + "?language=ar").content.decode()

    assert '<html lang="ar" dir="rtl">' in page and "المعاجم" in page and "سلمى" in page
    assert "data:image/svg+xml" in page and certificate.grouped_code in page
    assert '<html lang="en" dir="ltr">' in client.get(address("certificate-print", certificate.pk)).content.decode()


def test_my_certificates_cost_the_same_for_many(client):
    member, counts = make_member(), []
    client.force_login(member)
    for number in (3, 12):
        for day in range(number):
            clinic = make_clinic_that_was(starts_at=NOW - timedelta(days=3 + day, hours=number))
            clinic.attendances.create(member=member, joined_at=NOW)
            if day % 2:
                make_certificate(clinic, member)
        with CaptureQueriesContext(connection) as captured:
            client.get(address("certificate-list"))
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 10
