"""A service on loopback: under /knows it takes a message with a known key for the same one, under /forgets it does not."""

import json
import os
import signal
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink:
    """effects: key of the delivery → how often it arrived. calls: how often it was handed over. kill: (when, path, pid)
    to end the sender at its next call there, before or after the message is taken and always before it is told so.
    """

    def __init__(self) -> None:
        self.effects, self.calls = Counter[str](), Counter[str]()
        self.known = set[str]()
        self.kill: tuple[str, str, int] | None = None
        self.lock = threading.Lock()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the sender died in the middle of it
                    self.close_connection = True
                    return
                told = json.loads(body)
                key = str(told.get("key") or json.loads(told.get("json", "{}")).get("key", ""))
                if not sink.take(key, self.headers["Idempotency-Key"], self.path):
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: object) -> None:
                """Senders die in the middle of a call: that is what this is about."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def take(self, key: str, idempotency: str, path: str) -> bool:
        """False when the sender is gone, or gets no answer."""
        with self.lock:
            self.calls[key] += 1
            when, _, pid = self.kill if self.kill and self.kill[1] == path else ("", "", 0)
            self.kill = None if when else self.kill
            if when == "before":
                os.kill(pid, signal.SIGKILL)
                return False
            if path == "/forgets" or idempotency not in self.known:
                self.effects[key] += 1
                self.known.add(idempotency)
            if when == "after":
                os.kill(pid, signal.SIGKILL)
            return not when

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
