"""Sentences that stand in rows in English, and are shown in the reader's language.

Whoever writes them is a worker, or does not know who will read them: why a letter was not sent, why a file was
refused, how a cell was read.
"""

import re

from django.utils.translation import get_language, gettext, gettext_noop

from letsconnect.base.acts_in_words import state_in_words
from letsconnect.base.languages import language_by_english_name, listed

# Each sentence that our code stores without marking it for translation. One that is missing here fails a test.
SENTENCES = (
    # Why a letter was not sent.
    gettext_noop("the mail server could not be reached"),
    gettext_noop("the mail server refused it"),
    gettext_noop("the mail server refused it for now"),
    gettext_noop("the connection was lost after the text had been handed over"),
    gettext_noop("the worker stopped while it was sending the email"),
    gettext_noop("the person was erased"),
    gettext_noop("a newer email about the same took its place"),
    gettext_noop("the last email said the same"),
    gettext_noop("the portal has no such kind of email any more"),
    gettext_noop("the portal knows nothing of what this email is about any more"),
    gettext_noop("what it is about is gone"),
    gettext_noop("the account is closed"),
    gettext_noop("a person has to decide whose address it is"),
    gettext_noop("there is no address"),
    gettext_noop("the address is suppressed"),
    gettext_noop("it has begun"),
    gettext_noop("it is too early for this reminder"),
    gettext_noop("the next reminder is due instead"),
    gettext_noop("the clinic has begun"),
    gettext_noop("the clinic is not cancelled"),
    gettext_noop("the clinic was moved"),
    gettext_noop("the clinic was moved again"),
    gettext_noop("the clinic was moved since"),
    gettext_noop("the clinic is cancelled"),
    gettext_noop("the clinic is not over"),
    gettext_noop("the certificate is not revoked"),
    gettext_noop("nothing is another for this reader"),
    gettext_noop("somebody looks who was there"),
    gettext_noop("they were not there"),
    gettext_noop("no longer signed up"),
    gettext_noop("asked for another language meanwhile"),
    gettext_noop("its day is over"),
    gettext_noop("no longer going"),
    gettext_noop("signed up again"),
    gettext_noop("they gave it back before they were told of it"),
    gettext_noop("it is as it was before"),
    gettext_noop("it was too long ago"),
    gettext_noop("they were there"),
    gettext_noop("what was written is deleted"),
    gettext_noop("no longer among its people"),
    gettext_noop("no longer waiting"),
    gettext_noop("no longer wants it"),
    gettext_noop("no clinic is planned for it any more"),
    gettext_noop("its clinic is announced, which is told by itself"),
    gettext_noop("sign-up is open again"),
    gettext_noop("sign-up has closed: who still waits is told that instead"),
    gettext_noop("a seat is offered: another email says so"),
    gettext_noop("the doors are open: who still waits is told that instead"),
    gettext_noop("the clinic was moved: its queue goes on"),
    gettext_noop("nothing that is theirs to do is due any more"),
    gettext_noop("the match is over"),
    gettext_noop("they cancelled it before they were told of it"),
    gettext_noop("they were not told of it"),
    gettext_noop("it has been answered"),
    gettext_noop("every proposed time has passed"),
    gettext_noop("it has been moved since"),
    gettext_noop("the hour is past"),
    gettext_noop("the time to answer is over"),
    gettext_noop("this side has answered"),
    gettext_noop("one side has left"),
    gettext_noop("the hour was moved or cancelled"),
    gettext_noop("the two weeks to say how it went are over"),
    gettext_noop("this side has said it"),
    gettext_noop("it was not like that"),
    gettext_noop("nobody tells of it any more"),
    gettext_noop("the link was taken away again"),
    gettext_noop("there is a link again"),
    gettext_noop("an hour is being agreed"),
    gettext_noop("the thanks were taken back"),
    gettext_noop("somebody has looked after it"),
    gettext_noop("no longer in the programme"),
    gettext_noop("paused or away"),
    gettext_noop("has not agreed to the documents"),
    gettext_noop("matched since, or wishes nobody any more"),
    gettext_noop("told in the email about the round"),
    gettext_noop("no longer on the trust team"),
    gettext_noop("nothing waits any more"),
    gettext_noop("the seat has ended"),
    gettext_noop("there is no such seat"),
    gettext_noop("sending was stopped"),
    gettext_noop("the reader has left or paused"),
    gettext_noop("another email brings this issue to their new address"),
    gettext_noop("the version was removed"),
    gettext_noop("no clinic is left to tell of"),
    # Why a file of the old form, or a row of it, was refused.
    gettext_noop("The file is empty."),
    gettext_noop("This code page is none of those that can be chosen."),
    gettext_noop("The file cannot be read as text. Please export it again as CSV (UTF-8)."),
    gettext_noop("Nobody has said yet which code page this file is in, so nothing of it is imported."),
    gettext_noop("This is not an export of the old form: of its headings none could be found in the first line."),
    # What Python says of bytes that are no text in a code page.
    gettext_noop("character maps to <undefined>"),
    gettext_noop("illegal multibyte sequence"),
    gettext_noop("incomplete multibyte sequence"),
    gettext_noop("truncated data"),
    gettext_noop("unexpected end of data"),
    gettext_noop("blank row"),
    gettext_noop("nothing in the row could be read"),
    gettext_noop("a spreadsheet file (save it as CSV first)"),
    gettext_noop("a PDF"),
    gettext_noop("an old spreadsheet file (save it as CSV first)"),
    gettext_noop("a compressed file (unpack it first)"),
    gettext_noop("a text document (save it as CSV first)"),
    # How a cell of such a file was read.
    gettext_noop("nothing"),
    gettext_noop("may be a code or “no answer”"),
    gettext_noop("no country goes by that name"),
    gettext_noop("none of the portal's groups: kept in the person's own words"),
    gettext_noop("several groups, none of the portal's: kept in the person's own words"),
    gettext_noop("looks like a spreadsheet formula; not taken over"),
    gettext_noop("too long to keep as a group"),
    gettext_noop("not a name of a group"),
    gettext_noop("not an address"),
    gettext_noop("control characters in an address; not taken over"),
    gettext_noop("mail servers like ours take only a to z before the @, so no email can be sent there"),
    gettext_noop("nothing but signs: taken as a username"),
    gettext_noop("nothing in it can be seen"),
    gettext_noop("not a name"),
    gettext_noop("not a number of sessions"),
    gettext_noop("none of the six roles"),
    gettext_noop("too long to be an answer"),
    gettext_noop("has bytes that are no letters; not read"),
    gettext_noop("the code page is a guess"),
    gettext_noop("some of its characters seem to be lost or garbled"),
    gettext_noop("nothing but separators"),
    gettext_noop("not a date"),
    gettext_noop("nobody can tell which half of the day is meant"),
    gettext_noop("day and month cannot be told apart in this file"),
    gettext_noop("before the programme began or in the future"),
    gettext_noop("no such hour"),
    gettext_noop("no such moment"),
    gettext_noop("neither yes nor no"),
    gettext_noop("not a plain yes, so no consent"),
    gettext_noop("no zone of the country has that offset"),
    gettext_noop("no time zone goes by that name"),
    gettext_noop("kept as UTC, which no zone of the country is"),
    gettext_noop("an offset is not a zone, and there is no country to tell which one is meant"),
    gettext_noop("hours guessed"),
    gettext_noop("the half of the day guessed"),
    gettext_noop("the half of the day taken from the word"),
    gettext_noop("rounded to quarters of an hour"),
    gettext_noop("runs past midnight for long"),
    gettext_noop("the end guessed"),
    gettext_noop("the beginning guessed"),
    gettext_noop("taken for every day"),
    gettext_noop("days taken by the week of the country"),
)

