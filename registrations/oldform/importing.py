"""Bringing an export of the old form into the portal."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from letsconnect.base import acts
from letsconnect.base.database_waits import reason_of, try_again_while_busy, wait_at_most
from registrations.domain.registrations import ConsentDocument, RegistrationState, SkillState, Source
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
    SkillName,
    SpokenLanguage,
    Window,
    Wish,
)
from registrations.oldform.reading import groups, rows, table
from registrations.oldform.reading.columns import NotTheOldForm
from registrations.oldform.reading.persons import Person, persons
from registrations.oldform.reading.report import Outcome
from registrations.oldform.reading.rows import Answers, Lexicon
from registrations.oldform.reading.skills import SkillIndex
from registrations.privacy.imported_keys import digest_of as _digest
from registrations.reference.countries import region_of
from registrations.reference.skills import skills as seed_skills
from registrations.skills import merged_answers

OLD_FORM = "old form"  # the version of every consent that came with it
_LOCK = 0x4C43_494D_5001  # one step of an import at a time
STEP = 10  # persons in one transaction: less than half a second
PATIENCE, TRIES = 1.0, 30  # seconds a step waits for a lock, and how often it is tried
# What a person or the working group ended is not opened again by a file.
_ENDED = {RegistrationState.WITHDRAWN, RegistrationState.DECLINED}


@dataclasses.dataclass
class Counts:
    """What the steps so far did; ``settled`` names the rows that are done with, so that none is counted twice."""

    imported: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    settled: list[int] = dataclasses.field(default_factory=list)

    def add_to(self, outcome: Outcome) -> Outcome:
        """Add these counts to what reading alone said of the file."""
        outcome.imported += self.imported
        outcome.merged += self.merged
        outcome.unchanged += self.unchanged
        for number, reason in self.rejected:
            outcome.reject(number, reason)
        return outcome


@dataclasses.dataclass(frozen=True)
class Plan:
    """A file as it was read: the persons still to be taken in, and what reading alone says of it."""

    people: list[Person]
    outcome: Outcome

    def check_letters(self, *, is_dry_run: bool) -> None:
        """Raise NotTheOldForm when only a guess says how the letters read, unless nothing is to be written."""
        if not is_dry_run and not self.outcome.is_sure_of_letters:
            raise NotTheOldForm("Nobody has said yet which code page this file is in, so nothing of it is imported.")

    def steps(self) -> Iterator[tuple[Person, ...]]:
        """The persons in portions, each short enough that nobody minds waiting for one."""
        for start in range(0, len(self.people), STEP):
            yield tuple(self.people[start : start + STEP])


def import_registrations(
    *, content: bytes, by: Member | None, now: datetime, is_dry_run: bool = False, encoding: str = ""
) -> Outcome:
    """Import a file; raises NotTheOldForm when it is something else, or when only a guess says how its letters read
    (``encoding`` is the code page that a person chose; a dry run may guess).

    Each person's newest row makes or replaces their unclaimed registration; a claimed one is never touched. A row
    that cannot be stored is rejected alone. A dry run does all of it and takes it back. Each person is taken in whole
    or not at all; a file is taken in by steps, and importing it again goes on where it stopped.
    """
    counts, plan = Counts(), read_file(content=content, now=now, encoding=encoding)
    plan.check_letters(is_dry_run=is_dry_run)
    for people in plan.steps():
        step = partial(take_people, people, counts, by=by, now=now, is_dry_run=is_dry_run)
        counts = try_again_while_busy(step, tries=TRIES, pause=PATIENCE)
    return counts.add_to(plan.outcome)


def read_file(*, content: bytes, now: datetime, encoding: str = "", settled: Collection[int] = ()) -> Plan:
    """Read a file, leaving out the persons whose rows are ``settled``. Nothing is locked and nothing written."""
    told = table.read(content, encoding)
    outcome = Outcome(
        rows=len(told.rows), notes=list(told.notes), samples=told.samples, is_sure_of_letters=not told.guess
    )
    people = persons(list(_readable(told, _lexicon(told, now=now), outcome)))
    done = set(settled)
    for person in people:
        person.rows = [row for row in person.rows if row.raw.number not in done]
    pending = [person for person in people if person.rows]
    return Plan([person for person, _known in _resolved(pending)], outcome)


@transaction.atomic
def take_people(
    people: Iterable[Person], counts: Counts, *, by: Member | None, now: datetime, is_dry_run: bool
) -> Counts:
    """Take in a few persons, in one short transaction, and return the counts with theirs added.

    Whoever waits with a lock in hand makes others wait, so a registration that somebody else holds is not waited for
    long: the step fails whole and is done again.
    """
    wait_at_most(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    merged_answers.keep_skills_in_place()
    added = dataclasses.replace(counts, rejected=[*counts.rejected], settled=[*counts.settled])
    with transaction.atomic():
        writer = _Writer(by=by, now=now)
        for person, known in _resolved(list(people)):
            _import_person(person, known, writer, added)
        if is_dry_run:
            transaction.set_rollback(True)
    return added


def _readable(told: table.Table, lexicon: Lexicon, outcome: Outcome) -> Iterator[Answers]:
    for raw in told.rows:
        if raw.is_blank:
            outcome.reject(raw.number, "blank row")
            continue
        row = rows.read(raw, told.columns, lexicon)
        outcome.count_cells(row)
        if row.has_an_answer:
            yield row
        else:
            outcome.reject(raw.number, "nothing in the row could be read")


def _lexicon(told: table.Table, *, now: datetime) -> Lexicon:
    """Names as the portal has them now: the working group's own skills, synonyms, groups and aliases count."""
    heirs = {skill.pk: skill for skill in Skill.objects.select_related("merged_into")}
    slugs = {
        pk: (skill.merged_into or skill).slug
        for pk, skill in heirs.items()
        if (skill.merged_into or skill).state in (SkillState.ACTIVE, SkillState.SUGGESTED)
    }
    names = [(text, slugs[pk]) for pk, text in SkillName.objects.values_list("skill_id", "text") if pk in slugs]
    known = set(slugs.values())
    related = [(word, seed.slug) for seed in seed_skills() if seed.slug in known for word in seed.related]
    active = Group.objects.filter(is_active=True)
    group_names = [
        *active.values_list("name", "slug"),
        *active.exclude(aliases=None).values_list("aliases__text", "slug"),
    ]
    return Lexicon(
        SkillIndex.of(names, related),
        groups.index_of(group_names),
        rows.date_order(told),
        now,
        is_sure_of_letters=not told.guess,
        words_for_none=rows.words_for_none(told),
    )


