"""The roles in words that their holders read, in each language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara_web.permissions.roles import Role

ROLE_WORDS: dict[Role, Any] = {
    Role.MEMBER: _("Member of the consortium"),
    Role.OFFICE: _("Consortium office"),
    Role.MODERATOR: _("Moderator"),
    Role.EDITOR: _("Editor"),
    Role.STEWARD: _("Data steward"),
    Role.AUDITOR: _("Auditor"),
    Role.STUDY_LEAD: _("Study lead"),
    Role.STATISTICIAN: _("Statistician"),
    Role.SITE_LEAD: _("Site lead"),
    Role.COORDINATOR: _("Site coordinator"),
}
