"""A web server for tests: contents by path, on a free port of 127.0.0.1."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextlib.contextmanager
def web_server(contents: Mapping[str, bytes], moved: Mapping[str, str] | None = None) -> Iterator[int]:
    """Serve contents, and redirect what has moved; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, place = contents.get(self.path), (moved or {}).get(self.path)
            self.send_response(200 if content is not None else 302 if place else 404)
            if place:
                self.send_header("Location", place)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # whoever asked takes only so much
                self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
