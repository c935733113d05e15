"""Reading what was sent: by its reader for 90 days, and by coordinators, who are logged."""

from datetime import datetime
from typing import Any

from mailings import kinds
from mailings.domain.letters import KEPT_FOR
from mailings.models import BulkText, Letter, LetterText
from mailings.newsletters.composing import MARKS, letter_of
from mailings.sending.copies import Copy, copy_of


def what_was_sent(letter: Letter, *, now: datetime) -> Copy | None:
    """Return what a letter said, or None where it is not kept or no more."""
    own = LetterText.objects.readable(now).filter(letter=letter).first()
    if own is not None:
        return Copy(own.subject, own.text, own.html)
    of_many = BulkText.objects.readable(now).select_related("newsletter_body").filter(letters=letter).first()
    return copy_of_many(of_many) if of_many is not None else None


def copy_of_many(text: BulkText) -> Copy:
    """Return what many letters said, from the issue that they brought where they brought one."""
    body = text.newsletter_body
    if body is None:
        return Copy(text.subject, text.text, text.html)
    rendered = letter_of(body, reader_language=text.reader_language)
    return copy_of(rendered, language=body.language, marks=MARKS.values())


def people_in(letter: Letter) -> set[int]:
    """Return the keys of those whom the letter names besides its reader."""
    people = LetterText.objects.filter(letter=letter).values_list("people", flat=True).first()
    return set(people or ()) - {letter.member_id}


def is_kept_from_the_desk(letter: Letter, *, reader: Any) -> bool:
    """Tell whether a coordinator does not read this letter: its words are for its reader only, or it names them.

    Who looks at the desk at a letter that names them would read what the portal tells others about them.
    """
    if not kinds.is_registered(letter.kind):
        return True
    keeps = kinds.get(letter.kind).keeps
    return keeps is None or not keeps.is_for_the_desk or reader.pk in people_in(letter)


def is_over(letter: Letter, *, now: datetime) -> bool:
    """Tell whether what the letter said was taken away because it was sent too long ago."""
    return letter.sent_at is not None and letter.sent_at <= now - KEPT_FOR
