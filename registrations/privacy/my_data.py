"""Everything stored about one person, as facts that a page, a file for people and a file for programs all show."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from letsconnect.base import personal_columns
from letsconnect.base.models import Act, SecurityEvent
from letsconnect.base.query_batches import QueryBatch
from letsconnect.base.zone_names import zone_in_words
from mailings import kinds
from mailings.models import BulkText, Letter, LetterText, Subscription
from mailings.newsletters.sent_letters import copy_of_many
from mailings.sending.copies import Copy
from registrations.answers import sensitive
from registrations.answers.facts import in_force, rows_of, subscriptions_to_the_newsletter
from registrations.answers.kinds import Words
from registrations.answers.questions import VOLUNTARY
from registrations.answers.rows_in_words import ROWS
from registrations.domain.agreements import NEWSLETTER
from registrations.domain.facts import RegistrationFacts
from registrations.domain.registrations import SeatRole
from registrations.events import Item, Section, SectionReader, data_readers, sections_read, tables_shown
from registrations.models import (
    Block,
    Consent,
    Group,
    Look,
    Member,
    Registration,
    Role,
    SignInCode,
    Skill,
    WorkingGroupSeat,
)
from registrations.privacy.proved_addresses import Proved, proved_by
from registrations.reference.names import code_in_words

item = Item.of
_COVERED = ("Member", "Registration", "Offer", "Wish", "SpokenLanguage", "Window", "Consent", "Look", "Block")
_OF_THE_REGISTRATION = (
    "state",
    "source",
    "paused_until",
    "still_in_asked_on",
    "kept_in_by_link_on",
    "confirmed_on",
    "wikimedia_username",
    "imported_address",
    "version",
    "made_at",
    "changed_at",
    "submitted_at",
    "reviewed_at",
    "review_note",
    "claimed_at",
)
_SIGN_IN = {
    "account.EmailAddress": gettext_lazy("Addresses I sign in with"),
    "socialaccount.SocialAccount": gettext_lazy("Accounts elsewhere I sign in with"),
}
_REST = {
    "registrations.ImportedRow": gettext_lazy("What I wrote in the old form"),
    "registrations.ClaimInvitation": gettext_lazy("Invitations to take over what I wrote in the old form"),
    "registrations.ReviewSnapshot": gettext_lazy("What my registration said when it was reviewed"),
    "registrations.ReviewNote": gettext_lazy("What the working group noted beside my registration"),
    "registrations.KeptAnswers": gettext_lazy("What I wrote while my session had ended"),
    "registrations.TeamMessage": gettext_lazy("What I wrote to the working group"),
    "mailings.Subscription": gettext_lazy("Emails to many at once that I get, or left"),
    "base.SecurityEvent": gettext_lazy("When I signed in and out"),
    "registrations.SkillSuggestion": gettext_lazy("Skills I suggested, and when"),
}


def everything(member: Member, *, now: datetime, registration: Registration | None = None) -> list[Section]:
    """Return everything stored about the member that is theirs to read.

    Each part first adds what it needs to the batch (`events.SectionReader`); then all is read together. Tables without
    a section come last, column by column where columns.toml shows them to the person: none is missing.
    """
    registration = registration or Registration.objects.of(member)
    proved, batch = proved_by(member), QueryBatch()
    own = [_registration(registration), _answers(batch, registration, member)] if registration is not None else []
    own += [_consents(batch, member), _sensitive(member), _blocks(batch, member), _looks(batch, member)]
    own += [_seats(batch, member), _acts(batch, member, registration)]
    parts = [("base", part) for part in (_account(member), _sign_in(batch, member), _codes(batch, proved))]
    parts += [("registrations", part) for part in own]
    parts += data_readers(member=member, now=now, batch=batch)
    parts += [("mailings", part) for part in (_letters(batch, proved), _letter_texts(batch, proved, now=now))]
    covered = {f"registrations.{name}" for name in (*_COVERED, "WorkingGroupSeat")}
    covered.update(*[tables_shown(part) for _subject, part in parts])
    rest = _rest(batch, proved, covered)
    tables_shown(rest)
    batch.run()
    batch.prefetch(Skill, "skill_names")
    return [
        replace(section, subject=section.subject or subject)
        for subject, part in [*parts, ("", rest)]
        for section in sections_read(part)
        if section.rows
    ]


def _looks(batch: QueryBatch, member: Member) -> SectionReader:
    """Who of the working group read what about the person, newest first."""
    looks = batch.add(Look.objects.about(member))
    yield ()
    rows = [
        (
            item("seen_on", _("When"), look.seen_on),
            item("who", _("Who"), viewer_in_words(look)),
            item("kind", _("What"), look.kind, look.get_kind_display()),
        )
        for look in looks
    ]
    yield Section("looks", _("Who looked"), rows)


def viewer_in_words(look: Look) -> str:
    """Say who looked: their name and the seat they had on that day."""
    day, seats = look.seen_on, look.viewer.seats.all()
    seats_then = [seat for seat in seats if seat.from_on <= day and (seat.until_on is None or seat.until_on >= day)]
    name = look.viewer.name or _("somebody of the working group")
    if any(seat.role == SeatRole.COORDINATOR for seat in seats_then):
        return _("%(name)s, coordinator") % {"name": name}
    region = next((seat.get_region_display() for seat in seats_then if seat.role == SeatRole.LIAISON), "")
    if region:
        return _("%(name)s, liaison of %(region)s") % {"name": name, "region": region}
    return name


def _account(member: Member) -> SectionReader:
    yield ()
    row = (
        item("public_id", _("Number of the account"), member.public_id),
        item("email", _("Email address"), member.email),
        item("name", _("Name to show"), member.name),
        item("language", _("Language"), member.language, member.get_language_display()),
        item("zone", _("Time zone"), member.zone, zone_in_words(member.zone)),
        _column(member, "country"),
        item("region", _("Region"), member.region, member.get_region_display()),
        item("joined_at", _("First signed in"), member.joined_at),
        item("last_login", _("Last signed in"), member.last_login),
        item("last_seen_on", _("Last did something here"), member.last_seen_on),
    )
    yield Section("account", _("My account"), [row])


def _sign_in(batch: QueryBatch, member: Member) -> SectionReader:
    """What allauth stores: verified addresses, and connected accounts elsewhere."""
    kept = [
        batch.add(relation.related_model._base_manager.filter(**{relation.field.name: member.pk}))
        for relation in Member._meta.related_objects
        if relation.related_model.__module__.startswith("allauth.")
    ]
    yield ()
    for rows in kept:
        yield Section(_key(rows.model), _title(rows.model, _SIGN_IN), [_columns(row) for row in rows])


def _registration(registration: Registration) -> SectionReader:
    """First the answers that are columns, named as in the form, then the state of the registration."""
    yield ()
    row = [_column(registration, name) for name in RegistrationFacts.column_names()]
    shown_keys = {entry.key for entry in row}
    row += [_column(registration, name) for name in _OF_THE_REGISTRATION if name not in shown_keys]
    yield Section("registration", _("My registration"), [tuple(row)])


def _answers(batch: QueryBatch, registration: Registration, member: Member) -> SectionReader:
    """The answers that are rows: one section each, whose items stand in the order of the facts."""
    tables = {name: batch.add(rows) for name, rows in rows_of(registration).items()}
    named = models.Q(offers__registration=registration) | models.Q(wishes__registration=registration)
    skills = batch.add(Skill.objects.filter(named).select_related("merged_into").distinct())
    agreed = batch.add(member.consents.given().values_list("document", "version"))
    subscribed = batch.add(subscriptions_to_the_newsletter(member))
    yield ()
    words = Words(get_language() or "en", {f"skill:{skill.pk}": str(skill) for skill in skills})
    stored = {name: sorted(rows) for name, rows in tables.items()}
    stored["consents"] = list(in_force([*agreed, *((NEWSLETTER, "") for _subscription in subscribed)]))
    for name, rows in ROWS.items():
        yield Section(name, rows.heading(), [rows.items(row, words) for row in rows.read(stored[name])])


def _sensitive(member: Member) -> SectionReader:
    """The voluntary answers, which are stored apart and deleted within 90 days."""
    yield ()
    answers, words = sensitive.answers_of(member), Words(get_language() or "en", {})
    facts = [fact for question in VOLUNTARY for fact in question.columns]
    row = tuple(
        item(
            fact.name,
            fact.label,
            getattr(answers, fact.name),
            None if fact.kind.is_plain else "".join(map(str, fact.lines(answers, words))),
        )
        for fact in facts
    )
    if answers.gender or answers.age:
        yield Section("sensitive", _("Voluntary answers, kept apart for at most 90 days"), [row])


def _consents(batch: QueryBatch, member: Member) -> SectionReader:
    consents = batch.add(Consent.objects.about(member))
    yield ()
    rows = [
        (
            item("document", _("Document"), consent.document, consent.get_document_display()),
            item("version", _("Version"), consent.version),
            item("given_at", _("Agreed"), consent.given_at),
            item("withdrawn_at", _("Taken back or replaced"), consent.withdrawn_at),
        )
        for consent in consents
    ]
    yield Section("agreements", _("What I agreed to, and when"), rows)


def _blocks(batch: QueryBatch, member: Member) -> SectionReader:
    blocks = batch.add(Block.objects.filter(member=member).select_related("blocked").order_by("made_at"))
    yield ()
    rows = [
        (item("blocked", _("Who"), str(block.blocked)), item("made_at", _("Since"), block.made_at)) for block in blocks
    ]
    yield Section("blocks", _("Whom I do not want to be matched with"), rows)


def _seats(batch: QueryBatch, member: Member) -> SectionReader:
    seats = batch.add(WorkingGroupSeat.objects.filter(member=member).order_by("from_on"))
    yield ()
    rows = [
        (
            item("role", _("Role"), seat.role, seat.get_role_display()),
            item("region", _("Region"), seat.region, seat.get_region_display()),
            item("from_on", _("From"), seat.from_on),
            item("until_on", _("Until, not included"), seat.until_on),
            item("is_shown", _("Shown on the page of the team"), seat.is_shown),
        )
        for seat in seats
    ]
    yield Section("seats", _("My seats in the working group"), rows)


def _acts(batch: QueryBatch, member: Member, registration: Registration | None) -> SectionReader:
    """What was done with the account and the registration, by whom, and why."""
    objects = [member, *([registration] if registration else [])]
    acts = [batch.add(Act.objects.on(about)) for about in objects]
    yield ()
    rows = [
        (
            item("at", _("When"), act.at),
            item("verb", _("What"), act.verb, act.verb_in_words),
            item("by", _("Who"), str(act.actor) if act.actor else _("the portal")),
            item("became", _("It became"), act.became, act.became_in_words),
            item("reason", _("Why"), reason, act.in_words(reason)),
        )
        for of_one in acts
        for act in of_one
        for reason in [act.reason_for(member)]
    ]
    yield Section("acts", _("What was done with it"), rows)


def _letters(batch: QueryBatch, proved: Proved) -> SectionReader:
    letters = batch.add(Letter.objects.received_by(proved.member, addresses=proved.addresses).order_by("owed_at", "pk"))
    yield ()
    rows = [
        (
            item("kind", _("Email"), letter.kind, kinds.label_of(letter.kind).rpartition(".")[2].replace("_", " ")),
            item("address", _("To"), letter.address),
            item("owed_at", _("Written"), letter.owed_at),
            item("state", _("State"), letter.state, letter.said_to_its_reader),
            item("sent_at", _("Sent"), letter.sent_at),
        )
        for letter in letters
    ]
    yield Section("letters", _("Emails to me"), rows)


def _letter_texts(batch: QueryBatch, proved: Proved, *, now: datetime) -> SectionReader:
    """What the letters of the last 90 days said, for the files; the page leads to a page of each letter."""
    letters = Letter.objects.received_by(proved.member, addresses=proved.addresses)
    texts = batch.add(LetterText.objects.readable(now).filter(letter__in=letters.values("pk")).select_related("letter"))
    of_many = letters.filter(bulk_text__in=BulkText.objects.readable(now).values("pk"))
    many = batch.add(of_many.select_related("bulk_text__newsletter_body__newsletter"))
    yield ()
    sent = [(text.letter, Copy(text.subject, text.text, text.html)) for text in texts]
    sent += [(letter, copy_of_many(letter.bulk_text)) for letter in many if letter.bulk_text is not None]
    rows = [
        (
            item("sent_at", _("Sent"), letter.sent_at),
            item("subject", _("Subject"), copy.subject),
            item("text", _("Text"), copy.text),
        )
        for letter, copy in sorted(sent, key=lambda pair: pair[0].pk)
    ]
    yield Section("letter_texts", _("What emails to me said"), rows)


def _codes(batch: QueryBatch, proved: Proved) -> SectionReader:
    """Codes that were asked for with an address of theirs; the code itself is stored nowhere."""
    codes = batch.add(SignInCode.objects.filter(address__in=proved.addresses).order_by("made_at"))
    yield ()
    rows = [
        (
            item("address", _("To"), code.address),
            item("made_at", _("Asked for"), code.made_at),
            item("expires_at", _("Valid until"), code.expires_at),
            item("used_at", _("Used"), code.used_at),
            item("link_used_at", _("Link used"), code.link_used_at),
            item("language", _("Language of the email"), code.language, code_in_words("language", code.language)),
            item("zone", _("Time zone"), code.zone, zone_in_words(code.zone) if code.zone else ""),
        )
        for code in codes
    ]
    yield Section("sign_in_codes", _("Codes to sign in"), rows)


def _rest(batch: QueryBatch, proved: Proved, covered: set[str]) -> SectionReader:
    """The tables without a section, and every table of an import that nobody took over."""
    tables_left = []
    for table in personal_columns.tables():
        has_section = table.model._meta.label in covered
        if not (table.owners and table.may_concern_a_person) or (has_section and not proved.unclaimed):
            continue
        rows = proved.rows_of(table).order_by("pk")
        rows = rows.exclude(pk__in=table.rows_of(proved.member).values("pk")) if has_section else rows
        tables_left.append((table, has_section, batch.add(rows.select_related(*_ways(table)))))
    yield ()
    for table, has_section, rows in tables_left:
        title, key = _title(table.model, _REST), _key(table.model)
        if has_section:
            title, key = _("From the old form, not taken over: %(what)s") % {"what": title}, f"unclaimed_{key}"
        shown = [row for stored_row in rows if (row := _readable_columns(table, stored_row, proved))]
        yield Section(key, title, shown, subject=table.model._meta.app_label)


def _key(model: type[models.Model]) -> str:
    return model.__name__.lower()


def _title(model: type[models.Model], titles: Mapping[str, Promise]) -> str:
    """Return what people call these rows: by one of the titles, or by the name of the table."""
    return str(titles.get(model._meta.label) or str(model._meta.verbose_name_plural).capitalize())


def _ways(table: personal_columns.PersonalTable) -> list[str]:
    """The related rows to fetch, which say whose a row is and by which public name a key is shown."""
    keys = [field.name for field in table.model._meta.concrete_fields if field.is_relation and _can_be_shown(field)]
    ways = [owner.rpartition("__")[0] for owner in table.owners]
    return sorted({*keys, *ways} - {""})


def _readable_columns(table: personal_columns.PersonalTable, row: models.Model, proved: Proved) -> tuple[Item, ...]:
    """Return the columns of a row that the person may read; a key is shown if it leads to a public name."""
    through = [registration.pk for registration in proved.unclaimed]
    columns = [
        personal_columns.column_of(row._meta.model, name)
        for name in table.columns_for(row, proved.member, through=through)
    ]
    return tuple(_column(row, column.attname) for column in columns if _can_be_shown(column))


def _can_be_shown(field: "models.Field[Any, Any]") -> bool:
    return not field.primary_key and (not field.is_relation or field.related_model in (Group, Role, Skill))


def _columns(row: models.Model) -> tuple[Item, ...]:
    plain = [field.name for field in row._meta.concrete_fields if not field.is_relation and not field.primary_key]
    return tuple(_column(row, name) for name in plain)


def _column(row: models.Model, name: str) -> Item:
    """Return one column as a fact, shown as its field says: a choice by its label, a key by its row."""
    if isinstance(row, Subscription) and row.member is not None and name in ("language", "zone"):
        row = row.member  # by which letters to a member go
    field = personal_columns.column_of(row._meta.model, name)
    value = getattr(row, name)
    shown = None
    if field.is_relation and value is not None:
        shown = str(getattr(row, field.name))
    elif isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        shown = " · ".join(str(labels.get(code, code)) for code in value)
    elif field.choices and name != "country":
        shown = getattr(row, f"get_{name}_display")()
    elif isinstance(row, SecurityEvent) and name == "detail":
        shown = row.detail_in_words
    else:
        shown = code_in_words(name, value)
    label = str(field.verbose_name)
    return item(name, label[:1].upper() + label[1:], value, shown)
