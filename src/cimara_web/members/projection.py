"""The Natural Earth projection, and the part of the world that the map of the network shows."""

from __future__ import annotations

from math import radians

SOUTH, NORTH = -56.0, 78.0
"""Parallels that the map ends at: Antarctica and the high Arctic have no institution to show."""
STEP = 2.0
"""Degrees between the points of the frame's curved sides."""


def natural_earth(longitude: float, latitude: float) -> tuple[float, float]:
    """x to the east and y to the north for degrees, on a sphere of radius 1.

    The polynomial of Savric, Jenny, Patterson, Petrovic, Hurni (2011), Cartography and Geographic
    Information Science 38(4), as in its reference code.
    """
    lam, phi = radians(longitude), radians(latitude)
    phi2 = phi * phi
    phi4 = phi2 * phi2
    x = lam * (0.8707 - 0.131979 * phi2 + phi4 * (-0.013791 + phi4 * (0.003971 * phi2 - 0.001529 * phi4)))
    y = phi * (1.007226 + phi2 * (0.015085 + phi4 * (-0.044475 + 0.028874 * phi2 - 0.005916 * phi4)))
    return x, y


_EDGE = natural_earth(180, 0)[0]
_TOP = natural_earth(0, NORTH)[1]
_BOTTOM = natural_earth(0, SOUTH)[1]
HEIGHT_PER_WIDTH = (_TOP - _BOTTOM) / (2 * _EDGE)


def on_map(longitude: float, latitude: float, width: float) -> tuple[float, float]:
    """Place on a map of this width, in its units: x from the left, y from the top."""
    x, y = natural_earth(longitude, latitude)
    return (x + _EDGE) / (2 * _EDGE) * width, (_TOP - y) / (2 * _EDGE) * width


def frame() -> list[tuple[float, float]]:
    """Longitudes and latitudes of the map's edge, once around."""
    steps = round((NORTH - SOUTH) / STEP)
    up = [(180.0, SOUTH + place * STEP) for place in range(steps + 1)]
    return up + [(-180.0, latitude) for _, latitude in reversed(up)]
