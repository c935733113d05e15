"""When answers were last given or confirmed, and what only the link of a letter said.

Answers of the old form are as old as they were written, unless their person has saved since. Whom only taking over
their registration had sent back to review as "changed" leaves the queue.
"""

from django.db import migrations, models

_CONFIRMED = """
UPDATE registrations_registration AS one SET confirmed_on = (COALESCE(
    (SELECT max(act.at) FROM base_act AS act
      WHERE act.object_type = 'registrations.registration' AND act.object_id = one.id
        AND act.verb = 'save_registration'),
    (SELECT raw.written_at FROM registrations_importedrow AS raw WHERE raw.registration_id = one.id),
    CASE WHEN one.source = 'import' THEN one.made_at ELSE one.changed_at END
) AT TIME ZONE 'UTC')::date
"""
_NOT_CHANGED = """
UPDATE registrations_registration SET changed_at = reviewed_at
 WHERE source = 'import' AND changed_at = claimed_at AND reviewed_at IS NOT NULL AND changed_at > reviewed_at
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0017_files_read_by_a_code_page_somebody_chose"),
        ("base", "0001_log_of_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="confirmed_on",
            field=models.DateField(
                blank=True, editable=False, null=True, verbose_name="answers last given or confirmed on"
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="kept_in_by_link_on",
            field=models.DateField(
                blank=True, editable=False, null=True, verbose_name="kept in by the link of a letter, on"
            ),
        ),
        migrations.RunSQL(_CONFIRMED, migrations.RunSQL.noop),
        migrations.RunSQL(_NOT_CHANGED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept_in_by_link_on", None), ("still_in_asked_on__isnull", False), _connector="OR"),
                name="registrations_a_link_answers_a_question",
            ),
        ),
    ]
