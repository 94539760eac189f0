"""gankit export: what leaves a run computes what the run's generator does."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from made_runs import RECIPE, made_run
from networks import called, normal

from gankit.api.export import export
from gankit.errors import GankitError
from gankit.exporting import formats, in_npz

PARTS = Path(__file__).with_name("small_parts.py")
BACKEND = keras.backend.backend()
CONDITIONAL = """
seed = 7
[dataset]
name = "blobs"
[architecture]
name = "mlp"
latent = 4
generator_widths = [6]
discriminator_widths = [6]
conditional = "projection"
[loss]
name = "bce"
[training]
precision = "mixed_bfloat16"
"""
VIRTUAL = RECIPE + '[[stabilizers]]\nname = "virtual-batch-norm"\nreference = 4\n'
needs_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="it is written on TensorFlow")


@pytest.fixture
def made(tmp_path):
    """A run, and its game."""
    return made_run(tmp_path, [PARTS])


def left(folder):
    """Return the names of what is in a run's folder."""
    return {path.name for path in folder.iterdir()}


def averaged(gan):
    """Return the generator of a game with its averaged weights in place of its own."""
    generator = gan.networks["generator"]
    for variable, average in zip(generator.variables, gan.averages["generator"]):
        variable.assign(average.value)
    return generator


def test_a_keras_file_has_the_averaged_weights_and_loads_by_keras(gankit, made):
    run, gan = made
    code, out, err = gankit("export", run.path, "--plugin", PARTS)
    assert (code, err) == (0, "")
    wrote, what, difference, load = out.splitlines()
    assert wrote.startswith("wrote ") and wrote.endswith("made/generator.keras")
    assert what == "  the generator of step 40 by its averaged weights, of noise (batch, 4)"
    assert float(difference.split()[-1]) < 1e-5
    assert load.startswith("→ keras.saving.load_model(")
    loaded = keras.saving.load_model(run.path / "generator.keras")
    noise = normal(5, 4, seed=3)
    np.testing.assert_allclose(called(loaded, noise), called(averaged(gan), noise), atol=1e-5)


def test_npz_has_the_arrays_of_the_checkpoint_by_path_and_says_what_they_are(made):
    run, _ = made
    written = export(run.path, "npz", plugins=[PARTS])
    (newest,) = run.checkpoints.glob("step-*")
    with np.load(newest / "state.npz", allow_pickle=False) as state:
        averages = [state[name] for name in state.files if "average_" in name]
    with np.load(written.path, allow_pickle=False) as file:
        about = json.loads(file["about.json"].item())
        arrays = {name: file[name] for name in file.files if name != "about.json"}
    assert next(iter(arrays)).startswith("dense") and next(iter(arrays)).endswith("/kernel")
    for array, average in zip(arrays.values(), averages, strict=True):
        assert (array == average).all()
    assert about.pop("config")["class_name"] == "Functional"
    assert about == {
        "gankit": "0.1.0",
        "run": "made",
        "step": 40,
        "network": "generator",
        "averaged": True,
        "inputs": [{"name": "noise", "shape": [4], "dtype": "float32"}],
        "classes": 2,
    }


def test_labels_and_float32_of_a_conditional_run_in_mixed_precision(tmp_path):
    run, gan = made_run(tmp_path, [PARTS], CONDITIONAL)
    for network in ("generator", "discriminator"):
        written = export(run.path, "npz", network, plugins=[PARTS])
        assert written.difference <= 1e-5
        assert written.about["averaged"] is False
        assert [x["name"] for x in written.about["inputs"]][1] == "labels"
    file = export(run.path, plugins=[PARTS]).path
    loaded = keras.saving.load_model(file)
    assert {x.compute_dtype for x in loaded.layers if x.weights} == {"float32"}
    images = [called(loaded, normal(2, 4), np.full(2, label)) for label in (0, 1)]
    assert np.abs(images[0] - images[1]).max() > 1e-2
    near = keras.ops.convert_to_numpy(gan.sample(normal(2, 4), np.zeros(2, "int32")))
    np.testing.assert_allclose(images[0], near, atol=0.1)  # bfloat16 has eight bits


@needs_tensorflow
def test_a_saved_model_serves_a_batch_of_any_size(made):
    import tensorflow as tf

    run, gan = made
    path = export(run.path, "saved-model", plugins=[PARTS]).path
    model, generator = tf.saved_model.load(str(path)), averaged(gan)
    for count in (1, 7):
        noise = normal(count, 4)
        np.testing.assert_allclose(model.serve(noise), called(generator, noise), atol=1e-5)


