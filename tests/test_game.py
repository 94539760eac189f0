"""The game: who moves, by how much, and on what."""

from typing import ClassVar

import keras
import numpy as np
import pytest
from games import PLAYERS, game, networks, play, values
from keras import ops

import gankit
from gankit.game.gan import GAN
from gankit_standard.losses import Bce, Relativistic, Wasserstein
from gankit_standard.mlp import mlp
from gankit_standard.stabilizers.penalties import R2, GradientPenalty
from gankit_standard.stabilizers.targets import LabelNoise, LabelSmoothing
from gankit_standard.stabilizers.updates import Ema


class Product(gankit.Loss):
    """The game of x·y, which x minimises and y maximises: its equilibrium is 0."""

    players: ClassVar = {"x": ("x",), "y": ("y",)}

    def __call__(self, turn):
        x, y = (turn.networks[name].trainable_variables[0].value for name in "xy")
        return ops.sum(x * y) * (1.0 if turn.player == "x" else -1.0)


class Shared(Product):
    """The game of x·y, which both players minimise: one value, computed once."""

    def __call__(self, turn):
        return turn.once("value", lambda: Product.__call__(self, turn))


class Constants(gankit.Loss):
    """Two players whose losses are 1 and 100, and whose names start with one letter."""

    players: ClassVar = {"d0": ("x",), "d1": ("y",)}

    def __call__(self, turn):
        (name,) = self.players[turn.player]
        weight = turn.networks[name].trainable_variables[0].value
        return 0 * ops.sum(weight) + (1.0 if turn.player == "d0" else 100.0)


def numbers(loss, rate, simultaneous):
    """Return a game of two networks, x and y, each of one weight, which is 1."""
    nets = {
        name: keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        for name in "xy"
    }
    for net in nets.values():
        net.trainable_variables[0].assign([[1.0]])
    gan = GAN(nets, loss, simultaneous=simultaneous)
    gan.compile({player: keras.optimizers.SGD(rate) for player in loss.players})
    return gan


def product(rate, simultaneous):
    """Return the radius of (x, y) before the game and after each of 40 steps."""
    gan = numbers(Product(), rate, simultaneous)
    radii = [2**0.5]
    for _ in range(40):
        gan.train_on_batch({"images": np.zeros((2, 1), "float32")})
        radii.append(float(np.linalg.norm(values(gan.trainable_variables))))
    return np.array(radii)


def test_simultaneous_steps_of_the_xy_game_grow_by_the_root_of_one_plus_eta_squared():
    radii = product(0.1, simultaneous=True)
    np.testing.assert_allclose(radii[1:] / radii[:-1], np.sqrt(1 + 0.1**2), rtol=1e-5)


def test_alternating_steps_of_the_xy_game_stay_bounded():
    radii = product(0.1, simultaneous=False)
    # the symplectic step keeps x² + y² − η·x·y, an ellipse
    assert radii.max() < np.sqrt(2) * np.sqrt((1 + 0.05) / (1 - 0.05))
    assert radii.min() > 1


def test_simultaneous_players_may_share_one_loss():
    gan = numbers(Shared(), 0.1, simultaneous=True)
    play(gan, np.zeros((2, 1), "float32"), steps=3)
    np.testing.assert_allclose(np.ravel(values(gan.trainable_variables)), (1 - 0.1) ** 3, rtol=1e-5)


def test_players_of_one_first_letter_are_logged_by_their_full_names():
    logs = play(numbers(Constants(), 0.0, simultaneous=False), np.zeros((2, 1), "float32"))
    assert logs == {"d0_loss": 1, "d0_grad_norm": 0, "d1_loss": 100, "d1_grad_norm": 0}


@pytest.mark.parametrize("simultaneous", [False, True])
def test_a_turn_moves_only_the_networks_of_its_player(images, simultaneous):
    for still in PLAYERS:
        gan = GAN(networks(), Bce(), simultaneous=simultaneous)
        rates = {player: 0.0 if player == still else 0.1 for player in PLAYERS}
        gan.compile({player: keras.optimizers.SGD(rate) for player, rate in rates.items()})
        before = {player: values(gan.trained_by(player)) for player in PLAYERS}
        play(gan, images[:16])
        for player in PLAYERS:
            pairs = zip(before[player], values(gan.trained_by(player)))
            moved = [not np.array_equal(a, b) for a, b in pairs]
            assert not any(moved) if player == still else all(moved)


