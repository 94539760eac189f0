"""What the author of a part may get wrong in the game is told with what to do."""

import pytest
from games import game, play
from keras import ops

import gankit
from gankit_standard.losses import Bce

SCALAR = "the loss Told on the turn of the generator must be a scalar. Received:"


class Slope(gankit.Stabilizer):
    """Its penalty is what it is told to return."""

    def __init__(self, penalty):
        self.returned = penalty

    def penalty(self, turn):
        return self.returned(turn.judgments[0])


class Shown(gankit.Stabilizer):
    """It shows what it is told to show."""

    def __init__(self, shows, returns):
        self.logged, self.returns = shows, returns

    def penalty(self, turn):
        return 0.0

    def watch(self, turn):
        return self.returns


class Told(gankit.AdversarialLoss):
    """Its formula for the generator is the one that it is told."""

    def __init__(self, generator):
        self.generator = generator

    def discriminator(self, real, fake):
        return ops.mean(fake) - ops.mean(real)

    def generator(self, fake):
        return -ops.mean(fake)


def fault(images, loss=None, stabilizers=()):
    with pytest.raises(gankit.GankitError) as caught:
        play(game(loss or Bce(), stabilizers), images[:8])
    return caught.value


@pytest.mark.parametrize(
    ("returned", "message", "hint"),
    [
        (
            lambda judgment: judgment.real,
            "Received: the shape (8, 1)",
            "ops.mean",
        ),
        (lambda judgment: None, "Received: None", "add the missing return"),
    ],
)
def test_a_penalty_that_is_no_scalar(images, returned, message, hint):
    error = fault(images, stabilizers=[Slope(returned)])
    assert error.message.startswith(
        "the penalty of Slope on the turn of the discriminator must be a "
    )
    assert message in error.message and hint in error.hint


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (
            lambda fake: -fake,
            f"{SCALAR} the shape (8, 1)",
        ),
        (
            lambda fake: None,
            f"{SCALAR} None",
        ),
        (
            lambda fakes: -ops.mean(fakes),
            "has the unknown argument 'fakes'. Did you mean \"fake\"?",
        ),
    ],
)
def test_a_loss_that_is_no_scalar_or_asks_for_what_is_not_there(images, formula, message):
    assert message in fault(images, Told(formula)).message


@pytest.mark.parametrize("name", ["d_loss", "g_grad_norm", "shown"])
def test_what_the_game_shows_cannot_be_shown_by_a_stabilizer(images, name):
    error = fault(images, stabilizers=[Shown(("fine", name), {})])
    assert f"Shown.logged has {name}, which the game logs itself" in error.message


def test_what_is_watched_is_announced(images):
    error = fault(images, stabilizers=[Shown(("a",), {"a": 1.0, "b": 2.0})])
    assert "Shown.watch returned b, which Shown.logged does not list" in error.message
    assert "logged = ('a', 'b')" in error.hint
