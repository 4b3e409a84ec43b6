"""What is dear to make is made once a snapshot, kept within bounds, and let go with its snapshot."""

from __future__ import annotations

import threading

import pytest

from cimara_web.kept import Kept


def test_a_result_is_made_once() -> None:
    kept, made = Kept(most=4), []
    for _ in range(3):
        assert kept.get("one", "figure", lambda: made.append(1) or "drawn") == "drawn"  # type: ignore[func-returns-value]
    assert len(made) == 1


def test_nothing_as_a_result_is_kept_too() -> None:
    kept, made = Kept(most=4), []
    for _ in range(2):
        assert kept.get("one", "nothing", lambda: made.append(1)) is None
    assert len(made) == 1


def test_the_least_recently_used_goes_first() -> None:
    kept = Kept(most=2)
    for question in ("a", "b", "a", "c"):
        kept.get("one", question, lambda question=question: question)  # type: ignore[misc]
    made: list[str] = []
    for question in ("a", "c", "b"):
        kept.get("one", question, lambda question=question: made.append(question))  # type: ignore[misc]
    assert made == ["b"]
    assert len(kept) == 2


def test_another_snapshot_lets_all_of_the_old_one_go() -> None:
    kept = Kept(most=4)
    kept.get("old", "figure", lambda: "old figure")
    assert kept.get("new", "figure", lambda: "new figure") == "new figure"
    assert len(kept) == 1


def test_a_failure_is_not_kept() -> None:
    kept = Kept(most=4)
    with pytest.raises(ZeroDivisionError):
        kept.get("one", "figure", lambda: 1 // 0)
    assert kept.get("one", "figure", lambda: "drawn") == "drawn"


def test_threads_that_ask_the_same_do_the_work_once() -> None:
    kept, made, start = Kept(most=4), [], threading.Barrier(8)

    def ask() -> None:
        start.wait()
        kept.get("one", "figure", lambda: made.append(threading.get_ident()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_is_kept_is_given_while_something_else_is_made() -> None:
    kept, busy, done = Kept(most=4), threading.Event(), threading.Event()
    kept.get("one", "ready", lambda: "ready")

    def make_slowly() -> None:
        kept.get("one", "slow", lambda: (busy.set(), done.wait(10)))

    thread = threading.Thread(target=make_slowly)
    thread.start()
    busy.wait(10)
    assert kept.get("one", "ready", lambda: "made again") == "ready"
    done.set()
    thread.join()
