"""Write again to those whose letters were refused for the sender's sake (5.1.7, 5.1.8), or for nobody knows what (5.1.0)."""

import hashlib
import re

from django.db import migrations
from django.utils import timezone

_OF_THE_RECIPIENT = re.compile(r"5\d\d 5\.1\.(?:1|2|3|6|10)(?![\d.])")


def lift_suppressions_of_others(apps, schema_editor):
    letters = apps.get_model("mailings", "Letter").objects.using(schema_editor.connection.alias)
    suppressions = apps.get_model("mailings", "Suppression").objects.using(schema_editor.connection.alias)
    refused = letters.filter(answer__regex=r"^5\d\d 5\.1\.\d").exclude(address="").values_list("address", "answer")
    answers = {}
    for address, answer in refused.iterator(chunk_size=500):
        digest = hashlib.sha256(f"mailings.suppression:{address.strip().lower()}".encode()).hexdigest()
        answers.setdefault(digest, []).append(answer)
    wrong = [digest for digest, said in answers.items() if not any(map(_OF_THE_RECIPIENT.match, said))]
    suppressions.filter(source="bounce", lifted_at=None, address_hash__in=wrong).update(lifted_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("mailings", "0002_addresses_in_their_canonical_form")]

    operations = [migrations.RunPython(lift_suppressions_of_others, migrations.RunPython.noop)]
