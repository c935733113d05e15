"""The plain text of a letter: short lines, addresses whole, and Arabic from the right."""

import pytest

from mailings.sending.plain_text import WIDTH, flowed

LONG = "Come to the clinic of this month and bring a question that nobody could answer you so far. " * 3
ARABIC = "نلتقي هذا الشهر مرتين ونتحدث عن الاستبيانات وعن كيفية كتابة طلب المنحة الأولى في Meta-Wiki معكم جميعا. " * 3


def joined(text):
    """Return what a program shows that makes paragraphs again."""
    return text.replace(" \n", " ").replace("\u200f", "")


@pytest.mark.parametrize("text", [LONG, ARABIC])
def test_lines_are_short_and_become_the_same_paragraph_again(text):
    broken = flowed(f"{text.strip()}\n\nEnd\n")

    assert max(map(len, broken.splitlines())) <= WIDTH + 2  # with the space that says that it goes on
    assert len(broken.splitlines()) > 4
    assert joined(broken) == f"{text.strip()}\n\nEnd\n"
    assert joined(flowed(joined(broken))) == joined(broken)


def test_an_address_stays_whole_in_its_line():
    address = "https://portal.example/" + "a" * 200

    assert f" \n{address} \n" in flowed(f"{LONG.strip()} {address} {LONG}")


def test_only_what_was_broken_is_joined_and_the_signature_is_one():
    assert flowed("Hello  \nyou \n\n-- \nUs\n") == "Hello\nyou\n\n-- \nUs\n"


def test_a_line_that_looks_like_a_quotation_is_marked_as_none():
    assert flowed("> said\n  far in\nHere\n") == " > said\n   far in\nHere\n"


def test_a_line_of_arabic_that_begins_with_a_word_of_another_script_runs_from_the_right():
    lines = flowed(" ".join(["كلمة"] * 15 + ["Wikimedia"] * 9 + ["كلمة"] * 3)).split("\n")

    assert lines[0].startswith("كلمة") and lines[1].startswith("\u200fWikimedia")
    assert "\u200f" not in flowed(LONG)


def test_a_name_that_is_kept_apart_from_its_sentence_is_so_in_each_line():
    name = "\u2068" + "Ana Luiza " * 8 + "Sá\u2069"

    lines = flowed(f"كلمة {name} كلمة").split("\n")

    assert len(lines) == 2
    assert [line.count("\u2068") for line in lines] == [line.count("\u2069") for line in lines] == [1, 1]


def test_a_name_that_is_a_whole_line_goes_by_its_own_direction():
    assert flowed("\u2068اسم\u2069\n\u2068اسم\u2069 كلمة\n") == "اسم\n\u2068اسم\u2069 كلمة\n"
