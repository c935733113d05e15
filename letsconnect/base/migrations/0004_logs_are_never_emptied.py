from django.db import migrations

_FORWARDS = """
CREATE TRIGGER base_act_never_emptied BEFORE TRUNCATE ON base_act
FOR EACH STATEMENT EXECUTE FUNCTION base_act_never_changes();

CREATE FUNCTION base_securityevent_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the security log is never changed' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER base_securityevent_never_changes BEFORE UPDATE OR DELETE ON base_securityevent
FOR EACH ROW EXECUTE FUNCTION base_securityevent_never_changes();
CREATE TRIGGER base_securityevent_never_emptied BEFORE TRUNCATE ON base_securityevent
FOR EACH STATEMENT EXECUTE FUNCTION base_securityevent_never_changes();
"""
_BACKWARDS = """
DROP TRIGGER base_securityevent_never_emptied ON base_securityevent;
DROP TRIGGER base_securityevent_never_changes ON base_securityevent;
DROP FUNCTION base_securityevent_never_changes();
DROP TRIGGER base_act_never_emptied ON base_act;
"""


class Migration(migrations.Migration):
    """Triggers refuse TRUNCATE of the log of acts, and every change of the security log."""

    dependencies = [("base", "0003_security_log")]

    operations = [migrations.RunSQL(_FORWARDS, _BACKWARDS)]