def test_the_shared_forward_pass_gives_the_discriminator_the_step_of_its_own_turn(images):
    shared, alone = game(Bce(), simultaneous=True), game(Bce())
    play(shared, images)
    play(alone, images)
    for a, b in zip(
        values(shared.trained_by("discriminator")), values(alone.trained_by("discriminator"))
    ):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


class Seen(gankit.Stabilizer):
    """Notes the mean of the real images on each turn of a step."""

    def prepare(self, gan):
        self.means = [keras.Variable(0.0, trainable=False) for _ in range(4)]
        self.turn = 0

    def penalty(self, turn):
        self.means[self.turn].assign(ops.mean(turn.batch["images"]))
        self.turn += 1
        return 0.0


def test_each_of_several_turns_sees_a_fresh_part_of_the_batch(images):
    seen = Seen()
    gan = game(Bce(), [seen], repeats={"discriminator": 3})
    gan.run_eagerly, gan.jit_compile = True, False
    play(gan, images[:48])
    parts = images[:48].reshape(3, 16, 8, 8, 1).mean((1, 2, 3, 4), dtype="float64") / 127.5 - 1
    np.testing.assert_allclose(values(seen.means), [*parts, parts[0]], atol=1e-6)


def test_accuracies_and_losses_are_those_of_the_logits(images):
    gan = game(Bce(), learning_rate=0.0)
    logs = play(gan, images)
    logits = ops.convert_to_numpy(gan.networks["discriminator"](images / 127.5 - 1)).astype(
        "float64"
    )
    assert logs["d_real_acc"] == pytest.approx((logits > 0).mean())
    assert logs["d_acc"] == pytest.approx((logs["d_real_acc"] + logs["d_fake_acc"]) / 2)
    assert {"g_loss", "g_acc", "d_grad_norm", "g_grad_norm"} < logs.keys()


def test_a_critic_has_no_accuracies(images):
    assert not [name for name in play(game(Wasserstein()), images) if "acc" in name]


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_gives_nearly_the_step_of_float32(images, precision):
    moved = []
    for policy in ("float32", precision):
        keras.config.set_dtype_policy(policy)
        try:
            gan = game(Bce(), simultaneous=True)
            before = values(gan.trainable_variables)
            play(gan, images)
            moved.append([a - b for a, b in zip(values(gan.trainable_variables), before)])
        finally:
            keras.config.set_dtype_policy("float32")
    exact, mixed = (np.concatenate([x.ravel() for x in arrays]) for arrays in moved)
    # bfloat16 keeps 8 bits of a number, and the gradients are sums of numbers of both signs
    assert np.linalg.norm(mixed - exact) < 0.05 * np.linalg.norm(exact)


def test_float16_gradients_below_its_smallest_number_survive_by_loss_scaling(images):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = game(Tiny(), simultaneous=True)
        logs = play(gan, images)
    finally:
        keras.config.set_dtype_policy("float32")
    assert 1e-9 < logs["g_grad_norm"] < 1e-5


class Tiny(gankit.AdversarialLoss):
    """A loss whose gradients are too small for float16."""

    def discriminator(self, real, fake):
        return 1e-7 * (ops.mean(fake) - ops.mean(real))

    def generator(self, fake):
        return -1e-7 * ops.mean(fake)


def test_the_first_step_whose_loss_is_not_finite_is_known(images):
    gan = game(Wasserstein(), learning_rate=0.0)
    play(gan, images, steps=2)
    weights = gan.trained_by("discriminator")[0]
    weights.assign(np.full(weights.shape, np.nan, "float32"))
    play(gan, images, steps=2)
    assert int(gan.broken_at.value) == 2


def test_labels_reach_the_networks_that_take_them():
    noise, labels = keras.Input((4,), name="noise"), keras.Input((), dtype="int32", name="labels")
    x = keras.layers.Concatenate()([noise, keras.layers.Embedding(3, 4)(labels)])
    generator = keras.Model([noise, labels], keras.layers.Dense(2)(x))
    seen, kinds = keras.Input((2,), name="images"), keras.Input((), dtype="int32", name="labels")
    y = keras.layers.Concatenate()([seen, keras.layers.Embedding(3, 4)(kinds)])
    discriminator = keras.Model([seen, kinds], keras.layers.Dense(1)(y))
    gan = GAN({"generator": generator, "discriminator": discriminator}, Bce())
    gan.compile({player: keras.optimizers.SGD(0.1) for player in PLAYERS})
    tables = [network.get_layer(index=2) for network in (generator, discriminator)]
    before = values([table.embeddings for table in tables])
    batch = {"images": np.ones((6, 2), "float32"), "labels": np.array([0, 0, 1, 1, 0, 1], "int32")}
    gan.train_on_batch(batch)
    for was, now in zip(before, values([table.embeddings for table in tables])):
        assert [bool((a != b).any()) for a, b in zip(was, now)] == [True, True, False]
    noise = np.ones((2, 4), "float32")
    made = ops.convert_to_numpy(gan.sample(noise, np.array([0, 2], "int32")))
    assert not np.allclose(made[0], made[1])