# Each such sentence with values, and of which table a ``state`` in it is.
TEMPLATES = {
    gettext_noop("given up after %(tries)s attempts: %(reason)s"): "",
    gettext_noop("the clinic is %(state)s"): "clinics.clinic",
    gettext_noop("the session is %(state)s"): "matching.session",
    gettext_noop("the match is %(state)s"): "matching.match",
    gettext_noop("the request is %(state)s"): "matching.sharerrequest",
    gettext_noop("the wish is %(state)s"): "clinics.topicrequest",
    gettext_noop("The first line has more than %(limit)s columns, so this is not the old form."): "",
    gettext_noop(
        "This is not an export of the old form: of its headings only %(headings)s could be found in the first line."
    ): "",
    gettext_noop("This is %(what)s, not CSV."): "",
    gettext_noop(
        "Line %(line)s has a NUL byte, so the file is damaged or no text. Please export it again as CSV (UTF-8)."
    ): "",
    gettext_noop("The file says it is %(encoding)s but is not: %(problem)s."): "",
    gettext_noop("The file is larger than %(limit)s MB. Please split it."): "",
    gettext_noop(
        "Row %(row)s cannot be read: %(problem)s. Most often a quotation mark was opened there and never closed."
    ): "",
    gettext_noop(
        "A quotation mark that is opened in row %(row)s is never closed, so nobody can tell where its cell ends. "
        "Please close it and bring the file again."
    ): "",
    gettext_noop("field larger than field limit (%(limit)s)"): "",
    gettext_noop("The file has more than %(rows)s rows or %(cells)s cells. Please split it."): "",
    gettext_noop("Row %(row)s has more than %(limit)s cells. Is there a quotation mark too few?"): "",
    gettext_noop("Columns missing: %(headings)s."): "",
    gettext_noop("Not read, because an earlier column has the same question: %(headings)s."): "",
    gettext_noop("Some cells have bytes that are no letters, and are not read; their rows are: %(rows)s."): "",
    gettext_noop(
        "The file is not UTF-8. It was read as %(encoding)s, which is a guess, so nothing in it counts as "
        "understood. Please choose the code page under which the samples read right."
    ): "",
    gettext_noop("Only the first %(limit)s cells that were not understood for certain are listed."): "",
    gettext_noop("could not be stored: %(problem)s"): "",
    gettext_noop("several groups: %(group)s and, in the person's own words, “%(words)s”"): "",
    gettext_noop("more than %(limit)s things; not read"): "",
    gettext_noop("more than %(limit)s; not believed"): "",
    gettext_noop("more than %(limit)s"): "",
    gettext_noop("longer than %(limit)s characters"): "",
    gettext_noop("there is no level %(level)s"): "",
    gettext_noop("no level told for %(language)s; taken as %(level)s"): "",
    gettext_noop("%(language)s is told twice; the first level is kept"): "",
    gettext_noop("“%(answer)s…” is no language we know"): "",
    gettext_noop("“%(answer)s” is no language we know"): "",
    gettext_noop("“%(answer)s” is no skill of the portal"): "",
    gettext_noop("“%(answer)s”: what is in brackets was left out"): "",
    gettext_noop("“%(answer)s” tells no hours of a week"): "",
    gettext_noop("“%(answer)s” is not read: “%(word)s” says nothing about hours"): "",
    gettext_noop("“%(answer)s” is not read: it says when not"): "",
    gettext_noop("“%(answer)s” is not read: it tells hours of another zone"): "",
    gettext_noop("“%(answer)s” is not read: two numbers and no day"): "",
    gettext_noop("“%(answer)s” could be %(choices)s"): "",
    gettext_noop("could be %(choices)s"): "",
    gettext_noop("“%(answer)s” taken as not yet"): "",
    gettext_noop("“%(answer)s” taken as the code of %(value)s"): "",
    gettext_noop("“%(answer)s” taken as level %(value)s"): "",
    gettext_noop("“%(answer)s” taken as %(value)s: one slip away"): "",
    gettext_noop("“%(answer)s” taken as %(value)s, by the country"): "",
    gettext_noop("“%(answer)s” taken as %(value)s"): "",
    gettext_noop("taken as %(value)s: one slip away"): "",
    gettext_noop("taken as %(value)s"): "",
    gettext_noop("read %(order)s, as other dates of the file are"): "",
    gettext_noop("“%(answer)s”: %(doubts)s"): "",
    # What was done, in the log of acts.
    gettext_noop("registrations: %(count)s"): "",
    gettext_noop(
        "%(people)s people, %(offers)s offers (%(offers_joined)s joined), %(wishes)s wishes (%(wishes_joined)s joined)"
    ): "",
    # These are raised for a page too, which marks them itself; a worker stores them.
    "The result did not pass its proof: %(why)s": "",
    "The computation stopped with an unexpected error (%(kind)s).": "",
    "This skill was merged into “%(source)s” already.": "",
    "The skill to merge into was itself merged into “%(target)s”. Take that one.": "",
    "“%(target)s” is retired. Take a skill that is in use.": "",
    "“%(target)s” is only suggested. Accept it first.": "",
}

