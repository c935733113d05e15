"""Two clinics that want the same person at the same moment wait for each other, instead of being ended by a deadlock.

An exclusion constraint alone lets both write, and both then wait for the other to end. So each takes a lock on every
person it keeps an appointment for first, in the order of the persons' numbers, and holds it until it is committed.
"""

from django.db import migrations

KEEP = """
CREATE OR REPLACE FUNCTION clinics_keep_appointments(of_clinic bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    somebody bigint;
BEGIN
    PERFORM FROM clinics_clinic WHERE id = of_clinic FOR NO KEY UPDATE;
    DELETE FROM clinics_appointment kept WHERE kept.clinic_id = of_clinic AND NOT EXISTS (
        SELECT FROM clinics_clinicperson person JOIN clinics_clinic clinic ON clinic.id = person.clinic_id
        WHERE person.clinic_id = of_clinic AND person.who = kept.who AND person.state = 'accepted'
            AND person.role IN ('sharer', 'host', 'interpreter') AND clinic.state <> 'cancelled'
    );
    FOR somebody IN
        SELECT DISTINCT person.who
        FROM clinics_clinicperson person JOIN clinics_clinic clinic ON clinic.id = person.clinic_id
        WHERE clinic.id = of_clinic AND clinic.state <> 'cancelled' AND person.state = 'accepted'
            AND person.role IN ('sharer', 'host', 'interpreter')
        ORDER BY person.who
    LOOP
        PERFORM pg_advisory_xact_lock(hashtext('clinics_appointment'), hashint8(somebody));
    END LOOP;
    INSERT INTO clinics_appointment AS kept (clinic_id, who, starts_at, ends_at)
        SELECT DISTINCT clinic.id, person.who, clinic.starts_at, clinic.starts_at + clinic.minutes * interval '1 minute'
        FROM clinics_clinicperson person JOIN clinics_clinic clinic ON clinic.id = person.clinic_id
        WHERE clinic.id = of_clinic AND clinic.state <> 'cancelled' AND person.state = 'accepted'
            AND person.role IN ('sharer', 'host', 'interpreter')
        ON CONFLICT (clinic_id, who) DO UPDATE SET starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at
            WHERE (kept.starts_at, kept.ends_at) <> (EXCLUDED.starts_at, EXCLUDED.ends_at);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("clinics", "0014_what_people_say_has_lines")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
