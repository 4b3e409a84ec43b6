"""Names of endpoints, and what each measures, in plain words of every language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cimara.terms.endpoint import EndpointId
from cimara.trials.plain.language import Language


def endpoint_name(endpoint: EndpointId, lang: str) -> str:
    """What the endpoint is called."""
    return endpoint.label if Language.of(lang) is Language.EN else _texts()[endpoint]["name_es"]


def endpoint_meaning(endpoint: EndpointId, lang: str) -> str:
    """What the endpoint measures, for a reader who has not met it before."""
    return _texts()[endpoint][Language.of(lang)]


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files(__package__).joinpath("endpoints.toml").read_text("utf-8"))
