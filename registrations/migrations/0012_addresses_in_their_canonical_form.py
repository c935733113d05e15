"""Bring every stored address to its canonical form; join no two accounts.

An account whose canonical address another account has, or whose address was proved by letters that went to another
mailbox (`straße.de` was written to as `strasse.de`), keeps what it has and is marked for a person to decide.
"""

from collections import Counter

from django.db import migrations, models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from letsconnect.base import addresses


def write_canonical_addresses(apps, schema_editor):
    def rows(app, model):
        return apps.get_model(app, model).objects.using(schema_editor.connection.alias)

    _members(rows("registrations", "Member"), rows("account", "EmailAddress"))
    _imported(
        rows("registrations", "Registration"),
        rows("registrations", "ImportedKey"),
        rows("registrations", "ClaimInvitation"),
    )
    _invitations(rows("registrations", "ClaimInvitation"))
    # A code that was sent to the wrong mailbox must not open the right one's account.
    rows("registrations", "SignInCode").exclude(address__regex=addresses.CANONICAL).delete()


def _odd(rows, column):
    return rows.exclude(**{column: ""}).exclude(**{f"{column}__regex": addresses.CANONICAL})


def _members(members, proved):
    odd = _odd(members.exclude(email=None), "email")
    became = {member.pk: addresses.canonical_or_nothing(member.email) for member in odd}
    wanted = Counter(became.values())
    for member in odd:
        address = became[member.pk]
        is_doubtful = (
            not address
            or wanted[address] > 1
            or members.filter(email=address).exists()
            or proved.filter(email=address).exclude(user_id=member.pk).exists()
            or (
                addresses.was_sent_elsewhere(member.email)
                and proved.filter(user_id=member.pk, email=member.email, verified=True).exists()
            )
        )
        if is_doubtful:
            members.filter(pk=member.pk).update(has_doubtful_address=True)
            continue
        members.filter(pk=member.pk).update(email=address)
        proved.filter(user_id=member.pk, email=member.email).exclude(email=address).update(email=address)


def _imported(registrations, keys, invitations):
    waiting = registrations.exclude(imported_address="").select_related("imported_row")
    for registration in waiting.iterator(chunk_size=500):
        old = registration.imported_address
        new = _as_told(registration) or addresses.canonical_or_nothing(old) or old
        if new == old:
            continue
        registrations.filter(pk=registration.pk).update(imported_address=new)
        # The link lies in whichever mailbox the old spelling led to.
        invitations.filter(registration=registration, used_at=None, expires_at__gt=timezone.now()).update(
            expires_at=timezone.now()
        )
        row = getattr(registration, "imported_row", None)
        if row is None:
            continue
        keys.filter(row=row, kind="address", digest=_digest(old)).delete()
        keys.bulk_create([keys.model(row=row, kind="address", digest=_digest(new))], ignore_conflicts=True)


def _as_told(registration):
    """The canonical form of the cell the address was read from, where `casefold()` made another mailbox of it."""
    row = getattr(registration, "imported_row", None)
    cells = row.raw.values() if row is not None and isinstance(row.raw, dict) else ()
    for cell in cells:
        told = cell.strip() if isinstance(cell, str) else ""
        if not told.isascii() and told.casefold() == registration.imported_address:
            return addresses.canonical_or_nothing(told)
    return ""


def _digest(address):
    return salted_hmac("registrations.imported.address", address, algorithm="sha256").hexdigest()


def _invitations(invitations):
    for invitation in _odd(invitations, "address"):
        invitations.filter(pk=invitation.pk).update(address=addresses.canonical_or_as_it_is(invitation.address))


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0011_people_who_may_be_found"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="has_doubtful_address",
            field=models.BooleanField(default=False, editable=False, verbose_name="address to decide about"),
        ),
        migrations.RunPython(write_canonical_addresses, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="member", name="registrations_one_member_per_address"),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(fields=["email"], name="registrations_one_member_per_address"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email", None),
                    ("has_doubtful_address", True),
                    ("email__regex", addresses.CANONICAL),
                    _connector="OR",
                ),
                name="registrations_address_is_canonical",
            ),
        ),
    ]
