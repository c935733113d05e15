"""Importing a file of the old form: rows become registrations that nobody has claimed yet."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from letsconnect.base import acts
from letsconnect.base.database_waits import reason_of, try_again_while_busy, wait_at_most
from mailings.subscriptions.old_form import forget_old_yes, keep_old_yes
from registrations.domain.agreements import ConsentDocument
from registrations.domain.registrations import OUT_OF_THE_PROGRAMME, RegistrationState, Source
from registrations.models import (
    Consent,
    Group,
    ImportedKey,
    ImportedRow,
    Member,
    Offer,
    Registration,
    Role,
    Skill,
    SpokenLanguage,
    Window,
    Wish,
)
from registrations.oldform.fates import Fate
from registrations.oldform.languages import language_of
from registrations.oldform.lexicon import lexicon_of_the_portal
from registrations.oldform.reading import groups, rows, table
from registrations.oldform.reading.columns import NotTheOldForm
from registrations.oldform.reading.decisions import Decisions
from registrations.oldform.reading.persons import Person, group_by_person
from registrations.oldform.reading.report import Outcome
from registrations.oldform.reading.rows import Answers, Lexicon
from registrations.privacy.imported_keys import digest_of as _digest
from registrations.reference.countries import region_of
from registrations.skills import merged_answers

OLD_FORM = "old form"  # the version of every consent that came with it
_LOCK = 0x4C43_494D_5001  # number of the advisory lock that lets only one step of an import run at a time
COUNTED_AS = {
    Fate.MADE: "imported",
    Fate.REPLACED: "imported",
    Fate.OLDER: "merged",
    Fate.SAME: "unchanged",
    Fate.CLAIMED: "unchanged",
    Fate.ENDED: "unchanged",
}
STEP = 10  # people in one transaction, which takes less than half a second
PATIENCE, TRIES = 1.0, 30  # seconds a step waits for a lock, and how often it is tried


@dataclasses.dataclass
class Counts:
    """What the steps so far did. ``settled`` has the numbers of all finished rows, so that none is counted twice."""

    imported: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    settled: list[int] = dataclasses.field(default_factory=list)
    fates: list[tuple[int, str, int | None]] = dataclasses.field(default_factory=list)  # a row, a `Fate`, whose it is

    def add_to(self, outcome: Outcome) -> Outcome:
        """Add these counts to the outcome of reading the file, and return it."""
        outcome.imported += self.imported
        outcome.merged += self.merged
        outcome.unchanged += self.unchanged
        for number, reason in self.rejected:
            outcome.reject(number, reason)
        return outcome


@dataclasses.dataclass(frozen=True)
class Plan:
    """A file that was read: the people still to be imported, and the counts and report lines of the reading."""

    people: list[Person]
    outcome: Outcome

    def check_letters(self, *, is_dry_run: bool) -> None:
        """Raise NotTheOldForm when the code page of the file is only a guess, unless this is a dry run."""
        if not is_dry_run and not self.outcome.is_sure_of_letters:
            raise NotTheOldForm("Nobody has said yet which code page this file is in, so nothing of it is imported.")

    def steps(self) -> Iterator[tuple[Person, ...]]:
        """Yield the people in groups small enough that one transaction for each keeps nobody waiting for long."""
        for start in range(0, len(self.people), STEP):
            yield tuple(self.people[start : start + STEP])


def import_registrations(
    *, content: bytes, by: Member | None, now: datetime, is_dry_run: bool = False, encoding: str = ""
) -> Outcome:
    """Import a file of the old form and return what was done with each row.

    Each person's newest row makes or replaces their unclaimed registration; a claimed one is never touched. A row
    that cannot be stored is rejected without harm to others. A dry run does everything and rolls it back. Each person
    is imported whole or not at all; the file is imported in steps, and importing it again goes on where it stopped.
    Raises NotTheOldForm when the file is something else, or when its code page is only a guess and this is no dry run
    (``encoding`` is the code page that a person chose).
    """
    counts, plan = Counts(), read_file(content=content, now=now, encoding=encoding)
    plan.check_letters(is_dry_run=is_dry_run)
    for people in plan.steps():
        step = partial(take_people, people, counts, by=by, now=now, is_dry_run=is_dry_run)
        counts = try_again_while_busy(step, tries=TRIES, pause=PATIENCE)
    return counts.add_to(plan.outcome)


def read_file(
    *,
    content: bytes,
    now: datetime,
    encoding: str = "",
    settled: Collection[int] = (),
    decisions: Iterable[list[object]] = (),
) -> Plan:
    """Read a file, leaving out the rows whose numbers are ``settled``, and following what was decided about guesses.

    Nothing is locked and nothing is written.
    """
    sheet = table.read(content, encoding)
    outcome = Outcome(
        rows=len(sheet.rows), notes=list(sheet.notes), samples=sheet.samples, is_sure_of_letters=not sheet.guess
    )
    people = group_by_person(list(_readable(sheet, _lexicon(sheet, now=now, decisions=decisions), outcome)))
    settled_numbers = set(settled)
    for person in people:
        person.rows = [row for row in person.rows if row.raw.number not in settled_numbers]
    pending = [person for person in people if person.rows]
    return Plan([person for person, _stored_row in _with_stored_rows(pending)], outcome)


@transaction.atomic
def take_people(
    people: Iterable[Person], counts: Counts, *, by: Member | None, now: datetime, is_dry_run: bool
) -> Counts:
    """Import a few people in one short transaction, and return the counts with theirs added.

    While this waits for a lock, others wait for the locks it has. So it waits only briefly for a registration that
    somebody else has locked: then the whole step fails, and the caller tries it again.
    """
    wait_at_most(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    merged_answers.keep_skills_in_place()
    added = dataclasses.replace(counts, rejected=[*counts.rejected], settled=[*counts.settled], fates=[*counts.fates])
    with transaction.atomic():
        writer = _Writer(by=by, now=now)
        for person, stored_row in _with_stored_rows(list(people)):
            _import_person(person, stored_row, writer, added)
        if is_dry_run:
            transaction.set_rollback(True)
    return added


def _readable(sheet: table.Table, lexicon: Lexicon, outcome: Outcome) -> Iterator[Answers]:
    """Yield the rows with at least one answer, read; count all cells and reject the other rows in ``outcome``."""
    for raw in sheet.rows:
        if raw.is_blank:
            outcome.reject(raw.number, "blank row")
            continue
        row = rows.read(raw, sheet.columns, lexicon)
        outcome.count_cells(row)
        if row.has_an_answer:
            yield row
        else:
            outcome.reject(raw.number, "nothing in the row could be read")


def _lexicon(sheet: table.Table, *, now: datetime, decisions: Iterable[list[object]]) -> Lexicon:
    """Return the names of the portal, with what the file as a whole tells."""
    return dataclasses.replace(
        lexicon_of_the_portal(now=now),
        dates=rows.date_order(sheet),
        is_sure_of_letters=not sheet.guess,
        decisions=Decisions.of(decisions),
        words_for_none=rows.words_for_none(sheet),
    )


def _with_stored_rows(people: list[Person]) -> list[tuple[Person, ImportedRow | None]]:
    """Pair each person with their stored row, or None, and unite people of the file who have the same stored row."""
    digests = [_digest(kind, value) for person in people for kind, value in person.keys]
    stored = {
        key.digest: key for key in ImportedKey.objects.filter(digest__in=digests).select_related("row__registration")
    }
    rows = {key.row_id for key in stored.values()}
    address_keys = ImportedKey.objects.filter(kind=ImportedKey.Kind.ADDRESS, row__in=rows)
    with_address = set(address_keys.values_list("row_id", flat=True))
    persons_by_row: dict[int, tuple[Person, ImportedRow]] = {}
    new_persons: list[tuple[Person, ImportedRow | None]] = []
    for person in people:
        row = _stored_row_of(person, stored, with_address)
        if row is None:
            new_persons.append((person, None))
        elif row.pk in persons_by_row:
            persons_by_row[row.pk][0].rows += person.rows
            persons_by_row[row.pk][0].keys += [key for key in person.keys if key not in persons_by_row[row.pk][0].keys]
        else:
            persons_by_row[row.pk] = (person, row)
    return [*new_persons, *persons_by_row.values()]


def _stored_row_of(person: Person, stored: dict[str, ImportedKey], with_address: set[int]) -> ImportedRow | None:
    """Return a person's stored row, found by the surest key.

    A username alone does not count when the person has an address and the stored row has another.
    """
    has_address = person.keys[0][0] == ImportedKey.Kind.ADDRESS
    for kind, value in person.keys:
        key = stored.get(_digest(kind, value))
        if key is not None and (kind != ImportedKey.Kind.USERNAME or not has_address or key.row_id not in with_address):
            return key.row
    return None


def _import_person(person: Person, stored_row: ImportedRow | None, writer: "_Writer", counts: Counts) -> None:
    """Store the person's newest row, or the next one when it cannot be stored; count the older rows as merged."""
    rows_to_try = person.newest_first()
    counts.settled += [row.raw.number for row in rows_to_try]
    while rows_to_try:
        row = rows_to_try.pop(0)
        try:
            with transaction.atomic():
                fate, registration = writer.take(row, person, stored_row)
        except (DatabaseError, ValidationError) as error:
            if reason_of(error):  # the database was busy, the row is not at fault: the caller tries the step again
                raise
            counts.rejected.append((row.raw.number, f"could not be stored: {str(error).splitlines()[0][:200]}"))
            continue
        count_name = COUNTED_AS[fate]
        setattr(counts, count_name, getattr(counts, count_name) + 1)
        counts.merged += len(rows_to_try)
        counts.fates.append((row.raw.number, fate, registration))
        counts.fates += [(older.raw.number, Fate.OLDER, registration) for older in rows_to_try]
        return


