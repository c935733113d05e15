from django.db import migrations


class Migration(migrations.Migration):
    """A trigger refuses that the end of a seat moves later or is emptied: whoever goes on gets a new seat."""

    dependencies = [
        ("base", "0007_ends_of_terms_only_move_nearer"),
        ("trust", "0006_reports_hold_a_description"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER trust_seat_end_only_moves_nearer BEFORE UPDATE ON trust_trustseat
            FOR EACH ROW WHEN (OLD.until_on < COALESCE(NEW.until_on, 'infinity'))
            EXECUTE FUNCTION base_end_only_moves_nearer();
            """,
            "DROP TRIGGER trust_seat_end_only_moves_nearer ON trust_trustseat;",
        )
    ]
