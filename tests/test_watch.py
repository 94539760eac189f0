"""gankit watch: who may ask the server for what, and that the page follows the run."""

import http.client
import json
import re
import shutil
import socket
import threading

import pytest
from run_folders import history_row, write_run

from gankit import GankitError
from gankit.reporting.server import ReportServer
from gankit.run.lock import locked

pytestmark = pytest.mark.anywhere


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "blobs-1", epochs=2)


@pytest.fixture
def ask(run):
    """Ask the server of a run; returns the response and its text."""
    with ReportServer(run) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def ask(path="/", method="GET", **headers):
            connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return response, response.read().decode()

        ask.server = server
        yield ask
        server.shutdown()


def test_it_listens_on_this_machine_only(ask):
    assert ask.server.server_address[0] == "127.0.0.1"
    assert ask.server.address == f"http://127.0.0.1:{ask.server.server_port}/"


def test_the_page_is_the_report(ask):
    response, text = ask()
    assert response.status == 200 and response.getheader("Content-Type").startswith("text/html")
    assert "<h1>blobs-1</h1>" in text and "stopped after 24 steps" in text
    policy = re.search('Content-Security-Policy" content="(.*?)"', text)[1]
    assert policy.startswith("default-src 'none'") and policy.endswith("connect-src 'self'")
    assert response.getheader("Cache-Control") == "no-store"
    assert response.getheader("Cross-Origin-Resource-Policy") == "same-origin"


def test_the_state_changes_with_the_run(ask, run):
    version = re.search('data-version="(.*?)"', ask()[1])[1]
    before = json.loads(ask("/state")[1])
    assert before == json.loads(ask("/state")[1])
    assert before == {"version": version, "now": "stopped after 24 steps"}
    with (run / "history.csv").open("a") as file:
        file.write(",".join(map(str, history_row(3).values())) + "\n")
    look = {"stage": 0, "epoch": 3, "step": 40, "step_of_epoch": 4, "point": True}
    look |= {"means": {}, "seen": {}}
    (run / "health.jsonl").write_text(json.dumps(look) + '\n{"step": 41, "cut')
    with locked(run):
        now = json.loads(ask("/state")[1])
    assert now["version"] != version and now["now"] == "training: 3 of 4 epochs, step 40"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{}", "127.0.0.1", "127.0.0.1:1", ""]
)
def test_another_host_is_refused(ask, host):
    response, text = ask(Host=host.format(ask.server.server_port))
    assert response.status == 403 and "blobs" not in text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_its_own_hosts_are_answered(ask, host):
    assert ask(Host=f"{host}:{ask.server.server_port}")[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_it_only_reads(ask, method):
    response, text = ask(method=method)
    assert response.status == 405 and response.getheader("Allow") == "GET, HEAD"
    assert "blobs" not in text


def test_an_unknown_method_is_refused(ask):
    assert ask(method="BREW")[0].status == 501


def test_head_has_no_body(ask):
    response, text = ask(method="HEAD")
    assert response.status == 200 and text == "" and int(response.getheader("Content-Length")) > 999


@pytest.mark.parametrize(
    "path", ["/run.json", "/../run.json", "/samples/epoch-000.png", "/?x", "http://evil/"]
)
def test_there_is_nothing_else(ask, path):
    response, text = ask(path, Host=f"127.0.0.1:{ask.server.server_port}")
    assert response.status == 404 and "blobs" not in text


def test_a_request_without_a_host_is_refused(ask):
    with socket.create_connection(ask.server.server_address, timeout=10) as line:
        line.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert line.makefile("rb").readline().split()[1] == b"403"


def test_a_browser_that_goes_away_leaves_no_traceback(ask, capfd):
    for error in (BrokenPipeError(), ValueError("a bug")):
        try:
            raise error
        except Exception:
            ask.server.handle_error(None, "a browser")
        assert ("a bug" in capfd.readouterr().err) == isinstance(error, ValueError)


def test_a_run_that_goes_away_is_an_error_not_a_crash(ask, run):
    shutil.rmtree(run)
    response, text = ask("/state")
    assert response.status == 503 and "is not a run" in text


def test_a_port_that_is_taken(ask, run):
    with pytest.raises(GankitError, match=f"port {ask.server.server_port} cannot be used"):
        ReportServer(run, ask.server.server_port)


def test_what_is_no_run_is_refused_at_once(gankit):
    code, _, err = gankit("watch", "nowhere", "--no-open")
    assert code == 1 and "nowhere is not a run" in err
