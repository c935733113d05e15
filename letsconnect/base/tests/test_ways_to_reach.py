"""Addresses, links and telephone numbers are found in what people write of themselves, and nothing else is."""

import time

import pytest

from letsconnect.base.ways_to_reach import check_no_way_to_reach, tells_how_to_reach


@pytest.mark.parametrize(
    "text",
    [
        "Write to nour@example.org please",
        "nour (at) example (dot) tn",
        "nour at example dot org",
        "NOUR＠EXAMPLE．ORG",
        "nour.b [at] gmail.com",
        "see https://meet.example.org/nour",
        "see HTTP://example.tn",
        "my page is www.nour.example",
        "t.me/nour_b",
        "find me on nour-b.com",
        "Telegram @nour_b",
        "+216 98 123 456",
        "call 0021698123456",
        "my number is 98.123.456",
        "(030) 1234-5678",
        "٠٠٢١٦ ٩٨ ١٢٣ ٤٥٦",
        "+49\u200b30\u200b1234567",
        "06.12.34.56.78",
        "01/23/45/67/89",
        "+49-89-636-48018",
        "+44 1904 123456",
        "98_123_456, 98·12·34·56",
        "escríbeme: nour arroba gmail punto com",
        "moi arobase exemple.fr",
        "nour@gmail, nour@example。org",
        "nour dot example dot org",
        "example[.]com",
        "nour-b.fr",
        "telegram: nour_b",
        "meta.wikimedia.org/wiki/User:Nour",
        "http s://nour.example",
    ],
)
def test_a_way_to_reach_somebody_is_found(text):
    assert tells_how_to_reach(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I run a museum. We meet at noon, dot by dot.",
        "I began in 2015, and in 2019-2023 I led a group; since 12.03.2024 I look after 3 people.",
        "From 2024-03-12 to 2024-05-01, at 18:30",
        "We wrote 10,000 articles with 1 500 people.e.g. on Q42, Q123456789 and T123456",
        "Node.js, C++ and Wikipedia",
        "Half and half @ home, 24/7, and/or more",
        "أعمل في متحف منذ ٢٠١٥.",
        "At that point I saw it, du point de vue de tous, desde un punto de vista; chegámos em ponto com a equipa.",
        "I edit fr.wikipedia.org, Wikidata.org and ASP.NET",
        "2001/2002/2003, 2015-2018; 12/05/24 at 18:30",
    ],
)
def test_what_reaches_nobody_is_left_alone(text):
    assert not tells_how_to_reach(text)


def test_a_long_text_takes_no_long_time():
    began = time.process_time()
    for text in ("a." * 8_000, "1." * 8_000, "a-" * 8_000, "1-1-" * 4_000):
        tells_how_to_reach(text)
    check_no_way_to_reach("nour@example.org " * 100_000)  # which its field refuses for its length

    assert time.process_time() - began < 2
