"""Mutants of the Python modules: mutmut's operators, and what they lack, on every function of a module."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper, ParentNodeProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

from tools.mutation.mutant import Mutant

NOT_CALLED = ("len", "isinstance")
"""mutmut leaves calls of these alone: other arguments only raise."""
REPORTERS = ("note", "_finding", "Finding")
NEGATED: Mapping[type[cst.BaseCompOp], Callable[[], cst.BaseCompOp]] = {
    cst.LessThan: cst.GreaterThanEqual,
    cst.LessThanEqual: cst.GreaterThan,
    cst.GreaterThan: cst.LessThanEqual,
    cst.GreaterThanEqual: cst.LessThan,
}
OTHER_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
OTHER_NAMES |= {"has_grown": "has_shrunk", "has_shrunk": "has_grown"}
REFERENCES = {
    "nadir.sum": "(course.base or 0)",
    "course.base": "(course.nadir.sum if course.nadir else 0)",
    "nadir.sizes": "course.base_sizes",
    "course.base_sizes": "nadir.sizes",
    "policy.pr_percent": "policy.pd_percent",
    "policy.pd_percent": "policy.pr_percent",
}
"""What a growth or a shrinkage is counted from: each taken for the other."""


class CodeMutants:
    """The mutants of one module, and how many were left out by reason."""

    def __init__(self, name: str, source: str, group: str, wording: Sequence[str]) -> None:
        self.name, self.group, self.wording = name, group, wording
        wrapper = MetadataWrapper(cst.parse_module(source))
        self.module = wrapper.module
        self.source = source.encode()
        self.parents: Mapping[cst.CSTNode, cst.CSTNode] = wrapper.resolve(ParentNodeProvider)
        self.spans: Mapping[cst.CSTNode, CodeSpan] = wrapper.resolve(ByteSpanPositionProvider)
        self.left_out: dict[str, int] = {}

    def __iter__(self) -> Iterator[Mutant]:
        known = {self.source}
        for node in _walk(self.module):
            if node not in self.spans or not self._is_mutable(node):
                continue
            reason = self._why_left_out(node)
            for kind, changed in _changes(node, self.module, self._is_condition(node)):
                code, before, after = self._with(node, changed)
                if code in known or not _is_python(code):
                    continue
                known.add(code)
                if reason:
                    self.left_out[reason] = self.left_out.get(reason, 0) + 1
                    continue
                function = self._function(node)
                detail = {"source": code.decode(), "function": function}
                yield Mutant(self.group, self.name, function, before, after, kind, "code", detail)

    def _with(self, node: cst.CSTNode, changed: cst.CSTNode) -> tuple[bytes, str, str]:
        """The module with one node changed, and the lines of the node before and after."""
        span = self.spans[node]
        end = span.start + span.length
        first = self.source.rfind(b"\n", 0, span.start) + 1
        last = self.source.find(b"\n", end)
        new = self.module.code_for_node(changed).strip().encode()
        lines = self.source[first : span.start] + new + self.source[end:last]
        code = self.source[:first] + lines + self.source[last:]
        return code, _on_one_line(self.source[first:last]), _on_one_line(lines)

    def _above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        while node in self.parents:
            yield node
            node = self.parents[node]

    def _is_mutable(self, node: cst.CSTNode) -> bool:
        """Inside a function's body, outside annotations, decorators, default values and docstrings."""
        inside = False
        below: cst.CSTNode | None = None
        for item in self._above(node):
            if isinstance(item, cst.Annotation | cst.Decorator | cst.Param | cst.Parameters):
                return False
            if _is_call_of(item, NOT_CALLED):
                return False
            if isinstance(item, cst.FunctionDef):
                inside = below is item.body or inside
            below = item
        return inside

    def _is_condition(self, node: cst.CSTNode) -> bool:
        above = self.parents[node]
        return isinstance(above, cst.If | cst.CompIf) and above.test is node

    def _function(self, node: cst.CSTNode) -> str:
        names = [
            item.name.value for item in self._above(node) if isinstance(item, cst.FunctionDef | cst.ClassDef)
        ]
        return ".".join(reversed(names))

    def _why_left_out(self, node: cst.CSTNode) -> str:
        if self._function(node) in self.wording:
            return "error"
        below = node
        for item in self._above(node):
            if isinstance(item, cst.Raise):
                return "error"
            if _is_call_of(item, REPORTERS) and below is not item.args[0]:  # type: ignore[attr-defined]
                return "finding"
            if isinstance(item, cst.Assign) and self.module.code_for_node(item.targets[0].target) == "text":
                return "finding"
            below = item
        return ""


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _is_call_of(node: cst.CSTNode, names: Sequence[str]) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in names


def _changes(node: cst.CSTNode, module: cst.Module, is_condition: bool) -> Iterator[tuple[str, cst.CSTNode]]:
    """Every changed form of one node, with the kind of the change."""
    for type_, operator in mutation_operators:
        if isinstance(node, type_):
            changed = list(operator(node))
            # one variant of a text: the same text in capitals would be found by the same test
            for item in changed[:1] if operator is operator_string else changed:
                yield operator.__name__.removeprefix("operator_"), item
    yield from _own_changes(node, module, is_condition)


def _own_changes(
    node: cst.CSTNode, module: cst.Module, is_condition: bool
) -> Iterator[tuple[str, cst.CSTNode]]:
    if isinstance(node, cst.Integer) and node.evaluated_value > 0:
        yield "number", node.with_changes(value=str(node.evaluated_value - 1))
    if isinstance(node, cst.ComparisonTarget) and type(node.operator) in NEGATED:
        yield "negated", node.with_changes(operator=NEGATED[type(node.operator)]())
    if is_condition:
        yield from (("forced", cst.Name(word)) for word in ("True", "False"))
    if isinstance(node, cst.Name) and node.value in OTHER_NAMES:
        yield "reference", node.with_changes(value=OTHER_NAMES[node.value])
    if isinstance(node, cst.Attribute):
        other = REFERENCES.get(module.code_for_node(node))
        if other is not None:
            yield "reference", cst.parse_expression(other)


def _is_python(code: bytes) -> bool:
    """Whether a change left Python behind: a reference put where a name is bound does not."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _on_one_line(code: bytes) -> str:
    return " ".join(code.decode().split())
