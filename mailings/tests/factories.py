"""Kinds of letter and letters for tests."""

from itertools import count

from mailings import kinds
from mailings.domain.newsletters import first_of_month
from mailings.ledger import letters
from mailings.ledger.preparing import NotOwed, prepare, read_facts
from mailings.models import BulkText, Letter, LetterText, Newsletter, NewsletterSection, NewsletterVersion, Subscription
from mailings.newsletters.composing import body_of
from mailings.rendering import Rendered
from registrations.tests.factories import NOW, make_member

_numbers = count(1)


def plain(about, language, zone):
    return Rendered("Plain", f"In {language}, {zone}.\n", f"<p>In {language}, {zone}.</p>")


def make_kind(*, still_owed=lambda about, now: None, render=plain, facts=None, keeps=None):
    """Register a kind of its own and return its name."""
    name = f"tests.kind_{next(_numbers)}"
    kinds.register(name, still_owed=still_owed, render=render, facts=facts, keeps=keeps)
    return name


def make_letter(**given):
    """A queued letter to a member of its own, unless told otherwise."""
    values = {"kind": given.pop("kind", None) or make_kind(), "about": None, "key": f"key-{next(_numbers)}", "now": NOW}
    if "to" not in given and "address" not in given:
        values["to"] = make_member()
    return letters.owe(**values | given)


def make_sent_letter(*, people=(), sent_at=NOW, text="Hello.\n", **given):
    """A letter that was sent, with what it said, naming these people besides its reader."""
    letter = make_letter(**{"kind": make_kind(keeps=kinds.kept())} | given)
    Letter.objects.filter(pk=letter.pk).update(state="sent", sent_at=sent_at, tries=1)
    LetterText.objects.create(
        letter=letter, subject="A letter", text=text, html=f"<p>{text}</p>", people=[row.pk for row in people],
        sent_at=sent_at,
    )  # fmt: skip
    letter.refresh_from_db()
    return letter


def letters_that_leave(now, *names):
    """Send what waits, or what waits of these kinds, the oldest first, as the ledger does; yield each letter that left
    and what it said."""
    waiting = Letter.objects.filter(state="queued").order_by("pk")
    for letter in waiting.filter(kind__in=names) if names else waiting:
        row = Letter.objects.filter(pk=letter.pk)
        try:
            composed = prepare(letter, read_facts([letter], now=now), now=now)
        except NotOwed as reason:
            row.update(state="skipped", reason=str(reason), gathering_since=None)
            continue
        row.update(state="sent", sent_at=now, tries=1, gathering_since=None, facts_digest=letter.facts_digest)
        yield letter, composed.rendered


def make_bulk_text(**columns):
    """What many letters of one day said."""
    given = {"digest": f"digest-{next(_numbers)}", "written_at": NOW}
    return BulkText.objects.create(**given | ({} if "newsletter_body" in columns else {"text": "Hello all."}) | columns)


def make_subscription(**columns):
    """A confirmed subscription of a visitor to the newsletter, or of ``member``, unless told otherwise."""
    number = next(_numbers)
    columns.setdefault("address", columns["member"].email if columns.get("member") else f"reader-{number}@example.org")
    given = {"state": "confirmed", "confirmed_at": NOW, "source": "page", "agreed_at": NOW, "wants_newsletter": True}
    return Subscription.objects.create(**given | columns)


def make_newsletter(*, languages=("en",), body="Hello **readers**.", **columns):
    """A draft with a ready version in each of the languages, of one section."""
    number = next(_numbers)
    newsletter = Newsletter.objects.create(
        **{"number": number, "month": first_of_month(NOW.date()), "made_at": NOW} | columns
    )
    for language in languages:
        version = NewsletterVersion.objects.create(
            newsletter=newsletter, language=language, state="ready", subject=f"Issue {number} ({language})"
        )
        NewsletterSection.objects.create(newsletter_version=version, kind="this_month", place=1, body=body)
    return newsletter


def make_sent_newsletter(**columns):
    """An issue that was sent, to nobody, and stands in the archive in English."""
    over = {"state": "sent", "frozen_at": NOW, "recipients": 0, "published_at": NOW, "finished_at": NOW}
    newsletter = make_newsletter(**over | columns)
    body_of(newsletter.versions.get()).save()
    return newsletter
