"""The contract of a stabilizer."""

import inspect
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import keras

from gankit.game.gan import GAN
from gankit.game.loss import Loss
from gankit.game.stabilizer import Stabilizer
from gankit.game.stabilizers import is_state
from gankit.messages import suggestion
from gankit.run.checkpoint import Checkpoints, Place
from gankit.testing.game import (
    Batch,
    Logistic,
    MakeNetworks,
    batch_of_images,
    game,
    networks,
    play,
    values,
)
from gankit.testing.requirement import called, equal, near, require

RATE = 0.01  # of gradient descent: a game that explodes would magnify rounding
SEAMS = [name for name, seam in vars(Stabilizer).items() if inspect.isfunction(seam)]
UNCHANGED = {
    "rebuild": "the networks as they are",
    "view": "the images as they are, and draw nothing from gan.seed",
    "replace_fakes": "the images as they are, and draw nothing from gan.seed",
    "replace_reals": "the images as they are, and draw nothing from gan.seed",
    "example_weights": "1.0 from example_weights",
    "targets": "the targets as they are, and draw nothing from gan.seed",
    "penalty": "0.0 from penalty",
    "should_update": "True from should_update",
    "after": "from after, without assigning",
}

Played = tuple[GAN, dict[str, float]]


def check_stabilizer(
    stabilizer: Callable[..., Stabilizer],
    off: Mapping[str, Any] | None,
    *,
    loss: Loss | None = None,
    networks: MakeNetworks = networks,
    batch: Batch | None = None,
    steps: int = 3,
    **options: Any,
) -> None:
    """Check a stabilizer: off it changes nothing, on it does, and its state moves and resumes.

    Args:
        stabilizer: The class.
        off: The options with which it must change nothing, e.g. `{"weight": 0.0}`; None if it is
            always on.
        loss: The loss; by default the cross-entropy of logits and targets.
        networks: Returns new networks by name, with the same weights each time; by default a
            generator and a discriminator of images (8, 8, 1).
        batch: Real data by name; by default 16 uint8 images.
        steps: The number of steps before its state is saved, and after.
        options: The options with which it must have an effect.

    Raises:
        AssertionError: The stabilizer breaks its contract; the message says how to fix it.
    """
    batch = batch or batch_of_images()

    def new_game(*parts: Stabilizer, seed: int = 0) -> GAN:
        return game(loss or Logistic(), parts, RATE, made=networks(), seed=seed)

    plain = new_game()
    logs = play(plain, batch, steps)
    if off is not None:
        settings = {**options, **off}
        changed = new_game(stabilizer(**settings))
        played = changed, play(changed, batch, steps)
        _check_off(called(stabilizer, settings), (plain, logs), played)
    part, who = stabilizer(**options), called(stabilizer, options)
    gan = new_game(part)
    _check_attributes(who, part, gan, batch, steps)
    _check_effect(who, part, gan, plain)
    _check_resumed(who, gan, new_game(stabilizer(**options), seed=1), batch, steps)


def _check_off(who: str, plain: Played, changed: Played) -> None:
    """Check that a game with the stabilizer off is the game without it."""
    own = vars(type(changed[0].stabilizers[-1]))
    unchanged = "; ".join(UNCHANGED[seam] for seam in UNCHANGED if seam in own)
    remedy = f"return at 0 what gankit.Stabilizer returns: {unchanged or 'nothing of its own'}"
    for name in sorted(plain[1], key=lambda name: not name.endswith("_loss")):
        before, after = plain[1][name], changed[1][name]
        wrong = f"{who} is off, but it changed {name} from {before:g} to {after:g}"
        require(near([after], [before]), wrong, remedy)
    weights = (values(gan.trainable_variables) for gan, _ in (plain, changed))
    require(near(*weights), f"{who} is off, but it changed the weights", remedy)


def _check_attributes(who: str, part: Stabilizer, gan: GAN, batch: Batch, steps: int) -> None:
    """Play, and check that whatever changes is in variables that the game finds."""
    known = {id(v) for v in gan.variables}
    leaves = {name: list(_leaves(value)) for name, value in vars(part).items()}
    hidden = [n for n, found in leaves.items() if any(_held(leaf) - known for leaf in found)]
    require(
        not hidden,
        f"{who} keeps state in {', '.join(hidden)}, where the game does not find it",
        "keep a keras.Variable, or a list or dictionary of variables only, as an attribute; and "
        "draw from gan.seed",
    )
    own, others = _own_state(gan), _other_attributes(part)
    before = values(own)
    play(gan, batch, steps)
    now = _other_attributes(part)
    changed = [name for name, text in now.items() if others.get(name) != text]
    require(
        not changed,
        f"{who} changes its {', '.join(changed)} during training: this is not saved, and a "
        "compiled step does it only once",
        "make it a keras.Variable in prepare, and assign it",
    )
    require(
        not own or not equal(before, values(own)),
        f"{who} has state, {', '.join(v.path for v in own)}, that never moved in {steps} steps",
        "assign it in watch or after; or give check_stabilizer more steps",
    )


def _check_effect(who: str, part: Stabilizer, gan: GAN, plain: GAN) -> None:
    same = equal(*(values(g.trainable_variables) for g in (plain, gan)))
    methods = [n for n, f in vars(type(part)).items() if inspect.isfunction(f) and n[0] != "_"]
    near = "".join(suggestion(name, SEAMS) for name in methods if name not in SEAMS)
    require(
        not same or gan.averages or _own_state(gan) or part.logged,
        f"{who} changes nothing",
        f"write one of the seams {', '.join(SEAMS)}.{near} Or give check_stabilizer options with "
        "which it acts",
    )


def _check_resumed(who: str, gan: GAN, fresh: GAN, batch: Batch, steps: int) -> None:
    """Check that a restored game continues like one that never stopped."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Checkpoints(Path(folder))
        checkpoints.save(gan, Place())
        saved = checkpoints.newest()
        assert saved is not None
        saved.restore(fresh)
    for each in (gan, fresh):
        play(each, batch, steps)
    for one, other in zip(gan.variables, fresh.variables):
        require(
            near(values([other]), values([one])),
            f"{who} does not resume: {steps} steps after a game was saved and restored, {one.path} "
            "differs from the game that was not stopped",
            "make state in prepare as a keras.Variable, assign it, and draw from gan.seed",
        )


def _own_state(gan: GAN) -> list[Any]:
    """Return the variables that a game's stabilizers made."""
    others = [v for network in gan.networks.values() for v in network.variables]
    known = {id(v) for v in (*others, gan.steps, gan.broken_at)}
    leaves = [leaf for part in gan.stabilizers for leaf in _leaves(list(vars(part).values()))]
    return [v for v in leaves if isinstance(v, keras.Variable) and id(v) not in known]


def _leaves(value: Any) -> Iterator[Any]:
    """Yield the items of a nested list or dictionary."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple | set):
        yield value
        return
    for each in value:
        yield from _leaves(each)


def _held(value: Any) -> set[int]:
    """Return the identities of the variables that an object holds."""
    if isinstance(value, keras.random.SeedGenerator):
        return {id(value.state)}
    if isinstance(value, keras.Layer | keras.Metric) and not isinstance(value, GAN):
        return {id(v) for v in value.variables}
    return {id(value)} if isinstance(value, keras.Variable) else set()


def _other_attributes(part: Stabilizer) -> dict[str, str]:
    """Return the attributes that are not state of the game, as text."""
    return {name: repr(value) for name, value in vars(part).items() if not is_state(value)}
