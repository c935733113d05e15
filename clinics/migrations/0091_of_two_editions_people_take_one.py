"""Of two editions of a clinic people take one: whoever gets a seat has none at another that has not begun by then.

It is looked at as the transaction ends, because a seat is taken before the other is given back. Clinics that are made
editions of each other, or moved, take nobody's seat away; nobody gets a second one from then on.
"""

from django.db import migrations

CHECK = """
CREATE FUNCTION clinics_check_editions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = NEW.state THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM clinics_rsvp AS mine
            JOIN clinics_clinic AS here ON here.id = mine.clinic_id
            JOIN clinics_rsvp AS other ON other.member_id = mine.member_id AND other.id <> mine.id
            JOIN clinics_clinic AS there ON there.id = other.clinic_id
        WHERE mine.id = NEW.id AND mine.state IN ('going', 'offered') AND other.state IN ('going', 'offered')
            AND there.state = 'announced' AND there.starts_at > coalesce(mine.seated_at, mine.claim_by)
            AND coalesce(here.edition_of_id, here.id) = coalesce(there.edition_of_id, there.id)
    ) THEN
        RAISE EXCEPTION 'clinics_one_seat_of_two_editions: they have a seat at the same clinic at another hour'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_one_seat_of_two_editions';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER clinics_one_seat_of_two_editions AFTER INSERT OR UPDATE OF state ON clinics_rsvp
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state IN ('going', 'offered'))
    EXECUTE FUNCTION clinics_check_editions();
"""
NO_CHECK = """
DROP TRIGGER clinics_one_seat_of_two_editions ON clinics_rsvp;
DROP FUNCTION clinics_check_editions();
"""


class Migration(migrations.Migration):
    dependencies = [("clinics", "0090_addresses_noted_at_the_door")]

    operations = [migrations.RunSQL(CHECK, NO_CHECK)]
