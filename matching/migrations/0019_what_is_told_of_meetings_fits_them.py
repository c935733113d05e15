"""A meeting told of has the hours of its day, and what is said of it is what can be said of one.

Nobody waited for anybody where two met outside the portal, so nobody was missed; and only such a meeting is "not so".
A session is one or the other for good.
"""

import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.expressions
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

CHECKS = """
CREATE FUNCTION matching_check_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_told boolean := (SELECT state = 'elsewhere' FROM matching_session WHERE id = NEW.session_id);
BEGIN
    IF (CASE WHEN is_told THEN NEW.happened NOT IN ('yes', 'not_so') ELSE NEW.happened = 'not_so' END) THEN
        RAISE EXCEPTION 'matching_feedback_fits_its_session: this cannot be said of such a session'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'matching_feedback_fits_its_session';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION matching_check_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_told boolean := (SELECT state = 'elsewhere' FROM matching_session WHERE id = NEW.session_id);
BEGIN
    IF (CASE WHEN is_told THEN NEW.verdict IN ('missed', 'moved') ELSE NEW.verdict = 'not_so' END) THEN
        RAISE EXCEPTION 'matching_outcome_fits_its_session: this cannot come of such a session'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'matching_outcome_fits_its_session';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION matching_refuse_another_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'matching_session_is_agreed_or_told_for_good: a session cannot become one of the other kind'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'matching_session_is_agreed_or_told_for_good';
END $$;

CREATE TRIGGER matching_feedback_fits_its_session AFTER INSERT OR UPDATE OF session_id, happened ON matching_feedback
    FOR EACH ROW EXECUTE FUNCTION matching_check_feedback();
CREATE TRIGGER matching_outcome_fits_its_session AFTER INSERT OR UPDATE OF session_id, verdict ON matching_sessionoutcome
    FOR EACH ROW EXECUTE FUNCTION matching_check_outcome();
CREATE TRIGGER matching_session_is_agreed_or_told_for_good BEFORE UPDATE OF state ON matching_session
    FOR EACH ROW WHEN ((OLD.state = 'elsewhere') <> (NEW.state = 'elsewhere'))
    EXECUTE FUNCTION matching_refuse_another_kind();
"""
NO_CHECKS = """
DROP TRIGGER matching_session_is_agreed_or_told_for_good ON matching_session;
DROP TRIGGER matching_outcome_fits_its_session ON matching_sessionoutcome;
DROP TRIGGER matching_feedback_fits_its_session ON matching_feedback;
DROP FUNCTION matching_refuse_another_kind();
DROP FUNCTION matching_check_outcome();
DROP FUNCTION matching_check_feedback();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0018_say_session_for_hour"),
        ("registrations", "0046_what_is_written_to_the_team_can_be_read"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="session",
            name="matching_session_agreed_has_its_hour",
        ),
        migrations.RemoveConstraint(
            model_name="session",
            name="matching_meeting_elsewhere_has_its_day",
        ),
        migrations.RemoveConstraint(
            model_name="session",
            name="matching_one_meeting_of_two_at_a_time",
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirmed_at", None),
                        ("ends_at", None),
                        ("starts_at", None),
                        ("state__in", ["proposed", "cancelled"]),
                    ),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("ends_at__isnull", False),
                        ("starts_at__isnull", False),
                        ("ends_at__gt", models.F("starts_at")),
                        models.Q(("state", "proposed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="matching_session_agreed_has_its_hour",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("call_link", ""),
                        ("last_reminder", ""),
                        ("met_on__isnull", False),
                        ("state", "elsewhere"),
                        ("zone", ""),
                    ),
                    models.Q(models.Q(("state", "elsewhere"), _negated=True), ("met_on", None)),
                    _connector="OR",
                ),
                name="matching_meeting_elsewhere_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "elsewhere"), _negated=True),
                    models.Q(
                        django.db.models.lookups.GreaterThanOrEqual(
                            models.Func(
                                models.F("starts_at"),
                                output_field=models.DateTimeField(),
                                template="(%(expressions)s AT TIME ZONE 'UTC')",
                            ),
                            django.db.models.expressions.CombinedExpression(
                                models.F("met_on"), "-", models.Value(datetime.timedelta(seconds=50400))
                            ),
                        ),
                        django.db.models.lookups.LessThanOrEqual(
                            models.Func(
                                models.F("starts_at"),
                                output_field=models.DateTimeField(),
                                template="(%(expressions)s AT TIME ZONE 'UTC')",
                            ),
                            django.db.models.expressions.CombinedExpression(
                                models.F("met_on"), "+", models.Value(datetime.timedelta(seconds=43200))
                            ),
                        ),
                        (
                            "ends_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("starts_at"), "+", models.Value(datetime.timedelta(days=1, seconds=3600))
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="matching_meeting_elsewhere_is_of_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "elsewhere"), _negated=True),
                    models.Q(("confirmed_at", models.F("made_at")), ("starts_at__lte", models.F("made_at"))),
                    _connector="OR",
                ),
                name="matching_meeting_elsewhere_is_told_afterwards",
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
                    (
                        models.Func(
                            models.Case(
                                models.When(state="elsewhere", then=1), default=0, output_field=models.IntegerField()
                            ),
                            models.Case(
                                models.When(state="elsewhere", then=1), default=0, output_field=models.IntegerField()
                            ),
                            models.Value("[]"),
                            function="int4range",
                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                        ),
                        "-|-",
                    ),
                ],
                name="matching_one_meeting_of_two_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", "elsewhere")),
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
                    (
                        models.Func(
                            models.F("met_on"),
                            models.F("met_on"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="matching_one_meeting_told_of_a_day",
            ),
        ),
        migrations.RunSQL(CHECKS, NO_CHECKS),
    ]
