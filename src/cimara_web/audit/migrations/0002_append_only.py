"""The audit trail takes new events only: update, delete, replace and truncate are refused by the database."""

from django.db import migrations

from cimara_web.audit.append_only import lift_triggers, put_triggers


def put(apps, schema_editor):
    """Put the triggers in place."""
    put_triggers(schema_editor.connection)


def lift(apps, schema_editor):
    """Take them away."""
    lift_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(put, lift)]
