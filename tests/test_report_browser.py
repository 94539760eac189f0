"""A report in a browser: what a reader's hand does to its curves and sheets."""

import re
import threading
import time

import pytest
from browser import CHROMIUM, browser
from run_folders import Parsed, scored, write_run

import gankit
from gankit.reporting.server import ReportServer

pytestmark = pytest.mark.anywhere

EPOCHS = 8
CHART = """[...document.querySelectorAll("figure.chart")]
  .find((figure) => figure.querySelector("h3").textContent === "Losses")"""
SEEN = """(() => {
  const chart = CHART;
  const tip = chart.querySelector(".tip");
  const ticks = [...chart.querySelectorAll(".axes text[text-anchor=middle]")];
  const frames = [...document.querySelectorAll(".film > figure")].filter((frame) => !frame.hidden);
  return {
    tip: tip.hidden ? [] : [...tip.children].map((row) => row.innerText.split(/\\s+/).join(" ")),
    ends: [ticks[0], ticks.at(-1)].map((tick) => Number(tick.textContent.replace("epoch", ""))),
    all: [...chart.querySelectorAll("button")].find((b) => b.textContent === "show all").hidden,
    sheets: frames.map((frame) => Number(frame.dataset.epoch)),
    told: document.querySelector(".film output").textContent,
  };
})()"""
# Where each epoch of the first curve is, from its dots; the curve is d_loss, 1 / epoch.
PLACES = """(() => {
  const chart = CHART;
  chart.scrollIntoView({ behavior: "instant" });
  return [...chart.querySelectorAll("circle.dot.c0")].map((dot) => {
    const edges = dot.getBoundingClientRect();
    return [edges.left + edges.width / 2, edges.top + edges.height / 2];
  });
})()"""
SEEN, PLACES = (script.replace("CHART", CHART) for script in (SEEN, PLACES))


@pytest.fixture
def tab(tmp_path):
    """A browser; whatever it opens, it complains of nothing."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium to open the report in")
    with browser(tmp_path / "profile") as tab:
        yield tab
        assert tab.messages() == []


@pytest.fixture
def page(tab, tmp_path):
    """A report of eight epochs, opened in a browser of a desk's width."""
    report = gankit.report(write_run(tmp_path / "run", EPOCHS)).path
    tab.look("light", 1280)
    tab.open(report.resolve().as_uri())
    tab.wait(f"{PLACES}.length === {EPOCHS}")
    return Page(tab)


