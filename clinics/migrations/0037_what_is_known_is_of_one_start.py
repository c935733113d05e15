"""A clinic is held once it is over, and what is known of it is of the start it has.

Who was there is noted from half an hour before the start on; a clinic that is moved or cancelled takes nothing along
that was noted before. A certificate that counts is of a clinic that had ended. The row of the clinic is locked where
somebody is noted, so that nobody moves it before they are there for all to see.
"""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import ExpressionWrapper, F, Q, Value

# Of those that were said to be held while they were running.
MEND = """
UPDATE clinics_clinic SET held_at = starts_at + minutes * interval '1 minute'
    WHERE held_at < starts_at + minutes * interval '1 minute';
UPDATE clinics_certificate AS certificate SET made_at = clinic.starts_at + clinic.minutes * interval '1 minute'
    FROM clinics_clinic AS clinic WHERE clinic.id = certificate.clinic_id AND certificate.revoked_at IS NULL
        AND certificate.made_at < clinic.starts_at + clinic.minutes * interval '1 minute';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
CHECKS = """
CREATE FUNCTION clinics_check_attendance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    clinic record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT state, starts_at INTO clinic FROM clinics_clinic WHERE id = NEW.clinic_id FOR SHARE;
    ELSE
        SELECT state, starts_at INTO clinic FROM clinics_clinic WHERE id = NEW.clinic_id;
    END IF;
    IF clinic.state IN ('draft', 'cancelled')
        OR least(NEW.joined_at, NEW.ticked_at, NEW.in_call_at) < clinic.starts_at - interval '30 minutes'
    THEN
        RAISE EXCEPTION 'clinics_attendance_is_of_this_start: the clinic was moved or cancelled since'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_attendance_is_of_this_start';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION clinics_check_what_is_known() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    doors timestamptz := CASE WHEN NEW.state IN ('draft', 'cancelled') THEN 'infinity'
        ELSE NEW.starts_at - interval '30 minutes' END;
BEGIN
    IF EXISTS (SELECT FROM clinics_attendance WHERE clinic_id = NEW.id AND least(joined_at, ticked_at, in_call_at) < doors)
        OR EXISTS (SELECT FROM clinics_otherheads WHERE clinic_id = NEW.id AND counted_at < doors)
        OR EXISTS (SELECT FROM clinics_quote WHERE clinic_id = NEW.id AND given_at < doors)
        OR EXISTS (SELECT FROM clinics_countedfeedback WHERE clinic_id = NEW.id AND counted_at < doors)
    THEN
        RAISE EXCEPTION 'clinics_what_is_known_is_of_this_start: something is known of the clinic at another hour'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_what_is_known_is_of_this_start';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION clinics_check_hour_of_certificates() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_clinic bigint;
BEGIN
    IF TG_TABLE_NAME = 'clinics_clinic' THEN
        the_clinic := NEW.id;
    ELSE
        the_clinic := NEW.clinic_id;
    END IF;
    IF EXISTS (
        SELECT FROM clinics_certificate AS certificate JOIN clinics_clinic AS clinic ON clinic.id = certificate.clinic_id
        WHERE clinic.id = the_clinic AND certificate.revoked_at IS NULL AND (
            clinic.state IN ('draft', 'cancelled')
            OR certificate.made_at < clinic.starts_at + clinic.minutes * interval '1 minute'
            OR (certificate.kind <> 'attending' AND clinic.held_at IS NULL)
        )
    ) THEN
        RAISE EXCEPTION 'clinics_certificate_is_of_a_clinic_that_ended: somebody has a certificate that counts'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_certificate_is_of_a_clinic_that_ended';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER clinics_attendance_is_of_this_start
    AFTER INSERT OR UPDATE OF clinic_id, joined_at, ticked_at, in_call_at ON clinics_attendance
    FOR EACH ROW EXECUTE FUNCTION clinics_check_attendance();
CREATE TRIGGER clinics_what_is_known_is_of_this_start AFTER UPDATE OF starts_at, state ON clinics_clinic
    FOR EACH ROW WHEN (OLD.starts_at <> NEW.starts_at OR OLD.state <> NEW.state)
    EXECUTE FUNCTION clinics_check_what_is_known();
CREATE CONSTRAINT TRIGGER clinics_certificate_is_of_a_clinic_that_ended
    AFTER INSERT OR UPDATE OF clinic_id, kind, made_at, revoked_at ON clinics_certificate
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clinics_check_hour_of_certificates();
CREATE CONSTRAINT TRIGGER clinics_certificate_keeps_its_hour
    AFTER UPDATE OF starts_at, minutes, state, held_at ON clinics_clinic
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clinics_check_hour_of_certificates();
"""
NO_CHECKS = """
DROP TRIGGER clinics_certificate_keeps_its_hour ON clinics_clinic;
DROP TRIGGER clinics_certificate_is_of_a_clinic_that_ended ON clinics_certificate;
DROP TRIGGER clinics_what_is_known_is_of_this_start ON clinics_clinic;
DROP TRIGGER clinics_attendance_is_of_this_start ON clinics_attendance;
DROP FUNCTION clinics_check_hour_of_certificates();
DROP FUNCTION clinics_check_what_is_known();
DROP FUNCTION clinics_check_attendance();
"""
LENGTH = ExpressionWrapper(
    F("minutes") * Value(timedelta(minutes=1), output_field=models.DurationField()),
    output_field=models.DurationField(),
)
ENDS_AT = ExpressionWrapper(F("starts_at") + LENGTH, output_field=models.DateTimeField())


class Migration(migrations.Migration):
    dependencies = [("clinics", "0030_people_asked_again_had_said_yes")]

    operations = [
        migrations.RemoveConstraint(model_name="clinic", name="clinics_held_after_the_start"),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="clinic",
            constraint=models.CheckConstraint(
                condition=Q(held_at=None) | Q(held_at__gte=ENDS_AT), name="clinics_held_after_the_end"
            ),
        ),
        migrations.RunSQL(CHECKS, NO_CHECKS),
    ]
