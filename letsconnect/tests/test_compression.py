"""Text leaves compressed for those who read gzip; what is streamed, compressed already or tiny leaves as it is."""

import gzip

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from letsconnect.middleware import CompressText
from matching.sessions.feeds import make_feed
from matching.tests.session_factories import make_session
from registrations.tests.factories import NOW, make_coordinator, make_registration

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "br;q=0.9, gzip, deflate"}


def answer(response, accepts="gzip"):
    request = RequestFactory().get("/", headers={"accept-encoding": accepts})
    return CompressText(lambda _request: response)(request)


def test_a_page_is_the_same_compressed_and_shorter(client):
    plain, packed = client.get("/"), client.get("/", headers=GZIP)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Learn from one another" in gzip.decompress(packed.content).decode()
    assert len(packed.content) < len(plain.content) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.content)
    assert int(plain.headers["Content-Length"]) == len(plain.content)


def test_caches_are_told_that_there_are_two_forms_beside_all_else_that_it_varies_by(client):
    for headers in ({}, GZIP):
        varies = {word.strip().lower() for word in client.get("/", headers=headers).headers["Vary"].split(",")}
        assert {"accept-encoding", "cookie", "accept-language"} <= varies


@pytest.mark.parametrize("accepts", ["", "br", "identity", "xgzip"])
def test_who_reads_no_gzip_gets_none(client, accepts):
    page = client.get("/", headers={"accept-encoding": accepts})

    assert "Content-Encoding" not in page.headers
    assert "Learn from one another" in page.content.decode()


def test_error_pages_and_pages_of_the_desk_are_compressed_too(client):
    client.force_login(make_coordinator())

    missing = client.get("/there-is-no-such-page/", headers=GZIP)
    desk = client.get(reverse("admin:index"), headers=GZIP)

    assert (missing.status_code, missing.headers["Content-Encoding"]) == (404, "gzip")
    assert (desk.status_code, desk.headers["Content-Encoding"]) == (200, "gzip")


def test_one_page_has_not_one_length_so_that_lengths_betray_no_secret():
    """BREACH guesses a secret letter by letter from the length of the answer: a right letter makes it shorter."""
    lengths = {len(answer(HttpResponse("<p>secret</p>" * 100)).content) for _ in range(40)}

    assert len(lengths) > 5


def test_a_tiny_body_is_not_compressed():
    response = answer(HttpResponse("x" * 199))

    assert (response.content, "Content-Encoding" in response.headers) == (b"x" * 199, False)
    assert answer(HttpResponse("x" * 1000)).headers["Content-Encoding"] == "gzip"


def test_a_redirect_has_nothing_to_compress(client):
    response = client.get(reverse("matching:match-list"), headers=GZIP)

    assert (response.status_code, response.content, "Content-Encoding" in response.headers) == (302, b"", False)


def test_a_strong_etag_becomes_weak_because_the_bytes_differ():
    response = answer(HttpResponse("x" * 1000, headers={"ETag": '"abc"'}))

    assert response.headers["ETag"] == 'W/"abc"'
    assert answer(HttpResponse("x" * 1000, headers={"ETag": '"abc"'}), accepts="br").headers["ETag"] == '"abc"'


def test_what_is_packed_already_is_not_packed_again():
    response = answer(HttpResponse(b"x" * 1000, headers={"Content-Encoding": "br"}))

    assert (response.content, response.headers["Content-Encoding"]) == (b"x" * 1000, "br")


def test_a_stream_goes_out_piece_by_piece():
    pieces = [b"<p>one</p>" * 100, b"<p>two</p>" * 100]

    response = answer(StreamingHttpResponse(iter(pieces)))

    assert list(response.streaming_content) == pieces
    assert "Content-Encoding" not in response.headers


def test_a_calendar_feed_and_an_answer_to_a_script_are_the_same_compressed_and_shorter(client):
    session = make_session()
    secret = make_feed(member=session.learner.member, by=session.learner.member, now=NOW)

    for path in (reverse("calendar-feed-file", args=[secret]), reverse("zone-cities", args=["ar"])):
        with time_machine.travel(NOW, tick=False):
            plain, packed = client.get(path), client.get(path, headers=GZIP)
            again = client.get(path, headers={**GZIP, "if-none-match": packed.headers.get("ETag", '""')})

        assert gzip.decompress(packed.content) == plain.content
        assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content)
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert again.status_code == (304 if "ETag" in packed.headers else 200)


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_an_export_leaves_as_it_is(client, kind, begins):
    make_registration()
    client.force_login(make_coordinator())

    export = reverse("admin:registrations_registration_export")
    file = client.post(export + "?show=all", {"format": kind}, headers=GZIP)

    assert file.status_code == 200
    assert "Content-Encoding" not in file.headers
    assert b"".join(file.streaming_content).startswith(begins)


def test_it_stands_outside_of_all_that_writes_into_a_page_or_counts_its_length():
    names = [name.rsplit(".", 1)[-1] for name in settings.MIDDLEWARE]

    assert names.index("SecurityMiddleware") < names.index("CompressText")
    assert names.index("CompressText") < min(
        names.index(name) for name in ("SessionMiddleware", "LocaleMiddleware", "CommonMiddleware", "once_per_request")
    )
