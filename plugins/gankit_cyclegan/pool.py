"""A pool of images that were generated before."""

from collections.abc import Iterator
from typing import Annotated

import keras
from keras import ops
from pydantic import Field

import gankit


class ImagePool(gankit.Stabilizer):
    """Lets discriminators judge generated images of before too, so that they forget less.

    Each discriminator has a pool, which the first images generated fill. From then on, on its own
    turn, every image is as likely as not exchanged for one of the pool, each for another one. A
    batch's images beyond the size of the pool are judged as they are.

    Args:
        size: How many images a pool holds; with 0 only new ones are judged.

    Reference:
        Shrivastava et al. 2017, Learning from Simulated and Unsupervised Images through
        Adversarial Training, arXiv:1612.07828, section 2.3; as in CycleGAN, Zhu et al. 2017,
        arXiv:1703.10593, section 4.
    """

    def __init__(self, size: Annotated[int, Field(ge=0)] = 50):
        self.size = size

    def prepare(self, gan: gankit.GAN) -> None:
        """Make an empty pool for each discriminator."""
        self.seed = gan.seed
        names = gan.game.players.get("discriminator", ()) if self.size else ()
        shapes = {name: gan.networks[name].inputs[0].shape[1:] for name in names}
        self.pools = {name: _zeros((self.size, *shapes[name]), "float32") for name in names}
        self.filled = {name: _zeros((), "int32") for name in names}

    def replace_fakes(self, name: str, images):
        """Return the images, some exchanged for those of the pool."""
        if name not in self.pools:
            return images
        pool, filled = self.pools[name], self.filled[name]
        images = ops.stop_gradient(images)
        new, rest = images[: self.size], images[self.size :]
        places, exchanged, stored = self._lots(filled.value, ops.shape(new)[0])
        old = ops.take(pool.value, ops.minimum(places, self.size - 1), axis=0)
        pool.assign(_with_stored(pool.value, new, places, stored))
        filled.assign(ops.minimum(filled.value + ops.shape(new)[0], self.size))
        return ops.concatenate([ops.where(_wide(exchanged), old, new), rest])

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield one where images are judged by labels, which the pool does not keep."""
        names = gan.game.players.get("discriminator", ()) if self.size else ()
        for name in (name for name in names if len(gan.networks[name].inputs) > 1):
            yield gankit.Incompatibility(
                f"the {name} judges images by their labels, and image-pool gives it images "
                "that were made for others",
                "leave image-pool out, or conditional = true",
            )

    def _lots(self, filled, count):
        """Return each image's place, whether it is exchanged, and whether it is stored, (count,).

        While the pool fills, places are the next ones, beyond its size where it is full.
        """
        full = filled >= self.size
        order = ops.argsort(keras.random.uniform((self.size,), dtype="float32", seed=self.seed))
        tossed = keras.random.uniform((count,), dtype="float32", seed=self.seed) < 0.5
        drawn = ops.cast(order[:count], "int32")
        places = ops.where(full, drawn, filled + ops.arange(count, dtype="int32"))
        exchanged = ops.logical_and(full, tossed)
        filling = ops.logical_and(ops.logical_not(full), places < self.size)
        return places, exchanged, ops.logical_or(exchanged, filling)


def _with_stored(pool, images, places, stored):
    """Return the pool (size, …) with images (count, …) at their places, those that are stored."""
    hits = ops.equal(places[:, None], ops.arange(pool.shape[0], dtype="int32")[None])
    hits = ops.logical_and(hits, stored[:, None])  # (count, size)
    found = ops.take(images, ops.argmax(ops.cast(hits, "int32"), axis=0), axis=0)
    return ops.where(_wide(ops.any(hits, axis=0)), found, pool)


def _wide(choice):
    """Return (count,) as (count, 1, 1, 1), for images."""
    return ops.reshape(choice, (-1, 1, 1, 1))


def _zeros(shape, dtype) -> keras.Variable:
    return keras.Variable(ops.zeros(shape, dtype), trainable=False, dtype=dtype, name="pool")
