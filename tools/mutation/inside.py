"""Runs inside the copy: collects the tests once, then forks for each mutant and runs the tests that reach it.

`python inside.py PLAN RESULTS PROCESSES TESTS...`, with the copy's `src` first on the path. A mutant is
killed when a test fails; a child that uses up its processor time counts as killed by time.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

import cimara.response.policy as policy_module
import cimara.response.tables as tables_module
from cimara.response.policy import Policy

CPU_SECONDS = 30
WALL_SECONDS = 120
SURVIVED, KILLED, NO_CODE = 0, 1, 3
READERS_OF = {"best_response": "_by_lines", "clinical_deterioration": "has_deteriorated"}
"""Tables whose rows are read by a function of their own, not by `Table.first`."""


TABLE_FIRST = tables_module.Table.first.__code__


class Mutating:
    """A pytest plugin that runs each mutant instead of running the tests once."""

    def __init__(self, plan: Path, results: Path, processes: int) -> None:
        self.mutants = [json.loads(line) for line in plan.read_text(encoding="utf-8").splitlines()]
        self.results, self.processes = results, processes
        self.reached: dict[tuple[str, str], list[pytest.Item]] = {}
        self.durations: dict[str, float] = {}
        self.items: list[pytest.Item] = []
        self.kills: dict[tuple[str, str], int] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn which test reaches which function, then try every mutant."""
        self._learn_apart(session.items)
        self.items = sorted(session.items, key=lambda item: self.durations[item.nodeid])
        gc.freeze()
        running: dict[int, int] = {}
        with self.results.open("w", encoding="utf-8") as out:
            for place, mutant in enumerate(self.mutants):
                tests = self._tests_of(mutant)
                if not tests:
                    out.write(json.dumps([place, "untested"]) + "\n")
                    continue
                while len(running) >= self.processes:
                    self._collect(running, out)
                running[self._fork(mutant, tests)] = place
                if place % 100 == 0:
                    print(f"{place} of {len(self.mutants)}", file=sys.stderr, flush=True)
            while running:
                self._collect(running, out)
        return True

    def _learn_apart(self, items: list[pytest.Item]) -> None:
        """Learn in a child: a thread pool that a test starts here would be dead in every later child."""
        notes = self.results.with_suffix(".reached")
        pid = os.fork()
        if not pid:
            for item in items:
                self._learn(item)
            reached = [[*key, [item.nodeid for item in found]] for key, found in self.reached.items()]
            notes.write_text(json.dumps([self.durations, reached]), encoding="utf-8")
            os._exit(SURVIVED)
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("a test fails without any mutant")
        by_id = {item.nodeid: item for item in items}
        self.durations, reached = json.loads(notes.read_text(encoding="utf-8"))
        self.reached = {(file, name): [by_id[x] for x in found] for file, name, found in reached}

    def _learn(self, item: pytest.Item) -> None:
        """Run one test as it is, and keep what it called."""
        called: set[tuple[str, str]] = set()

        codes: set[CodeType] = set()

        def note(frame: FrameType, event: str, _: Any) -> None:
            code = frame.f_code
            if code is TABLE_FIRST:
                called.add(("table", frame.f_locals["self"].name))
            codes.add(code)

        began = time.process_time()
        sys.settrace(note)
        try:
            failed = _fails(item, None)
        finally:
            sys.settrace(None)
        if failed:
            print(f"{item.nodeid} fails without any mutant", file=sys.stderr, flush=True)
            os._exit(KILLED)
        self.durations[item.nodeid] = time.process_time() - began
        called |= {(x.co_filename, x.co_qualname) for x in codes if "/cimara/response/" in x.co_filename}
        for key in called:
            self.reached.setdefault(key, []).append(item)

    def _tests_of(self, mutant: dict[str, Any]) -> list[pytest.Item]:
        detail = mutant["detail"]
        if mutant["apply"] == "code":
            wanted = {item.nodeid for item in self.reached.get((detail["file"], detail["function"]), [])}
        elif mutant["apply"] == "table" and detail["name"] not in READERS_OF:
            wanted = {item.nodeid for item in self.reached.get(("table", detail["name"]), [])}
        elif mutant["apply"] == "table":
            name = READERS_OF[detail["name"]]
            wanted = {x.nodeid for key, found in self.reached.items() if key[1] == name for x in found}
        else:
            wanted = {item.nodeid for item in self.items}
        part = mutant["part"]
        found = [item for item in self.items if item.nodeid in wanted]
        return sorted(found, key=lambda item: -self.kills.get((part, item.nodeid), 0))

    def _collect(self, running: dict[int, int], out: Any) -> None:
        pid, status = os.wait()
        place = running.pop(pid)
        if os.WIFSIGNALED(status):
            word = "time"
        elif os.WEXITSTATUS(status) == NO_CODE:
            raise RuntimeError(f"this mutant is no Python: {self.mutants[place]['after']}")
        else:
            word = "survived" if os.WEXITSTATUS(status) == SURVIVED else "killed"
            self._credit(pid, self.mutants[place])
        out.write(json.dumps([place, word]) + "\n")
        out.flush()

    def _credit(self, pid: int, mutant: dict[str, Any]) -> None:
        """Let the test that killed a mutant be tried sooner on its neighbours."""
        note = self.results.with_suffix(f".{pid}")
        if note.exists():
            key = (mutant["part"], note.read_text(encoding="utf-8"))
            self.kills[key] = self.kills.get(key, 0) + 1
            note.unlink()

    def _fork(self, mutant: dict[str, Any], tests: list[pytest.Item]) -> int:
        pid = os.fork()
        if not pid:
            _try(mutant, tests, self.results)
        return pid


