from django.db import migrations


class Migration(migrations.Migration):
    """A trigger refuses that the end of a seat moves later or is emptied: whoever goes on gets a new seat."""

    dependencies = [
        ("base", "0007_ends_of_terms_only_move_nearer"),
        ("registrations", "0027_more_headings_of_the_desk_in_the_readers_language"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER registrations_seat_end_only_moves_nearer BEFORE UPDATE ON registrations_workinggroupseat
            FOR EACH ROW WHEN (OLD.until_on < COALESCE(NEW.until_on, 'infinity'))
            EXECUTE FUNCTION base_end_only_moves_nearer();
            """,
            "DROP TRIGGER registrations_seat_end_only_moves_nearer ON registrations_workinggroupseat;",
        )
    ]
