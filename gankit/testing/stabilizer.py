"""What a stabilizer keeps to."""

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

RATE = 0.01  # of plain gradient descent: a game that explodes would make much of rounding
SEAMS = [name for name, seam in vars(Stabilizer).items() if inspect.isfunction(seam)]

Options = Mapping[str, Any]
Played = tuple[GAN, dict[str, float]]


def check_stabilizer(
    stabilizer: Callable[..., Stabilizer],
    off: Options | None,
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
        off: The options with which it must change nothing, e.g. `{"weight": 0.0}`; None for a part
            that is on or not there.
        loss: What is played; by default the cross-entropy of logits and targets.
        networks: Returns fresh networks by name, with equal weights each time; by default a
            generator and a discriminator of images (8, 8, 1).
        batch: Real data by name; by default 16 images of uint8.
        steps: How many are played before its state is saved, and as many after.
        options: What to call it with to see it at work.

    Raises:
        AssertionError: It does not keep to what a stabilizer is; says what to do.
    """
    batch = batch or batch_of_images()

    def played(parts: list[Stabilizer]) -> Played:
        gan = game(loss or Logistic(), parts, RATE, made=networks())
        return gan, play(gan, batch, steps)

    plain = played([])
    if off is not None:
        settings = {**options, **off}
        _check_off(called(stabilizer, settings), plain, played([stabilizer(**settings)]))
    part, who = stabilizer(**options), called(stabilizer, options)
    gan = game(loss or Logistic(), [part], RATE, made=networks())
    _check_attributes(who, part, gan, batch, steps)
    _check_effect(who, part, gan, plain[0])
    fresh = game(loss or Logistic(), [stabilizer(**options)], RATE, made=networks(), seed=1)
    _check_resumed(who, gan, fresh, batch, steps)


def _check_off(who: str, plain: Played, changed: Played) -> None:
    """Check that a game is the same with the stabilizer off as without it."""
    for name in sorted(plain[1], key=lambda name: not name.endswith("_loss")):
        without = plain[1][name]
        require(
            near([changed[1][name]], [without]),
            f"{who} is off, and yet it changed {name} from {without:g} to {changed[1][name]:g}",
            f"return at 0 what gankit.Stabilizer returns: {_nothing(changed[0])}",
        )
    require(
        near(*(values(gan.trainable_variables) for gan, _ in (plain, changed))),
        f"{who} is off, and yet it changed the weights",
        f"return at 0 what gankit.Stabilizer returns: {_nothing(changed[0])}",
    )


def _nothing(gan: GAN) -> str:
    """Return what each seam of the last stabilizer returns where it changes nothing."""
    same = {
        "rebuild": "the networks as they are",
        "view": "the images as they are, and draw nothing from gan.seed",
        "replace_fakes": "the images as they are, and draw nothing from gan.seed",
        "targets": "the targets as they are, and draw nothing from gan.seed",
        "penalty": "0.0 from penalty",
        "should_update": "True from should_update",
        "after": "from after, without assigning",
    }
    own = [same[seam] for seam in same if seam in vars(type(gan.stabilizers[-1]))]
    return "; ".join(own) or "nothing of its own"


def _check_attributes(who: str, part: Stabilizer, gan: GAN, batch: Batch, steps: int) -> None:
    """Play, and check that what changes is in variables that the game finds."""
    known = {id(v) for v in gan.variables}
    leaves = {name: list(_leaves(value)) for name, value in vars(part).items()}
    hidden = [n for n, found in leaves.items() if any(_held(leaf) - known for leaf in found)]
    require(
        not hidden,
        f"{who} keeps state in {', '.join(hidden)}, where the game does not find it",
        "keep a keras.Variable, or a list or dictionary of nothing else, as an attribute; and draw "
        "from gan.seed",
    )
    own, told = _own_state(gan), _told(part)
    before = values(own)
    play(gan, batch, steps)
    changed = [name for name, text in _told(part).items() if told.get(name) != text]
    require(
        not changed,
        f"{who} changes its {', '.join(changed)} while it plays, which is neither saved nor, in a "
        "compiled step, computed each time",
        "make it a keras.Variable in prepare, and assign it",
    )
    require(
        not own or not equal(before, values(own)),
        f"{who} has state, {', '.join(v.path for v in own)}, that never moved in {steps} steps",
        "assign it in watch or after; or give check_stabilizer more steps",
    )


def _check_effect(who: str, part: Stabilizer, gan: GAN, plain: GAN) -> None:
    same = equal(*(values(g.trainable_variables) for g in (plain, gan)))
    strange = [n for n, f in vars(type(part)).items() if inspect.isfunction(f) and n[0] != "_"]
    strange = [name for name in strange if name not in SEAMS]
    near = "".join(suggestion(name, SEAMS) for name in strange)
    require(
        not same or gan.averages or _own_state(gan) or part.logged,
        f"{who} changes nothing",
        f"write one of the seams {', '.join(SEAMS)}.{near} Or give check_stabilizer options with "
        "which it acts",
    )


def _check_resumed(who: str, gan: GAN, fresh: GAN, batch: Batch, steps: int) -> None:
    """Check that a game that was saved goes on as the one that was not stopped."""
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
            f"{who} does not resume: after {steps} steps, {one.path} is another in a game that "
            "was saved and restored than in the one that was not",
            "make state in prepare as a keras.Variable, assign it, and draw from gan.seed",
        )


def _own_state(gan: GAN) -> list[Any]:
    """Return the variables that a game's stabilizer made: not the networks' nor the game's own."""
    others = [v for network in gan.networks.values() for v in network.variables]
    known = {id(v) for v in (*others, gan.steps, gan.broken_at)}
    leaves = [leaf for part in gan.stabilizers for leaf in _leaves(list(vars(part).values()))]
    return [v for v in leaves if isinstance(v, keras.Variable) and id(v) not in known]


def _leaves(value: Any) -> Iterator[Any]:
    """Yield what is in a nested list or dictionary."""
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


def _told(part: Stabilizer) -> dict[str, str]:
    """Return what is to be seen of each attribute that is no state of the game."""
    return {name: repr(value) for name, value in vars(part).items() if not is_state(value)}