# What rows of earlier versions say, and what is said now.
REWORDED = {
    "the worker stopped while it was handing the letter over": "the worker stopped while it was sending the email",
    "a newer letter about the same took its place": "a newer email about the same took its place",
    "the last letter told the same": "the last email said the same",
    "no app knows this kind of letter any more": "the portal has no such kind of email any more",
    "no app knows what this letter is about any more": "the portal knows nothing of what this email is about any more",
    "a seat is offered: another letter says so": "a seat is offered: another email says so",
    "told in the letter about the round": "told in the email about the round",
    "another letter brings this issue to their new address": "another email brings this issue to their new address",
    "mail servers like ours take only a to z before the @, so no letter can be sent there": (
        "mail servers like ours take only a to z before the @, so no email can be sent there"
    ),
    "some of its letters seem to be lost or garbled": "some of its characters seem to be lost or garbled",
}


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", template)
    names = [
        f"(?P<{piece}>{'[^”]' if piece == 'answer' else '.'}+?)" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(names), re.DOTALL)


_PATTERNS = {template: _pattern(template) for template in TEMPLATES}


def in_words(stored: str) -> str:
    """Return a stored sentence in the reader's language; one that is not known here stays as it is."""
    said = REWORDED.get(stored, stored)
    return _translated(said) or said


