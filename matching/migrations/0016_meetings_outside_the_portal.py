import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0015_day_of_the_next_round"),
        ("registrations", "0036_cards_seen_after_handing_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="feedback",
            name="matching_feedback_happened_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="session",
            name="matching_session_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="session",
            name="matching_session_waits_for_somebody",
        ),
        migrations.RemoveConstraint(
            model_name="sessionoutcome",
            name="matching_outcome_verdict_is_known",
        ),
        migrations.AddField(
            model_name="session",
            name="met_on",
            field=models.DateField(blank=True, null=True, verbose_name="met outside the portal on"),
        ),
        migrations.AlterField(
            model_name="feedback",
            name="happened",
            field=models.CharField(
                choices=[
                    ("yes", "Yes, we met"),
                    ("other_missed", "No: I was there, and they did not come"),
                    ("i_missed", "No: I could not make it"),
                    ("moved", "No: we moved it to another time"),
                    ("not_so", "No, that is not so"),
                ],
                max_length=12,
                verbose_name="did you meet",
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "times proposed"),
                    ("confirmed", "agreed"),
                    ("cancelled", "cancelled"),
                    ("elsewhere", "held outside the portal"),
                ],
                default="proposed",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="sessionoutcome",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("met", "they met"),
                    ("moved", "they moved it"),
                    ("missed", "it did not come about"),
                    ("crossed", "they do not agree whether it took place"),
                    ("not_so", "it was told of, and taken back"),
                    ("unknown", "nobody has said"),
                ],
                default="unknown",
                max_length=10,
                verbose_name="what came of it",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(("happened__in", ["yes", "other_missed", "i_missed", "moved", "not_so"])),
                name="matching_feedback_happened_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["proposed", "confirmed", "cancelled", "elsewhere"])),
                name="matching_session_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "proposed"), ("waiting_for__in", ["learner", "sharer"])),
                    models.Q(("state", "confirmed"), ("waiting_for__in", ["", "learner", "sharer"])),
                    models.Q(("state__in", ["cancelled", "elsewhere"]), ("waiting_for", "")),
                    _connector="OR",
                ),
                name="matching_session_waits_for_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("call_link", ""), ("met_on__isnull", False), ("state", "elsewhere")),
                    models.Q(models.Q(("state", "elsewhere"), _negated=True), ("met_on", None)),
                    _connector="OR",
                ),
                name="matching_meeting_elsewhere_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state__in", ("confirmed", "elsewhere"))),
                expressions=[
                    (
                        models.Func(
                            models.F("match_id"),
                            models.F("match_id"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("starts_at"),
                            models.F("ends_at"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="matching_one_meeting_of_two_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionoutcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["met", "moved", "missed", "crossed", "not_so", "unknown"])),
                name="matching_outcome_verdict_is_known",
            ),
        ),
    ]