class _Writer:
    """Writes the rows of people; it keeps the ids of skills, groups and roles, so that they are read once."""

    def __init__(self, *, by: Member | None, now: datetime) -> None:
        self.by, self.now = by, now
        # A skill may have been merged into another since the file was read.
        skill_rows = Skill.objects.values_list("slug", "pk", "merged_into_id")
        self.skills = {slug: merged_into or pk for slug, pk, merged_into in skill_rows}
        self.groups = dict(Group.objects.values_list("slug", "pk"))
        self.roles = dict(Role.objects.values_list("slug", "pk"))

    def take(self, row: Answers, person: Person, stored_row: ImportedRow | None) -> tuple[Fate, int]:
        """Store the row, and return what became of it, and the key of the registration it belongs to."""
        is_new = stored_row is None
        if stored_row is None:
            registration = Registration(source=Source.IMPORT, made_at=row["written_at"] or self.now, version=0)
            stored_row = ImportedRow()
        else:
            registration = Registration.objects.select_for_update(of=("self",)).get(pk=stored_row.registration_id)
            # A file never opens again a registration that the person or the working group has ended.
            has_ended = registration.state in OUT_OF_THE_PROGRAMME
            if registration.is_claimed or has_ended or stored_row.raw == row.raw.cells:
                self._keep_keys(person, stored_row)
                fate = Fate.CLAIMED if registration.is_claimed else Fate.ENDED if has_ended else Fate.SAME
                return fate, registration.pk
            if stored_row.written_at and (row["written_at"] is None or row["written_at"] < stored_row.written_at):
                return Fate.OLDER, registration.pk
        self._write(registration, row)
        stored_row.registration = registration
        stored_row.raw, stored_row.written_at, stored_row.imported_at = row.raw.cells, row["written_at"], self.now
        stored_row.save()
        self._keep_keys(person, stored_row)
        return (Fate.MADE if is_new else Fate.REPLACED), registration.pk

    def _keep_keys(self, person: Person, row: ImportedRow) -> None:
        """Store the keys by which the person is recognised, except those that belong to somebody else already."""
        keys = [ImportedKey(row=row, kind=kind, digest=_digest(kind, value)) for kind, value in person.keys]
        ImportedKey.objects.bulk_create(keys, ignore_conflicts=True)

    def _write(self, registration: Registration, row: Answers) -> None:
        was, was_address = (registration.state, registration.imported_address) if registration.pk else ("", "")
        for name, value in self._columns(row).items():
            setattr(registration, name, value)
        registration.reviewed_at = registration.reviewed_by = None
        registration.review_note = ""
        registration.changed_at = self.now
        registration.confirmed_on = (row["written_at"] or registration.made_at).astimezone(UTC).date()
        registration.version += 1
        registration.save()
        self._write_rows(registration, row)
        self._keep_yes(registration, row, was_address)
        acts.record(
            by=self.by, verb="import_registration", on=registration, now=self.now, was=was, became=registration.state
        )

    def _columns(self, row: Answers) -> dict[str, object]:
        group = row["group"] or groups.GroupAnswer()
        sessions = row["sessions"]
        is_whole = row.is_whole
        return {
            "state": RegistrationState.SUBMITTED if is_whole else RegistrationState.DRAFT,
            "submitted_at": (row["written_at"] or self.now) if is_whole else None,
            "name": row["name"] or "",
            "country": row["country"] or "",
            "region": region_of(row["country"] or ""),
            "group_id": self.groups.get(group.slug),
            "group_other": group.words,
            "role_id": self.roles.get(row["role"] or ""),
            "zone": row.zone,
            "can_help": 1 if sessions is None else sessions,
            "can_learn_from": 0 if sessions == 0 else 1,
            "wikimedia_username": row["username"] or "",
            "imported_address": row["address"] or "",
        }

    def _write_rows(self, registration: Registration, row: Answers) -> None:
        would_host = row["clinic"] is True
        for rows_of in ("offers", "wishes", "spoken_languages", "windows", "imported_consents"):
            getattr(registration, rows_of).all().delete()
        Offer.objects.bulk_create(
            Offer(registration=registration, skill_id=skill, would_host=would_host)
            for skill in self._ids(row["shares"])
        )
        Wish.objects.bulk_create(Wish(registration=registration, skill_id=skill) for skill in self._ids(row["learns"]))
        SpokenLanguage.objects.bulk_create(
            SpokenLanguage(registration=registration, code=code, level=level)
            for code, level in (row["languages"] or {}).items()
        )
        Window.objects.bulk_create(
            Window(registration=registration, start=start, end=end) for start, end in row["windows"] or ()
        )
        Consent.objects.bulk_create(self._consents(registration, row))

    def _ids(self, slugs: Iterable[str] | None) -> dict[int, None]:
        return dict.fromkeys(self.skills[slug] for slug in slugs or ())

    def _consents(self, registration: Registration, row: Answers) -> Iterable[Consent]:
        if row["consent"] is True:
            given_at = row["written_at"] or self.now
            document = ConsentDocument.CODE_OF_CONDUCT
            yield Consent(registration=registration, document=document, version=OLD_FORM, given_at=given_at)

    def _keep_yes(self, registration: Registration, row: Answers, was_address: str) -> None:
        """Keep a yes to the newsletter as a subscription that waits to be claimed, and take one back that is gone."""
        if was_address and (row["newsletter"] is not True or was_address != registration.imported_address):
            forget_old_yes(address=was_address)
        if row["newsletter"] is True and registration.imported_address:
            keep_old_yes(
                address=registration.imported_address,
                language=language_of(registration),
                zone=registration.zone,
                agreed_at=row["written_at"] or self.now,
            )
