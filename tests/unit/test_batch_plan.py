from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from assistant.batch.plan import Plan, plan_folder
from assistant.errors import InputError, InputMissing
from assistant.pipeline import Intake

CLIENTS = {"C-0042", "C-0007"}


def put(folder: Path, *names: str, data: bytes = b"sound") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> None:
    (folder / "manifest.csv").write_bytes(text.encode(encoding))


def plan(folder: Path, told: Intake | None = None) -> Plan:
    return plan_folder(folder, CLIENTS, told or Intake())


def by_name(folder: Path) -> dict[str, Intake]:
    return {job.name: job.intake for job in plan(folder).jobs}


def problem(folder: Path) -> str:
    problems = [job.problem for job in plan(folder).jobs if job.problem]
    assert len(problems) == 1
    return problems[0]


def test_recordings_and_transcripts_are_found_at_every_depth_in_order_of_name(tmp_path: Path) -> None:
    put(tmp_path, "b.M4A", "a.wav", "week 2/deep/z.opus", "Week 1/call.mp4", "notes.docx", "photo.jpg")
    put(tmp_path, "typed.json", data=json.dumps({"schema": "coachnote.transcript/1"}).encode())
    put(tmp_path, "from-the-phone.json", data=b'{"device": "x"}')
    found = plan(tmp_path)
    assert [job.name for job in found.jobs] == ["a.wav", "b.M4A", "typed.json", "Week 1/call.mp4", "week 2/deep/z.opus"]
    assert found.left_alone == ("from-the-phone.json", "notes.docx", "photo.jpg")


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, ".hidden.wav", "._a.m4a", ".Trash/b.wav", "~$c.wav", "d.wav")
    found = plan(tmp_path)
    assert [job.name for job in found.jobs] == ["d.wav"]
    assert found.left_alone == ()


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_links_that_lead_back_up_or_nowhere_and_pipes_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "in/a.wav")
    (tmp_path / "in/again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "in/self.wav").symlink_to(tmp_path / "in/self.wav")
    (tmp_path / "in/other.wav").symlink_to(tmp_path / "in/a.wav")
    os.mkfifo(tmp_path / "in/pipe.wav")
    found = plan(tmp_path)
    assert [job.name for job in found.jobs] == ["in/a.wav", "in/other.wav"]
    assert found.left_alone == ("in/pipe.wav", "in/self.wav")


def test_the_nearest_folder_named_like_a_client_decides(tmp_path: Path) -> None:
    put(tmp_path, "a.wav", "C-0042/a.wav", "C-0042/march/a.wav", "C-0042/C-0007/a.wav", "C-9999/a.wav")
    assert {name: intake.client for name, intake in by_name(tmp_path).items()} == {
        "a.wav": None,
        "C-0042/a.wav": "C-0042",
        "C-0042/march/a.wav": "C-0042",
        "C-0042/C-0007/a.wav": "C-0007",
        "C-9999/a.wav": None,
    }


def test_the_folder_itself_may_be_a_clients(tmp_path: Path) -> None:
    put(tmp_path / "C-0042", "a.wav")
    assert by_name(tmp_path / "C-0042")["a.wav"].client == "C-0042"


def test_the_manifest_beats_the_folder_and_what_was_told_fills_the_rest(tmp_path: Path) -> None:
    put(tmp_path, "C-0042/a.wav", "b.wav", "c.wav")
    manifest(tmp_path, "file,client,date,kind,coach,left\nC-0042/a.wav,C-0007,2026-03-12,appointment,Helen,Coach\nb.wav,,,,,\n")
    jobs = {job.name: job.intake for job in plan(tmp_path, Intake(kind="dictation", coach="Ellis")).jobs}
    assert jobs["C-0042/a.wav"] == Intake(kind="appointment", date=dt.date(2026, 3, 12), client="C-0007", coach="Helen", left="coach")
    assert jobs["b.wav"] == jobs["c.wav"] == Intake(kind="dictation", coach="Ellis")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("file,client,coach\na.wav,C-0042,Zoë\n", "utf-8-sig"),
        ("file;client;coach\r\na.wav;C-0042;Zoë\r\n", "cp1252"),
        ('File , CLIENT,Coach\n" a.wav",C-0042 ,Zoë\n\n', "utf-8"),
        ("coach,file,client\nZoë,.\\a.wav,C-0042", "utf-8"),
    ],
    ids=["byte order mark", "semicolons from Excel", "spaces and capitals", "columns in another order"],
)
def test_manifests_as_spreadsheets_write_them(tmp_path: Path, text: str, encoding: str) -> None:
    put(tmp_path, "a.wav")
    manifest(tmp_path, text, encoding)
    assert by_name(tmp_path) == {"a.wav": Intake(client="C-0042", coach="Zoë")}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a.wav,C-9999,,,", "line 2: there is no client"),
        ("a.wav,,12/03/2026,,", "line 2: the date is not understood"),
        ("a.wav,,2026-02-30,,", "line 2: the date is not understood"),
        ("a.wav,,,meeting,", "line 2: the kind is not understood"),
        ("a.wav,,,,,both", "line 2: who is on the left channel is not understood"),
        ("gone.wav,,,,", "line 2: there is no such file"),
        ("../a.wav,,,,", "line 2: the file is outside"),
        ("/etc/hostname,,,,", "line 2: the file is outside"),
        (",C-0042,,,", "line 2: no file is named"),
        ("a.wav,C-0042,,,\na.wav,C-0007,,,", "more than one line"),
    ],
)
def test_a_row_that_cannot_be_followed_says_why_and_is_not_guessed_at(tmp_path: Path, row: str, why: str) -> None:
    put(tmp_path, "a.wav", "fine.wav")
    manifest(tmp_path, f"file,client,date,kind,coach,left\n{row}\n")
    assert why in problem(tmp_path)
    assert {job.name: job.problem for job in plan(tmp_path).jobs}["fine.wav"] is None


