"""The ledger of letters, and the addresses that get none."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from letsconnect.base.languages import direction_of, listed
from mailings import kinds
from mailings.domain.letters import (
    NEEDS_A_PERSON,
    NEEDS_A_REASON,
    OPEN,
    PERHAPS_READ,
    UNREACHABLE,
    WAITING,
    WITH_A_WORKER,
    LetterState,
    Priority,
    may_become,
    said_to_readers,
)
from mailings.domain.newsletters import NewsletterState
from mailings.models.texts import BulkText, LetterText

S = LetterState
# On the disk before a text goes out, whatever the server is set to: it would be sent twice after a crash otherwise.
_SUBMIT = """
    WITH durably AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true))
    UPDATE mailings_letter AS letter
    SET state = %s, lease_until = %s, gathering_since = NULL, address = given.address, language = given.language,
        is_fallback = given.is_fallback, zone = given.zone, tries = given.tries, facts_digest = given.facts_digest
    FROM durably,
        unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::text[], %s::smallint[], %s::text[])
        AS given (id, address, language, is_fallback, zone, tries, facts_digest)
    WHERE letter.id = given.id AND letter.state = %s AND letter.claimed_by = %s {still_owed}
    RETURNING letter.id"""
_STILL_OWED = """AND letter.id IN ({unchanged})
        AND NOT EXISTS (SELECT FROM {members} AS member
            WHERE member.id = letter.member_id AND member.email IS DISTINCT FROM given.address)
        AND NOT EXISTS (SELECT FROM mailings_suppression
            WHERE lifted_at IS NULL AND address_hash = ANY(%s))"""
_SETTLE_AS_SENT = """
    WITH moved AS (
        UPDATE mailings_letter AS letter
        SET state = %s, sent_at = %s, lease_until = NULL, reason = '', answer = given.answer, bulk_text_id = bulk.id
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given (id, answer, digest)
        LEFT JOIN mailings_bulktext AS bulk ON bulk.digest = given.digest
        WHERE letter.id = given.id AND letter.state = ANY(%s) AND letter.claimed_by = %s
        RETURNING letter.id
    ), kept AS (
        INSERT INTO mailings_lettertext (letter_id, subject, text, html, people, sent_at)
        SELECT given.id, given.subject, given.text, given.html, given.people::bigint[], %s
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
            AS given (id, subject, text, html, people)
        JOIN moved ON moved.id = given.id
        ON CONFLICT DO NOTHING
    )
    SELECT id FROM moved"""


_CLAIM = """
    WITH due AS MATERIALIZED ({due})
    UPDATE mailings_letter AS letter
    SET state = %s, claimed_by = %s, lease_until = %s, gathering_since = NULL
    FROM due
    WHERE letter.id = due.id
    RETURNING letter.id"""


def _keys_changed(statement: str, values: list[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {key for (key,) in cursor.fetchall()}


def _is_readable(now: datetime) -> Q:
    own = LetterText.objects.readable(now).filter(letter=OuterRef("pk"))
    of_many = BulkText.objects.readable(now).filter(pk=OuterRef("bulk_text"))
    return Q(Exists(own)) | Q(Exists(of_many))


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, now: datetime) -> "LetterQuerySet":
        """Letters to be sent now: those that somebody waits for first, then those longest due."""
        due = self.filter(state__in=WAITING, due_at__lte=now).order_by("priority", "due_at", "pk")
        paused = self.model._meta.get_field("newsletter").related_model._base_manager.filter(
            state=NewsletterState.PAUSED
        )
        return due.filter(Q(newsletter=None) | ~Q(newsletter__in=paused))

    def of_issue(self, newsletter: Any) -> "LetterQuerySet":
        """The letters that bring one issue of the newsletter to its readers."""
        return self.filter(newsletter=newsletter)

    def claimed_with(self, token: str) -> "LetterQuerySet":
        """Letters that the worker with this token claimed, while no other worker has claimed them again."""
        return self.filter(claimed_by=token)

    def abandoned(self, now: datetime) -> "LetterQuerySet":
        """Letters whose worker has let its lease run out."""
        return self.filter(state__in=WITH_A_WORKER, lease_until__lte=now)

    def received_by(self, member: Any, *, addresses: Iterable[str]) -> "LetterQuerySet":
        """Letters to a member, and those to their addresses from before they had an account or signed in."""
        return self.filter(Q(member=member) | Q(member=None, address__in=list(addresses)))

    def shown_at_the_desk(self) -> "LetterQuerySet":
        """All letters but those whose very existence is confidential; people see their own among their data."""
        return self.exclude(kind__in=kinds.confidential())

    def visible_to(self, member: Any) -> "LetterQuerySet":
        """The letters coordinators may see, without confidential ones; nobody else, because addresses are shown."""
        return self.shown_at_the_desk() if member.is_coordinator else self.none()

    def gathered(self, gathering: str) -> "LetterQuerySet":
        """The letters to one person about one thing, newest first."""
        return self.filter(gathering=gathering).exclude(gathering="").order_by("-pk")

    def saying_whether_readable(self, now: datetime) -> "LetterQuerySet":
        """Each letter with ``is_readable``: whether what it said can be read now."""
        return self.annotate(is_readable=_is_readable(now))

    def readable(self, now: datetime) -> "LetterQuerySet":
        """The letters of which it can be read now what they said."""
        return self.filter(_is_readable(now))

    def perhaps_read(self) -> "LetterQuerySet":
        """Letters that arrived, or may have arrived."""
        return self.filter(state__in=sorted(PERHAPS_READ))

    def needing_a_person(self) -> "LetterQuerySet":
        """Letters with which nothing more happens unless somebody decides, as `ledger.by_hand` lets them.

        Not a code that somebody asked for: nobody sends it again, they ask for another. Nor what went to somebody who
        has deleted their account.
        """
        has_recipient = Q(member__isnull=False) | ~Q(address="")
        return self.filter(has_recipient, state__in=sorted(NEEDS_A_PERSON)).exclude(kind__in=kinds.urgent())

    def unreachable(self) -> "LetterQuerySet":
        """Letters that wait because no mail server answered at the last attempt."""
        return self.filter(state=S.DEFERRED, reason=UNREACHABLE)

    def move(self, was: LetterState, became: LetterState, **columns: Any) -> int:
        """Move those of these letters that are in state ``was`` to ``became``; return how many were.

        The state is compared in the statement that changes it. So of two workers, or a worker and a person, one moves
        the letter and the other finds nothing.
        """
        if not may_become(was, became):
            raise ValueError(f"a letter cannot go from {was} to {became}")
        if became not in WITH_A_WORKER:
            columns.setdefault("lease_until", None)
        columns.setdefault("gathering_since", None)  # whoever moves it ends its waiting for more
        return self.filter(state=was).update(state=became, **columns)

    def claim_due(self, now: datetime, *, batch: int, token: str, lease_until: datetime) -> set[int]:
        """Move the first letters that are due to "claimed" in one statement, and return their keys.

        Rows that another worker is claiming are passed over; those chosen are locked until the end of the transaction,
        so their state cannot change in between.
        """
        due = self.due(now).select_for_update(skip_locked=True, no_key=True, of=("self",))
        sql, params = due.values("id")[:batch].query.sql_with_params()
        return _keys_changed(_CLAIM.format(due=sql), [*params, S.CLAIMED, token, lease_until])

    def keys_of(self, condition: Q) -> tuple[str, Sequence[Any]]:
        """Return the SQL and the parameters of a query for the keys of the letters that meet a condition."""
        sql, params = self.filter(condition).values("pk").query.sql_with_params()
        return sql, params

    def submit(
        self,
        letters: list["Letter"],
        *,
        lease_until: datetime,
        unchanged: "tuple[str, Sequence[Any]] | None" = None,
        address_hashes: Iterable[str] = (),
    ) -> set[int]:
        """Move claimed letters to "being handed over" in one statement, with what is about to be sent.

        Return the keys of those that the worker still holds; the others were taken over. With ``unchanged``, what is
        sent was read a moment ago: letters that are not among these any longer (as `keys_of` writes them), or whose
        recipient has another address by now, stay claimed, and so do all if one of these fingerprints is suppressed.
        """
        columns = ("pk", "address", "language", "is_fallback", "zone", "tries", "facts_digest")
        given = [[getattr(letter, column) for letter in letters] for column in columns]
        values = [S.SUBMITTING, lease_until, *given, S.CLAIMED, letters[0].claimed_by]
        still_owed = ""
        if unchanged is not None:
            sql, params = unchanged
            members = self.model._meta.get_field("member").related_model._meta.db_table
            still_owed = _STILL_OWED.format(unchanged=sql, members=members)
            values += [*params, list(address_hashes)]
        return _keys_changed(_SUBMIT.format(still_owed=still_owed), values)

    def settle_as_sent(self, answers: list[tuple["Letter", str]], *, now: datetime) -> set[int]:
        """Move letters that the mail server took to "sent" in one statement; return the keys of those that moved.

        The statement keeps what they said, too. One that was thought to be lost is "uncertain" by now: whoever sent it
        knows better.
        """
        keys, words = [letter.pk for letter, _words in answers], [words for _letter, words in answers]
        digests = [letter.bulk_digest for letter, _words in answers]
        states = [S.SUBMITTING.value, S.UNCERTAIN.value]
        values = [S.SENT, now, keys, words, digests, states, answers[0][0].claimed_by, now]
        kept = [letter.text_to_keep for letter, _words in answers if letter.text_to_keep is not None]
        columns = [[getattr(text, name) for text in kept] for name in ("letter_id", "subject", "text", "html")]
        people = ["{" + ",".join(map(str, text.people)) + "}" for text in kept]
        return _keys_changed(_SETTLE_AS_SENT, [*values, *columns, people])

    def tally(self) -> dict[str, int]:
        """Return how many letters were written and how many are in each state."""
        return tally_of(self.counted_by_state())

    def counted_by_state(self) -> "models.QuerySet[Letter, Any]":
        """How many letters there are in each state, for `tally_of`."""
        return self.order_by().values_list("state").annotate(Count("pk"))


def tally_of(letters_by_state: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return how many letters were written and how many are in each state, those without letters among them."""
    counts = dict(letters_by_state)
    return {"written": sum(counts.values()), **{state: counts.get(state, 0) for state in S.values}}


