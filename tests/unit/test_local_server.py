"""A real small HTTP server on loopback stands for llama-server and Ollama; nothing but loopback is ever spoken to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.drafting.extractive import ExtractiveDrafter
from assistant.drafting.llm import schema
from assistant.drafting.llm.drafter import ModelDrafter
from assistant.drafting.llm.talk import End, ModelFailed, Pulse, Text
from assistant.drafting.local_server import LocalServer
from assistant.errors import ModelMissing, Refused, UsageProblem
from tests import tiny_llm
from tests.examples import transcript
from tests.unit.test_llm_drafter import run, sections
from tests.unit.test_llm_engine import asked

Handle = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class Served:
    """What the server was asked, and how it answers."""

    answer: Handle
    models: list[str] = field(default_factory=lambda: ["tiny"])
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    broken: threading.Event = field(default_factory=threading.Event)
    """Set when the client hung up while the server was still sending."""
    address: str = ""


def streamed(items: dict[str, list[dict[str, Any]]], finish: str = "stop", *, wrap: str = "{}") -> Handle:
    """Server-sent events, five characters each."""

    def answer(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        name = request["response_format"]["json_schema"]["name"]
        text = wrap.replace("{}", json.dumps({"items": items.get(name, [])}))
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.end_headers()
        for at in range(0, len(text), 5):
            event(handler, {"choices": [{"delta": {"content": text[at : at + 5]}, "finish_reason": None}]})
        event(handler, {"choices": [{"delta": {}, "finish_reason": finish}]})
        event(handler, {"choices": [], "usage": {"total_tokens": 3}})
        handler.wfile.write(b"data: [DONE]\n\n")

    return answer


def event(handler: BaseHTTPRequestHandler, data: object) -> None:
    handler.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
    handler.wfile.flush()


def status(code: int, body: str = "{}", **headers: str) -> Handle:
    def answer(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        handler.send_response(code)
        for key, value in headers.items():
            handler.send_header(key.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


@pytest.fixture
def serve() -> Iterator[Callable[[Handle], Served]]:
    running: list[ThreadingHTTPServer] = []

    def start(answer: Handle, *models: str) -> Served:
        served = Served(answer, *([list(models)] if models else []))

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.paths.append(self.path)
                status(200, json.dumps({"data": [{"id": name} for name in served.models]}))(self, {})

            def do_POST(self) -> None:
                served.paths.append(self.path)
                served.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                try:
                    served.answer(self, served.requests[-1])
                except OSError:
                    served.broken.set()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append(server)
        served.address = f"http://127.0.0.1:{server.server_address[1]}"
        return served

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


GOOD = {"cites": [7], "section": "barriers", "text": "His back goes after about an hour."}


def drafted(served: Served, **changes: Any) -> Any:
    draft, _ = run(LocalServer(served.address, **changes), transcript())
    return draft


def test_a_draft_by_a_server_is_checked_like_any_other(serve: Callable[..., Served]) -> None:
    invented = {"cites": [2], "section": "skills", "text": "Speaks fluent Mandarin."}
    outside = {"cites": [400], "section": "barriers", "text": "Back pain."}
    long = {"cites": [7], "section": "barriers", "text": "back " * 200}
    served = serve(streamed({"facts": [GOOD, invented, outside, long, {"odd": 1}]}))
    made = drafted(served)
    assert sections(made)["barriers"] == [GOOD["text"]]
    assert [n.why for n in made.notices] == ["4 without ground in the lines they cite"]
    assert (made.made_by.drafter, made.made_by.model, made.made_by.model_sha256) == ("llm", "tiny", None)
    assert set(served.paths) == {"/v1/models", "/v1/chat/completions"}


def test_what_is_sent_is_relaxed_greedy_and_without_thinking(serve: Callable[..., Served]) -> None:
    served = serve(streamed({}))
    drafted(served)
    assert len(served.requests) == 6
    request = served.requests[0]
    assert (request["temperature"], request["stream"], request["model"]) == (0, True, "tiny")
    assert request["chat_template_kwargs"] == {"enable_thinking": False}
    form = json.dumps(request["response_format"])
    assert not [word for word in schema.LOOSENED if word in form]
    assert '"enum": [1, 2, 3' in form
    shared = {r["messages"][1]["content"].split("</speech")[0] for r in served.requests}
    assert len(shared) == 1  # the same beginning every time, which servers keep


def test_a_server_that_does_not_stream_is_understood(serve: Callable[..., Served]) -> None:
    def whole(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        name = request["response_format"]["json_schema"]["name"]
        text = json.dumps({"items": [GOOD] if name == "facts" else []})
        body = json.dumps({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})
        status(200, body, Content_Type="application/json")(handler, request)

    assert sections(drafted(serve(whole)))["barriers"] == [GOOD["text"]]


def test_thinking_and_fences_round_the_answer_do_no_harm(serve: Callable[..., Served]) -> None:
    served = serve(streamed({"facts": [GOOD]}, wrap="<think>let me see</think>\n```json\n{}\n```"))
    assert sections(drafted(served))["barriers"] == [GOOD["text"]]


def test_an_answer_that_was_cut_is_named(serve: Callable[..., Served]) -> None:
    made = drafted(serve(streamed({"facts": [GOOD]}, "length")))
    assert {n.code for n in made.notices} == {"cut_short"}


@pytest.mark.parametrize(
    "address",
    [
        "http://192.168.1.20:8080",
        "http://10.0.0.1",
        "http://example.com:8080",
        "https://127.0.0.1:8080",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://user:pass@127.0.0.1",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
        "http://[::ffff:10.0.0.1]:8080",
        "http://2130706433",
        "http://0177.0.0.1",
        "http://127.0.0.1:8080?x=http://example.com",
        "http://localhost.example.com",
        "http://127.1",
        "file:///etc/passwd",
        "127.0.0.1:8080",
        "http://127.0.0.1:8080\r\nHost: example.com",
        "",
    ],
)
def test_anything_but_a_loopback_address_is_refused_before_a_byte_is_sent(address: str) -> None:
    with pytest.raises(Refused):
        LocalServer(address)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080", "http://localhost:11434/v1", "http://[::1]:9", "http://127.8.9.1", "http://127.0.0.1:80/a/v1/"]
)
def test_a_loopback_address_is_taken(address: str) -> None:
    server = LocalServer(address)
    assert server.host.startswith("127.") or server.host == "::1"


def test_a_port_that_cannot_be_is_an_error() -> None:
    with pytest.raises(UsageProblem):
        LocalServer("http://127.0.0.1:70000")


@pytest.mark.parametrize("model", ["gpt-oss:120b-cloud", "qwen3:cloud"])
def test_a_model_in_a_cloud_is_refused(model: str, serve: Callable[..., Served]) -> None:
    with pytest.raises(Refused, match="does not run on this computer"):
        LocalServer("http://127.0.0.1:1", model)
    with pytest.raises(Refused):
        drafted(serve(streamed({}), model))


def test_a_redirect_is_not_followed(serve: Callable[..., Served]) -> None:
    other = serve(streamed({"facts": [GOOD]}))
    served = serve(status(307, Location=f"{other.address}/v1/chat/completions"))
    made = drafted(served)
    assert [(n.code, n.why) for n in made.notices] == [("fell_back_to_extractive", "refused")]
    assert other.requests == []


def test_proxies_of_the_environment_are_not_asked(serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(streamed({}))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.address)
    drafted(serve(streamed({"facts": [GOOD]})))
    assert proxy.paths == []


def test_no_server_is_an_error_with_advice() -> None:
    with pytest.raises(ModelMissing, match="No language model server answers"):
        run(LocalServer("http://127.0.0.1:9"), transcript())


def test_several_models_must_be_told_apart(serve: Callable[..., Served]) -> None:
    served = serve(streamed({}), "one", "two")
    with pytest.raises(UsageProblem) as error:
        drafted(served)
    assert "one, two" in error.value.do
    assert drafted(served, model="two").made_by.model == "two"


def test_a_window_too_long_for_the_server_is_halved(serve: Callable[..., Served]) -> None:
    def short(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        if "16 | " in request["messages"][1]["content"]:
            return status(400, '{"error":{"message":"the request exceeds the available context size"}}')(handler, request)
        return streamed({})(handler, request)

    made = drafted(serve(short))
    assert (made.coverage.retried, made.coverage.read) == (1, 16)


def hang_up(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    event(handler, {"error": {"message": "slot lost"}})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(500, "no"), "refused"),
        (status(200, "this is no JSON"), "not answering"),
        (status(200, "[1]"), "not answering"),
        (status(200, '{"choices":[]}'), "not answering"),
        (status(200, "data: {broken\n\n", Content_Type="text/event-stream"), "not answering"),
        (status(200, "data: 7\n\n", Content_Type="text/event-stream"), "not answering"),
        (status(200, "", Content_Type="text/event-stream"), "not answering"),
        (hang_up, "not answering"),
    ],
)
def test_a_server_that_breaks_is_replaced_by_the_rules_and_named(answer: Handle, why: str, serve: Callable[..., Served]) -> None:
    made = drafted(serve(answer))
    assert [(n.code, n.why) for n in made.notices] == [("fell_back_to_extractive", why)]


def endless(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    while True:
        event(handler, {"choices": [{"delta": {"content": "{" * 5000}}]})


def silent(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    handler.wfile.flush()
    for _ in range(400):
        time.sleep(0.02)
        handler.wfile.write(b": still reading\n\n")


def test_an_endless_answer_is_broken_off(serve: Callable[..., Served]) -> None:
    served = serve(endless)
    with pytest.raises(ModelFailed, match="unusable"):
        list(LocalServer(served.address, "tiny").read(asked(50, "risk")))
    assert served.broken.wait(2)


def test_leaving_a_silent_server_takes_less_than_a_second_and_it_notices(serve: Callable[..., Served]) -> None:
    served = serve(silent)
    events = LocalServer(served.address, "tiny").read(asked(50, "risk"))
    assert isinstance(next(events), Pulse)
    started = time.monotonic()
    events.close()
    assert time.monotonic() - started < 1
    assert served.broken.wait(2)


def test_pieces_arrive_as_they_are_written(serve: Callable[..., Served]) -> None:
    served = serve(streamed({"risk": [{"cites": [1]}]}))
    events = [e for e in LocalServer(served.address, "tiny").read(asked(50, "risk")) if not isinstance(e, Pulse)]
    assert sum(isinstance(e, Text) for e in events) > 3
    assert isinstance(events[-1], End)


def test_the_drafter_says_what_made_it(serve: Callable[..., Served]) -> None:
    served = serve(streamed({}))
    steps = ModelDrafter("local-server", lambda: LocalServer(served.address), ExtractiveDrafter()).draft(transcript())
    assert tiny_llm.result(steps).made_by.drafter == "local-server"
