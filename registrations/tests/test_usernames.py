"""Usernames by MediaWiki's rules, and names of people letter by letter."""

import pytest

from letsconnect.tests.counting import calls
from registrations.accounts import usernames
from registrations.oldform.reading import identities, table
from registrations.oldform.reading import rows as importing_rows
from registrations.oldform.reading.cells import Certainty
from registrations.tests.hostile_files import LONG_NAMES


def made(cell):
    return cell.certainty, cell.value


@pytest.mark.parametrize(
    ("told", "username"),
    [
        ("გიორგი", "გიორგი"),
        ("ana", "Ana"),
        ("ßeta", "ßeta"),
        ("ŉame", "ŉame"),
        ("ǰan", "ǰan"),
        ("ǆep", "Ǆep"),
        ("ǅep", "ǅep"),
        ("ᾳlpha", "ᾼlpha"),
        ("ⅷ", "ⅷ"),
        ("ⓐna", "ⓐna"),
        ("ﬁnn", "ﬁnn"),
        ("istanbul", "Istanbul"),
        ("ılgaz", "Ilgaz"),
        ("élodie", "Élodie"),
        ("e\u0301lodie", "Élodie"),
        ("Foo%20Bar", "Foo Bar"),
        ("Foo_Bar", "Foo Bar"),
        ("__foo__ bar_", "Foo bar"),
        ("%D8%B3%D8%A7%D8%B1%D8%A9", "سارة"),
        ("100% sure", "100% sure"),
        ("Tom &amp; Ana", "Tom & Ana"),
        ("O’Brien", "O’Brien"),
        ("Ana–Maria", "Ana–Maria"),
        ("Ａna", "Ａna"),
        ("٣سارة", "٣سارة"),
        ("x²", "X²"),
        ("-jem-", "-jem-"),
        ("+JMJ+", "+JMJ+"),
        ("McDonald iPHONE", "McDonald iPHONE"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\u200eسارة\u200f", "سارة"),
        ("\u2068سارة\u2069", "سارة"),
        ("User:foo", "Foo"),
        ("user talk:foo", "Foo"),
        ("User_talk:Foo/archive", "Foo"),
        ("Benutzerin:Ana", "Ana"),
        ("Usuaria:Ana", "Ana"),
        ("Utilisatrice:Ana", "Ana"),
        ("Discussion utilisateur:Ana", "Ana"),
        ("مستخدمة:سارة", "سارة"),
        ("نقاش المستخدم:سارة", "سارة"),
        ("Участница:Ольга", "Ольга"),
        ("利用者‐会話:山田", "山田"),
        ("მომხმარებელი:გიორგი", "გიორგი"),
        ("[[:en:User:Ana|Ana]]", "Ana"),
        ("w:fr:Utilisatrice:Ana", "Ana"),
        ("https://ka.wikipedia.org/wiki/მომხმარებელი:გიორგი", "გიორგი"),
        ("https://ar.wikipedia.org/wiki/%D9%85%D8%B3%D8%AA%D8%AE%D8%AF%D9%85:%D8%B3%D8%A7%D8%B1%D8%A9", "سارة"),
        ("https://en.m.wikipedia.org/wiki/User_talk:Foo_Bar#Hello", "Foo Bar"),
        ("en.wikipedia.org/wiki/User:Foo/sandbox", "Foo"),
        ("https://en.wikipedia.org/w/index.php?title=User:Foo_Bar&action=history", "Foo Bar"),
        ("https://meta.wikimedia.org/wiki/Special:CentralAuth/Foo_Bar", "Foo Bar"),
        ("خاص:مساهمات/Foo_Bar", "Foo Bar"),
        ("https://en.wikipedia.org/wiki/Special:Contributions/Foo", "Foo"),
    ],
)
def test_a_username_is_written_as_mediawiki_writes_it(told, username):
    assert made(identities.read_username(told)) == (Certainty.UNDERSTOOD, username)


@pytest.mark.parametrize(
    "told",
    [
        *("Foo#Bar", "Foo<b", "Foo[1]", "Foo|Bar", "{{u|Ana}}", "Foo/Bar", "a\x00b", "a\nb", "\u3164", "\u2800"),
        *("@Ana", "ana@example.org", "127.0.0.1", "2001:db8::1", "Ana~~~~", "=1+1", "Foo%00", "%FF%FE", "A\u200bna"),
        *("https://en.wikipedia.org/wiki/Ana", "https://en.wikipedia.org/", "http://[", "File:Ana.jpg", "User:"),
        *("https://en.wikipedia.org/wiki/Talk:Ana", "I am called: Ana", "\U000f0000\ue000x", "ሀ" * 90),
    ],
)
def test_what_cannot_be_a_username_is_unread_and_not_mangled(told):
    assert made(identities.read_username(told)) == (Certainty.UNREAD, None)


@pytest.mark.parametrize("word", ["Null", "None", "NULL", "NaN", "Nil", "Na", "True", "Nada", "Nothing", "Undefined"])
def test_a_person_called_like_a_word_for_nothing_keeps_the_name(word):
    assert made(identities.read_username(word)) == (Certainty.UNDERSTOOD, word)
    assert made(identities.read_name(word)) == (Certainty.UNDERSTOOD, word)


@pytest.mark.parametrize("told", ["n/a", "N/A", "-", "—", "none", "I don't have one", "no tengo", "لا يوجد", "?"])
def test_what_is_clearly_no_username_is_none(told):
    assert made(identities.read_username(told)) == (Certainty.UNDERSTOOD, "")


def test_a_word_that_several_people_gave_is_no_username():
    told = table.read(
        b"Email Address,Username,Full name,Country\n"
        b"a@b.org,Null,Ana,Chile\nb@b.org,null,Bo,Chile\nc@b.org,None,C,Chile\n"
    )

    assert importing_rows.words_for_none(told) == {"null"}
    assert made(identities.read_username("Null", is_word_for_none=True)) == (Certainty.UNDERSTOOD, "")


@pytest.mark.parametrize(
    "name",
    [
        *("O'Brien", "O’Brien", "Ng", "Na", "Seán Ó Conaill", "Jean–Luc", "علی\u200cرضا", "ශ්\u200dරී", "Ｙamada"),
        *("გიორგი", "d'Artagnan", "van der Berg", "葛\U000e0100城", "Ødegård", "Nguyễn Văn Đạt", "Łukasz", "ﬁnn"),
    ],
)
def test_a_name_keeps_every_letter(name):
    assert made(identities.read_name(name)) == (Certainty.UNDERSTOOD, name)


@pytest.mark.parametrize("told", ["\u3164", "\u2800", "\u0301\u0302", "\u200d", "\U000e0041", "\ufe0f\u115f"])
def test_a_name_that_nobody_can_see_is_unread(told):
    assert made(identities.read_name(told)) == (Certainty.UNREAD, None)


def test_a_name_is_one_line_that_turns_nothing():
    assert identities.read_name("Ana\nB\u202eob\u2066\x07").value == "Ana Bob"


@pytest.mark.parametrize("again", LONG_NAMES)
def test_twice_the_text_is_twice_the_work_for_who_reads_usernames(again):
    """What regular expressions do with it is measured in `test_oldform_storm.py`."""
    long, longer = (again * (letters // len(again)) for letters in (2400, 4800))
    assert not identities.read_username(long).value

    assert calls(lambda: identities.read_username(longer)) < 2.2 * calls(lambda: identities.read_username(long))


def test_every_name_of_the_namespace_leads_to_the_user():
    for name in usernames._namespaces():
        assert usernames.read(f"{name}:ana") == "Ana"


def test_a_user_called_by_a_picture_keeps_the_name():
    assert made(identities.read_username("😀")) == (Certainty.GUESSED, "😀")
    assert made(identities.read_username("—")) == (Certainty.UNDERSTOOD, "")
