"""Writes docs/understand/reading-a-run.md: python benchmarks/sentinel_page.py FOLDER.

FOLDER has the runs of `gankit bench sentinel`. Text is in this file; verdicts, numbers, images and
curves are those of the runs.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from curves import drawing  # noqa: E402

from gankit.bench.corpus import STEPS  # noqa: E402
from gankit.bench.corpus_cases import cases  # noqa: E402
from gankit.bench.corpus_run import Played, key  # noqa: E402
from gankit.bench.sentinel import found  # noqa: E402
from gankit.bench.sentinel_table import REMEDIES, markdown, tables  # noqa: E402

PAGE = ROOT / "docs/understand/reading-a-run.md"
IMAGES = ROOT / "docs/images/failures"
EDGE, COLOURS, BETWEEN = 249, 16, 8
SEEDS = range(10)

HEAD = """# Reading a run

This page shows what runs that fail look like, what gankit says about them, and whether its remedy
helps. Each failure was made on purpose, by a small recipe with one thing wrong.

If there are two images, the left one is the run as it is. The right one is the same run, returned
to an earlier checkpoint and continued with the suggested fix
([how](sentinel.md#stop-or-roll-back-automatically)). The curves are those of the run as it is.

A verdict begins with the monitor and the problem that it found; `warn` and `dead` are
[levels](sentinel.md#verdicts). The Fréchet distance says how much the samples differ from the data:
lower is better.

Points are drawn in blue over the data in grey. Images are spots or stripes of light, 12 × 12
pixels. This is what a healthy run looks like:

![Spots of light at different positions](../images/failures/healthy-bce-images.png)
"""
SHOWN = {  # case: the title, what is wrong, what to look at, and what the images and curves show
    "collapse-images": (
        "Mode collapse",
        "The generator learns 500 times as fast as the discriminator.",
        "**Look at the samples.** They are all alike, for any noise. The losses look harmless.",
        "The same pattern in all samples",
    ),
    "won-images": (
        "The discriminator has won",
        "Minimax with a fast discriminator. The generator learns by plain gradient descent, so it "
        "stops once the gradient vanishes.",
        "**Look at the discriminator's loss.** It is 0 after two epochs, and its accuracy is 1. "
        "The samples stay noise.",
        "Noise",
    ),
    "frozen-generator-ring": (
        "A frozen generator",
        "Its learning rate is 1e-12.",
        "**Look at two sheets of samples.** They are identical, and so are the scores.",
        "Points near the centre, away from the data",
    ),
    "frozen-discriminator-ring": (
        "A frozen discriminator",
        "Its learning rate is 1e-12.",
        "**Look at the discriminator's loss.** It rises and never falls: the generator follows a "
        "slope that does not change. The samples have drifted off the plot.",
        "Only the data is left",
    ),
    "explosion-images": (
        "An explosion",
        "The learning rates grow tenfold every 120 steps.",
        "**Look at the losses.** They jump by orders of magnitude, and so do the gradients.",
        "Black and white pixels at random",
    ),
    "unbounded-images": (
        "A critic without a bound",
        "Wasserstein without a gradient penalty. `gankit check` says so beforehand.",
        "**Look at the critic's loss.** Its negative estimates a distance. It passes 24, the "
        "largest possible distance between two images here, so it cannot be right.",
        "Dots at the same places in all samples",
    ),
    "floor-images": (
        "A loss without a floor",
        "Label noise that moves targets out of [0, 1].",
        "**Look at the discriminator's loss.** A cross-entropy is never negative. This one keeps "
        "falling because the logits keep growing. The generator dies in the first epoch.",
        "The same noise in all samples",
    ),
    "degraded-images": (
        "A run that degrades",
        "Both learning rates grow tenfold every 200 steps.",
        "**Look at the score.** It improves, and then the run collapses. Keep the checkpoint at "
        "its minimum.",
        "Black and white pixels at random",
    ),
    "wrong-images": (
        "A discriminator that is worse than guessing",
        "It learns 1,000 times more slowly than the generator.",
        "**Look at the discriminator's loss.** It is above 0.69, the loss of pure guessing: the "
        "discriminator takes samples for real. Unopposed, the generator also collapses.",
        "The same pattern in all samples",
    ),
    "oscillation-ring": (
        "Oscillation",
        "Minimax with momentum.",
        "**Look at the score and the accuracy.** They rise and fall as the samples move around the "
        "data.",
        "Points in one place beside the data",
    ),
    "memorised-few-spots": (
        "Memorisation",
        "Only 8 different images.",
        "**Compare the samples with the training images.** The samples are sharp, but there are "
        "only a few different ones.",
        "The same few spots again and again",
    ),
    "overfitting-few-stripes": (
        "Overfitting",
        "Only 16 different images.",
        "**Look at the discriminator's accuracy.** The discriminator knows the training images, "
        "and rejects held-out ones as it rejects samples.",
        "Stripes in one direction",
    ),
}
NOT_SHOWN = """## What images do not show

A generator that never learns looks like one whose discriminator has won. A run whose loss is not
finite ends before there are samples.
"""
RESULTS = """## Results

This section has the measurements behind this page. The recipes belong to the
[corpus](../bench.md#runs-made-to-fail) of `gankit bench sentinel`; an epoch has 48 steps. There are
{runs} runs on JAX and TensorFlow: {sick} of failures and {healthy} of healthy controls. {remedied}
more were rolled back.

- Thresholds and recipes were chosen on even seeds; odd seeds were only measured. There is one
  exception: a fault of the monitor `scores` was noticed on an odd seed, and fixed because even
  seeds show it too.
- A failure is *visible* when a curve passes a bound in two epochs in a row, or rises and falls
  three times. The table of failures names the curve and the bound.
- It is *named in time* if a monitor names it at most 3 epochs after it is visible.
- A run whose failure was neither visible nor named is not counted as a failure.
"""
HEADINGS = (
    "",
    "### Failures\n\nThe columns *visible* and *named* give the epoch, one number per run.",
    "### Healthy controls",
    "### Remedies\n\nMedian final Fréchet distance over the JAX seeds, without and with the "
    "roll-back, and how many seeds ended better with it.",
    "### Strengthen the discriminator?\n\nSome advise strengthening the discriminator against mode "
    "collapse; others say it does not help. We tried two ways, each from the start of the run: ten "
    "times its learning rate, and four of its turns for each turn of the generator. The numbers "
    "are medians on JAX. On images both improve the Fréchet distance, but the samples still cover "
    "few clusters: they are as similar as before. On the ring the distance changes little, with "
    "`minibatch-std` as well.",
)
IN_WORDS = {
    '{"players": {"discriminator": {"repeats": 2}}}': "two discriminator turns per step",
}


def main(folder: str) -> None:
    known = list(cases().values())
    runs = found(known, SEEDS, Path(folder))
    IMAGES.mkdir(exist_ok=True)
    parts = [HEAD]
    beside([one(runs, "healthy-bce-images")]).save(IMAGES / "healthy-bce-images.png", optimize=True)
    for name in SHOWN:
        own = [run for run in runs if run.case.name == name and run.backend == "jax"]
        parts.append("\n\n".join(section(name, own)) + "\n")
    results = tables(known, runs)
    parts += [NOT_SHOWN, RESULTS.format(**counts(runs))]
    for heading, table in zip(HEADINGS, results, strict=True):
        lines = [in_words(line) for line in markdown(table)]
        parts.append("\n".join([*([heading, ""] if heading else []), *lines, ""]))
        if table.rows[0] == REMEDIES:
            parts.append(helpful(table.rows[1:]))
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def one(runs: list[Played], name: str, remedied: bool = False) -> Played:
    return next(run for run in runs if run.case.name == name and run.remedied == remedied)


def section(name: str, runs: list[Played]) -> Iterator[str]:
    title, wrong, look, shows = SHOWN[name]
    sick = one(runs, name)
    cured = [run for run in runs if run.remedied and run.changes]
    pair = [sick, *(run for run in cured if run.seed == sick.seed)]
    beside(pair).save(IMAGES / f"{name}.png", optimize=True)
    (IMAGES / f"{name}.svg").write_text(drawing(sick.run), encoding="utf-8")
    path, remedied = f"../images/failures/{name}", "; with the remedy" if len(pair) > 1 else ""
    yield from (f"## {title}", wrong, f"![{shows}{remedied}]({path}.png)")
    yield f"![Losses, accuracies and the Fréchet distance]({path}.svg)"
    yield "\n".join(f"- {line}" for line in (look, verdict(sick), remedy(sick, runs, cured)))


def verdict(run: Played) -> str:
    told = next(e for e in run.begun if key(e) in run.case.expected)
    return (
        f"**Verdict.** `{key(told)}`, {told['level']}, at epoch {-(-told['step'] // STEPS)}: "
        f"*{told['reason']}*."
    )


def remedy(sick: Played, runs: list[Played], cured: list[Played]) -> str:
    told = next(e for e in sick.begun if key(e) in sick.case.expected)
    advice = f"**Remedy.** {told['remedy'][0].upper()}{told['remedy'][1:]}."
    if not cured:
        return advice
    plain = [one([r for r in runs if r.seed == run.seed], sick.case.name) for run in cured]
    without, with_it = (median(run.score for run in side) for side in (plain, cured))
    changes = " or ".join(quoted(c) for c in dict.fromkeys(c for run in cured for c in run.changes))
    better = sum(b.score < a.score for a, b in zip(plain, cured))
    seeds = f"{better} of {len(cured)} seeds improved"
    helped = better > len(cured) / 2
    return (
        f"{advice} With {changes}, the median Fréchet distance at the end is {with_it:.3g} instead "
        f"of {without:.3g}; {seeds if helped else f'only {seeds}, so it does not help here'}."
    )


def quoted(change: str) -> str:
    return IN_WORDS.get(change, f"`{change}`")


def in_words(line: str) -> str:
    for change, words in IN_WORDS.items():
        line = line.replace(change, words)
    return line


def helpful(rows: Sequence[Sequence[str]]) -> str:
    better = [[int(count) for count in row[-1].split(" of ")] for row in rows if row[-1]]
    good = sum(2 * some > every for some, every in better)
    return (
        f"{good} of {len(better)} failures end better in most seeds if they are rolled back with "
        f"their remedy. The other {len(better) - good} do not. For example, `r1` does not stop a "
        "learning rate that keeps growing.\n"
    )


def last(run: Played) -> Image.Image:
    """Return the last sheet: a part of one of images, the whole of one of points."""
    *_, path = run.run.sheets().values()
    with Image.open(path) as sheet:
        if sheet.mode == "L":
            return sheet.crop((0, 0, EDGE, EDGE))
        return sheet.convert("RGB").resize((EDGE, EDGE))


def beside(runs: list[Played]) -> Image.Image:
    row = Image.new("RGB", (len(runs) * (EDGE + BETWEEN) - BETWEEN, EDGE), "white")
    for number, run in enumerate(runs):
        row.paste(last(run), (number * (EDGE + BETWEEN), 0))
    return row.quantize(COLOURS)


def counts(runs: list[Played]) -> dict[str, int]:
    plain = [run for run in runs if not run.remedied and not run.case.claim]
    return {
        "runs": len(plain),
        "sick": sum(not run.case.healthy for run in plain),
        "healthy": sum(run.case.healthy for run in plain),
        "remedied": sum(run.remedied for run in runs),
    }


if __name__ == "__main__":
    main(sys.argv[1])
