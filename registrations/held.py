"""Everything held about one person, as facts that a page, a file for people and a file for machines all show."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from letsconnect.base import personal
from letsconnect.base.models import Act
from mailings.models import Letter
from registrations import news
from registrations.actions import sensitive
from registrations.domain import AgeRange, BabelLevel, ConsentDocument, Gender, OfferLevel, SeatRole, WishPriority
from registrations.facts import RegistrationFacts
from registrations.forms.rows import DAYS
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
from registrations.proved import Proved, proved_by
from registrations.reference.names import language_name

Section, Item, item = news.Section, news.Item, news.Item.of
_COVERED = ("Member", "Registration", "Offer", "Wish", "SpokenLanguage", "Window", "Consent", "Look", "Block")
_SIGN_IN = {
    "account.EmailAddress": gettext_lazy("Addresses I sign in with"),
    "socialaccount.SocialAccount": gettext_lazy("Accounts elsewhere I sign in with"),
}
_REST = {
    "registrations.ImportedRow": gettext_lazy("What I wrote in the old form"),
    "registrations.ClaimInvitation": gettext_lazy("Invitations to take over what I wrote in the old form"),
    "registrations.ReviewSnapshot": gettext_lazy("What my registration said when it was reviewed"),
    "registrations.KeptAnswers": gettext_lazy("What I wrote while my session had ended"),
    "base.SecurityEvent": gettext_lazy("When I signed in and out"),
    "registrations.SkillSuggestion": gettext_lazy("Skills I suggested, and when"),
}


def everything(member: Member, *, now: datetime) -> list[Section]:
    """Return all of it that is theirs to read. What no section tells of is listed at the end, column by column, where
    columns.toml says that a column is shown to them: nothing is listed because nobody thought of it."""
    registration, proved = Registration.objects.of(member), proved_by(member)
    sections = [_account(member), *_sign_in(member)]
    if registration is not None:
        sections += [_registration(registration), *_answers(registration)]
    sections += [_consents(member), *_sensitive(member)]
    sections += news.told(news.collecting, member=member, now=now)
    sections += [_blocks(member), looks(member), _seats(member), _acts(member, registration)]
    sections += [_letters(proved), _codes(proved)]
    covered = {f"registrations.{name}" for name in (*_COVERED, "WorkingGroupSeat")}
    covered |= {table for section in sections for table in section.tables}
    sections += _rest(proved, covered)
    return [section for section in sections if section.rows]


def looks(member: Member) -> Section:
    """Who of the working group read what about the person, newest first."""
    rows = [
        (
            item("seen_on", _("When"), look.seen_on),
            item("who", _("Who"), viewer_in_words(look)),
            item("what", _("What"), look.what, look.get_what_display()),
        )
        for look in Look.objects.about(member)
    ]
    return Section("looks", _("Who looked"), rows)


def viewer_in_words(look: Look) -> str:
    """Say who looked: their name and the seat they had on that day."""
    seats = [
        seat
        for seat in look.viewer.seats.all()
        if seat.from_on <= look.seen_on and (seat.until_on is None or seat.until_on >= look.seen_on)
    ]
    name = look.viewer.name or _("somebody of the working group")
    if any(seat.role == SeatRole.COORDINATOR for seat in seats):
        return _("%(name)s, coordinator") % {"name": name}
    if seats:
        return _("%(name)s, liaison of %(region)s") % {"name": name, "region": seats[0].get_region_display()}
    return name


def _account(member: Member) -> Section:
    row = (
        item("public_id", _("Number of the account"), member.public_id),
        item("email", _("Email address"), member.email),
        item("name", _("Name to show"), member.name),
        item("language", _("Language"), member.language, member.get_language_display()),
        item("zone", _("Time zone"), member.zone),
        item("country", _("Country or territory"), member.country, member.get_country_display()),
        item("region", _("Region"), member.region, member.get_region_display()),
        item("joined_at", _("First signed in"), member.joined_at),
        item("last_login", _("Last signed in"), member.last_login),
        item("last_seen_on", _("Last did something here"), member.last_seen_on),
    )
    return Section("account", _("My account"), [row])


def _sign_in(member: Member) -> Iterator[Section]:
    """What allauth keeps: verified addresses, and accounts elsewhere that were connected."""
    for relation in Member._meta.related_objects:
        model = relation.related_model
        if model.__module__.startswith("allauth."):
            rows = [_columns(row) for row in model._base_manager.filter(**{relation.field.name: member.pk})]
            title = _SIGN_IN.get(model._meta.label, model._meta.verbose_name_plural.capitalize())
            yield Section(model._meta.model_name, str(title), rows)


def _registration(registration: Registration) -> Section:
    """First the answers that are columns, under the names the form knows them by, then what became of them."""
    row = [_column(registration, name) for name in RegistrationFacts.column_names()]
    known = {one.key for one in row}
    more = (
        "state",
        "source",
        "paused_until",
        "still_in_asked_on",
        "kept_in_by_link_on",
        "confirmed_on",
        "wikimedia_username",
        "imported_address",
        "version",
    )
    more += ("made_at", "changed_at", "submitted_at", "reviewed_at", "review_note", "claimed_at")
    row += [_column(registration, name) for name in more if name not in known]
    return Section("registration", _("My registration"), [tuple(row)])


def _answers(registration: Registration) -> Iterator[Section]:
    """The answers that are rows: one section each, whose items stand in the order of the facts."""
    facts = RegistrationFacts.of(registration)
    columns = set(RegistrationFacts.column_names())
    skills = {
        skill.pk: str(skill)
        for skill in Skill.objects.filter(pk__in=[row[0] for row in (*facts.offers, *facts.wishes)]).prefetch_related(
            "skill_names"
        )
    }
    for name in [field.name for field in fields(facts) if field.name not in columns]:
        title, told = _rows_of(name, skills)
        rows = [told(row if isinstance(row, tuple) else (row,)) for row in getattr(facts, name)]
        yield Section(name, title, rows)


def _rows_of(name: str, skills: dict[int, str]) -> tuple[str, Callable[..., tuple[Item, ...]]]:
    def skill(pk: int) -> Item:
        return item("skill_id", _("Skill"), pk, skills.get(pk, pk))

    known = {
        "offers": (
            _("What I share"),
            lambda row: (
                skill(row[0]),
                item("level", _("Level"), row[1], OfferLevel(row[1]).label),
                item("would_host", _("I would share it in a clinic"), row[2]),
            ),
        ),
        "wishes": (
            _("What I want to learn"),
            lambda row: (
                skill(row[0]),
                item("priority", _("How soon"), row[1], WishPriority(row[1]).label),
                item("why", _("Why"), row[2]),
            ),
        ),
        "languages": (
            _("Languages I speak"),
            lambda row: (
                item("code", _("Language"), row[0], language_name(row[0], "en")),
                item("level", _("Level"), row[1], BabelLevel(row[1]).label),
                item("is_preferred", _("Preferred"), row[2]),
            ),
        ),
        "windows": (
            _("When I am usually free"),
            lambda row: (
                item("start", pgettext("hours", "From"), row[0], _minute_of_the_week(row[0])),
                item("end", pgettext("hours", "Until"), row[1], _minute_of_the_week(row[1])),
            ),
        ),
        "consents": (
            _("What I agree to today"),
            lambda row: (item("document", _("Document"), row[0], ConsentDocument(row[0]).label),),
        ),
    }
    # Answers the form has learnt since: shown as they are stored.
    return known.get(
        name,
        (
            name.replace("_", " ").capitalize(),
            lambda row: tuple(item(f"value_{place}", name, value) for place, value in enumerate(row, start=1)),
        ),
    )


def _minute_of_the_week(minute: int) -> str:
    return f"{DAYS[minute // 1440 % 7][1]} {minute % 1440 // 60:02d}:{minute % 60:02d}"


def _sensitive(member: Member) -> Iterator[Section]:
    """The answers that are kept apart and forgotten within 90 days."""
    told = sensitive.answers_of(member)
    row = (
        item("gender", _("Gender"), told.gender, Gender(told.gender).label if told.gender else ""),
        item("gender_words", _("In my words"), told.gender_words),
        item("age", _("Age"), told.age, AgeRange(told.age).label if told.age else ""),
    )
    if told.gender or told.age:
        yield Section("sensitive", _("Voluntary answers, kept apart for at most 90 days"), [row])


def _consents(member: Member) -> Section:
    rows = [
        (
            item("document", _("Document"), consent.document, consent.get_document_display()),
            item("version", _("Version"), consent.version),
            item("given_at", _("Agreed"), consent.given_at),
            item("withdrawn_at", _("Taken back or replaced"), consent.withdrawn_at),
        )
        for consent in Consent.objects.about(member)
    ]
    return Section("agreements", _("What I agreed to, and when"), rows)


def _blocks(member: Member) -> Section:
    rows = [
        (item("blocked", _("Who"), str(block.blocked)), item("made_at", _("Since"), block.made_at))
        for block in Block.objects.filter(member=member).select_related("blocked").order_by("made_at")
    ]
    return Section("blocks", _("Whom I do not want to be matched with"), rows)


def _seats(member: Member) -> Section:
    rows = [
        (
            item("role", _("Role"), seat.role, seat.get_role_display()),
            item("region", _("Region"), seat.region, seat.get_region_display()),
            item("from_on", _("From"), seat.from_on),
            item("until_on", _("Until, not included"), seat.until_on),
        )
        for seat in WorkingGroupSeat.objects.filter(member=member).order_by("from_on")
    ]
    return Section("seats", _("My seats in the working group"), rows)


def _acts(member: Member, registration: Registration | None) -> Section:
    """What was done with the account and the registration, by whom, and why."""
    objects = [member, *([registration] if registration else [])]
    rows = [
        (
            item("at", _("When"), act.at),
            item("verb", _("What"), act.verb, act.verb.replace("_", " ")),
            item("by", _("Who"), str(act.actor) if act.actor else _("the portal")),
            item("became", _("It became"), act.became),
            item("reason", _("Why"), act.reason_for(member)),
        )
        for about in objects
        for act in Act.objects.on(about)
    ]
    return Section("acts", _("What was done with it"), rows)


def _letters(proved: Proved) -> Section:
    rows = [
        (
            item("kind", _("Letter"), letter.kind),
            item("address", _("To"), letter.address),
            item("owed_at", _("Written"), letter.owed_at),
            item("state", _("State"), letter.state, letter.get_state_display()),
            item("sent_at", _("Sent"), letter.sent_at),
        )
        for letter in Letter.objects.received_by(proved.member, addresses=proved.addresses).order_by("owed_at", "pk")
    ]
    return Section("letters", _("Letters to me"), rows)


def _codes(proved: Proved) -> Section:
    """Codes asked for with an address of theirs; the code itself is nowhere."""
    codes = SignInCode.objects.filter(address__in=proved.addresses)
    rows = [
        (
            item("address", _("To"), code.address),
            item("made_at", _("Asked for"), code.made_at),
            item("expires_at", _("Valid until"), code.expires_at),
            item("used_at", _("Used"), code.used_at),
        )
        for code in codes.order_by("made_at")
    ]
    return Section("sign_in_codes", _("Codes to sign in"), rows)


def _rest(proved: Proved, covered: set[str]) -> Iterator[Section]:
    """The tables no section told of; and of an import that nobody took over all of them, for none did of that."""
    for table in personal.tables():
        meta = table.model._meta
        if not (table.owners and table.may_concern_a_person):
            continue
        if meta.label not in covered:
            found = proved.rows_of(table)
        elif proved.unclaimed:
            found = proved.rows_of(table).exclude(pk__in=table.rows_of(proved.member).values("pk"))
        else:
            continue
        told = [_told(table, row, proved) for row in found.order_by("pk")]
        title = str(_REST.get(meta.label, meta.verbose_name_plural.capitalize()))
        if meta.label in covered:
            title = _("From the old form, not taken over: %(what)s") % {"what": title}
        key = f"unclaimed_{meta.model_name}" if meta.label in covered else meta.model_name
        yield Section(key, title, [row for row in told if row])


def _told(table: personal.Table, row: models.Model, proved: Proved) -> tuple[Item, ...]:
    """Return the columns of a row that are the person's to read; a key is told where it leads to public names."""
    through = [registration.pk for registration in proved.unclaimed]
    names = [
        row._meta.get_field(name).attname
        for name in table.columns_for(row, proved.member, through=through)
        if _can_be_told(row._meta.get_field(name))
    ]
    return tuple(_column(row, name) for name in names)


def _can_be_told(field: models.Field) -> bool:
    return not field.primary_key and (not field.is_relation or field.related_model in (Group, Role, Skill))


def _columns(row: models.Model) -> tuple[Item, ...]:
    plain = [field.name for field in row._meta.concrete_fields if not field.is_relation and not field.primary_key]
    return tuple(_column(row, name) for name in plain)


def _column(row: models.Model, name: str) -> Item:
    """Return one column as a fact, read as its field says: a choice by its label, a key by the row it points to."""
    field = row._meta.get_field(name)
    value = getattr(row, name)
    shown = None
    if field.is_relation and value is not None:
        shown = str(getattr(row, field.name))
    elif isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        shown = " · ".join(str(labels.get(one, one)) for one in value)
    elif field.choices:
        shown = getattr(row, f"get_{name}_display")()
    label = str(field.verbose_name)
    return item(name, label[:1].upper() + label[1:], value, shown)