_LANGUAGE_AND_LEVEL = re.compile(r"(?P<name>.+) (?P<level>[0-5N])")


def reading_in_words(stored: str) -> str:
    """Return how a cell of the old form was read: the value and, after a dash, one or several notes."""
    value, dash, notes = stored.rpartition(" – ")
    pieces, shown = notes.split("; "), []
    while pieces:
        # Some notes have a semicolon of their own.
        taken = 2 if len(pieces) > 1 and _translated("; ".join(pieces[:2])) else 1
        shown.append(in_words("; ".join(pieces[:taken])))
        del pieces[:taken]
    return _languages_in_words(in_words(value)) + dash + "; ".join(shown)


def _languages_in_words(value: str) -> str:
    """Return languages with their levels ("French 2, Swahili N") by the reader's names; anything else as it is."""
    matches = [_LANGUAGE_AND_LEVEL.fullmatch(part) for part in value.split(", ")]
    names = [language_by_english_name(match["name"], get_language() or "en") if match else "" for match in matches]
    if not all(names):
        return value
    return ", ".join(f"{name} {match['level']}" for name, match in zip(names, matches, strict=True) if match)


def _translated(stored: str) -> str:
    """Return the translation of a sentence that is known here, "" for any other and for readers of English."""
    if not stored or (get_language() or "en").startswith("en"):
        return ""
    translated = gettext(stored)
    if translated != stored:
        return translated
    for template, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(stored):
            values = {name: _value(name, value, of=TEMPLATES[template]) for name, value in match.groupdict().items()}
            return gettext(template) % values
    return ""


def _value(name: str, value: str, *, of: str) -> str:
    if name == "state":
        return state_in_words(of, value)
    if name == "doubts":
        return listed(in_words(doubt) for doubt in value.split(", "))
    if name in ("answer", "word", "words"):  # what people wrote stays as they wrote it
        return value
    if name in ("value", "language") and (language := language_by_english_name(value, get_language() or "en")):
        return language
    return in_words(value.replace(" or ", " / ") if name == "choices" else value)