def _resolved(people: list[Person]) -> list[tuple[Person, ImportedRow | None]]:
    """Find who is in the portal already, and bring together persons of the file that turn out to be one there."""
    digests = [_digest(kind, value) for person in people for kind, value in person.keys]
    stored = {
        key.digest: key for key in ImportedKey.objects.filter(digest__in=digests).select_related("row__registration")
    }
    rows = {key.row_id for key in stored.values()}
    theirs = ImportedKey.objects.filter(kind=ImportedKey.Kind.ADDRESS, row__in=rows)
    with_address = set(theirs.values_list("row_id", flat=True))
    found: dict[int, tuple[Person, ImportedRow]] = {}
    new: list[tuple[Person, ImportedRow | None]] = []
    for person in people:
        row = _known_as(person, stored, with_address)
        if row is None:
            new.append((person, None))
        elif row.pk in found:
            found[row.pk][0].rows += person.rows
            found[row.pk][0].keys += [key for key in person.keys if key not in found[row.pk][0].keys]
        else:
            found[row.pk] = (person, row)
    return [*new, *found.values()]


def _known_as(person: Person, stored: dict[str, ImportedKey], with_address: set[int]) -> ImportedRow | None:
    """The stored row of a person: by the surest key; a username does not lead to somebody with another address."""
    has_address = person.keys[0][0] == ImportedKey.Kind.ADDRESS
    for kind, value in person.keys:
        key = stored.get(_digest(kind, value))
        if key is not None and (kind != ImportedKey.Kind.USERNAME or not has_address or key.row_id not in with_address):
            return key.row
    return None


