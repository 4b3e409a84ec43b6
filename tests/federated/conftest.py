"""Kits as our generator makes them, and as NVFlare's own defaults would be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("nvflare", reason="the optional extra [federation] is not installed")

from nvflare.apis.fl_constant import FLContextKey, ReservedKey
from nvflare.apis.fl_context import FLContext
from nvflare.lighter.entity import Project
from nvflare.lighter.impl.cert import CertBuilder
from nvflare.lighter.impl.signature import SignatureBuilder
from nvflare.lighter.impl.static_file import StaticFileBuilder
from nvflare.lighter.impl.workspace import WorkspaceBuilder
from nvflare.lighter.provisioner import Provisioner

from cimara.federation.demonstration.houses import Houses, set_up
from cimara.federation.demonstration.running import Running, running
from cimara.federation.demonstration.study_file import ANALYSES
from tests.federated.live import THREE


@pytest.fixture(scope="package")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Houses:
    """Filled kits of a server, three sites and a researcher; nothing runs."""
    return set_up(tmp_path_factory.mktemp("federation"), THREE, analyses=ANALYSES, at=datetime.now(UTC))


@pytest.fixture(scope="package")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Houses, Running]]:
    """A server and three sites that run; started once for all tests of this folder."""
    houses = set_up(tmp_path_factory.mktemp("live"), THREE, analyses=ANALYSES, at=datetime.now(UTC))
    with running(houses, THREE) as one:
        yield houses, one


@pytest.fixture(scope="package")
def default_kits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kits with NVFlare's own defaults: `server`, `NL01`, `lead@example.org`."""
    project = Project("defaults", "as NVFlare makes them")
    project.set_server("localhost", "centre", {"fed_learn_port": 8002, "admin_port": 8002})
    project.add_client("NL01", "institution_03", {})
    project.add_admin("lead@example.org", "centre", {"role": "lead"})
    builders = [
        WorkspaceBuilder(), StaticFileBuilder(config_folder="config"), CertBuilder(), SignatureBuilder(),
    ]  # fmt: skip
    made = Provisioner(str(tmp_path_factory.mktemp("defaults")), builders).provision(project, logger=_Quiet())
    return Path(made.get_result_location())


@pytest.fixture
def context(houses: Houses) -> FLContext:
    """What NVFlare hands to components in the process of a job at site NL01."""
    made = FLContext()
    made.set_prop(FLContextKey.WORKSPACE_ROOT, str(houses.site("NL01")), private=True)
    made.set_prop(ReservedKey.IDENTITY_NAME, "NL01", private=False)
    return made


class _Quiet:
    def info(self, text: str) -> None: ...
    def debug(self, text: str) -> None: ...
    def warning(self, text: str) -> None: ...
    def error(self, text: str) -> None: ...
