from django.db import migrations


class Migration(migrations.Migration):
    """The log is written once: a trigger refuses UPDATE and DELETE of a row."""

    dependencies = [("base", "0001_log_of_acts")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION base_act_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'the log of acts is never changed' USING ERRCODE = 'check_violation'; END $$;
            CREATE TRIGGER base_act_never_changes BEFORE UPDATE OR DELETE ON base_act
            FOR EACH ROW EXECUTE FUNCTION base_act_never_changes();
            """,
            "DROP TRIGGER base_act_never_changes ON base_act; DROP FUNCTION base_act_never_changes();",
        )
    ]
