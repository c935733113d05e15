from django.db import migrations

KEPT = """
CREATE FUNCTION reports_published_edition_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'reports_published_edition_never_changes: a correction is a new edition'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_published_edition_never_changes BEFORE UPDATE OR DELETE ON reports_edition
FOR EACH ROW EXECUTE FUNCTION reports_published_edition_never_changes();

CREATE FUNCTION reports_parts_of_published_edition_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    editions bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.edition_id]
        WHEN 'DELETE' THEN ARRAY[OLD.edition_id]
        ELSE ARRAY[OLD.edition_id, NEW.edition_id] END;
BEGIN
    IF EXISTS (SELECT FROM reports_edition WHERE id = ANY(editions) AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'reports_parts_of_published_edition_never_change: a correction is a new edition'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_text_of_published_edition_never_changes BEFORE INSERT OR UPDATE OR DELETE ON reports_editiontext
FOR EACH ROW EXECUTE FUNCTION reports_parts_of_published_edition_never_change();
CREATE TRIGGER reports_table_of_published_edition_never_changes BEFORE INSERT OR UPDATE OR DELETE ON reports_editiontable
FOR EACH ROW EXECUTE FUNCTION reports_parts_of_published_edition_never_change();
CREATE TRIGGER reports_quotes_of_published_edition_only_leave BEFORE INSERT OR UPDATE ON reports_editionquote
FOR EACH ROW EXECUTE FUNCTION reports_parts_of_published_edition_never_change();
"""
GONE = """
DROP TRIGGER reports_quotes_of_published_edition_only_leave ON reports_editionquote;
DROP TRIGGER reports_table_of_published_edition_never_changes ON reports_editiontable;
DROP TRIGGER reports_text_of_published_edition_never_changes ON reports_editiontext;
DROP TRIGGER reports_published_edition_never_changes ON reports_edition;
DROP FUNCTION reports_parts_of_published_edition_never_change();
DROP FUNCTION reports_published_edition_never_changes();
"""


class Migration(migrations.Migration):
    """A published edition is what was reported: nothing of it changes. A quote leaves with its author's consent."""

    dependencies = [("reports", "0001_editions_of_figures")]

    operations = [migrations.RunSQL(KEPT, GONE)]
