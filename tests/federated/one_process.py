"""NVFlare's parts of all houses in one process: real transport, filters and executors, and no socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nvflare.apis.fl_constant import FLContextKey, ReservedKey
from nvflare.apis.fl_context import FLContext
from nvflare.apis.utils.decomposers import flare_decomposers
from nvflare.fuel.utils import fobs

from cimara.federation.centre.coordinator import Coordinator
from cimara.federation.centre.job_result import JobResult
from cimara.federation.demonstration.houses import Houses
from cimara.federation.site.node import SiteNode
from cimara.federation.transport.nvflare.carriage import TASK
from cimara.federation.transport.nvflare.executor import SiteExecutor
from cimara.federation.transport.nvflare.filters import OrdersOnly, SignedAnswersOnly
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.job import APP, write_job
from cimara.federation.transport.nvflare.server_transport import NVFlareTransport
from cimara.federation.transport.nvflare.session import new_order


class OneProcess:
    """Stands where NVFlare's controller does: hands each task to each site's filters and executor."""

    def __init__(self, contexts: Mapping[str, FLContext], nodes: Mapping[str, SiteNode[Any]]) -> None:
        self._contexts = contexts
        self._executors = {site: SiteExecutor() for site in contexts}
        for site, node in nodes.items():
            self._executors[site]._node = node
        self.left: list[bytes] = []
        flare_decomposers.register()

    def broadcast(self, task: Any, targets: list[str], **_: Any) -> None:
        """One round; what is carried is written and read as between machines."""
        content = fobs.dumps(task.data)
        for site in targets:
            context = self._contexts[site]
            question = OrdersOnly().process(fobs.loads(content), context)
            answer = self._executors[site].execute(TASK, question, context, None)
            self.left.append(fobs.dumps(SignedAnswersOnly().process(answer, context)))
            received = SimpleNamespace(client=SimpleNamespace(name=site), result=fobs.loads(self.left[-1]))
            task.result_received_cb(received, None)

    def cancel_task(self, task: Any, fl_ctx: Any) -> None:
        """Nothing goes on by itself here."""


@dataclass(frozen=True)
class Ran:
    """A job's end, its folder at the centre, and every byte that its sites gave to NVFlare."""

    result: JobResult
    folder: Path
    left: list[bytes]


def ran(
    houses: Houses,
    names: tuple[str, ...],
    folder: Path,
    *,
    ordered: datetime | None = None,
    nodes: Mapping[str, SiteNode[Any]] | None = None,
) -> Ran:
    """One job over the kits' own houses.

    Parameters
    ----------
    ordered
        When the researcher's clock says that the order was given; it lasts for an hour. None: now.
    nodes
        Sites that answer in place of those that the kits would make.
    """
    researcher, server = House(houses.researcher), House(houses.server)
    given = ordered or datetime.now(UTC)
    order = new_order(researcher, houses.study, names, given, timedelta(hours=1))
    app = write_job(folder / "order", order, houses.study.coordinators) / APP
    sites = tuple(houses.study.sites)
    flare = OneProcess({site: at(houses.site(site), site, app) for site in sites}, nodes or {})
    coordinator = Coordinator(
        study=houses.study,
        transport=NVFlareTransport(flare, None, SimpleNamespace(triggered=False), sites),
        folder=folder / "job",
        key=server.key("server"),
        now=lambda: datetime.now(UTC),
    )
    return Ran(coordinator.run(names, order=order), folder / "job", flare.left)


def at(kit: Path, site: str, app: Path) -> FLContext:
    """What NVFlare hands to components in the process of a job at a site."""
    made = FLContext()
    made.set_prop(FLContextKey.WORKSPACE_ROOT, str(kit), private=True)
    made.set_prop(FLContextKey.APP_ROOT, str(app), private=True)
    made.set_prop(ReservedKey.IDENTITY_NAME, site, private=False)
    return made
