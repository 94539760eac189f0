"""A server of one run's report, for the browsers of this machine.

It reads only the run's folder, listens on 127.0.0.1, and answers GET and HEAD of `/`, the page, and
`/state`, by which the page follows the run. It refuses a `Host` that is not its own: no other site
can read the page by giving its own name the address 127.0.0.1.
"""

import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gankit.errors import GankitError
from gankit.reporting.run_body import document
from gankit.reporting.run_data import read_run

HOST = "127.0.0.1"
_NAMES = (HOST, "localhost")
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HTML, _JSON, _TEXT = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"


class ReportServer(ThreadingHTTPServer):
    """Serves the report of a run.

    Args:
        run: The run's folder.
        port: The port; 0 for any that is free.

    Raises:
        GankitError: The folder is not a run, or the port is taken.
    """

    daemon_threads = True

    def __init__(self, run: Path, port: int = 0):
        read_run(run)
        self.run = run
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise GankitError(
                f"port {port} cannot be used: {error}", "leave out --port for a free one"
            ) from error

    @property
    def address(self) -> str:
        """The address to open."""
        return f"http://{HOST}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error, but not that a browser went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def hosts(self) -> set[str]:
        """The `Host` headers that are answered."""
        return {f"{name}:{self.server_port}" for name in _NAMES}


class _Handler(BaseHTTPRequestHandler):
    server: ReportServer

    def do_GET(self) -> None:
        """Answer with a page or the state, or refuse."""
        if self.headers.get("Host") not in self.server.hosts:
            self._send(HTTPStatus.FORBIDDEN, "this server answers its own address only\n")
            return
        found = {"/": (_page, _HTML), "/state": (_state, _JSON)}.get(self.path)
        if found is None:
            self._send(HTTPStatus.NOT_FOUND, "there is only the report, at /\n")
            return
        make, kind = found
        try:
            self._send(HTTPStatus.OK, make(self.server.run), kind)
        except GankitError as error:  # the run was moved, or a file of it is damaged
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n")

    do_HEAD = do_GET

    def _refuse(self) -> None:
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, "this server only reads\n")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse

    def _send(self, status: HTTPStatus, text: str, kind: str = _TEXT) -> None:
        content = text.encode()
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), **_HEADERS}
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = "GET, HEAD"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *said: object) -> None:
        """Print nothing."""


def _page(run: Path) -> str:
    return document(read_run(run), live=True)


def _state(run: Path) -> str:
    data = read_run(run)
    return json.dumps({"version": data.version, "now": data.now})
