"""Every test runs in folders of its own, without a network, and never waits for a real key derivation unless it asks to."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from tests import often  # noqa: F401 - its profile, before one is chosen

if threading.current_thread() is threading.main_thread():
    # A shell starts its background jobs with Ctrl-C ignored, nohup with a closed terminal ignored, and children inherit that: the tests
    # are about people who press the one and close the other.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # a thread of an engine that waits for work leaves the core to the tests beside it

LOOPBACK = ("127.", "::1", "localhost")


def shared_folder() -> Path:
    return Path(os.environ.get("COACHNOTE_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def pytest_collection_finish() -> None:
    """What the search for tests has loaded stays for good: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The test data beside the checkout."""
    folder = shared_folder()
    if not (folder / "data").is_dir():
        pytest.skip("the shared test data is not beside the checkout (set COACHNOTE_SHARED)")
    return folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in [n for n in os.environ if n.startswith("COACHNOTE_") and n != "COACHNOTE_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        local = self.family == getattr(socket, "AF_UNIX", None) or str(address[0]).startswith(LOOPBACK)  # type: ignore[index]
        assert local, "a test tried to reach the network"
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