# Stabilizers at their seams


def test_label_smoothing_is_one_sided():
    one = gankit.Targets(ops.ones((4, 1)), ops.zeros((4, 1)))
    smooth = LabelSmoothing(0.25).targets(one)
    np.testing.assert_allclose(ops.convert_to_numpy(smooth.real), 0.75)
    np.testing.assert_allclose(ops.convert_to_numpy(smooth.fake), 0.0)


@pytest.mark.parametrize("amount", [0.0, 0.1, 1.0])
def test_label_noise_goes_inward_only_and_fills_its_range(amount):
    noise = LabelNoise(amount)
    noise.seed = keras.random.SeedGenerator(3)
    ones = gankit.Targets(ops.ones((10_000, 1)), ops.zeros((10_000, 1)))
    noisy = noise.targets(ones)
    real, fake = map(ops.convert_to_numpy, (noisy.real, noisy.fake))
    assert real.max() <= 1 and fake.min() >= 0
    assert real.min() == pytest.approx(1 - amount, abs=1e-3 + amount / 100)
    assert fake.max() == pytest.approx(amount, abs=1e-3 + amount / 100)
    assert real.mean() == pytest.approx(1 - amount / 2, abs=0.01)
    if amount:
        assert abs(np.corrcoef(real[:, 0], fake[:, 0])[0, 1]) < 0.05


def test_ema_follows_its_recurrence_and_is_what_is_sampled(images):
    ema = Ema(0.9, warm_up=False)
    gan = game(Bce(), [ema], norm=True)
    generator = gan.networks["generator"]
    expected = [x.astype("float64") for x in values(generator.variables)]
    for _ in range(3):
        play(gan, images)
        expected = [0.9 * e + 0.1 * w for e, w in zip(expected, values(generator.variables))]
    for e, a in zip(expected, values(ema.averages["generator"])):
        np.testing.assert_allclose(a, e, rtol=2e-5, atol=1e-6)
    noise = np.random.default_rng(0).standard_normal((2, 8)).astype("float32")
    sampled = ops.convert_to_numpy(gan.sample(noise))
    for variable, average in zip(generator.variables, values(ema.averages["generator"])):
        variable.assign(average)
    np.testing.assert_allclose(sampled, ops.convert_to_numpy(generator(noise)), atol=1e-5)


def test_no_ema_at_decay_zero(images):
    gan = game(Bce(), [Ema(0.0)])
    play(gan, images)
    for a, b in zip(values(gan.averages["generator"]), values(gan.networks["generator"].variables)):
        np.testing.assert_array_equal(a, b)


# The gradient penalty against float64


def critic(w1, w2, x):
    """Return D(x) = w₂ · tanh(W₁ x), (batch,)."""
    return np.tanh(x @ w1) @ w2[:, 0]


def penalty(w1, w2, x, step=1e-5):
    """Return the mean of (‖∇D(x)‖ − 1)², its inner gradient by central differences."""
    nudges = step * np.eye(x.shape[1])
    slope = [(critic(w1, w2, x + d) - critic(w1, w2, x - d)) / (2 * step) for d in nudges]
    return np.mean((np.linalg.norm(slope, axis=0) - 1) ** 2)


def test_the_gradient_penalty_and_its_gradient_equal_finite_differences(monkeypatch):
    draw = np.random.default_rng(5)
    w1, w2 = draw.normal(size=(6, 5)), draw.normal(size=(5, 1))
    real, fake = draw.normal(size=(2, 7, 6))
    share = draw.uniform(size=(7, 1))
    monkeypatch.setattr(
        keras.random,
        "uniform",
        lambda *shape, **kind: ops.convert_to_tensor(share.astype("float32")),
    )
    dense = [keras.layers.Dense(5, "tanh", use_bias=False), keras.layers.Dense(1, use_bias=False)]
    model = keras.Sequential([keras.Input((6,)), *dense])
    model.set_weights([w1, w2])
    gan = GAN({"generator": model, "discriminator": model}, Penalised(real, fake), [])
    gan.compile({player: keras.optimizers.SGD(1.0) for player in PLAYERS})
    gan.run_eagerly, gan.jit_compile = True, False
    logs = play(gan, np.zeros((7, 6), "float32"))
    x = real + share * (fake - real)
    assert logs["d_loss"] == pytest.approx(10 * penalty(w1, w2, x), rel=1e-5)
    for index, weight in enumerate((w1, w2)):
        expected = np.zeros_like(weight)
        for at in np.ndindex(weight.shape):
            for sign in (1, -1):
                nudged = [w1.copy(), w2.copy()]
                nudged[index][at] += sign * 1e-3
                expected[at] += sign * 10 * penalty(*nudged, x) / 2e-3
        moved = weight - values(model.trainable_variables)[index]
        np.testing.assert_allclose(moved, expected, rtol=2e-3, atol=2e-3 * np.abs(expected).max())


