"""CycleGAN: its loss against float64 numpy, its networks, its data, and how a run shows it."""

import keras
import numpy as np
import pytest
from games import PLAYERS, values
from keras import ops
from networks import normal
from PIL import Image

import gankit
from gankit.data.scaling import tensor_from_uint8
from gankit.game.gan import GAN
from gankit.game.turn import Round, Turn
from gankit_cyclegan.dataset import unpaired
from gankit_cyclegan.loss import CycleGan
from gankit_cyclegan.networks import cyclegan
from gankit_cyclegan.pool import ImagePool
from gankit_lego.dataset import lego_unpaired
from gankit_standard.stabilizers.features import FeatureMatching
from gankit_standard.stabilizers.minibatch import MinibatchDiscrimination, MinibatchStd
from gankit_standard.stabilizers.orthogonal import Orthogonal
from gankit_standard.stabilizers.packing import Packing
from gankit_standard.stabilizers.penalties import R1, GradientPenalty
from gankit_standard.stabilizers.spectral_norm import SpectralNorm
from gankit_standard.stabilizers.targets import LabelSmoothing
from gankit_standard.stabilizers.updates import Ema
from gankit_standard.stabilizers.virtual_batch_norm import VirtualBatchNorm

G_AB, G_BA = (0.5, 0.25), (-0.75, 0.5)  # a pixel x becomes weight · x + bias
KERNELS = {name: normal(2, 2, 1, 1, seed=seed) for seed, name in enumerate(("d_a", "d_b"), 1)}
A, B = 0.5 * normal(4, 8, 8, 1, seed=3), 0.5 * normal(4, 8, 8, 1, seed=4)
PAIR = {"a": A, "b": B}


def pixelwise(weight, bias):
    """Return a generator that treats each pixel alike."""
    x = keras.Input((8, 8, 1))
    network = keras.Model(x, keras.layers.Conv2D(1, 1)(x))
    network.set_weights([np.full((1, 1, 1, 1), weight), np.full((1,), bias)])
    return network


def patchwise(name):
    """Return a discriminator with a logit for each 2 × 2 pixels, (batch, 4, 4, 1)."""
    x = keras.Input((8, 8, 1))
    network = keras.Model(
        x, keras.layers.Conv2D(1, 2, strides=2, use_bias=False, name="patches")(x)
    )
    network.set_weights([KERNELS[name]])
    return network


def networks(ab=G_AB, ba=G_BA):
    made = {"g_ab": pixelwise(*ab), "g_ba": pixelwise(*ba)}
    return made | {name: patchwise(name) for name in KERNELS}


def game(stabilizers=(), made=None, rates=(0.1, 0.1), loss=None, **options):
    gan = GAN(made or networks(), loss or CycleGan(), stabilizers, **options)
    gan.compile({player: keras.optimizers.SGD(rate) for player, rate in zip(PLAYERS, rates)})
    return gan


def turn(gan, player):
    return Turn(player, Round(gan, {name: ops.convert_to_tensor(x) for name, x in PAIR.items()}))


def score(gan, player):
    return float(gan.game(turn(gan, player)))


def logits(name, x):
    """Return what `patchwise` makes of images, in float64."""
    windows = x.astype("float64").reshape(len(x), 4, 2, 4, 2)
    return np.einsum("bhiwj,ij->bhw", windows, KERNELS[name][..., 0, 0].astype("float64"))


def applied(weights, x):
    return weights[0] * x.astype("float64") + weights[1]


def apart(x, y):
    return np.abs(x - y).mean()


@pytest.mark.parametrize(("cycle", "identity"), [(10.0, 0.5), (3.0, 0.0), (0.0, 0.5)])
def test_the_generators_loss_equals_its_formula(cycle, identity):
    fake_b, fake_a = applied(G_AB, A), applied(G_BA, B)
    fooled = ((logits("d_b", fake_b) - 1) ** 2).mean() + ((logits("d_a", fake_a) - 1) ** 2).mean()
    back = apart(applied(G_BA, fake_b), A) + apart(applied(G_AB, fake_a), B)
    same = apart(applied(G_BA, A), A) + apart(applied(G_AB, B), B)
    expected = fooled + cycle * back + cycle * identity * same
    found = score(game(loss=CycleGan(cycle, identity)), "generator")
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_discriminators_loss_equals_its_formula_with_softened_targets():
    pairs = (("d_a", A, applied(G_BA, B)), ("d_b", B, applied(G_AB, A)))
    expected = sum(
        ((logits(d, real) - 0.9) ** 2).mean() + (logits(d, fake) ** 2).mean()
        for d, real, fake in pairs
    )
    found = score(game([LabelSmoothing(0.1)]), "discriminator")
    assert found == pytest.approx(expected / 2, rel=1e-5)


