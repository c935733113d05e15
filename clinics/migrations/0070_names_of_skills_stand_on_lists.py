"""Note what changes of skills, whose names stand in the filters of the lists and by which the lists are narrowed."""

from django.db import migrations

TABLES = ("registrations_skill", "registrations_skillname")
KINDS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def _triggers():
    for table in TABLES:
        for kind, rows in KINDS.items():
            yield (
                f"CREATE TRIGGER clinics_note_{kind.lower()} AFTER {kind} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION clinics_note_list_change();"
            )


def _no_triggers():
    for table in TABLES:
        for kind in KINDS:
            yield f"DROP TRIGGER clinics_note_{kind.lower()} ON {table};"


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0060_pages_of_clinics_are_kept"),
        ("registrations", "0034_looks_at_topics_and_candidates"),
    ]

    operations = [migrations.RunSQL("\n".join(_triggers()), "\n".join(_no_triggers()))]
