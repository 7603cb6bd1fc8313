"""A store made once and copied for every test that changes one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.store.vault import SqliteStore
from tests.store.made import make, opened, work_day


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "store"
    make(folder)
    return folder


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    make(folder)
    store = opened(folder)
    work_day(store)
    store.close()
    return folder


@pytest.fixture
def folder(_empty: Path, tmp_path: Path) -> Path:
    """An empty store."""
    return Path(shutil.copytree(_empty, tmp_path / "store"))


@pytest.fixture
def filled(_filled: Path, tmp_path: Path) -> Path:
    """A store after one session from recording to signed note."""
    return Path(shutil.copytree(_filled, tmp_path / "filled"))


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteStore]:
    made = opened(folder)
    yield made
    made.close()
