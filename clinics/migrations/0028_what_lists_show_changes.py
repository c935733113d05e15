"""Note each statement that changes what lists of clinics show: pages that were kept from before are not shown then."""

import django.db.models.functions.datetime
from django.db import migrations, models

TABLES = ("clinic", "clinictext", "clinic_skills", "rsvp", "channel", "clinicperson", "clinicseries")
# A statement that changed no row is none. What was changed has another name for each kind of statement.
FUNCTION = """
CREATE FUNCTION clinics_note_list_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed) THEN
        INSERT INTO clinics_listchange DEFAULT VALUES;
    END IF;
    RETURN NULL;
END $$;
"""
KINDS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def _triggers():
    for table in TABLES:
        for kind, rows in KINDS.items():
            yield (
                f"CREATE TRIGGER clinics_note_{kind.lower()} AFTER {kind} ON clinics_{table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION clinics_note_list_change();"
            )


def _no_triggers():
    for table in TABLES:
        for kind in KINDS:
            yield f"DROP TRIGGER clinics_note_{kind.lower()} ON clinics_{table};"


class Migration(migrations.Migration):
    dependencies = [("clinics", "0026_languages_of_seats_are_summed")]

    operations = [
        migrations.CreateModel(
            name="ListChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"verbose_name": "change of lists", "verbose_name_plural": "changes of lists"},
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION clinics_note_list_change();"),
        migrations.RunSQL("\n".join(_triggers()), "\n".join(_no_triggers())),
    ]
