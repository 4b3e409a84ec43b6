"""The site's part of a job: hands each message to the house's own node and takes back its signed answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nvflare.apis.executor import Executor  # type: ignore[import-untyped]
from nvflare.apis.fl_constant import FLContextKey, ReturnCode  # type: ignore[import-untyped]
from nvflare.apis.shareable import make_reply  # type: ignore[import-untyped]

from cimara.federation.site.kit_node import node_of
from cimara.federation.site.node import SiteNode
from cimara.federation.transport.nvflare.carriage import TASK, carried, frame_of
from cimara.federation.transport.nvflare.filters import kit_of
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.job import order_of_app


class SiteExecutor(Executor):  # type: ignore[misc]
    """Answers with what the site's node signs; study, data, key and policy are the house's, not the job's."""

    def __init__(self) -> None:
        super().__init__()
        self._node: SiteNode[Any] | None = None

    def execute(self, task_name: str, shareable: Any, fl_ctx: Any, abort_signal: Any) -> Any:
        """Called by NVFlare for each task. The node never raises, so no text of an error leaves here."""
        if task_name != TASK:
            return make_reply(ReturnCode.TASK_UNKNOWN)
        if self._node is None:
            app = Path(fl_ctx.get_prop(FLContextKey.APP_ROOT))
            self._node = site_node(House(kit_of(fl_ctx)), str(fl_ctx.get_identity_name()), app)
        return carried(self._node.answer(frame_of(shareable)))


def site_node(house: House, site: str, app: Path) -> SiteNode[Any]:
    """The node of a house for the study that the job's order names by its hash.

    Raises FederationError (UNKNOWN_STUDY, BAD_KIT, BROKEN_SIGNATURE).
    """
    order = order_of_app(app, house.coordinators())
    return node_of(house, site, house.study(order.study_hash), lambda: datetime.now(UTC))
