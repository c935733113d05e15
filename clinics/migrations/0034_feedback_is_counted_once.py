"""Answers are counted once, when nobody can change them any more; whatever was told of them before stays told."""

import django.db.models.deletion
from django.db import migrations, models

# Sums grew by five answers at a time. Those that were told are final, and tell no more than they did.
WHAT_WAS_TOLD = """
INSERT INTO clinics_countedfeedback (clinic_id, counted_at, words_withheld)
    SELECT DISTINCT clinic_id, now(), false FROM clinics_feedbacktally;
DELETE FROM clinics_feedbacktally WHERE shown = 0;
UPDATE clinics_feedbacktally SET count = shown;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
IS_FINAL = """
CREATE FUNCTION clinics_check_feedback_is_open() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM clinics_countedfeedback WHERE clinic_id = NEW.clinic_id) THEN
        RAISE EXCEPTION 'clinics_counted_feedback_is_final: the answers on this clinic were counted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_counted_feedback_is_final';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER clinics_counted_feedback_is_final BEFORE INSERT OR UPDATE ON clinics_feedbackanswer
    FOR EACH ROW EXECUTE FUNCTION clinics_check_feedback_is_open();
"""
NOT_FINAL = """
DROP TRIGGER clinics_counted_feedback_is_final ON clinics_feedbackanswer;
DROP FUNCTION clinics_check_feedback_is_open();
"""


class Migration(migrations.Migration):
    dependencies = [("clinics", "0028_what_lists_show_changes")]

    operations = [
        migrations.CreateModel(
            name="CountedFeedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_at", models.DateTimeField()),
                ("words_withheld", models.BooleanField(default=False)),
                (
                    "clinic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counted_feedback",
                        to="clinics.clinic",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(WHAT_WAS_TOLD, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="feedbacktally", name="clinics_no_more_is_shown_than_was_counted"),
        migrations.RemoveField(model_name="feedbacktally", name="shown"),
        migrations.AlterField(model_name="feedbacktally", name="count", field=models.PositiveIntegerField()),
        migrations.AddConstraint(
            model_name="feedbacktally",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gt", 0)), name="clinics_tally_counts_somebody"
            ),
        ),
        migrations.RunSQL(IS_FINAL, NOT_FINAL),
    ]
