"""Each way in which a file can be wrong has a message of its own, and the file does not count."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cimara.cohort.study.keys import new_key
from cimara.federation.centre.status import JobState
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import signed
from cimara.federation.messages.wire import LIMIT
from cimara.federation.site.release_by_hand import Responded
from cimara.federation.transport import dropped
from cimara.federation.transport.dropped import Dropped, looked_at, place
from tests.federated.filedrop.carried import Carried


@pytest.fixture
def answered(carried: Carried) -> Carried:
    """All sites have joined; UT02's answer lies at the centre and is about to be changed."""
    carried.start()
    carried.trip()
    return carried


def _ours(carried: Carried) -> Path:
    return carried.answers("UT02")[0]


def _half_copied(carried: Carried) -> None:
    path = _ours(carried)
    path.write_bytes(path.read_bytes()[:-100])


def _empty(carried: Carried) -> None:
    _ours(carried).write_bytes(b"")


def _altered(carried: Carried) -> None:
    content = bytearray(_ours(carried).read_bytes())
    content[-20] ^= 1
    _ours(carried).write_bytes(bytes(content))


def _other_study(carried: Carried) -> None:
    carried.rewritten(_ours(carried), study="cd" * 32)


def _other_job(carried: Carried) -> None:
    carried.rewritten(_ours(carried), job="20260302-090000-ffffffff")


def _other_round(carried: Carried) -> None:
    carried.rewritten(_ours(carried), query="cd" * 32)


def _other_site(carried: Carried) -> None:
    """What NL01 said, in a file that says it is UT02's."""
    carried.rewritten(_ours(carried), frame=Dropped.of(carried.answers("NL01")[0].read_bytes()).frame)


def _stranger(carried: Carried) -> None:
    carried.rewritten(_ours(carried), site="ZZ99")


def _altered_frame(carried: Carried) -> None:
    frame = Dropped.of(_ours(carried).read_bytes()).frame
    carried.rewritten(_ours(carried), frame=frame[:-1])


def _larger(carried: Carried) -> None:
    with _ours(carried).open("r+b") as stream:
        stream.truncate(LIMIT + 1)


def _link(carried: Carried) -> None:
    path, aside = _ours(carried), carried.base / "elsewhere.msg"
    path.rename(aside)
    path.symlink_to(aside)


def _something_else(carried: Carried) -> None:
    _ours(carried).write_bytes(b"PK\x03\x04" + bytes(200))


WRONG: dict[str, tuple[Callable[[Carried], None], Code, str]] = {
    "half copied": (_half_copied, Code.BROKEN_MESSAGE, "copy it again"),
    "empty": (_empty, Code.BROKEN_MESSAGE, "shorter than its head"),
    "altered": (_altered, Code.BROKEN_MESSAGE, "altered on its way"),
    "another study": (_other_study, Code.UNKNOWN_STUDY, "another study"),
    "another job": (_other_job, Code.OLD_ROUND, "another job"),
    "another round": (_other_round, Code.OLD_ROUND, "another round"),
    "another site's": (_other_site, Code.UNKNOWN_SENDER, "not registered for the sender"),
    "a site that is none": (_stranger, Code.NOT_A_MEMBER, "does not have"),
    "altered inside": (_altered_frame, Code.BROKEN_MESSAGE, "copy it again"),
    "too large": (_larger, Code.TOO_LARGE, "larger than any message"),
    "a link": (_link, Code.BROKEN_MESSAGE, "only files are read"),
    "a zip archive": (_something_else, Code.BROKEN_MESSAGE, "does not begin as one"),
}


@pytest.mark.parametrize("what", WRONG)
def test_at_the_centre_the_answer_does_not_count_and_the_reason_is_told(answered: Carried, what: str) -> None:
    change, code, words = WRONG[what]
    change(answered)
    result = answered.resume()
    assert result.state is JobState.PAUSED
    assert result.reason.words.startswith("UT02: no answer yet")
    assert words in result.reason.words
    [finding] = answered.transport.findings
    assert (finding.file, finding.code) == ("round-0001/answer-UT02.msg", code)


@pytest.mark.parametrize("what", WRONG)
def test_the_job_goes_on_when_the_right_file_came(answered: Carried, what: str) -> None:
    right = _ours(answered).read_bytes()
    WRONG[what][0](answered)
    answered.resume()
    (next(answered.centre.glob("2026*")) / "UT02 once more.msg").write_bytes(right)
    assert len(list(answered.centre.rglob("query.msg"))) == 1
    answered.resume()
    assert len(list(answered.centre.rglob("query.msg"))) == 3


def test_a_question_of_another_job_in_the_folder_is_told(answered: Carried) -> None:
    other = replace(answered.house.order(), job="20260302-090000-ffffffff")
    job = next(answered.centre.glob("2026*"))
    (job / "stray.msg").write_bytes(signed(other, answered.house.key))
    answered.transport.send((job / "round-0001" / "query.msg").read_bytes(), answered.sites)
    [finding] = answered.transport.findings
    assert finding.code == Code.OLD_ROUND


def test_an_answer_given_after_a_refusal_counts(carried: Carried) -> None:
    carried.start()
    policy = carried.house.folder / "sites" / "UT02" / "cimara_site.toml"
    allowed = policy.read_text(encoding="utf-8")
    policy.write_text(allowed.replace("stopped = []", f'stopped = ["{carried.house.known.id}"]'), "utf-8")
    carried.trip("UT02")
    refusal = carried.answers("UT02")[0].rename(carried.centre / "first.msg")
    policy.write_text(allowed, encoding="utf-8")
    (carried.at("UT02") / refusal.name).unlink(missing_ok=True)
    carried.trip()
    shutil.move(refusal, next(carried.centre.glob("2026*")) / "first.msg")
    carried.resume()
    assert len(list(carried.centre.rglob("query.msg"))) == 3


