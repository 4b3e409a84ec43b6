"""The one write of a restore: its event in the audit trail."""