def test_targets_have_the_shape_of_the_logits_of_patches():
    judging = turn(game([LabelSmoothing(0.1)]), "discriminator")
    judging_loss = CycleGan()
    judging_loss(judging)
    for judgment in judging.judgments:
        assert tuple(judgment.real.shape) == tuple(judgment.targets.real.shape) == (4, 4, 4, 1)


def test_going_and_coming_back_costs_nothing_where_one_generator_undoes_the_other():
    made = networks(ab=(2.0, -0.5), ba=(0.5, 0.25))  # 2x − ½, and (y + ½) / 2
    with_cycle = score(game(made=made, loss=CycleGan(10.0, 0.0)), "generator")
    without = score(game(made=made, loss=CycleGan(0.0, 0.0)), "generator")
    assert with_cycle == pytest.approx(without, rel=1e-5)
    assert without > 0.1, "what the discriminators say is in it all the same"


@pytest.mark.parametrize("simultaneous", [False, True])
def test_a_turn_moves_only_the_networks_of_its_player(simultaneous):
    for moving, rates in zip(PLAYERS, ((0.1, 0.0), (0.0, 0.1))):
        gan = game(rates=rates, simultaneous=simultaneous)
        before = {player: values(gan.trained_by(player)) for player in PLAYERS}
        gan.train_on_batch(PAIR)
        for player in PLAYERS:
            same = [
                np.array_equal(*pair)
                for pair in zip(before[player], values(gan.trained_by(player)))
            ]
            assert not any(same) if player == moving else all(same)


def test_one_forward_pass_for_both_gives_each_player_the_gradient_of_a_turn_of_its_own():
    shared, alone = game(simultaneous=True), game(rates=(0.0, 0.1))
    for gan in (shared, alone):
        gan.train_on_batch(PAIR)
    pairs = zip(values(shared.trained_by("generator")), values(alone.trained_by("generator")))
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_accuracies_are_shares_of_patches():
    gan = game(rates=(0.0, 0.0))
    logs = {k: float(v) for k, v in gan.train_on_batch(PAIR, return_dict=True).items()}
    real = np.mean([(logits("d_a", A) > 0.5).mean(), (logits("d_b", B) > 0.5).mean()])
    assert logs["d_real_acc"] == pytest.approx(real, abs=1e-6)


def test_r1_of_patches_is_the_slope_of_their_sum():
    slopes = [16 * (kernel.astype("float64") ** 2).sum() for kernel in KERNELS.values()]
    part = R1(gamma=2.0)
    judging = turn(game([part]), "discriminator")
    CycleGan()(judging)
    assert float(part.penalty(judging)) == pytest.approx(sum(slopes), rel=1e-5)


def test_the_gradient_penalty_of_real_networks_of_patches_plays():
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), "uint8")
    spec = gankit.DataSpec({"a": (16, 16, 3), "b": (16, 16, 3)})
    gan = game([GradientPenalty(1.0)], cyclegan(spec, width=4, blocks=1, levels=1))
    before = values(gan.trained_by("discriminator"))
    logs = gan.train_on_batch({"a": images, "b": images[::-1]}, return_dict=True)
    assert all(np.isfinite(float(value)) for value in logs.values())
    assert float(logs["gradient_penalty"]) > 0
    after = values(gan.trained_by("discriminator"))
    assert not any(map(np.array_equal, before, after))


def test_the_average_is_of_both_generators_and_is_what_is_sampled():
    gan = game([Ema(0.5, warm_up=False)])
    before = {name: values(gan.networks[name].variables) for name in ("g_ab", "g_ba")}
    gan.train_on_batch(PAIR)
    assert set(gan.averages) == set(before)
    for name, started in before.items():
        now = values(gan.networks[name].variables)
        assert not np.array_equal(now[0], started[0])
        kernel, bias = ((a.astype("float64") + b) / 2 for a, b in zip(started, now))
        sampled = ops.convert_to_numpy(gan.sample(PAIR["a"], name=name))
        np.testing.assert_allclose(sampled, applied((kernel.item(), bias.item()), PAIR["a"]), 1e-5)


def test_orthogonal_draws_the_kernels_of_both_generators():
    gan = game([Orthogonal(0.5, form="identity")], rates=(0.0, 0.0))
    plain = game(rates=(0.0, 0.0))
    logs, without = (g.train_on_batch(PAIR, return_dict=True) for g in (gan, plain))
    expected = 0.5 * sum((weight**2 - 1) ** 2 for weight, _ in (G_AB, G_BA))
    assert float(logs["g_loss"]) - float(without["g_loss"]) == pytest.approx(expected, rel=1e-4)
    assert float(logs["d_loss"]) == pytest.approx(float(without["d_loss"]), rel=1e-6)


# The networks


