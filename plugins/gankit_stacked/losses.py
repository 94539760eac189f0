"""The losses of a stacked GAN: of its encoder, and of its generators."""

from typing import Annotated, Any, ClassVar, Literal

from keras import ops
from pydantic import Field

import gankit

Levels = Annotated[tuple[Literal[0, 1], ...], Field(min_length=1, max_length=2)]
Strength = Annotated[float, Field(ge=0)]
NETWORKS = {"discriminator": ("d", "q"), "generator": ("g",)}


class StackedEncoder(gankit.Loss):
    """Trains the encoder of a stacked GAN to name the class of an image.

    The encoder minimises the cross-entropy of E₁(E₀(x)) and the label of x. It is the first stage
    of a recipe; `stacked-gan` follows.

    Reference:
        Huang et al. 2016, Stacked Generative Adversarial Networks, arXiv:1612.04357, section 3.2.
    """

    players: ClassVar = {"encoder": ("e_0", "e_1")}

    def __call__(self, turn: gankit.Turn) -> Any:
        """Return the cross-entropy of the classes, averaged over the batch."""
        features = turn.generate("e_0", turn.batch["images"])
        return classified(turn.generate("e_1", features), turn.batch["labels"])


class StackedGan(gankit.Loss):
    """Trains the generators of a stacked GAN, each alone or both together.

    G₁ makes features from a label and noise z₁. G₀ makes an image from features and noise z₀. A
    generator minimises the weighted sum of three losses, in which ĥ is what it makes:

    - adversarial: −E[log D(ĥ)];
    - conditional: E₀(ĥ) should equal the features of which G₀ made the image, by the mean squared
      distance; E₁(ĥ) should equal the label of which G₁ made the features, by the cross-entropy;
    - entropy: E[(Q(ĥ) − z)²], where Q recovers the noise, so the noise must matter.

    D minimises the cross-entropy of its logits, with half of the weight on real features or images,
    and Q, which shares all layers of D but the last, minimises the entropy loss too. The encoder
    does not change. If both generators train, the losses of G₀ train G₁ too; the features that
    E₀(ĥ) should equal are constant, so that G₁ need not make features that are easy to recover.

    Args:
        levels: Whose generators and discriminators train: 1 for features, 0 for images. G₀ gets
            the features of real images if it trains alone, and those of G₁ if both train.
        adversarial: The weight of the adversarial loss.
        conditional: The weight of the conditional loss.
        entropy: The weight of the entropy loss.

    Reference:
        Huang et al. 2016, Stacked Generative Adversarial Networks, arXiv:1612.04357, section 3.
    """

    players: ClassVar = {"discriminator": ("d_1", "q_1", "d_0", "q_0"), "generator": ("g_1", "g_0")}
    boundary: ClassVar[float | None] = 0.0

    def __init__(
        self,
        levels: Levels = (1, 0),
        adversarial: Strength = 1.0,
        conditional: Strength = 1.0,
        entropy: Strength = 1.0,
    ):
        self.levels = levels
        self.adversarial = adversarial
        self.conditional = conditional
        self.entropy = entropy
        self.players = {  # type: ignore[misc]  # the class names the networks of all levels
            player: tuple(f"{letter}_{level}" for level in levels for letter in letters)
            for player, letters in NETWORKS.items()
        }

    def __call__(self, turn: gankit.Turn) -> Any:
        """Return the player's loss, summed over the levels that train."""
        return sum(self._score(turn, level) for level in self.levels)

    def _score(self, turn: gankit.Turn, level: int) -> Any:
        real, made = encoded(turn, level), self._made(turn, level)
        judgment = turn.judge(f"d_{level}", real, made)
        recovered = turn.look(turn.networks[f"q_{level}"], made)
        entropy = self.entropy * mean_square(recovered - turn.noise(f"g_{level}"))
        if turn.player == "discriminator":
            judged = judgment.targets.cross_entropy(judgment.real, judgment.fake)
            return self.adversarial * judged + entropy
        adversarial = self.adversarial * gankit.cross_entropy(judgment.fake, 1.0)
        return adversarial + self.conditional * self._unlike(turn, level, made) + entropy

    def _made(self, turn: gankit.Turn, level: int) -> Any:
        """Return what the generator of a level makes, (batch, …)."""

        def make() -> Any:  # called as it is, because gradients also pass to the level above
            inputs = [turn.noise(f"g_{level}"), self._condition(turn, level)]
            return turn.networks[f"g_{level}"](inputs, training=True)

        return turn.once(f"made {level}", make)

    def _condition(self, turn: gankit.Turn, level: int) -> Any:
        """Return of what the generator of a level makes something: labels, or features."""
        if level == 1:
            return turn.batch["labels"]
        return self._made(turn, 1) if 1 in self.levels else encoded(turn, 1)

    def _unlike(self, turn: gankit.Turn, level: int, made: Any) -> Any:
        """Return how far the encoder is from recovering what a generator was given."""
        condition = ops.stop_gradient(self._condition(turn, level))
        recovered = turn.networks[f"e_{level}"](made, training=False)
        compare = classified if level == 1 else lambda x, y: mean_square(x - y)
        return compare(recovered, condition)


def encoded(turn: gankit.Turn, level: int) -> Any:
    """Return the images of the batch, level 0, or the encoder's features of them, level 1."""
    images = turn.batch["images"]
    if level == 0:
        return images
    return turn.once("features", lambda: turn.networks["e_0"](images, training=False))


def classified(logits: Any, labels: Any) -> Any:
    """Return the cross-entropy of logits (batch, classes) and labels, averaged over the batch."""
    losses = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    return ops.mean(losses)


def mean_square(difference: Any) -> Any:
    """Return the mean of the squares over all axes."""
    return ops.mean(ops.square(ops.cast(difference, "float32")))
