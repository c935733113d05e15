from django.db import migrations

TABLES = ("reports_edition", "reports_editiontext", "reports_editiontable")
KEPT = """
CREATE FUNCTION reports_published_editions_are_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reports_edition WHERE published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'reports_published_editions_are_never_emptied: a correction is a new edition'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION reports_published_editions_are_never_emptied();"
    for table in TABLES
)
GONE = "".join(f"DROP TRIGGER {table}_never_emptied ON {table};" for table in TABLES) + (
    "DROP FUNCTION reports_published_editions_are_never_emptied();"
)


class Migration(migrations.Migration):
    """TRUNCATE, which triggers of rows do not see, is refused while anything is published."""

    dependencies = [("reports", "0003_published_editions_share_no_month")]

    operations = [migrations.RunSQL(KEPT, GONE)]
