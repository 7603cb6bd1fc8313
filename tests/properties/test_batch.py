"""Any bytes as a manifest: rows, or a sentence that it cannot be read. Nothing else, and no row without a file inside the folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.batch.plan import plan_folder
from assistant.errors import InputError
from assistant.pipeline import Intake
from tests.often import times

PATHS = ["a.wav", "b.wav", "../c.wav", "/etc/passwd", "x" * 5_000, "", "a\0b", "."]
CELLS = st.sampled_from([*PATHS, "C-0042", "C-9", "2026-03-12", "12/3/26", "dictation", "Zoë", '"'])
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=5).map(
    lambda rows: "\n".join(["file,client,date,kind,coach", *(",".join(row) for row in rows)]).encode()
)


@settings(max_examples=times(150), deadline=None)
@given(st.one_of(st.binary(max_size=200), TABLES))
@example(b"\xef\xbb\xbffile\r\na.wav\r\n")
@example(b"file\n" + b"x" * 140_000)
@example(b"file\n" + b"x" * 5_000)
def test_any_manifest(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "a.wav").write_bytes(b"sound")
        (folder / "manifest.csv").write_bytes(data)
        try:
            plan = plan_folder(folder, {"C-0042"}, Intake())
        except InputError:
            return
        assert "a.wav" in [job.name for job in plan.jobs]
        for job in plan.jobs:
            assert job.problem or (job.path.is_file() and job.path.resolve().is_relative_to(folder.resolve()))
            assert job.intake.client in {None, "C-0042"}
