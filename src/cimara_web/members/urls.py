"""Addresses of the network that anyone sees, of invitations, and of one's own profile, in each language."""

from __future__ import annotations

from django.urls import path

from cimara_web.members.views import institutions, joining, network, profile

urlpatterns = [
    path("network/", network.network, name="network"),
    path("network/specialties.svg", network.specialties_figure, name="network-bars"),
    path("network/map.svg", network.map_figure, name="network-map"),
    path("network/specialties.csv", network.specialties_csv, name="network-specialties-csv"),
    path("network/places.csv", network.places_csv, name="network-places-csv"),
    path("network/institutions/", institutions.institutions, name="institutions"),
    path("network/capabilities.csv", institutions.capabilities_csv, name="capabilities-csv"),
    path("network/institutions/<uuid:institution>/", institutions.institution, name="institution"),
    path("join/<slug:token>/", joining.join, name="join"),
    path("me/profile/", profile.profile, name="my-profile"),
    path("me/visibility/", profile.visibility, name="my-visibility"),
    path("me/leave/", profile.leave, name="my-leave"),
]
