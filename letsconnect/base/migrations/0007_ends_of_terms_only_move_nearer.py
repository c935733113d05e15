from django.db import migrations


class Migration(migrations.Migration):
    """The function of the triggers by which a table of terms of office refuses an end that moves later or is emptied."""

    dependencies = [("base", "0006_doubts_about_proxies")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION base_end_only_moves_nearer() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'the end of a term of office only moves nearer' USING ERRCODE = 'check_violation';
            END $$;
            """,
            "DROP FUNCTION base_end_only_moves_nearer();",
        )
    ]
