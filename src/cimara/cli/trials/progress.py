"""Shows how far a long command has come, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Show = Callable[[str, int, int | None], None]
"""Takes what is being done, how much of it is done, and how much there is (None when not known)."""


@contextmanager
def shown() -> Iterator[Show]:
    """A progress display that goes when the work ends; a plain terminal or a file gets none."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        task = display.add_task("starting", total=None)

        def show(what: str, done: int, total: int | None) -> None:
            display.update(task, description=what, completed=done, total=total)

        yield show
