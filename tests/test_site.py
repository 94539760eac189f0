"""The documentation as a site, opened in a browser: light and dark, on a phone and on a desk."""

import functools
import http.server
import importlib.util
import shutil
import subprocess
import sys
import threading

import pytest
from browser import CHROMIUM, browser
from pages import DOCS, PAGES, ROOT

pytestmark = pytest.mark.anywhere

BUILDS = all(map(importlib.util.find_spec, ("mkdocs", "material", "mkdocstrings", "pymdownx")))
ZENSICAL = shutil.which("zensical")

SCREENS = {"phone": 390, "desk": 1280}
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(30, 33, 41)"}
LOOKED_AT = (
    "",
    "first-run/",
    "recipes/",
    "gallery/",
    "gallery/dcgan_lego/",
    "parts/",
    "parts/stabilizers/",
    "plugin/",
    "plugins/stabilizers/",
    "understand/losses-mislead/",
    "understand/minimax/",
    "understand/xy/",
    "reference/",
    "reference/cli/",
    "reference/errors/",
    "coverage/",
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site and serve it; returns its address."""
    if not BUILDS:
        pytest.skip('pip install -e ".[docs]" builds the site')
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    serve = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def tab(tmp_path):
    """Open a browser that has seen nothing: the site remembers who liked it dark."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium to open the site in")
    with browser(tmp_path / "profile") as tab:
        yield tab


@pytest.mark.parametrize("scheme", PAPER)
@pytest.mark.parametrize("screen", SCREENS)
def test_pages_are_whole(tab, site, screen, scheme):
    tab.look(scheme, SCREENS[screen])
    for page in LOOKED_AT:
        tab.open(site + page)
        tab.wait("[...document.images].every(image => image.complete)")
        tab.wait(f"getComputedStyle(document.body).backgroundColor === '{PAPER[scheme]}'")
        assert tab.evaluate("document.querySelectorAll('h1').length") == 1, page
        broken = "[...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
        assert tab.evaluate(broken) == [], page
        assert tab.evaluate("document.scrollingElement.scrollWidth") <= SCREENS[screen], page
        assert tab.errors() == [], page
        elsewhere = [url for url in tab.requests() if not url.startswith((site, "data:"))]
        assert elsewhere == [], page


def test_search_finds_a_part(tab, site):
    tab.look("light", SCREENS["desk"])
    tab.open(f"{site}?q=gradient-penalty")
    links = "[...document.querySelectorAll('.md-search-result__link')].map(link => link.href)"
    tab.wait(f"{links}.length > 0")
    found = [url.removeprefix(site).partition("?")[0] for url in tab.evaluate(links)]
    assert "parts/stabilizers/" in found, found
    assert tab.errors() == []


@pytest.mark.skipif(not ZENSICAL, reason="there is no zensical")
def test_zensical_builds_the_same_pages(tmp_path):
    for name in ("docs", "gankit", "plugins", "recipes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    build = [ZENSICAL, "build", "--strict"]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = [p.relative_to(DOCS).with_suffix("") for p in PAGES if p.is_relative_to(DOCS)]
    folders = [page.parent if page.name == "index" else page for page in pages]
    assert [f for f in folders if not (tmp_path / "site" / f / "index.html").is_file()] == []