class Letter(models.Model):
    """One owed email to one address. Its text is made when it is sent; what was sent is kept for 90 days.

    Letters with the same ``gathering`` tell one person about one thing: while one waits (``gathering_since``), a newer
    one takes its place. ``facts_digest`` is the fingerprint of what it told, so that nobody is told the same again.
    """

    kind = models.CharField(_("kind"), max_length=80)
    key = models.CharField(_("key"), max_length=200)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name=_("member"),
    )
    address = models.EmailField(_("address"), blank=True)
    language = models.CharField(_("language"), max_length=10)
    zone = models.CharField(_("time zone"), max_length=50)
    about_type = models.CharField(_("about"), max_length=60, blank=True)
    about_id = models.BigIntegerField(_("its number"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LetterState, default=S.QUEUED)
    message_id = models.CharField(_("Message-ID"), max_length=200)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.ORDINARY)
    newsletter = models.ForeignKey(
        "mailings.Newsletter",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letters",
        db_index=False,  # two indexes begin with it
    )
    subscription = models.ForeignKey(
        "mailings.Subscription", null=True, blank=True, on_delete=models.SET_NULL, related_name="letters"
    )
    is_fallback = models.BooleanField(_("in another language than theirs"), default=False)
    owed_at = models.DateTimeField(_("owed since"))
    due_at = models.DateTimeField(_("due"))
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    answer = models.CharField(_("the mail server's answer"), max_length=200, blank=True)
    gathering = models.CharField(_("gathered under"), max_length=100, blank=True)
    gathering_since = models.DateTimeField(_("gathering since"), null=True, blank=True)
    facts_digest = models.CharField(max_length=64, blank=True)
    bulk_text = models.ForeignKey(
        BulkText, null=True, blank=True, on_delete=models.PROTECT, related_name="letters", db_index=False
    )

    # No columns: whether a letter that was sent at once may get through at another attempt, whether its address is
    # suppressed as it is sent, and what is kept of it once it is sent: a text of its own, or one of many letters.
    may_come_later = False
    is_to_suppressed = False
    text_to_keep: LetterText | None = None
    bulk_digest = ""

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="mailings_one_letter_per_key"),
            models.UniqueConstraint(fields=["message_id"], name="mailings_one_letter_per_message_id"),
            models.CheckConstraint(condition=Q(state__in=S.values), name="mailings_letter_state_is_known"),
            models.UniqueConstraint(
                fields=["newsletter", "address"],
                condition=Q(newsletter__isnull=False) & ~Q(address=""),
                name="mailings_one_letter_per_issue_and_address",
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="mailings_letter_priority_is_known"),
            models.CheckConstraint(
                condition=Q(newsletter=None) | Q(priority=Priority.BULK), name="mailings_a_newsletter_is_bulk"
            ),
            models.CheckConstraint(
                condition=Q(about_type="", about_id=None) | (~Q(about_type="") & Q(about_id__isnull=False)),
                name="mailings_about_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(OPEN)) | Q(member__isnull=False) | ~Q(address=""),
                name="mailings_open_letter_goes_to_someone",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=sorted(WITH_A_WORKER), lease_until__isnull=False) & ~Q(claimed_by=""))
                | (~Q(state__in=sorted(WITH_A_WORKER)) & Q(lease_until=None)),
                name="mailings_held_has_lease_and_claimer",
            ),
            models.CheckConstraint(
                condition=Q(state=S.SENT, sent_at__isnull=False) | (~Q(state=S.SENT) & Q(sent_at=None)),
                name="mailings_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(NEEDS_A_REASON)) | ~Q(reason=""),
                name="mailings_unsent_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.SUBMITTING, S.SENT, S.DEFERRED, S.UNCERTAIN]) | Q(tries__gte=1),
                name="mailings_tried_was_tried",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[S.SUBMITTING]) | ~Q(address=""), name="mailings_submitting_has_an_address"
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(key=""), name="mailings_letter_has_kind_and_key"),
            models.UniqueConstraint(
                fields=["gathering"],
                condition=Q(gathering_since__isnull=False),
                name="mailings_one_letter_gathers_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(gathering_since=None) | (Q(state=S.QUEUED) & ~Q(gathering="")),
                name="mailings_only_a_queued_letter_gathers",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                name="mailings_letter_due",
                condition=Q(state__in=sorted(WAITING)),
            ),
            models.Index(
                fields=["newsletter", "state"],
                name="mailings_letter_of_an_issue",
                condition=Q(newsletter__isnull=False),
            ),
            models.Index(
                fields=["lease_until"], name="mailings_letter_lease", condition=Q(state__in=sorted(WITH_A_WORKER))
            ),
            models.Index(fields=["about_type", "about_id"], name="mailings_letter_about", condition=~Q(about_type="")),
            models.Index(
                fields=["bulk_text"], name="mailings_letter_of_bulk_text", condition=Q(bulk_text__isnull=False)
            ),
            models.Index(fields=["state", "owed_at"], name="mailings_letter_by_state"),
            models.Index(fields=["-owed_at", "-id"], name="mailings_letter_newest_first"),
            models.Index(fields=["gathering", "-id"], name="mailings_letter_gathered", condition=~Q(gathering="")),
        ]

    def __str__(self) -> str:
        """Return what people call its kind, and the day since when it is owed."""
        return listed([kinds.label_of(self.kind), date_format(localtime(self.owed_at))])

    @property
    def language_name(self) -> str:
        """The language's own name for itself."""
        return dict(settings.LANGUAGES).get(self.language, self.language)

    @property
    def direction(self) -> str:
        """How what it says is written, whatever letters it begins with."""
        return direction_of(self.language)

    @property
    def said_to_its_reader(self) -> str:
        """What became of it, in the words of whom it is for."""
        return str(said_to_readers(S(self.state), reason=self.reason))

    @property
    def is_open(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in OPEN
