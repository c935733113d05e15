"""One mailbox, one account: at the door, in the importer, when claiming, at the desk, and in what was stored before."""

import hashlib
import importlib
import re
from io import StringIO
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils.crypto import salted_hmac

from mailings.ledger.draining import drain
from mailings.models import Letter, Suppression
from mailings.tests.factories import make_letter
from registrations.accounts.wikimedia.profile import read_profile
from registrations.domain.registrations import ClaimRefused
from registrations.models import ClaimInvitation, ImportedKey, ImportedRow, Member, SignInCode
from registrations.oldform import claims
from registrations.oldform.reading import identities
from registrations.oldform.reading.cells import Certainty
from registrations.privacy.erasing import erase_member
from registrations.privacy.proved_addresses import proved_by
from registrations.tests import factories
from registrations.tests.factories import NOW

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = reverse("registrations:sign-in"), reverse("registrations:sign-in-code")
STRASSE = "name@xn--strae-oqa.de"


def sign_in(client, address, mailbox):
    client.post(SIGN_IN, {"email": address})
    client.post(CODE, {"code": re.search(r"\b\d{6}\b", mailbox[-1].body)[0]})
    return Member.objects.get(pk=client.session["_auth_user_id"])


def test_a_letter_goes_to_the_mailbox_of_the_account_it_opens(client, sink):
    client.post(SIGN_IN, {"email": "Name@stra\u00dfe.de"})

    assert sink.recipients == [STRASSE]
    assert SignInCode.objects.get().address == Letter.objects.get().address == STRASSE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name@b\u00fccher.de", "NAME@xn--bcher-kva.DE."),
        ("name@example.org", "name@exampl\u24d4\u3002org"),
        ("name@stra\u00dfe.de", "name@STRA\u1e9eE.de"),
    ],
)
def test_two_spellings_of_one_mailbox_open_one_account(client, mailoutbox, one, other):
    assert sign_in(client, one, mailoutbox) == sign_in(client.__class__(), other, mailoutbox)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name@stra\u00dfe.de", "name@strasse.de"),
        ("name@\u0131stanbul.example", "name@istanbul.example"),
        ("name@\u03b2\u03cc\u03bb\u03bf\u03c2.com", "name@\u03b2\u03cc\u03bb\u03bf\u03c3.com"),
    ],
)
def test_two_mailboxes_open_two_accounts(client, mailoutbox, one, other):
    assert sign_in(client, one, mailoutbox) != sign_in(client.__class__(), other, mailoutbox)
    assert len({message.to[0] for message in mailoutbox}) == 2


@pytest.mark.parametrize("address", ["\u212aate@example.org", "\u017fam@example.org", "j\u00f6rg@example.org"])
def test_a_local_part_no_letter_can_be_sent_to_is_refused_in_those_words(client, mailoutbox, address):
    factories.make_member(email="kate@example.org")

    response = client.post(SIGN_IN, {"email": address})

    assert "before the @" in response.context["form"].errors["email"][0]
    assert address in response.content.decode()
    assert mailoutbox == []


def test_the_database_takes_no_address_but_a_canonical_one(member):
    for address in ("Name@example.org", "name@stra\u00dfe.de", "n\u00e4me@example.org", "name@example.org."):
        with pytest.raises(IntegrityError, match="registrations_address_is_canonical"), transaction.atomic():
            Member.objects.filter(pk=member.pk).update(email=address)


def test_the_wiki_tells_addresses_that_are_brought_to_the_same_form():
    told = {"sub": 7, "username": "Ana", "blocked": False, "confirmed_email": True}

    assert read_profile(told | {"email": "Name@stra\u00dfe.de"}).email == STRASSE
    assert read_profile(told | {"email": "j\u00f6rg@example.org"}).email == ""


