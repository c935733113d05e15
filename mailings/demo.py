"""Demo data for the newsletter: an issue of last month that was sent in two languages, and a draft of the next one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mailings.domain.newsletters import SectionKind, first_of_month
from mailings.domain.subscriptions import BulkList, SubscriptionSource
from mailings.models import Newsletter, NewsletterVersion
from mailings.newsletters import sending, writing
from mailings.newsletters.filling import fillings_for
from mailings.newsletters.writing import SectionText
from mailings.subscriptions.members import choose_as_member

Words = tuple[str, str, Mapping[SectionKind, str]]  # subject, preview line, sections in Markdown

SENT: dict[str, Words] = {
    "en": (
        "Clinics about money, and forty new people",
        "What we learned together, and what comes next",
        {
            SectionKind.THIS_MONTH: (
                "Forty people have joined us. Many of them **want to learn about budgets**, and a few offer to share "
                "what they know: perhaps with you."
            ),
            SectionKind.LEARNING: "- Ask for a partner to learn with\n- Come to one of the [clinics](/clinics/)",
            SectionKind.NEWS: "Clinics are now announced in five languages. Thank you to everybody who translates.",
        },
    ),
    "es": (
        "Encuentros sobre dinero y cuarenta personas nuevas",
        "Lo que aprendimos juntos y lo que viene",
        {
            SectionKind.THIS_MONTH: (
                "Se han unido cuarenta personas. Muchas **quieren aprender sobre presupuestos**, y algunas ofrecen "
                "compartir lo que saben."
            ),
            SectionKind.LEARNING: (
                "- Pedir una persona con quien aprender\n- Venir a uno de los [encuentros](/clinics/)"
            ),
            SectionKind.NEWS: "Los encuentros se anuncian ahora en cinco idiomas. Gracias a quienes traducen.",
        },
    ),
}
DRAFT = ("Clinics of the next weeks", "Choose one, and bring a friend", "Three clinics are open. There are seats left.")


def send_issue(*, readers: Sequence[Any], writer: Any, coordinator: Any, now: datetime) -> Newsletter:
    """Write an issue in the middle of last month, ask for it to be sent and confirm it, as the working group would.

    Its letters are due at once: the worker sends them as it sends all others of the demo.
    """
    sent_at = now.replace(day=1) - timedelta(days=14)
    for reader in readers:
        choose_as_member(
            member=reader,
            lists={BulkList.NEWSLETTER},
            source=SubscriptionSource.PAGE,
            by=reader,
            now=sent_at - timedelta(days=10),
        )
    begun = sent_at - timedelta(days=2)
    first, *others = SENT
    issue = writing.make_issue(month=first_of_month(sent_at.date()), language=first, by=writer, now=begun)
    _write(issue.versions.get(), SENT[first], by=writer, now=begun)
    for language in others:
        version = writing.add_version(newsletter=issue, language=language, translated_from=first, by=writer, now=begun)
        _write(version, SENT[language], by=writer, now=begun)
    sending.ask_to_send(newsletter=issue, by=writer, now=sent_at)
    return sending.confirm(newsletter=issue, by=coordinator, now=sent_at)


def write_draft(*, writer: Any, now: datetime) -> Newsletter:
    """Begin the issue of this month: its clinics to come are filled in, and it is not ready yet."""
    issue = writing.make_issue(month=first_of_month(now.date()), language="en", by=writer, now=now)
    version = issue.versions.get()
    subject, preview, text = DRAFT
    _save(version, (subject, preview, {SectionKind.THIS_MONTH: text}), by=writer, now=now)
    upcoming = version.sections.get(kind=SectionKind.UPCOMING)
    for filling in fillings_for(upcoming.kind):
        writing.fill_in_section(version=version, key=upcoming.pk, name=filling.name, by=writer, now=now)
    return issue


def _write(version: NewsletterVersion, words: Words, *, by: Any, now: datetime) -> None:
    _save(version, words, by=by, now=now)
    writing.mark_ready(version=version, by=by, now=now)


def _save(version: NewsletterVersion, words: Words, *, by: Any, now: datetime) -> None:
    subject, preview, bodies = words
    texts = [
        SectionText(section.pk, section.title, bodies[SectionKind(section.kind)])
        for section in version.sections.all()
        if section.kind in bodies
    ]
    writing.save_version(version=version, subject=subject, preview=preview, sections=texts, by=by, now=now)
