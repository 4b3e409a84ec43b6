"""What the OpenAPI document promises, asked a few hundred ways: no fault of ours, no undocumented answer."""

from __future__ import annotations

import os

import django
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

os.environ.setdefault("CIMARA_SECRET_KEY", "test-secret-of-the-portal-0123456789-abcdefghijklmnop")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
django.setup()

from django.core.cache import caches  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from schemathesis.checks import CheckFunction  # noqa: E402
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

from tests.many import examples  # noqa: E402

EXAMPLES = examples(few=60, many=800)
NARROWER: list[CheckFunction] = [positive_data_acceptance]
"""Which tumours, countries, cursors and sets of facts there are is more than JSON Schema can say."""

api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@api.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_has(case: schemathesis.Case) -> None:
    caches["limits"].clear()
    case.call_and_validate(excluded_checks=NARROWER)


def test_the_document_has_every_route() -> None:
    assert len(list(api.get_all_operations())) == 9


pytestmark = pytest.mark.filterwarnings("ignore")
