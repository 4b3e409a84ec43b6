"""Fixtures for all tests: none reaches the network, and CI never skips what reads shared data."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.network import block_network


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected."""
    block_network()


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