def _responded(carried: Carried, change: Callable[[Path], None]) -> Responded:
    """UT02's order, changed on its way to the site, and what a person there sees."""
    carried.start()
    carried.bring("UT02")
    change(next(carried.at("UT02").rglob("query.msg")))
    return carried.respond("UT02")


def _refused_at_site(carried: Carried, responded: Responded, code: Code, words: str) -> None:
    [finding] = responded.findings
    assert finding.code == code
    assert words in finding.words
    assert responded.written == ()
    assert carried.answers("UT02", carried.at("UT02")) == []
    assert carried.asked == []
    line = carried.ledger("UT02")[-1]
    assert (line["decision"], line["code"]) == ("refused", code)
    assert "query.msg" not in str(line)


def test_a_half_copied_question_is_not_answered(carried: Carried) -> None:
    responded = _responded(carried, lambda path: path.write_bytes(path.read_bytes()[:-9]) and None)
    _refused_at_site(carried, responded, Code.BROKEN_MESSAGE, "copy it again")


def test_an_altered_question_is_not_answered(carried: Carried) -> None:
    def change(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:-1] + b"\0")

    _refused_at_site(carried, _responded(carried, change), Code.BROKEN_MESSAGE, "altered on its way")


def test_a_question_of_another_study_is_not_answered(carried: Carried) -> None:
    frame = signed(carried.house.order(), new_key())
    responded = _responded(carried, lambda path: path.write_bytes(frame) and None)
    _refused_at_site(carried, responded, Code.UNKNOWN_SENDER, "not signed by a coordinating centre")


@pytest.mark.parametrize(
    "job", ["../../outside", "/etc/cron.d/job", "..", "", "a/b", "a\\b", ".hidden", "x" * 81]
)
def test_a_job_named_like_a_path_is_not_answered(carried: Carried, job: str) -> None:
    frame = signed(carried.house.order(job=job), carried.house.key)
    responded = _responded(carried, lambda path: path.write_bytes(frame) and None)
    _refused_at_site(carried, responded, Code.BROKEN_MESSAGE, "the name of a job is no name")


@pytest.mark.parametrize("job", ["../../outside", "/tmp/outside", "..", ""])
def test_a_job_named_like_a_path_makes_no_folder_at_the_centre(carried: Carried, job: str) -> None:
    frame = signed(carried.house.order(job=job), carried.house.key)
    with pytest.raises(FederationError) as caught:
        carried.transport.send(frame, carried.sites)
    assert caught.value.code is Code.BROKEN_MESSAGE
    assert not carried.centre.exists()


@pytest.mark.parametrize("name", ["../outside.msg", "/outside.msg", "..", "a/b.msg", ""])
def test_a_file_named_like_a_path_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(FederationError) as caught:
        place(tmp_path / "folder", name, b"content")
    assert caught.value.code is Code.BROKEN_MESSAGE
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_is_no_coordinators_is_not_put_in_the_folder(carried: Carried) -> None:
    with pytest.raises(FederationError) as caught:
        carried.transport.send(signed(carried.house.order(), new_key()), carried.sites)
    assert caught.value.code is Code.UNKNOWN_SENDER
    assert not carried.centre.exists()


def test_a_round_of_a_job_that_the_site_has_not_joined_is_refused_by_the_site(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    carried.bring("UT02")
    shutil.rmtree(carried.house.folder / "sites" / "UT02" / "jobs")
    carried.house.restarted("UT02")
    carried.respond("UT02")
    assert any("a refusal: FED-408" in line for line in carried.asked[-1][2])


def test_a_link_out_of_the_folder_is_not_followed(carried: Carried) -> None:
    carried.start()
    carried.bring("UT02")
    aside = carried.base / "aside"
    next(carried.at("UT02").glob("2026*")).rename(aside)
    (carried.at("UT02") / "linked").symlink_to(aside, target_is_directory=True)
    assert carried.respond("UT02").written == ()


def test_several_questions_in_one_folder_have_an_answer_file_each(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    folder = carried.base / "flat"
    folder.mkdir()
    for number, path in enumerate(sorted(carried.centre.rglob("query.msg"))):
        shutil.copy(path, folder / f"{number}.msg")
    carried.respond("NL01", folder=folder)
    files = carried.answers("NL01", folder)
    assert len(files) == 3
    assert len({Dropped.of(path.read_bytes()).query for path in files}) == 3


def test_a_folder_that_is_none_or_far_too_large_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FederationError) as caught:
        looked_at(tmp_path / "nowhere", lambda *_: None)
    assert caught.value.code is Code.BAD_KIT
    monkeypatch.setattr(dropped, "MOST_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}").touch()
    with pytest.raises(FederationError) as caught:
        looked_at(tmp_path, lambda *_: None)
    assert "more than 2 files" in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: Path) -> bytes:
        raise PermissionError(13, os.strerror(13))

    carried.start()
    carried.bring("UT02")
    monkeypatch.setattr(Path, "read_bytes", refuses)
    _, findings = looked_at(carried.at("UT02"), lambda _, content: content)
    assert "Permission denied" in findings[0].words


def test_who_copies_the_folder_while_it_is_written_copies_no_half_file(tmp_path: Path) -> None:
    place(tmp_path, "answer.msg", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["answer.msg"]


def test_hidden_files_of_a_computer_are_passed_over(carried: Carried) -> None:
    carried.start()
    carried.bring("UT02")
    (carried.at("UT02") / ".DS_Store").write_bytes(b"x")
    assert carried.respond("UT02").findings == ()
