"""Fixtures for all tests: none reaches the network, and CI never skips what reads shared data."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.network import block_network

RUBBISH = 20_000
"""New objects after which Python looks for rubbish; its own 700 cost a tenth of the time of the tests."""


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected."""
    block_network()


def pytest_collection_finish() -> None:
    """What the libraries brought stays: no later search for rubbish goes through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(RUBBISH)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that reads shared data and skips is a failure: the data must be there."""
    report = yield
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    if is_skip and item.get_closest_marker("shared_data") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where shared data must be present: {_reason(call)}"
    return report


def _reason(call: pytest.CallInfo[Any]) -> str:
    return str(call.excinfo.value) if call.excinfo else "no reason given"
