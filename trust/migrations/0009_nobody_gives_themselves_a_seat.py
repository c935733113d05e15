"""Nobody gives themselves a seat on the trust team, and a seat stays whose it is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION trust_refuse_another_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'trust_seat_keeps_whose_and_what_for: for another seat a new one is given'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'trust_seat_keeps_whose_and_what_for';
END $$;

CREATE TRIGGER trust_seat_keeps_whose_and_what_for BEFORE UPDATE ON trust_trustseat
    FOR EACH ROW WHEN ((OLD.member_id) <> (NEW.member_id) OR NEW.from_on < OLD.from_on)
    EXECUTE FUNCTION trust_refuse_another_seat();
"""
NO_TRIGGERS = """
DROP TRIGGER trust_seat_keeps_whose_and_what_for ON trust_trustseat;
DROP FUNCTION trust_refuse_another_seat();
"""
# Who gave the seats there are is in the log of acts; who gave themselves one before is left out.
GIVEN = """
UPDATE trust_trustseat AS seat SET given_by_id = act.actor_id FROM base_act AS act
    WHERE act.object_type = 'trust.trustseat' AND act.object_id = seat.id AND act.verb = 'appoint_to_trust_team'
    AND act.actor_id <> seat.member_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trust", "0008_reports_about_clinics"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="trustseat",
            name="given_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="given by",
            ),
        ),
        migrations.AddConstraint(
            model_name="trustseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("given_by", None), models.Q(("given_by", models.F("member")), _negated=True), _connector="OR"
                ),
                name="trust_nobody_gives_themselves_a_seat",
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(GIVEN, migrations.RunSQL.noop),
    ]