@pytest.mark.anywhere
def test_the_networks_are_those_of_the_paper():
    made = cyclegan(gankit.DataSpec({"a": (128, 128, 3), "b": (128, 128, 3)}))
    assert made["g_ab"].output.shape == (None, 128, 128, 3)
    assert made["d_a"].output.shape == (None, 16, 16, 1)
    kernels = [w.shape for w in made["g_ab"].weights if w.name == "kernel"]
    assert kernels[0] == (7, 7, 3, 64) and kernels[-1] == (7, 7, 64, 3)
    assert kernels.count((3, 3, 256, 256)) == 12  # six blocks of two
    widths = [w.shape[-1] for w in made["d_b"].weights if w.name == "kernel"]
    assert widths == [64, 128, 256, 512, 1]


@pytest.mark.anywhere
@pytest.mark.parametrize(("levels", "patch"), [(1, 16), (2, 34), (3, 70)])
def test_a_patch_has_as_many_pixels_as_the_docstring_says(levels, patch):
    made = cyclegan(gankit.DataSpec({"a": (32, 32, 1), "b": (32, 32, 1)}), 2, 0, levels)
    layers = [x for x in made["d_a"].layers if isinstance(x, keras.layers.Conv2D)]
    seen = 1
    for layer in reversed(layers):
        seen = (seen - 1) * layer.strides[0] + layer.kernel_size[0]
    assert seen == patch


@pytest.mark.anywhere
def test_a_and_b_may_differ_in_channels_without_the_identity_term():
    made = cyclegan(gankit.DataSpec({"a": (16, 16, 1), "b": (16, 16, 3)}), 2, 0, 1)
    assert made["g_ab"].output.shape[-1] == 3
    assert made["d_b"].input.shape[-1] == 3
    batch = {"a": normal(2, 16, 16, 1), "b": normal(2, 16, 16, 3)}
    gan = GAN(made, CycleGan(identity=0.5))
    tensors = {name: ops.convert_to_tensor(x) for name, x in batch.items()}
    with pytest.raises(gankit.GankitError, match="with the same channels"):
        gan.game(Turn("generator", Round(gan, tensors)))
    gan.game.identity = 0.0
    assert np.isfinite(float(gan.game(Turn("generator", Round(gan, tensors)))))


@pytest.mark.anywhere
@pytest.mark.parametrize("b", [(16, 32, 1), (18, 18, 1), (8, 8, 1)])
def test_sizes_that_do_not_fit_are_an_error(b):
    a = b if b[0] == b[1] else (16, 16, 1)
    with pytest.raises(gankit.GankitError, match="multiples of 4"):
        cyclegan(gankit.DataSpec({"a": a, "b": b}))


@pytest.mark.anywhere
def test_data_of_other_names_is_an_error():
    with pytest.raises(gankit.GankitError, match=r"no array 'a'\. It has: images"):
        cyclegan(gankit.DataSpec({"images": (16, 16, 1)}))


# The data


@pytest.mark.anywhere
def test_two_folders_are_two_sets_of_one_length(tmp_path):
    for folder, count in (("a", 2), ("b", 3)):
        for i in range(count):
            file = tmp_path / folder / "deep" / f"{i}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (8, 8), 10 * i).save(file)
    (tmp_path / "a" / ".hidden.png").write_text("")
    (tmp_path / "a" / "notes.txt").write_text("")
    dataset = unpaired(str(tmp_path / "a"), str(tmp_path / "b"), size=4, channels="grey")
    assert dataset.spec == gankit.DataSpec({"a": (4, 4, 1), "b": (4, 4, 1)})
    assert dataset.arrays["a"][:, 0, 0, 0].tolist() == [0, 10, 0]
    assert dataset.arrays["b"][:, 0, 0, 0].tolist() == [0, 10, 20]