def _try(mutant: dict[str, Any], tests: list[pytest.Item], results: Path) -> None:
    """Apply a mutant in this child and run tests until one fails; never returns."""
    gc.disable()
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        _apply(mutant)
        after: list[pytest.Item | None] = [*tests[1:], None]
        killer = next((x for x, following in zip(tests, after, strict=True) if _fails(x, following)), None)
    except SyntaxError:
        os._exit(NO_CODE)
    except BaseException:  # whatever a mutant breaks, it broke
        os._exit(KILLED)
    if killer is not None:
        results.with_suffix(f".{os.getpid()}").write_text(killer.nodeid, encoding="utf-8")
    os._exit(SURVIVED if killer is None else KILLED)


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _apply(mutant: dict[str, Any]) -> None:
    detail = mutant["detail"]
    {
        "code": _apply_code,
        "table": _apply_table,
        "default": _apply_default,
        "preset": _apply_preset,
        "constant": _apply_constant,
    }[mutant["apply"]](detail)


def _apply_code(detail: dict[str, Any]) -> None:
    """Give the living function the changed code, so that everyone who imported it has it."""
    compiled = compile(detail["source"], detail["file"], "exec", dont_inherit=True)
    code = next(item for item in _codes(compiled) if item.co_qualname == detail["function"])
    function: Any = sys.modules[detail["module"]]
    for name in detail["function"].split("."):
        function = vars(function)[name]
    function = getattr(function, "__wrapped__", None) or getattr(function, "fget", None) or function
    if isinstance(function, cached_property):
        function = function.func
    function.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for item in code.co_consts:
        if isinstance(item, CodeType):
            yield item
            yield from _codes(item)


def _apply_table(detail: dict[str, Any]) -> None:
    read = tables_module._text

    def text(name: str) -> str:
        return detail["text"] if name == f"{detail['name']}.csv" else read(name)

    tables_module._text = text
    for cached in (tables_module.load_table, tables_module.digests, tables_module.component_rules):
        cached.cache_clear()


def _apply_default(detail: dict[str, Any]) -> None:
    names = list(Policy.__dataclass_fields__)
    defaults = list(Policy.__init__.__defaults__ or ())
    defaults[names.index(detail["field"])] = detail["value"]
    Policy.__init__.__defaults__ = tuple(defaults)


def _apply_preset(detail: dict[str, Any]) -> None:
    read = policy_module._data

    def data(name: str) -> dict[str, dict[str, Any]]:
        found = read(name)
        if name == "presets.toml":
            found[detail["preset"]][detail["field"]] = detail["value"]
        return found

    policy_module._data = data


def _apply_constant(detail: dict[str, Any]) -> None:
    old = vars(sys.modules[detail["module"]])[detail["constant"]]
    if isinstance(old, dict):
        for key in [key for key in old if str(key) == detail["without"]]:
            del old[key]
        return
    new = detail["value"] if "value" in detail else type(old)(x for x in old if str(x) != detail["without"])
    for module in list(_response_modules()):
        for name, value in list(vars(module).items()):
            if value is old and name == detail["constant"]:
                setattr(module, name, new)


def _response_modules() -> Iterable[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("cimara.response")]


def main(arguments: list[str]) -> int:
    """Plan, results, number of processes, then what pytest is to collect."""
    plan, results, processes, *tests = arguments
    plugin = Mutating(Path(plan), Path(results), int(processes))
    off = [item for name in ("cacheprovider", "django", "xdist", "randomly") for item in ("-p", f"no:{name}")]
    return int(pytest.main(["-q", "-s", *off, *tests], plugins=[plugin]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
