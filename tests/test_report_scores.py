"""Reports of scores as a run writes them."""

from run_folders import Parsed, write_run

import gankit
from gankit.run.checkpoint import Place
from gankit.scoring import lines
from gankit.scoring.evaluate import Provenance, Scores

MADE = Provenance(
    *("classifier", "abc", "none", "the 96 of blobs", 96, "def", "made, step 12", 100),
    *(None, 0, "torch", "0.1.0", "all", "none", 0.98765),
)
TITLES = {"frechet_distance": "frechet_distance (classifier)"}


def test_scores_of_a_run_are_told_by_their_titles(tmp_path):
    run = write_run(tmp_path / "run")
    for epoch, value in ((1, 5.0), (2, float("nan")), (3, 2.0)):
        scores = Scores({"frechet_distance": value}, TITLES, {}, MADE)
        better = {"frechet_distance": "low"}
        place = Place(steps=12 * epoch)
        new = lines.line("run", place, epoch, scores, better, "frechet_distance")
        lines.add(run / "scores.jsonl", new)
    page = Parsed(gankit.report(run).path)
    (chart,) = (c for c in page.charts if c["title"] == TITLES["frechet_distance"])
    (series,) = chart["series"]
    assert (series["x"], series["y"]) == ([1, 3], [5.0, 2.0])
    assert {m["text"]: (m["x"], m["y"]) for m in series["marks"]} == {
        "last": (3, 2.0),
        "best": (3, 2.0),
    }
    assert TITLES["frechet_distance"] in {text for _, _, text in page.all("th")}
    told = {text for _, _, text in page.all("dd")}
    assert {"all", "0.9877"} <= told and "titles" not in {t for _, _, t in page.all("dt")}
