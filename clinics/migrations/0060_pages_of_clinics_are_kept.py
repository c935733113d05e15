"""Note what changes the page of a clinic beside what its line in a list shows: visitors' pages are kept until then."""

from django.db import migrations

TABLES = ("agendaitem", "attendance", "clinichourchoice", "clinicresource", "otherheads", "quote")
KINDS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
# Accounts change each day somebody is seen: only the name of somebody who shares, and whence somebody came, is shown.
OF_MEMBERS = """
CREATE FUNCTION clinics_note_member_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM clinics_clinicperson WHERE member_id = NEW.id)
        OR EXISTS (SELECT FROM clinics_attendance WHERE member_id = NEW.id)
    THEN
        INSERT INTO clinics_listchange DEFAULT VALUES;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER clinics_note_update AFTER UPDATE ON registrations_member FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.region IS DISTINCT FROM NEW.region)
    EXECUTE FUNCTION clinics_note_member_change();
"""
NOT_OF_MEMBERS = """
DROP TRIGGER clinics_note_update ON registrations_member;
DROP FUNCTION clinics_note_member_change();
"""


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
    dependencies = [
        ("clinics", "0037_what_is_known_is_of_one_start"),
        ("registrations", "0034_looks_at_topics_and_candidates"),
    ]

    operations = [
        migrations.RunSQL("\n".join(_triggers()), "\n".join(_no_triggers())),
        migrations.RunSQL(OF_MEMBERS, NOT_OF_MEMBERS),
    ]
