from django.db import migrations

KEPT = """
CREATE FUNCTION reports_published_editions_share_no_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.published_at IS NOT NULL AND EXISTS (
        SELECT FROM reports_edition
        WHERE id <> NEW.id AND published_at IS NOT NULL
          AND first_on <= NEW.last_on AND last_on >= NEW.first_on
          AND (first_on, last_on) <> (NEW.first_on, NEW.last_on)
    ) THEN
        RAISE EXCEPTION 'reports_published_editions_share_no_month: what two tell together tells small numbers'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_published_editions_share_no_month BEFORE INSERT OR UPDATE OF published_at ON reports_edition
FOR EACH ROW EXECUTE FUNCTION reports_published_editions_share_no_month();
"""
GONE = """
DROP TRIGGER reports_published_editions_share_no_month ON reports_edition;
DROP FUNCTION reports_published_editions_share_no_month();
"""


class Migration(migrations.Migration):
    """Editions are of any whole months, but no two that are published share one, unless both are of the same time."""

    dependencies = [("reports", "0002_what_is_published_stays")]

    operations = [migrations.RunSQL(KEPT, GONE)]
