"""Nobody gives themselves a seat, decides on a skill they suggested, or invites themselves; seats stay what they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION registrations_refuse_another_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'registrations_seat_keeps_whose_and_what_for: for another seat a new one is given'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'registrations_seat_keeps_whose_and_what_for';
END $$;

CREATE TRIGGER registrations_seat_keeps_whose_and_what_for BEFORE UPDATE ON registrations_workinggroupseat
    FOR EACH ROW WHEN ((OLD.member_id, OLD.role, OLD.region) <> (NEW.member_id, NEW.role, NEW.region) OR NEW.from_on < OLD.from_on)
    EXECUTE FUNCTION registrations_refuse_another_seat();
"""
NO_TRIGGERS = """
DROP TRIGGER registrations_seat_keeps_whose_and_what_for ON registrations_workinggroupseat;
DROP FUNCTION registrations_refuse_another_seat();
"""
# Who gave the seats there are is in the log of acts; who gave themselves one before is left out.
GIVEN = """
UPDATE registrations_workinggroupseat AS seat SET given_by_id = act.actor_id FROM base_act AS act
    WHERE act.object_type = 'registrations.workinggroupseat' AND act.object_id = seat.id AND act.verb = 'appoint'
    AND act.actor_id <> seat.member_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""

OWN_ADDRESS = """
CREATE FUNCTION registrations_check_who_invites() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM registrations_member WHERE id = NEW.invited_by_id AND email = NEW.address) THEN
        RAISE EXCEPTION 'registrations_nobody_invites_themselves: somebody else invites them'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'registrations_nobody_invites_themselves';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER registrations_nobody_invites_themselves AFTER INSERT OR UPDATE OF address, invited_by_id
    ON registrations_claiminvitation FOR EACH ROW EXECUTE FUNCTION registrations_check_who_invites();
"""
NO_OWN_ADDRESS = """
DROP TRIGGER registrations_nobody_invites_themselves ON registrations_claiminvitation;
DROP FUNCTION registrations_check_who_invites();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0048_reviews_undone_noted_and_open"),
    ]

    operations = [
        migrations.AddField(
            model_name="skillsuggestion",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="workinggroupseat",
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
            model_name="skillsuggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(
                        ("decided_at__isnull", False), models.Q(("decided_by", models.F("member")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="registrations_nobody_decides_on_their_own_suggestion",
            ),
        ),
        migrations.AddConstraint(
            model_name="workinggroupseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("given_by", None), models.Q(("given_by", models.F("member")), _negated=True), _connector="OR"
                ),
                name="registrations_nobody_gives_themselves_a_seat",
            ),
        ),
        migrations.RunSQL(OWN_ADDRESS, NO_OWN_ADDRESS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(GIVEN, migrations.RunSQL.noop),
    ]
