"""A hub on this computer: speaks the protocol of the real client, over loopback, and misbehaves on request."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 10_000
"""Bytes from which a file is kept apart and known by its SHA-256, as on the real hub."""


@dataclass
class Hub:
    repository: str
    files: dict[str, bytes]
    commit: str = COMMIT
    cut_at: dict[str, int] = field(default_factory=dict)
    """Bytes after which a file's connection breaks off, once."""
    changed: dict[str, bytes] = field(default_factory=dict)
    """What is sent in the place of a file."""
    status: int | None = None
    """Answered to everything."""
    pause: float = 0.0
    """Seconds between two pieces."""
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and range of every request."""
    named: list[str] = field(default_factory=list)
    """Tokens that requests came with."""
    address: str = ""


@contextlib.contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    class Handler(_Handler):
        served = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    served: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub, path = self.served, unquote(urlsplit(self.path).path)
        hub.asked.append((self.command, path, self.headers.get("Range")))
        hub.named += self.headers.get_all("Authorization") or []
        if hub.status is not None:
            self._json(hub.status, {"error": "no"})
        elif path in (f"/api/models/{hub.repository}", f"/api/models/{hub.repository}/revision/{hub.commit}"):
            self._json(200, self._listing())
        elif path.startswith(f"/{hub.repository}/resolve/{hub.commit}/") and path.rpartition("/")[2] in hub.files:
            self._file(path.rpartition("/")[2], body=body)
        else:
            self._json(404, {"error": "not here"}, {"X-Error-Code": "EntryNotFound" if "resolve" in path else "RepoNotFound"})

    def _listing(self) -> dict[str, object]:
        hub = self.served
        siblings = [
            {"rfilename": name, "size": len(data), "blobId": _git(data)}
            | ({"lfs": {"sha256": _sha256(data), "size": len(data), "pointerSize": 134}} if len(data) >= LARGE else {})
            for name, data in hub.files.items()
        ]
        return {"id": hub.repository, "modelId": hub.repository, "sha": hub.commit, "siblings": siblings, "tags": [], "private": False}

    def _json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _file(self, name: str, *, body: bool) -> None:
        hub = self.served
        data = hub.changed.get(name, hub.files[name])
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if self.headers.get("Range") else 200)
        self.send_header("ETag", f'"{_sha256(hub.files[name]) if len(hub.files[name]) >= LARGE else _git(hub.files[name])}"')
        self.send_header("X-Repo-Commit", hub.commit)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        if self.headers.get("Range"):
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if body:
            with contextlib.suppress(ConnectionError):  # whoever asked went away
                self._send(name, data[start:])

    def _send(self, name: str, data: bytes) -> None:
        cut = self.served.cut_at.pop(name, None)
        for at in range(0, len(data if cut is None else data[:cut]), 65536):
            self.wfile.write((data if cut is None else data[:cut])[at : at + 65536])
            time.sleep(self.served.pause)
        if cut is not None:
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - git's own