def test_a_reason_does_not_repeat_what_stands_in_the_cell(tmp_path: Path) -> None:
    put(tmp_path, "a.wav")
    manifest(tmp_path, "file,client\na.wav,Amir Something\n")
    assert "Amir" not in problem(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "name,client\na.wav,C-0042\n", "file,clinet\na.wav,C-0042\n", "file,client,client\na.wav,,\n", 'file,client\n"a.wav,C-0042\n'],
    ids=["empty", "no column file", "misspelt column", "column twice", "open quote"],
)
def test_a_manifest_that_cannot_be_read_stops_before_anything_is_taken_in(tmp_path: Path, text: str) -> None:
    put(tmp_path, "a.wav")
    manifest(tmp_path, text)
    with pytest.raises(InputError, match=r"manifest\.csv"):
        plan(tmp_path)


def test_a_file_that_the_manifest_names_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    put(tmp_path, "REC0001.DVF")
    manifest(tmp_path, "file\nREC0001.DVF\n")
    assert [job.name for job in plan(tmp_path).jobs] == ["REC0001.DVF"]


def test_a_folder_that_is_not_there_and_a_file_instead_of_one(tmp_path: Path) -> None:
    put(tmp_path, "a.wav")
    with pytest.raises(InputMissing):
        plan(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is a file"):
        plan(tmp_path / "a.wav")


def test_subtitles_are_taken_unless_they_lie_beside_their_recording(tmp_path: Path) -> None:
    put(
        tmp_path,
        "alone.vtt",
        "old.SRT",
        "GMT1_Recording.transcript.vtt",
        "GMT1_Recording_1280x720.mp4",
        "call.srt",
        "call.m4a",
        "notes.txt",
    )
    put(tmp_path, "other/call.srt")
    found = plan(tmp_path)
    assert [job.name for job in found.jobs] == ["alone.vtt", "call.m4a", "GMT1_Recording_1280x720.mp4", "old.SRT", "other/call.srt"]
    assert found.left_alone == ("GMT1_Recording.transcript.vtt", "call.srt", "notes.txt")