@pytest.mark.skipif(BACKEND == "tensorflow", reason="for runs of another backend")
def test_a_run_of_another_backend_becomes_a_saved_model(python, made):
    run, gan = made
    options = ("--plugin", PARTS, "--format", "saved-model")
    python("-m", "gankit", "export", run.path, *options)
    program = (
        "import sys, numpy as np, tensorflow as tf\n"
        "model = tf.saved_model.load(sys.argv[1])\n"
        "np.save('out.npy', model.serve(np.load('in.npy')))\n"
    )
    np.save(run.path.parent / "in.npy", normal(3, 4))
    python("-c", program, run.path / "generator-saved-model")
    found = np.load(run.path.parent / "out.npy")
    np.testing.assert_allclose(found, called(averaged(gan), normal(3, 4)), atol=1e-5)


@needs_tensorflow
@pytest.mark.parametrize("recipe", [RECIPE, CONDITIONAL, VIRTUAL], ids=["plain", "labels", "left"])
def test_onnx_runtime_computes_the_same(tmp_path, recipe):
    pytest.importorskip("tf2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    run, gan = made_run(tmp_path, [PARTS], recipe)
    written = export(run.path, "onnx", plugins=[PARTS])
    session = onnxruntime.InferenceSession(written.path)
    inputs = {"noise": normal(5, 4), "labels": np.arange(5, dtype="int32") % 2}
    taken = {node.name: inputs[node.name] for node in session.get_inputs()}
    expected = keras.ops.convert_to_numpy(gan.sample(*taken.values()))
    exact = 0.1 if recipe == CONDITIONAL else 1e-5  # that run is in bfloat16
    np.testing.assert_allclose(session.run(None, taken)[0], expected, atol=exact)
    assert json.loads(session.get_modelmeta().custom_metadata_map["step"]) == 40


@needs_tensorflow
def test_what_onnx_runtime_does_not_run_is_refused(gankit, made, monkeypatch):
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")

    def fails(*_, **__):
        raise RuntimeError("no such operation")

    run, before = made[0], left(made[0].path)
    monkeypatch.setattr(runtime, "InferenceSession", fails)
    code, _, err = gankit("export", run.path, "--plugin", PARTS, "--format", "onnx")
    assert code == 1 and "RuntimeError: no such operation" in err
    assert err.endswith("→ choose another format: --format saved-model, or --format keras\n")
    assert left(run.path) == before


@pytest.mark.anywhere
def test_a_layer_that_keras_does_not_know_is_refused_with_what_is_possible(gankit, tmp_path):
    run, _ = made_run(tmp_path, [PARTS], VIRTUAL)
    before = left(run.path)
    code, _, err = gankit("export", run.path, "--plugin", PARTS)
    assert code == 1 and "(VirtualBatchNormalization)" in err
    assert "--format onnx" in err and "--format npz" in err
    assert left(run.path) == before
    written = export(run.path, "npz", plugins=[PARTS])
    with np.load(written.path, allow_pickle=False) as file:
        assert json.loads(file["about.json"].item())["config"] is None
    if BACKEND == "tensorflow":
        assert export(run.path, "saved-model", plugins=[PARTS]).difference <= 1e-5


@pytest.mark.anywhere
@pytest.mark.parametrize("wrong", [0.01, np.nan], ids=["different", "not a number"])
def test_what_computes_something_else_is_an_error_and_nothing_stays(made, monkeypatch, wrong):
    run, _ = made
    right, before = in_npz.outputs, left(run.path)
    monkeypatch.setattr(in_npz, "outputs", lambda *given: right(*given) + wrong)
    with pytest.raises(GankitError, match="gives other results"):
        export(run.path, "npz", plugins=[PARTS])
    assert left(run.path) == before


@pytest.mark.anywhere
def test_a_full_disk_is_an_error_and_nothing_stays(gankit, made, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    run, before = made[0], left(made[0].path)
    monkeypatch.setattr(in_npz, "write", full)
    code, _, err = gankit("export", run.path, "--plugin", PARTS, "--format", "npz")
    assert code == 1 and "No space left" in err
    assert left(run.path) == before


@pytest.mark.anywhere
def test_a_missing_package_is_named(gankit, made, monkeypatch):
    monkeypatch.setattr(formats, "find_spec", lambda name: None if "onnx" in name else object())
    code, _, err = gankit("export", made[0].path, "--format", "onnx")
    assert code == 1
    assert err.startswith("error: the format onnx needs onnx, tf2onnx, onnxruntime, which")
    assert err.endswith('→ pip install "gankit[onnx]"\n')


@pytest.mark.anywhere
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--network", "generatr"], 'Did you mean "generator"?'),
        (["--out", "there.npz"], "must end with .keras"),
        (["--out", "taken.keras"], "already exists"),
        (["--format", "saved-model", "--backend", "jax"], "the format saved-model on tensorflow"),
    ],
)
def test_wrong_words(gankit, made, words, said):
    Path("taken.keras").write_text("mine")
    code, _, err = gankit("export", made[0].path, "--plugin", PARTS, *words)
    assert code == 1 and said in " ".join(err.split())
    assert Path("taken.keras").read_text() == "mine"


@pytest.mark.anywhere
def test_no_such_format(made):
    with pytest.raises(GankitError, match='Did you mean "keras"'):
        export(made[0].path, "kears")