def _import_person(person: Person, known: ImportedRow | None, writer: "_Writer", counts: Counts) -> None:
    """Take the newest row that can be stored; the older ones are merged into it."""
    waiting = person.newest_first()
    counts.settled += [row.raw.number for row in waiting]
    while waiting:
        row = waiting.pop(0)
        try:
            with transaction.atomic():
                done = writer.take(row, person, known)
        except (DatabaseError, ValidationError) as error:
            if reason_of(error):  # not the row's fault: the step is done again
                raise
            counts.rejected.append((row.raw.number, f"could not be stored: {str(error).splitlines()[0][:200]}"))
            continue
        setattr(counts, done, getattr(counts, done) + 1)
        counts.merged += len(waiting)
        return


class _Writer:
    """Writes one person's row; knows the ids of skills, groups and roles."""

    def __init__(self, *, by: Member | None, now: datetime) -> None:
        self.by, self.now = by, now
        # A skill may have been merged since the file was read.
        heirs = Skill.objects.values_list("slug", "pk", "merged_into_id")
        self.skills = {slug: heir or pk for slug, pk, heir in heirs}
        self.groups = dict(Group.objects.values_list("slug", "pk"))
        self.roles = dict(Role.objects.values_list("slug", "pk"))

    def take(self, row: Answers, person: Person, known: ImportedRow | None) -> str:
        """Write the row and return which count of the outcome it adds to."""
        if known is None:
            registration = Registration(source=Source.IMPORT, made_at=row["written_at"] or self.now, version=0)
            known = ImportedRow()
        else:
            registration = Registration.objects.select_for_update(of=("self",)).get(pk=known.registration_id)
            if registration.is_claimed or registration.state in _ENDED or known.raw == row.raw.cells:
                self._keep_keys(person, known)
                return "unchanged"
            if known.written_at and (row["written_at"] is None or row["written_at"] < known.written_at):
                return "merged"
        self._write(registration, row)
        known.registration = registration
        known.raw, known.written_at, known.imported_at = row.raw.cells, row["written_at"], self.now
        known.save()
        self._keep_keys(person, known)
        return "imported"

    def _keep_keys(self, person: Person, row: ImportedRow) -> None:
        """Remember what the person can be known by, unless somebody else is known by it already."""
        keys = [ImportedKey(row=row, kind=kind, digest=_digest(kind, value)) for kind, value in person.keys]
        ImportedKey.objects.bulk_create(keys, ignore_conflicts=True)

    def _write(self, registration: Registration, row: Answers) -> None:
        was = registration.state if registration.pk else ""
        for name, value in self._columns(row).items():
            setattr(registration, name, value)
        registration.reviewed_at = registration.reviewed_by = None
        registration.review_note = ""
        registration.changed_at = self.now
        registration.confirmed_on = (row["written_at"] or registration.made_at).astimezone(UTC).date()
        registration.version += 1
        registration.save()
        self._write_rows(registration, row)
        acts.record(
            by=self.by, verb="import_registration", on=registration, now=self.now, was=was, became=registration.state
        )

    def _columns(self, row: Answers) -> dict[str, object]:
        group = row["group"] or groups.GroupsTold()
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
        for field, document in (
            ("consent", ConsentDocument.CODE_OF_CONDUCT),
            ("newsletter", ConsentDocument.NEWSLETTER),
        ):
            if row[field] is True:
                given_at = row["written_at"] or self.now
                yield Consent(registration=registration, document=document, version=OLD_FORM, given_at=given_at)
