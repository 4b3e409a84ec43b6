"""The endpoint definitions as pages: what the library says, whole, and as the file that a program reads."""

from __future__ import annotations

import pytest

from cimara.outcomes import Endpoint, catalogue
from cimara_web.response.defined import SWITCHES, Defined
from tests.web.conftest import Visitor
from tests.web.finder.test_path import text


def test_the_list_has_every_definition(visitor: Visitor) -> None:
    page = visitor.get("/definitions/").content.decode()
    for name in catalogue:
        assert f'href="/definitions/{name.lower()}/"' in page


@pytest.mark.parametrize("name", catalogue)
def test_a_page_has_the_protocol_text_every_rule_and_every_switch(visitor: Visitor, name: str) -> None:
    said, one = text(visitor.get(f"/definitions/{name.lower()}/")), Defined(catalogue[name])
    assert one.endpoint.protocol_text() in said
    assert one.status in said
    for line in (*one.events, *one.competing, *one.censors):
        assert f"{line.code} {line.text}" in said
    for choice in one.choices:
        assert f"{choice.about} {choice.sentence} {choice.strategy}".strip() in said


def test_a_page_leads_to_the_atlas_page_of_the_same_endpoint(visitor: Visitor) -> None:
    assert 'href="/endpoints/cnspfs/"' in visitor.get("/definitions/cnspfs/").content.decode()
    assert visitor.get("/endpoints/cnspfs/").status_code == 200


def test_the_file_is_the_definition(visitor: Visitor) -> None:
    response = visitor.get("/definitions/cnspfs/definition.toml")
    assert Endpoint.from_text(response.content.decode()) == catalogue["CNSPFS"]
    assert response["Content-Disposition"] == 'attachment; filename="cnspfs.toml"'


@pytest.mark.parametrize("slug", ["nothing", "CNSPFS", "dfs"])
def test_an_endpoint_without_a_definition_has_no_page(visitor: Visitor, slug: str) -> None:
    assert visitor.get(f"/definitions/{slug}/").status_code == 404
    assert visitor.get(f"/definitions/{slug}/definition.toml").status_code == 404


def test_every_switch_has_a_name() -> None:
    from cimara.outcomes.endpoints.switches import SWITCH_NAMES

    assert set(SWITCHES) == set(SWITCH_NAMES)