@pytest.mark.parametrize(
    ("told", "certainty", "address"),
    [
        ("Name@stra\u00dfe.de", Certainty.UNDERSTOOD, STRASSE),
        ("mailto:Name@example.org", Certainty.UNDERSTOOD, "name@example.org"),
        ("Ana <Name@b\u00fccher.de>", Certainty.UNDERSTOOD, "name@xn--bcher-kva.de"),
        ("\u212aate@example.org", Certainty.GUESSED, "kate@example.org"),
        ("\uff41na@example.org", Certainty.GUESSED, "ana@example.org"),
        ("j\u00f6rg@example.org", Certainty.UNREAD, None),
    ],
)
def test_the_importer_reads_the_same_form_and_understands_no_lookalikes(told, certainty, address):
    cell = identities.read_address(told)

    assert (cell.certainty, cell.value) == (certainty, address)


def test_an_imported_registration_goes_to_its_own_mailbox_only(client, mailoutbox):
    imported = factories.make_registration(
        state="submitted",
        source="import",
        member=None,
        imported_address=identities.read_address("name@stra\u00dfe.de").value,
    )

    sign_in(client, "name@strasse.de", mailoutbox)
    imported.refresh_from_db()
    assert imported.member is None

    owner = sign_in(client.__class__(), "name@stra\u00dfe.de", mailoutbox)
    imported.refresh_from_db()
    assert imported.member == owner


@pytest.mark.parametrize(("stored", "is_theirs"), [("Name@Straße.de", True), ("name@STRASSE.de", False)])
def test_signing_in_and_erasing_find_the_same_imports_however_they_are_stored(stored, is_theirs):
    member = factories.make_member(email="name@straße.de")
    EmailAddress.objects.create(user=member, email=member.email, verified=True)
    imported = factories.make_registration(state="submitted", member=None, source="import", imported_address=stored)
    assert bool(proved_by(member).unclaimed) is is_theirs

    claimed = claims.claim_by_address(member=member, now=NOW)

    assert claimed == (imported if is_theirs else None)


def test_nobody_is_invited_at_an_address_no_letter_can_be_sent_to(coordinator):
    old = factories.make_registration(state="submitted", source="import", imported_address="j\u00f6rg@example.org")

    with pytest.raises(ClaimRefused, match="before the @"):
        claims.invite_to_claim(registration=old, by=coordinator, now=NOW)


def test_erasing_finds_letters_and_codes_by_the_same_form(client, mailoutbox):
    person = sign_in(client, "name@stra\u00dfe.de", mailoutbox)

    erase_member(member=person, by=person, now=NOW)

    assert not Letter.objects.exclude(address="").exists()
    assert not SignInCode.objects.exists()


def test_commands_and_lists_find_an_address_however_it_is_typed(client, coordinator):
    person = factories.make_member(email="name@b\u00fccher.de", name="Bo")
    make_letter(to=person)
    Suppression.objects.suppress(["name@b\u00fccher.de"], source="person", now=NOW)
    client.force_login(coordinator)

    call_command("appoint", "Name@B\u00dcCHER.de", role="liaison", region="MENA", verbosity=0)
    for table in ("registrations_member", "mailings_letter", "mailings_suppression"):
        page = client.get(reverse(f"admin:{table}_changelist"), {"q": "Name@B\u00dcCHER.de"})
        told_of_the_seat = table == "mailings_letter"
        assert page.context["cl"].result_count == 1 + told_of_the_seat, table
    assert person.seats.exists()
    with pytest.raises(CommandError, match="before the @"):
        call_command("appoint", "j\u00f6rg@example.org", role="coordinator")


# What was stored before.


@pytest.fixture
def migrate():
    """Store what the portal took before, then bring it to the canonical form."""
    with connection.schema_editor() as editor:
        for constraint in Member._meta.constraints:
            if constraint.name == "registrations_address_is_canonical":
                editor.remove_constraint(Member, constraint)

    def run():
        for app, name in (
            ("registrations", "0012_addresses_in_their_canonical_form"),
            ("mailings", "0002_addresses_in_their_canonical_form"),
        ):
            migration = importlib.import_module(f"{app}.migrations.{name}")
            migration.write_canonical_addresses(apps, SimpleNamespace(connection=connection))

    return run


def stored(address, *, verified=True):
    person = factories.make_member()
    Member.objects.filter(pk=person.pk).update(email=address)
    EmailAddress.objects.create(user=person, email=address, verified=verified, primary=True)
    return person


