"""Channels are checked against their clinic at the end of a transaction, as Django's own keys are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("clinics", "0012_interpreters_are_checked_at_the_end")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE clinics_channel ALTER CONSTRAINT clinics_channel_knows_the_floor_language "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE clinics_channel ALTER CONSTRAINT clinics_channel_knows_the_floor_language NOT DEFERRABLE",
        ),
    ]