@pytest.mark.anywhere
def test_a_folder_that_is_not_there_or_empty_is_named(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "0.png")
    with pytest.raises(gankit.GankitError, match="missing' does not exist"):
        unpaired(str(tmp_path), str(tmp_path / "missing"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(gankit.GankitError, match="empty' has no images"):
        unpaired(str(tmp_path / "empty"), str(tmp_path))


@pytest.mark.anywhere
def test_bricks_on_two_grounds_are_seen_from_different_sides():
    bricks = lego_unpaired(count=4, size=16, kinds=["brick-2x4"])
    a, b = bricks.arrays["a"], bricks.arrays["b"]
    assert (a[:, 0, 0] == 255).all() and (b[:, 0, 0] < 30).all()
    # the same view would differ on the ground alone
    assert ((a != 255) & (a != b)).any(axis=(1, 2, 3)).all()
    again = lego_unpaired(count=4, size=16, kinds=["brick-2x4"], seed=1).arrays["a"]
    assert not np.array_equal(a, again)


# What a run shows


@pytest.mark.anywhere
def test_a_strip_is_there_and_back():
    gan = game()
    found = gan.game.preview(gan, {name: tensor_from_uint8(x) for name, x in PAIR.items()})
    expected = [
        [A, applied(G_AB, A), applied(G_BA, applied(G_AB, A))],
        [B, applied(G_BA, B), applied(G_AB, applied(G_BA, B))],
    ]
    for strip, wanted in zip(found, expected, strict=True):
        for image, want in zip(strip, wanted, strict=True):
            np.testing.assert_allclose(ops.convert_to_numpy(image), want, atol=1e-6)


@pytest.mark.parametrize(
    "kind", [FeatureMatching, MinibatchDiscrimination, MinibatchStd, Packing, SpectralNorm]
)
def test_what_a_stabilizer_does_to_the_discriminator_it_does_to_both(kind):
    plain = networks()
    gan = game([kind()], plain)
    for name, other in (("d_a", "d_b"), ("d_b", "d_a")):
        changed = gan.networks[name] is not plain[name]
        assert changed == (kind is not FeatureMatching)
        ours = {id(v) for v in gan.networks[name].variables}
        assert not ours & {id(v) for v in gan.networks[other].variables}
    moving = [v for v in gan.variables if "rng" not in v.path and "seed" not in v.path]
    before = values(moving)
    gan.train_on_batch(PAIR)  # what is beside the last layer begins at 0, and is reached from then
    logs = gan.train_on_batch(PAIR, return_dict=True)
    assert np.isfinite([float(value) for value in logs.values()]).all()
    held = [v for v, old in zip(moving, before) if np.array_equal(old, values([v])[0])]
    assert [v.path for v in held if v.path.endswith(("/u", "tensor", "readout"))] == []


def test_features_are_matched_by_the_discriminator_that_judges_them():
    gan = game([FeatureMatching(1.0, "patches")])
    expected = 0.0
    for name, real, source, weights in (("d_a", A, B, G_BA), ("d_b", B, A, G_AB)):
        real, fake = (logits(name, x).mean(0) for x in (real, applied(weights, source)))
        expected += np.square(real - fake).sum()
    (matching,) = gan.stabilizers
    judging = turn(gan, "generator")
    gan.game(judging)
    assert float(matching.penalty(judging)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.anywhere
def test_what_needs_another_network_or_noise_says_so():
    with pytest.raises(gankit.GankitError, match=r"no network 'generator'\. It has: d_a, "):
        gankit.Networks(networks())["generator"]
    with pytest.raises(gankit.GankitError, match="finds no batch normalisation"):
        game([VirtualBatchNorm()])
    with pytest.raises(gankit.GankitError, match="turns images into images"):
        game().noise_shape  # noqa: B018


RECIPE = """
[dataset]
name = "lego-unpaired"
count = 8
size = 16
kinds = ["brick-2x2"]

[architecture]
name = "cyclegan"
width = 2
blocks = 1
levels = 1

[loss]
name = "cyclegan"

[[stabilizers]]
name = "image-pool"
size = 3

[training]
batch_size = 4
"""


@pytest.mark.long
@pytest.mark.anywhere
def test_a_run_has_sheets_and_its_verbs_of_noise_say_why_not(gankit, tmp_path):
    (tmp_path / "bricks.toml").write_text(RECIPE)
    code, out, error = gankit("run", "bricks.toml", "--out", "run", "--cpu")
    assert code == 0, error
    assert "gankit sample" not in out
    sheets = sorted((tmp_path / "run" / "samples").glob("*.png"))
    assert [Image.open(sheet).size for sheet in sheets] == [(2 + 2 * (5 * 48 + 2), 2 + 8 * 82)] * 2
    for verb in ("sample", "score"):
        code, _, error = gankit(verb, "run", "--cpu")
        assert code == 1
        assert "images into images" in " ".join(error.split())


@pytest.mark.anywhere
def test_parts_for_pictures_of_one_set_are_refused(gankit, tmp_path):
    dcgan = RECIPE.replace('"cyclegan"\nwidth = 2\nblocks = 1\nlevels = 1', '"dcgan"')
    (tmp_path / "dcgan.toml").write_text(dcgan)
    code, _, error = gankit("check", "dcgan.toml", "--cpu")
    assert code == 1
    assert "the data has no array 'images'. It has: a, b" in " ".join(error.split())


def test_the_pool_is_beside_the_generators_turn():
    gan = game([ImagePool(4)])
    for _ in range(3):
        scoring = turn(gan, "generator")
        CycleGan()(scoring)
        fakes = [ops.convert_to_numpy(j.fake_images) for j in scoring.judgments]
        for fake, expected in zip(fakes, (applied(G_BA, B), applied(G_AB, A))):
            np.testing.assert_allclose(fake, expected, atol=1e-6)
    assert [int(filled.value) for filled in gan.stabilizers[0].filled.values()] == [0, 0]
