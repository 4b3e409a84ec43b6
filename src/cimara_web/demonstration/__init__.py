"""An invented consortium and its studies, played through the portal's own actions (portal.md 12.1)."""
