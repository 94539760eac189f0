"""Which sheets of samples a run keeps, and when it removes the others."""

import shutil
from types import SimpleNamespace

import pytest
from run_folders import scored, write_run
from trained_runs import RECIPE, resume, train

from gankit.run.folder import RunFolder
from gankit.run.kept_samples import kept_epochs, thin_out

pytestmark = pytest.mark.anywhere


def stages(*lengths, every=1):
    """Return stages of so many epochs."""
    return [
        SimpleNamespace(training=SimpleNamespace(epochs=n, sample_every=every)) for n in lengths
    ]


@pytest.mark.parametrize(
    ("lengths", "every", "most", "expected"),
    [
        ((5,), 1, 200, {0, 1, 2, 3, 4, 5}),
        ((5,), 1, 6, {0, 1, 2, 3, 4, 5}),
        ((5,), 1, 5, {0, 2, 4, 5}),
        ((9,), 1, 3, {0, 4, 8, 9}),
        ((9,), 3, 200, {0, 3, 6, 9}),
        ((10,), 3, 3, {0, 6, 10}),
        ((4, 4), 1, 3, {0, 4, 8}),
        ((7,), 1, 1, {0, 7}),
    ],
)
def test_the_kept_epochs_are_evenly_spread(lengths, every, most, expected):
    assert kept_epochs(stages(*lengths, every=every), most) == expected


@pytest.mark.parametrize("most", [1, 7, 200])
def test_few_are_kept_of_many_and_a_longer_run_keeps_some_of_them(most):
    some, more = (kept_epochs(stages(epochs), most) for epochs in (1000, 5000))
    assert max(len(some), len(more)) <= most + 1
    assert len(some) > most / 2
    assert {epoch for epoch in more if epoch < 1000} <= some


def test_the_newest_and_the_best_stay_and_what_is_to_come(tmp_path):
    scores = [scored(epoch, value) for epoch, value in ((1, 9.0), (3, 1.0), (4, 2.0))]
    run = RunFolder(write_run(tmp_path / "run", 6, scores=scores))
    (run.checkpoints / scores[1]["checkpoint"]).mkdir(parents=True)
    thin_out(run, 5, kept={0, 4})
    assert list(run.sheets()) == [0, 3, 4, 5, 6]


@pytest.mark.parametrize("most", [2, 200])
def test_a_run_keeps_few_sheets_and_so_do_its_events(tmp_path, most):
    recipe = RECIPE.replace("epochs = 6", f"epochs = 6\nkeep_samples = {most}")
    run = train(tmp_path, recipe)
    expected = {2: [0, 4, 6], 200: list(range(7))}[most]
    assert list(run.sheets()) == expected
    assert images_in_events(run.path) == [12 * epoch for epoch in expected]
    shutil.rmtree(max(run.checkpoints.glob("step-*")))
    assert list(resume(run.path) and run.sheets()) == expected


def images_in_events(folder):
    """Return the steps of the sheets in TensorBoard's events."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"images": 0}).Reload()
    return [each.step for each in events.Images("samples")]
