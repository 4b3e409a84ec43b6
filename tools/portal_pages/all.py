"""Every generated page of the portal's reference, by the name of its file."""

from __future__ import annotations

from tests.web.world import World
from tools.portal_pages import addresses_by_role, asvs, permission_table, registers, sbom, states, trying


def pages(world: World) -> dict[str, str]:
    """File below `docs/reference` -> what it must hold."""
    return {
        "addresses-by-role.csv": addresses_by_role.written(addresses_by_role.answers(world)),
        "permissions.md": permission_table.page(trying.all_tried(world)),
        **without_trying(),
    }


def without_trying() -> dict[str, str]:
    """Those that are made from tables of the code alone."""
    return {
        "addresses-by-role.md": addresses_by_role.PAGE,
        "asvs.md": asvs.page(),
        "audit-events.md": registers.events(),
        "privacy.md": registers.privacy(),
        "sbom.cdx.json": sbom.text(),
        **states.pages(),
    }