def test_stored_addresses_come_to_their_canonical_form(migrate):
    person, same = stored("name@b\u00fccher.de"), stored("ana@example.org")
    fresh = stored("name@stra\u00dfe.de", verified=False)

    migrate()

    for one, address in ((person, "name@xn--bcher-kva.de"), (same, "ana@example.org"), (fresh, STRASSE)):
        one.refresh_from_db()
        assert (one.email, one.has_doubtful_address) == (address, False)
        assert EmailAddress.objects.get(user=one).email == address


def test_accounts_erased_before_lose_their_mark_of_an_address_to_decide_about():
    step = MigrationExecutor(connection).loader.get_migration(
        "registrations", "0029_erased_accounts_have_no_address_to_decide_about"
    )
    state = MigrationExecutor(connection).loader.project_state(step.dependencies[0])
    erased, still_here = factories.make_member(), factories.make_member(has_doubtful_address=True)
    with connection.schema_editor(atomic=False) as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        step.unapply(state.clone(), editor)
    Member.objects.filter(pk=erased.pk).update(email=None, erased_at=NOW, has_doubtful_address=True)

    with connection.schema_editor(atomic=False) as editor:
        step.apply(state.clone(), editor)

    assert list(Member.objects.filter(has_doubtful_address=True)) == [still_here]


def test_a_clash_is_reported_and_nothing_is_joined(migrate, client, coordinator, mailoutbox):
    one, other = stored("name@xn--bcher-kva.de"), stored("name@b\u00fccher.de")

    migrate()

    other.refresh_from_db()
    assert (other.email, other.has_doubtful_address) == ("name@b\u00fccher.de", True)
    assert sign_in(client, "name@b\u00fccher.de", mailoutbox) == one
    said = StringIO()
    call_command("report_addresses", stdout=said)
    assert (
        f"{other.public_id}: it is another spelling of the address of another account ({one.public_id})"
        in said.getvalue()
    )
    client.force_login(coordinator)
    assert "1 account has an address of which nobody knows whose it is" in client.get("/admin/").content.decode()
    letter = make_letter(to=other)
    drain(now=NOW)
    letter.refresh_from_db()
    assert (letter.state, len(mailoutbox)) == ("skipped", 1)


def test_an_address_proved_at_another_mailbox_opens_nothing_until_a_person_decided(migrate, client, mailoutbox):
    person = stored("name@stra\u00dfe.de")

    migrate()

    assert sign_in(client, "name@stra\u00dfe.de", mailoutbox) != person
    assert sign_in(client.__class__(), "name@strasse.de", mailoutbox) != person
    said = StringIO()
    call_command("report_addresses", stdout=said)
    assert "went to another mailbox" in said.getvalue()


def test_what_casefold_made_of_an_imported_address_is_read_again_from_the_row(migrate, coordinator):
    old = factories.make_registration(state="submitted", source="import", imported_address="name@strasse.de")
    row = ImportedRow.objects.create(
        registration=old, raw={"Email": "Name@stra\u00dfe.de", "Name": "N"}, imported_at=NOW
    )
    before = salted_hmac("registrations.imported.address", "name@strasse.de", algorithm="sha256").hexdigest()
    ImportedKey.objects.create(row=row, kind="address", digest=before)
    invitation = claims.invite_to_claim(registration=old, by=coordinator, now=NOW)
    ClaimInvitation.objects.filter(pk=invitation.pk).update(expires_at="2100-01-01T00:00Z")

    migrate()

    old.refresh_from_db()
    invitation.refresh_from_db()
    assert old.imported_address == STRASSE
    assert not ClaimInvitation.objects.open(at=invitation.expires_at).exists()
    after = salted_hmac("registrations.imported.address", STRASSE, algorithm="sha256").hexdigest()
    assert list(ImportedKey.objects.values_list("digest", flat=True)) == [after]


def test_a_suppression_made_before_is_found_by_every_spelling():
    fingerprint = hashlib.sha256("mailings.suppression:name@b\u00fccher.de".encode()).hexdigest()
    Suppression.objects.create(address_hash=fingerprint, source="person", made_at=NOW)

    for spelling in ("name@xn--bcher-kva.de", "Name@B\u00fccher.de", "name@xn--bcher-kva.de."):
        assert Suppression.objects.of(spelling).exists(), spelling
