"""Feedback of somebody who is erased, or asks for their data: found by digests, because nothing else leads to it."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.domain.feedback import FeedbackQuestion
from clinics.feedback.giving import digests_of, forget_feedback, labels_of, said_in
from clinics.feedback.whose import clinics_of
from clinics.models import Clinic, CountedFeedback, FeedbackAnswer, Quote
from letsconnect.base.query_batches import QueryBatch
from registrations import events
from registrations.models import Member


def connect() -> None:
    """Connect to the signals about people who leave, and who ask for their data."""
    events.erasing.connect(on_erasing)
    events.data_asked.connect(collect)


def on_erasing(sender: Any, *, member: Member, by: Member | None, now: datetime, **kwargs: Any) -> None:
    """Delete the answers that are kept; sums stay, and quotes go with the tables that erasure deletes.

    Where words can be read already, nobody reads them from now on: whoever read them before would see which are gone.
    """
    forget_feedback(member=member)
    CountedFeedback.objects.filter(clinic__in=clinics_of(member).values("pk")).update(words_withheld=True)


def collect(sender: Any, *, member: Member, now: datetime, batch: QueryBatch, **kwargs: Any) -> events.SectionReader:
    """Return what the person said of clinics, and what of it may be quoted."""
    theirs = FeedbackAnswer.objects.filter(clinic__in=clinics_of(member).values("pk"))
    answers = batch.add(theirs.select_related("clinic").order_by("pk"))
    quotes = batch.add(Quote.objects.of(member).select_related("clinic").order_by("pk"))
    yield ("clinics.FeedbackAnswer", "clinics.Quote")
    batch.prefetch(Clinic, "texts")
    item = events.Item.of
    rows: defaultdict[int, dict[str, FeedbackAnswer]] = defaultdict(dict)
    titles = {}
    digests = {digest for clinic_id in {row.clinic_id for row in answers} for digest in digests_of(clinic_id, member)}
    for answer in answers:
        if answer.digest in digests:
            rows[answer.clinic_id][answer.question] = answer
            titles[answer.clinic_id] = answer.clinic.title
    yield events.Section(
        "clinic_feedback",
        _("What I said of clinics, kept apart for at most 90 days"),
        [
            (
                item("clinic", _("Clinic"), titles[clinic_id]),
                *(
                    item(question.value, question.label, said.options[question], label)
                    for question, label in labels_of(said)
                ),
                item("words", FeedbackQuestion.WORDS.label, said.words),
                item("week_of", _("In the week of"), max(row.week_of for row in of_one.values())),
            )
            for clinic_id, of_one in rows.items()
            for said in [said_in(of_one)]
        ],
    )
    yield events.Section(
        "quotes",
        _("What of mine may be quoted"),
        [
            (
                item("clinic", _("Clinic"), quote.clinic.title),
                item("text", _("What may be quoted"), quote.text),
                item("as_whom", _("As whom"), quote.as_whom, quote.get_as_whom_display()),
                item("name", _("Name"), quote.name),
                item("in_reports", _("It may also stand in public reports of the programme"), quote.in_reports),
                item("given_at", _("Given"), quote.given_at),
                item("published_at", _("On the page of the clinic since"), quote.published_at),
            )
            for quote in quotes
        ],
    )
