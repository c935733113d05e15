"""A certificate that counts belongs to somebody who came, or had that part in a clinic that was held.

Checked at the end of a transaction, from both sides: whoever takes the ground away revokes the certificate with it. What
is found is locked, so that nobody takes it away before the certificate is there for all to see.
"""

from django.db import migrations

CHECKS = """
CREATE FUNCTION clinics_has_ground(the_kind text, the_clinic bigint, the_member bigint) RETURNS boolean AS $$
BEGIN
    IF the_kind = 'attending' THEN
        PERFORM FROM clinics_attendance WHERE clinic_id = the_clinic AND member_id = the_member FOR KEY SHARE;
        RETURN FOUND;
    END IF;
    PERFORM FROM clinics_clinicperson AS person JOIN clinics_clinic AS clinic ON clinic.id = person.clinic_id
        WHERE person.clinic_id = the_clinic AND person.member_id = the_member AND person.state = 'accepted'
            AND clinic.held_at IS NOT NULL
            AND CASE the_kind WHEN 'sharing' THEN person.role = 'sharer'
                ELSE person.role IN ('host', 'helper', 'interpreter') END
        FOR SHARE OF person;
    RETURN FOUND;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION clinics_check_certificate() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM clinics_certificate WHERE id = NEW.id AND revoked_at IS NULL)
        AND NOT clinics_has_ground(NEW.kind, NEW.clinic_id, NEW.member_id)
    THEN
        RAISE EXCEPTION 'clinics_certificate_has_a_ground: somebody would have a certificate without it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_certificate_has_a_ground';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION clinics_check_certificates_of() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT FROM clinics_certificate AS certificate
        WHERE certificate.clinic_id = OLD.clinic_id AND certificate.member_id = OLD.member_id
            AND certificate.revoked_at IS NULL
            AND NOT clinics_has_ground(certificate.kind, certificate.clinic_id, certificate.member_id)
    ) THEN
        RAISE EXCEPTION 'clinics_certificate_keeps_its_ground: somebody has a certificate that counts'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clinics_certificate_keeps_its_ground';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE CONSTRAINT TRIGGER clinics_certificate_has_a_ground
    AFTER INSERT OR UPDATE OF clinic_id, member_id, kind, revoked_at ON clinics_certificate
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clinics_check_certificate();
CREATE CONSTRAINT TRIGGER clinics_certificate_keeps_its_ground
    AFTER DELETE OR UPDATE OF clinic_id, member_id ON clinics_attendance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clinics_check_certificates_of();
CREATE CONSTRAINT TRIGGER clinics_certificate_keeps_its_part
    AFTER DELETE OR UPDATE OF clinic_id, member_id, role, state ON clinics_clinicperson
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clinics_check_certificates_of();
"""
NO_CHECKS = """
DROP TRIGGER clinics_certificate_keeps_its_part ON clinics_clinicperson;
DROP TRIGGER clinics_certificate_keeps_its_ground ON clinics_attendance;
DROP TRIGGER clinics_certificate_has_a_ground ON clinics_certificate;
DROP FUNCTION clinics_check_certificates_of();
DROP FUNCTION clinics_check_certificate();
DROP FUNCTION clinics_has_ground(text, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("clinics", "0022_feedback_quotes_and_certificates")]

    operations = [migrations.RunSQL(CHECKS, NO_CHECKS)]
