"""The address of the page that says who is who in a demonstration."""

from __future__ import annotations

from django.urls import path

from cimara_web.demonstration import views

urlpatterns = [path("demonstration/", views.roles, name="demonstration-roles")]