class Page:
    """A report that is open, and a hand with a mouse."""

    def __init__(self, tab):
        self.tab = tab

    @property
    def dots(self):
        """Where the first curve is, by epoch."""
        return dict(enumerate(self.tab.evaluate(PLACES), 1))

    def mouse(self, kind, place, clicks=1, held=False):
        """Move, press or release."""
        button = {"button": "left", "clickCount": clicks} if kind != "Moved" else {}
        held = {"buttons": 1, "button": "left"} if held else {}
        x, y = place
        self.tab.tell("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, **button, **held)

    def click(self, place, times=1):
        for clicks in range(1, times + 1):
            self.mouse("Pressed", place, clicks)
            self.mouse("Released", place, clicks)

    def drag(self, begin, end):
        self.mouse("Moved", begin)
        self.mouse("Pressed", begin)
        for share in (0.5, 1):
            way = [a + share * (b - a) for a, b in zip(begin, end)]
            self.mouse("Moved", way, held=True)
        self.mouse("Released", end)

    def key(self, name):
        for kind in ("keyDown", "keyUp"):
            code = {"ArrowLeft": 37, "ArrowRight": 39}[name]
            words = {"key": name, "code": name, "windowsVirtualKeyCode": code}
            self.tab.tell("Input.dispatchKeyEvent", type=kind, **words)

    @property
    def seen(self):
        return self.tab.evaluate(SEEN)

    def shows(self, **expected):
        """Return whether this is seen, soon: events take a frame to arrive."""
        end = time.monotonic() + 20
        while not (same := expected.items() <= self.seen.items()) and time.monotonic() < end:
            time.sleep(0.05)
        return same


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_curve_is_drawn(tab, tmp_path, width, scheme):
    run = write_run(tmp_path / "run", EPOCHS, scores=[scored(1, 5.0), scored(2, 2.0)])
    report = gankit.report(run).path
    tab.look(scheme, width)
    tab.open(report.resolve().as_uri())
    curves = sum(len(chart["series"]) for chart in Parsed(report).charts)
    drawn = (
        "[...document.querySelectorAll('path.line')].filter((line) => line.getTotalLength() > 0)"
    )
    tab.wait(f"{drawn}.length === {2 * curves}")  # a curve, and its mark in the legend
    labels = "[...document.querySelectorAll('text.name')].map((label) => label.textContent)"
    assert tab.evaluate(labels) == ["last, best"]  # of one point, once
    pressed = "document.querySelectorAll('.legend [aria-pressed=true]').length"
    assert tab.evaluate(pressed) == curves
    assert tab.evaluate("document.querySelector('.film input').ariaValueText") == f"epoch {EPOCHS}"
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= width


def test_pointing_at_an_epoch_tells_its_values(page):
    assert page.shows(tip=[])
    page.mouse("Moved", page.dots[5])
    assert page.shows(tip=["epoch 5", "d_loss 0.2", "g_loss 5"])
    page.mouse("Moved", page.dots[2])
    assert page.shows(tip=["epoch 2", "d_loss 0.5"])  # where g_loss is no number
    page.mouse("Moved", (2, 2))
    assert page.shows(tip=[])


def test_dragging_zooms_and_a_double_click_shows_all(page):
    assert page.shows(all=True, ends=[1, EPOCHS])
    fourth, (left, top), (right, bottom) = (page.dots[epoch] for epoch in (4, 3, 6))
    page.drag((left - 3, top), (right + 3, bottom))
    assert page.shows(all=False, ends=[3, 6])
    moved = page.dots[4]
    assert moved[0] < fourth[0] - 20  # to where a third of the chart is
    page.mouse("Moved", moved)
    assert page.shows(tip=["epoch 4", "d_loss 0.25", "g_loss 4"])
    page.click(moved, times=2)
    assert page.shows(all=True, ends=[1, EPOCHS])


def test_the_slider_changes_the_sheet(page):
    assert page.shows(sheets=[EPOCHS], told=f"epoch {EPOCHS}")
    slider = 'document.querySelector(".film input")'
    page.tab.evaluate(f"{slider}.focus()")
    page.key("ArrowLeft")
    assert page.shows(sheets=[EPOCHS - 1], told=f"epoch {EPOCHS - 1}")
    left, middle = page.tab.evaluate(
        f"(({{left, top, height}}) => [left, top + height / 2])({slider}.getBoundingClientRect())"
    )
    page.click((left + 2, middle))
    assert page.shows(sheets=[0], told="epoch 0")
    page.key("ArrowRight")
    assert page.shows(sheets=[1], told="epoch 1")


def test_a_click_in_a_curve_shows_the_sheet_of_its_epoch(page):
    page.click(page.dots[3])
    assert page.shows(sheets=[3], told="epoch 3")
    assert page.tab.evaluate('document.querySelector(".film input").value') == "3"


SMOOTH = """(() => {
  const slider = document.querySelector("input.smoothing");
  slider.value = WEIGHT;
  slider.dispatchEvent(new Event("input"));
  const lines = [...CHART.querySelectorAll(".plot path.line.c0")];
  return lines.map((line) => [line.classList.contains("faint"), line.getAttribute("d")]);
})()""".replace("CHART", CHART)


def heights(path):
    """Return where the points of a curve are, from the top."""
    return [float(point.split()[1]) for point in re.split("[ML]", path)[1:]]


def test_smoothing_is_a_moving_average_over_the_faint_curve(page):
    ((faint, raw),) = page.tab.evaluate(SMOOTH.replace("WEIGHT", "0"))
    assert not faint
    (faint, behind), (_, smooth) = page.tab.evaluate(SMOOTH.replace("WEIGHT", "0.5"))
    assert faint and behind == raw
    sums, mass, expected = 0.0, 0.0, []
    for height in heights(raw):  # which a linear axis averages as it does values
        sums, mass = 0.5 * sums + 0.5 * height, 0.5 * mass + 0.5
        expected.append(sums / mass)
    assert heights(smooth) == pytest.approx(expected, abs=0.1)


def test_a_watched_page_loads_itself_again_when_the_run_goes_on(tab, tmp_path):
    run, later = write_run(tmp_path / "run", 2), write_run(tmp_path / "later", 4)
    with ReportServer(run) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tab.look("light", 1280)
        tab.open(server.address)
        tab.wait("document.querySelector('.following').textContent === 'stopped after 24 steps'")
        for sheet in (later / "samples").iterdir():
            sheet.replace(run / "samples" / sheet.name)
        (later / "history.csv").replace(run / "history.csv")
        tab.wait("document.querySelector('.following').textContent === 'finished after 48 steps'")
        tab.wait("document.querySelectorAll('.film > figure').length === 5")
        server.shutdown()
