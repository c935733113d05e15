"""The waiting room of the web process: what is handed to a thread, what is cut, and that threads wait for nobody."""

import socket
import time

import pytest

from letsconnect.serving import BODY_LIMIT, BYTES_A_SECOND, GRACE, HEAD_LIMIT, ArrivingRequest
from letsconnect.tests.standing.site import PATIENT, peers, serving, unfinished_post
from letsconnect.tests.waiting import PATIENCE

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


@pytest.mark.parametrize(
    ("parts", "is_whole"),
    [
        ([b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"], True),
        ([b"GET / HTTP/1.1\r\nHost: x\r\n\r", b"\n"], True),
        ([b"GET / HTTP/1.1\r\nHost: x\r\n"], False),
        ([b"GET / HTTP/1.1\nHost: x\n\n"], False),
        ([HEAD], False),
        ([HEAD + b"abc"], False),
        ([HEAD, b"ab", b"cd"], True),
        ([HEAD + b"abcdGET / HTTP/1.1\r\n"], True),
        ([HEAD.replace(b"Content-Length: 4", b"CONTENT-LENGTH:\t4 ")], False),
        ([b"POST / HTTP/1.1\r\nX: content-length: 9\r\n\r\n"], True),
        ([bytes([byte]) for byte in HEAD + b"abcd"], True),
    ],
)
def test_a_request_is_handed_on_once_all_of_it_is_here(parts, is_whole):
    arrival = ArrivingRequest(now=0)
    for part in parts:
        arrival.add(part)

    assert (arrival.is_whole, arrival.refused) == (is_whole, 0)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"GET /" + b"x" * HEAD_LIMIT, 431),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_LIMIT + b"\r\n\r\n", 431),
        (HEAD.replace(b"4", str(BODY_LIMIT + 1).encode()), 413),
        (HEAD.replace(b"4", str(BODY_LIMIT).encode()), 0),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
    ],
)
def test_what_is_too_much_is_refused_before_it_came(words, status):
    assert ArrivingRequest(now=0, data=words).refused == status


def test_a_slow_line_gets_time_for_what_it_sends_and_a_silent_one_does_not():
    slow = ArrivingRequest(now=0, data=HEAD.replace(b"4", b"500000") + b"x" * 100 * BYTES_A_SECOND)
    silent = ArrivingRequest(now=0, data=HEAD)

    assert not slow.is_late(GRACE + 90)
    assert slow.is_late(GRACE + 110)
    assert silent.is_late(GRACE + 1)


@pytest.fixture(scope="module")
def site(django_db_setup, tmp_path_factory):
    """One process with two threads: what stops it is quickly found."""
    options = [*PATIENT[:2], "--threads", "2", "--worker-connections", "30", "--keep-alive", "2"]
    with serving(tmp_path_factory.mktemp("site"), options, workers=1) as site:
        yield site


def answer_to(site, words):
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as line:
        line.sendall(words)
        return line.recv(65536).decode(errors="replace").splitlines()[0]


def statuses(site):
    """Ask for three pages, one after the other, and return how they were answered; 0 is no answer in a minute."""
    return [site.ask("/code-of-conduct/", timeout=PATIENCE).status for _page in range(3)]


@pytest.mark.parametrize(
    "words",
    [
        unfinished_post(),
        b"POST /langu",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"",
        b"POST /language/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
    ids=["body", "line", "head", "nothing", "chunks"],
)
def test_unfinished_requests_hold_no_thread(site, words):
    """Nobody finishes before the pages are here: were they handed to the two threads, no page would come in time."""
    with peers(site, 20, words):
        assert statuses(site) == [200, 200, 200]


def test_more_unfinished_requests_than_places_do_not_close_the_door(site):
    with peers(site, 60, unfinished_post()):
        assert statuses(site) == [200, 200, 200]


def test_peers_that_ask_and_do_not_take_the_answer_hold_no_thread(site):
    asked = b"GET /code-of-conduct/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with peers(site, 20, asked):
        assert statuses(site) == [200, 200, 200]


def test_what_is_refused_is_said_in_http(site):
    assert answer_to(site, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n") == "HTTP/1.1 411 Length Required"
    assert answer_to(site, b"GET /" + b"x" * 40_000) == "HTTP/1.1 431 Request Header Fields Too Large"
    large = b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"
    assert answer_to(site, large) == "HTTP/1.1 413 Content Too Large"


def test_a_kept_connection_serves_requests_that_come_together_and_in_pieces(site):
    one = b"GET /code-of-conduct/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as line:
        line.sendall(one + one[:20])
        time.sleep(0.2)
        line.sendall(one[20:-4])
        time.sleep(0.2)
        line.sendall(one[-4:] + one[:-4] + b"\r\nConnection: close\r\n\r\n")
        text = b""
        while part := line.recv(65536):
            text += part

    assert text.count(b"HTTP/1.1 200 OK") == 3


def test_a_form_sent_in_drips_arrives_whole(site):
    body = b"language=fr&next=/contact/"
    head = b"POST /language/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as line:
        line.sendall(head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert line.recv(100).startswith(b"HTTP/1.1 100 Continue")
        for place in range(len(body)):
            line.sendall(body[place : place + 1])
        text = line.recv(65536).decode(errors="replace")
        while "403" not in text and "302" not in text:
            text += line.recv(65536).decode(errors="replace")

    assert " 403 " in text  # it was read to the end, and has no token
