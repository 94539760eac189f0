"""Writes docs/understand/reading-a-run.md: python benchmarks/sentinel_page.py FOLDER.

FOLDER has the runs of `gankit bench sentinel`. Text is in this file; verdicts, numbers, images and
curves are those of the runs.
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from curves import drawing  # noqa: E402

from gankit.bench.corpus import STEPS  # noqa: E402
from gankit.bench.corpus_cases import cases  # noqa: E402
from gankit.bench.played import Played, key  # noqa: E402
from gankit.bench.sentinel import found  # noqa: E402
from gankit.bench.sentinel_table import markdown, tables  # noqa: E402

PAGE = ROOT / "docs/understand/reading-a-run.md"
IMAGES = ROOT / "docs/images/failures"
EDGE = 256
SEEDS = range(10)

HEAD = """# Reading a run

Each failure on this page was made on purpose, by a small recipe with one thing wrong. The left
image shows samples of the run as it is. The right image shows samples of the same run, rolled back
with the remedy of its verdict. The curves are those of the run without the remedy. One command,
`gankit bench sentinel --backend jax`, repeats all of them. Stop it at any time; the same command
continues.

Points are drawn in blue over the data in grey. Images are spots of light, 12 × 12 pixels.
"""
SHOWN = {  # case: the title, and what to see
    "collapse-images": (
        "Mode collapse",
        "The generator learns 500 times as fast as the discriminator. All samples are alike, and "
        "the losses look harmless.",
    ),
    "won-images": (
        "The discriminator has won",
        "Minimax, with a fast discriminator: its loss is 0, and the generator's gradient vanishes.",
    ),
    "frozen-generator-ring": (
        "A frozen generator",
        "Its learning rate is 1e-12. The discriminator's loss falls, and the samples never change.",
    ),
    "frozen-discriminator-ring": (
        "A frozen discriminator",
        "Its learning rate is 1e-12. The generator runs away along a fixed slope.",
    ),
    "explosion-images": (
        "An explosion",
        "The learning rates grow tenfold every 120 steps, until the losses explode.",
    ),
    "unbounded-ring": (
        "A critic without a bound",
        "A Wasserstein critic without a gradient penalty: nothing limits its loss.",
    ),
    "floor-images": (
        "Targets outside [0, 1]",
        "Label noise in both directions. The run learns at first, but its loss has no floor.",
    ),
    "degraded-images": (
        "A run that degrades",
        "The learning rates grow tenfold every 200 steps. The score improves, and then the run "
        "collapses.",
    ),
    "wrong-images": (
        "A discriminator that is worse than guessing",
        "It learns 1,000 times more slowly than the generator, and takes samples for real.",
    ),
    "oscillation-ring": (
        "Oscillation",
        "Minimax with momentum: the samples swing around the data.",
    ),
    "memorised-few-spots": (
        "Memorisation",
        "Only 16 different images: the samples are copies.",
    ),
    "overfitting-few-stripes": (
        "Overfitting",
        "Only 16 different images: the discriminator knows them and rejects held-out ones.",
    ),
}
LEFT_OUT = ""
RESULTS = """## Results

{runs} runs: {sick} of failures and {healthy} of healthy controls, on two cores; and {remedied} runs
with a roll-back. A failure is *visible* when a curve that monitors do not use passes a bound in two
epochs in a row. It is named in time if a monitor names it at most 3 epochs later. Thresholds of
monitors were tuned on even seeds only.
"""
HEADINGS = (
    "",
    "### Failures\n\nEpochs of 48 steps, one number for each run.",
    "### Healthy controls",
    "### Remedies\n\nThe median Fréchet distance at the end, without and with the roll-back.",
)


def main(folder: str) -> None:
    known = list(cases().values())
    runs = found(known, SEEDS, Path(folder))
    IMAGES.mkdir(exist_ok=True)
    parts = [HEAD]
    for name, (title, text) in SHOWN.items():
        own = [run for run in runs if run.case.name == name]
        pairs = [run for run in own if run.seed == own[0].seed and run.backend == own[0].backend]
        parts.append(section(title, text, pairs))
    summary, failures, controls, remedies = tables(known, runs)
    parts.append(RESULTS.format(**counts(runs)))
    for heading, table in zip(HEADINGS, (summary, failures, controls, remedies)):
        parts.append("\n".join([heading, "", *markdown(table), ""]))
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def section(title: str, text: str, runs: list[Played]) -> str:
    sick = next(run for run in runs if not run.remedied)
    verdict = next(e for e in sick.begun if key(e) in sick.case.expected)
    name = sick.case.name
    sheets = [last(run) for run in sorted(runs, key=lambda run: run.remedied)]
    beside(sheets).save(IMAGES / f"{name}.png")
    (IMAGES / f"{name}.svg").write_text(drawing(sick.run), encoding="utf-8")
    remedied = next((run for run in runs if run.remedied), None)
    change = ", ".join(remedied.changes) if remedied else ""
    image = f"../images/failures/{name}"
    after = ", and with the remedy" if change else ""
    told = f"`{key(verdict)}`, {verdict['level']}, at epoch {-(-verdict['step'] // STEPS)}"
    paragraphs = [f"## {title}", text]
    paragraphs += [f"![Samples of {name}{after}]({image}.png)", f"![Curves of {name}]({image}.svg)"]
    paragraphs += [f"> {told}: {verdict['reason']} → {verdict['remedy']}"]
    if remedied and change:
        paragraphs += [
            f"Rolled back with `{change}`, the run ends with a Fréchet distance of "
            f"{remedied.score:.3g} instead of {sick.score:.3g}."
        ]
    return "\n\n".join(paragraphs) + "\n"


def last(run: Played) -> Image.Image:
    *_, sheet = run.run.sheets().values()
    return Image.open(sheet).convert("RGB").resize((EDGE, EDGE))


def beside(sheets: list[Image.Image]) -> Image.Image:
    row = Image.new("RGB", (len(sheets) * (EDGE + 8) - 8, EDGE), "white")
    for number, sheet in enumerate(sheets):
        row.paste(sheet, (number * (EDGE + 8), 0))
    return row


def counts(runs: list[Played]) -> dict[str, int]:
    plain = [run for run in runs if not run.remedied]
    return {
        "runs": len(plain),
        "sick": sum(not run.case.healthy for run in plain),
        "healthy": sum(run.case.healthy for run in plain),
        "remedied": len(runs) - len(plain),
    }


if __name__ == "__main__":
    main(sys.argv[1])
