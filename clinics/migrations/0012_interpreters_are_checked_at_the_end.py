"""Interpreters are checked against their channel at the end of a transaction, as Django's own keys are.

Tests empty all tables one after the other, and only then look whether a row is missing.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("clinics", "0011_speakers_of_agendas")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE clinics_clinicperson ALTER CONSTRAINT clinics_interpreter_is_of_the_clinic "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE clinics_clinicperson ALTER CONSTRAINT clinics_interpreter_is_of_the_clinic NOT DEFERRABLE",
        ),
    ]
