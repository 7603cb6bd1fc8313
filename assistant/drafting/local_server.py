"""A language model that a server on this very computer runs (llama-server, Ollama and others that speak OpenAI's form of HTTP).

One of the program's two doors to the network, and it opens inwards only: the address must be a loopback address written out, so that no
name is looked up, no proxy is asked and no redirect followed. The server is given the relaxed form of an answer; the strict one is checked
afterwards by whoever asked. Knows no note and no case.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import re
import socket
from collections.abc import Generator, Iterator
from typing import Any

from assistant.children import beating
from assistant.drafting.llm import schema
from assistant.drafting.llm.talk import End, Event, ModelFailed, Pulse, Question, Reading, Text
from assistant.errors import ModelMissing, Refused, UsageProblem

ADDRESS = re.compile(
    r"http://(?P<host>localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d{1,5}))?(?P<path>(?:/[\w.-]+)*)/?"
)
CLOUD = re.compile(r"(?:-|:)cloud$")
"""Names under which Ollama passes what it is asked on to another computer."""
PATIENCE = 600.0
"""Seconds without a byte from the server: a slow computer may read a long window for minutes."""
FIRST_WORD = 10.0
"""Seconds for a server to say which models it has."""
MOST_BYTES = 1_000_000
"""Of one answer. A hundred times what any form allows; whatever sends more is broken."""
TOO_LONG = ("context", "too long", "exceed")


class LocalServer:
    """A talk.LanguageModel. `model` may be `auto` when the server knows exactly one.

    Raises Refused for an address that is not on this computer and for a model that is not, UsageProblem for one that is no address.
    """

    sha256: str | None = None

    def __init__(self, address: str, model: str = "auto") -> None:
        self.host, self.port, self.path = _here(address)
        self.address, self._wanted = address, model
        self._chosen: str | None = None
        self._refuse_cloud(model)

    @property
    def name(self) -> str:
        return self._chosen or self._wanted

    def read(self, reading: Reading) -> Generator[Event, None, None]:
        """Raises ModelMissing when nobody answers at the address, ModelFailed when an answer breaks off."""
        if self._chosen is None:
            self._chosen = self._choose()
        for question in reading.questions:
            yield from self._answer(reading, question)

    def close(self) -> None:
        """Nothing stays open between two questions."""

    def _answer(self, reading: Reading, question: Question) -> Iterator[Event]:
        connection = self._connection(PATIENCE)
        cut, size, seen = False, 0, False
        line = _call(connection)
        try:
            for piece in beating(self._pieces(connection, self._request(reading, question))):
                if piece is None:
                    yield Pulse()
                    continue
                text, finished = piece
                size, seen = size + len(text), seen or bool(text)
                if size > MOST_BYTES:
                    raise ModelFailed("unusable")
                cut = cut or finished == "length"
                yield Text(question=question.name, text=text)
            if not seen:
                raise ModelFailed("not answering")
            yield End(question=question.name, cut=cut)
        finally:
            _hang_up(line)
            connection.close()

    def _request(self, reading: Reading, question: Question) -> dict[str, Any]:
        form = {"name": question.name, "strict": True, "schema": schema.relaxed(question.form)}
        return {
            "model": self._chosen,
            "messages": [
                {"role": "system", "content": reading.system},
                {"role": "user", "content": f"{reading.transcript}\n\n{question.text}"},
            ],
            "response_format": {"type": "json_schema", "json_schema": form},
            "temperature": 0,
            "seed": 0,
            "max_tokens": question.budget,
            "stream": True,
            "chat_template_kwargs": {"enable_thinking": False},  # a model that thinks aloud uses up its budget before it answers
        }

    def _pieces(self, connection: http.client.HTTPConnection, request: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
        """Text and the reason for the end, where it has come. Runs on a thread of its own."""
        try:
            connection.request("POST", f"{self.path}/chat/completions", json.dumps(request), {"Content-Type": "application/json"})
            response = connection.getresponse()
            if response.status != 200:
                raise ModelFailed(_refusal(response))
            if "text/event-stream" in (response.getheader("Content-Type") or ""):
                yield from map(_piece, _events(response))
            else:
                yield _piece(json.loads(response.read(MOST_BYTES)), whole=True)
        except (OSError, http.client.HTTPException, ValueError, AttributeError, TypeError) as error:
            raise ModelFailed("not answering") from error

    def _choose(self) -> str:
        """The model asked for; for `auto` the only one there is."""
        known = self._known()
        if self._wanted != "auto":
            return self._wanted
        if len(known) != 1:
            raise UsageProblem(
                f"The server at {self.address} knows {len(known)} models.",
                do=f"Name one with --model: {', '.join(known) or 'none is loaded'}.",
            )
        self._refuse_cloud(known[0])
        return known[0]

    def _known(self) -> list[str]:
        """Names of the models the server has. Raises ModelMissing when nobody answers."""
        with contextlib.closing(self._connection(FIRST_WORD)) as connection:
            try:
                connection.request("GET", f"{self.path}/models")
                listed = json.loads(connection.getresponse().read(MOST_BYTES))
                return [str(entry["id"]) for entry in listed["data"]]
            except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
                raise ModelMissing(
                    f"No language model server answers at {self.address}.",
                    means="It is not running, or it listens elsewhere.",
                    do="Start it, name its address in COACHNOTE_SERVER (Ollama has port 11434), or draft with --drafter extractive.",
                ) from error

    def _connection(self, patience: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=patience)

    @staticmethod
    def _refuse_cloud(model: str) -> None:
        if CLOUD.search(model):
            raise Refused(
                f"The model {model} does not run on this computer.",
                means="The server would send what was said to another one.",
                do="Choose a model that is on this computer.",
            )


def _here(address: str) -> tuple[str, int, str]:
    """Host, port and path of a loopback address. `localhost` is taken for 127.0.0.1 rather than looked up."""
    match = ADDRESS.fullmatch(address)
    host = match["host"].strip("[]") if match else ""
    try:
        loopback = match is not None and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        loopback = False
    if not match or not loopback:
        raise Refused(
            "The address of the language model server is not one of this computer.",
            means="What was said would leave it.",
            do="Use an address such as http://127.0.0.1:8080.",
        )
    port = int(match["port"] or 80)
    if port > 65535:
        raise UsageProblem(f"There is no port {port}.", do="Use an address such as http://127.0.0.1:8080.")
    return ("127.0.0.1" if host == "localhost" else host), port, match["path"] or "/v1"


def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """The data of a stream of server-sent events, up to its end mark."""
    for line in response:
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            yield json.loads(data)


def _piece(event: dict[str, Any], *, whole: bool = False) -> tuple[str, str | None]:
    if "error" in event:
        raise ModelFailed("not answering")
    choice = (event.get("choices") or [{}])[0]
    said = choice.get("message" if whole else "delta") or {}
    return said.get("content") or "", choice.get("finish_reason")


def _refusal(response: http.client.HTTPResponse) -> Any:
    """Why a request was turned down: the window may be too long for the model, which can be helped."""
    text = response.read(10_000).decode("utf-8", "replace").lower()
    return "too long" if response.status in (400, 413, 500) and any(sign in text for sign in TOO_LONG) else "refused"


def _call(connection: http.client.HTTPConnection) -> socket.socket:
    """The line itself: the connection forgets it once a server says that it will close it. Raises ModelFailed."""
    try:
        connection.connect()
    except OSError as error:
        raise ModelFailed("not answering") from error
    line: socket.socket = connection.sock
    return line


def _hang_up(line: socket.socket) -> None:
    """Also for a reader that is waiting on another thread: it wakes at once, and the server sees the line go."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
