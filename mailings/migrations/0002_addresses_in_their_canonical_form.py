"""Letters are found by the canonical form of an address, and an address nobody writes to is known under it."""

import hashlib

from django.db import migrations

from letsconnect.base import addresses


def fingerprint(spelling):
    return hashlib.sha256(f"mailings.suppression:{spelling}".encode()).hexdigest()


def write_canonical_addresses(apps, schema_editor):
    letters = apps.get_model("mailings", "Letter").objects.using(schema_editor.connection.alias)
    suppressions = apps.get_model("mailings", "Suppression").objects.using(schema_editor.connection.alias)
    odd = letters.exclude(address="").exclude(address__regex=addresses.CANONICAL)
    for address in odd.order_by().values_list("address", flat=True).distinct():
        became = addresses.canonical_or_nothing(address)
        if not became or addresses.was_sent_elsewhere(address):
            continue
        letters.filter(address=address).update(address=became)
        refused = suppressions.filter(address_hash=fingerprint(address.strip().lower()), lifted_at=None).first()
        if refused is not None and not suppressions.filter(address_hash=fingerprint(became), lifted_at=None).exists():
            suppressions.create(address_hash=fingerprint(became), source=refused.source, made_at=refused.made_at)


class Migration(migrations.Migration):
    dependencies = [("mailings", "0001_letters_and_suppressions")]

    operations = [migrations.RunPython(write_canonical_addresses, migrations.RunPython.noop)]