class Penalised(gankit.Loss):
    """The gradient penalty alone, between given points."""

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ()}

    def __init__(self, real, fake):
        self.points = [x.astype("float32") for x in (real, fake)]
        self.part = GradientPenalty(10.0)

    def __call__(self, turn):
        real, fake = map(ops.convert_to_tensor, self.points)
        if turn.player == "generator":
            return ops.sum(real) * 0.0
        self.part.seed = None
        turn.judge("discriminator", real, fake)
        return self.part.penalty(turn)


class Alternate(gankit.Stabilizer):
    """Lets the discriminator move on each second step, and shows what it was asked."""

    logged: ClassVar = ("real_logit",)

    def prepare(self, gan):
        self.steps = gan.steps

    def watch(self, turn):
        if turn.player != "discriminator":
            return {}
        return {"real_logit": ops.mean(turn.judgments[0].real)}

    def should_update(self, player, gan):
        return player != "discriminator" or ops.equal(self.steps.value % 2, 1)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_a_player_who_may_not_move_keeps_networks_and_optimizer(images, simultaneous):
    gan = GAN(networks(), Bce(), [Alternate()], simultaneous=simultaneous)
    gan.compile({player: keras.optimizers.Adam(0.01) for player in PLAYERS})
    held = [*gan.trained_by("discriminator"), *gan.optimizer.by_player["discriminator"].variables]
    states = [values(held)]
    for _ in range(2):
        play(gan, images[:16])
        states.append(values(held))
    assert all(np.array_equal(a, b) for a, b in zip(states[0], states[1]))
    assert not any(np.array_equal(a, b) for a, b in zip(states[1][:4], states[2][:4]))
    assert int(gan.optimizer.by_player["generator"].iterations) == 2


def test_a_player_who_may_move_moves_as_if_nobody_had_asked(images):
    asked, plain = (GAN(networks(), Bce(), stabilizers) for stabilizers in ([Alternate()], []))
    for gan in (asked, plain):
        gan.compile({player: keras.optimizers.Adam(0.01) for player in PLAYERS})
    asked.steps.assign(1)
    play(asked, images[:16])
    play(plain, images[:16])
    for a, b in zip(values(asked.trainable_variables), values(plain.trainable_variables)):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-8)


def test_what_a_stabilizer_watches_is_shown(images):
    gan = game(Bce(), [Alternate()], learning_rate=0.0)
    logits = ops.convert_to_numpy(gan.networks["discriminator"](images / 127.5 - 1))
    assert play(gan, images)["real_logit"] == pytest.approx(logits.mean(), rel=1e-5)


def test_a_variable_may_be_watched(images):
    class Count(gankit.Stabilizer):
        logged = ("count",)

        def prepare(self, gan):
            self.count = keras.Variable(3.0, trainable=False, dtype="float32", name="count")

        def watch(self, turn):
            self.count.assign(self.count.value + 1)
            return {"count": self.count}

    gan = game(Bce(), [Count()])
    logs = gan.train_on_batch({"images": images[:16]}, return_dict=True)
    assert float(logs["count"]) == 4.5  # the mean of both turns, 4 and 5


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its graphs are optimized")
@pytest.mark.slow
def test_a_turn_moves_nothing_before_its_penalty_has_read_it():
    """The optimizer let a bias move first in one graph of twenty: two tries of three see it."""
    draw = np.random.default_rng(0)
    points = draw.standard_normal((4, 2)).astype("float32")

    def penalty():
        keras.utils.set_random_seed(0)
        nets = mlp(gankit.DataSpec({"images": (2,)}), 5, (8,), (6, 6), generator_norm=False)
        gan = GAN(nets, Relativistic(), [R2()])
        gan.compile({player: keras.optimizers.SGD(0.1) for player in PLAYERS})
        return gan.train_on_batch({"images": points}, return_dict=True)["r2"]

    assert len({float(penalty()) for _ in range(20)}) == 1
