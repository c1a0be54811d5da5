"""Receivers on this machine, a name server that says what a test wants, and the worker's part done by hand."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import dns.message
import dns.rrset
import pytest
from django.utils import timezone

from prm.kernel import clock, outbox
from prm.kernel.models import Delivery, Wakeup
from prm.kernel.outbox import run_delivery
from tests.clients import without_tenant


@dataclass
class Sink:
    """A receiver: what it heard, and what it answers (by the number of the call)."""

    url: str = ""
    heard: list[SimpleNamespace] = field(default_factory=list)
    answers: Any = lambda number: (200, "thanks", {})


@pytest.fixture
def sinks() -> Iterator[Any]:
    """`sinks()` opens a receiver on loopback."""
    servers: list[HTTPServer] = []

    def open_sink() -> Sink:
        sink = Sink()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sink.heard.append(SimpleNamespace(headers=dict(self.headers), body=body, path=self.path))
                status, text, headers = sink.answers(len(sink.heard))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode() if isinstance(text, str) else text)

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        sink.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        return sink

    yield open_sink
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sink(sinks: Any, settings: Any) -> Sink:
    settings.WEBHOOK_LOOPBACK = True
    return sinks()


@pytest.fixture
def names(settings: Any) -> Iterator[dict[str, list[str]]]:
    """What each host leads to, one answer after the other; the last one stays."""
    said: dict[str, list[str]] = {}

    class Names(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question = dns.message.from_wire(self.request[0])
            answer, asked = dns.message.make_response(question), question.question[0]
            kind = dns.rdatatype.to_text(asked.rdtype)
            queue = said.get(f"{asked.name.to_text(omit_final_dot=True)} {kind}", [])
            if queue:
                address = queue.pop(0) if len(queue) > 1 else queue[0]
                answer.answer.append(dns.rrset.from_text(asked.name, 0, "IN", kind, *address.split()))
            self.request[1].sendto(answer.to_wire(), self.client_address)

    server = socketserver.UDPServer(("127.0.0.1", 0), Names)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.DNS_SERVERS = [f"127.0.0.1:{server.server_address[1]}"]
    yield said
    server.shutdown()
    server.server_close()


@pytest.fixture
def work(cast: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`work()` does what the relay and the worker would do now, by the clock of the test; returns what became of it."""
    monkeypatch.setattr(outbox, "_ring", lambda tenant_id, delivery_id: None)
    Wakeup.objects.all().delete()  # what building the cast has posted

    def due(prefix: str) -> list[Wakeup]:
        until = max(clock.now(), timezone.now())
        found = Wakeup.objects.filter(due_at__lte=until, dead=False, lease_until=None).order_by("due_at")
        tasks = dict(Delivery.objects.values_list("pk", "task"))
        return [one for one in found if tasks.get(one.pk, "").startswith(prefix)]

    def work_now(prefix: str = "kernel.") -> list[str]:
        outcomes = []
        while found := due(prefix):
            outcomes += [without_tenant(cast, run_delivery, one.tenant_id, one.pk) for one in found]
        return outcomes

    return work_now
