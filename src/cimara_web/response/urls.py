"""Addresses of the response pages. What is typed on them is in no address."""

from __future__ import annotations

from django.urls import path

from cimara_web.response.views import definitions, rano_lm, upload, workbench

urlpatterns = [
    path("response/", workbench.start, name="response"),
    path("response/workbench/", workbench.workbench, name="workbench"),
    path("response/upload/", upload.upload, name="workbench-upload"),
    path("response/upload/template.csv", upload.template, name="workbench-template"),
    path("response/rano-lm/", rano_lm.rano_lm, name="rano-lm"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("definitions/<slug:slug>/", definitions.definition, name="definition"),
    path("definitions/<slug:slug>/definition.toml", definitions.definition_toml, name="definition-toml"),
]
