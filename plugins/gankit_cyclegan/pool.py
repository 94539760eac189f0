"""A pool of earlier generated images."""

from collections.abc import Iterator
from typing import Annotated, Any

import keras
from keras import ops
from pydantic import Field

import gankit


class ImagePool(gankit.Stabilizer):
    """Shows discriminators earlier generated images too, so that they forget less.

    Each discriminator has a pool, which the first generated images fill. After that, on its own
    turn, each image is exchanged for a different one of the pool with a probability of ½. Images of
    a batch beyond the size of the pool are judged as they are.

    Args:
        size: The images in a pool; 0 changes nothing.

    Reference:
        Shrivastava et al. 2017, SimGAN, arXiv:1612.07828, section 2.3; as in CycleGAN, Zhu et al.
        2017, arXiv:1703.10593, section 4.
    """

    def __init__(self, size: Annotated[int, Field(ge=0)] = 50):
        self.size = size

    def prepare(self, gan: gankit.GAN) -> None:
        """Create an empty pool for each discriminator."""
        self.seed = gan.seed
        names = gan.networks.of("discriminator") if self.size else ()
        shapes = {name: gan.networks[name].inputs[0].shape[1:] for name in names}
        self.pools = {name: _zeros((self.size, *shapes[name]), "float32") for name in names}
        self.filled = {name: _zeros((), "int32") for name in names}

    def replace_fakes(self, name: str, images: Any) -> Any:
        """Return the images, some exchanged for images of the pool."""
        if name not in self.pools:
            return images
        pool, filled = self.pools[name], self.filled[name]
        images = gankit.all_rows(ops.stop_gradient(images))
        new, rest = images[: self.size], images[self.size :]
        places, exchanged, stored = self._draw(filled.value, ops.shape(new)[0])
        old = ops.take(pool.value, ops.minimum(places, self.size - 1), axis=0)
        pool.assign(_with_stored(pool.value, new, places, stored))
        filled.assign(ops.minimum(filled.value + ops.shape(new)[0], self.size))
        seen = ops.concatenate([ops.where(_for_images(exchanged), old, new), rest])
        return gankit.own_rows(seen)

    def incompatibilities(self, gan: gankit.GAN) -> Iterator[gankit.Incompatibility]:
        """Yield an incompatibility with each conditional discriminator."""
        names = gan.networks.of("discriminator") if self.size else ()
        for name in (name for name in names if len(gan.networks[name].inputs) > 1):
            yield gankit.Incompatibility(
                f"the {name} judges images by labels, which image-pool does not exchange",
                "leave image-pool out, or conditional = true",
            )

    def _draw(self, filled: Any, count: int) -> tuple[Any, Any, Any]:
        """Return each image's place, whether it is exchanged, and whether it is stored, (count,).

        While the pool fills, places are the next ones; those beyond its size are not stored.
        """
        full = filled >= self.size
        order = ops.argsort(keras.random.uniform((self.size,), dtype="float32", seed=self.seed))
        chosen = keras.random.uniform((count,), dtype="float32", seed=self.seed) < 0.5
        drawn = ops.cast(order[:count], "int32")
        places = ops.where(full, drawn, filled + ops.arange(count, dtype="int32"))
        exchanged = ops.logical_and(full, chosen)
        filling = ops.logical_and(ops.logical_not(full), places < self.size)
        return places, exchanged, ops.logical_or(exchanged, filling)


def _with_stored(pool: Any, images: Any, places: Any, stored: Any) -> Any:
    """Return the pool (size, …) with the stored ones of images (count, …) at their places."""
    hits = ops.equal(places[:, None], ops.arange(pool.shape[0], dtype="int32")[None])
    hits = ops.logical_and(hits, stored[:, None])  # (count, size)
    found = ops.take(images, ops.argmax(ops.cast(hits, "int32"), axis=0), axis=0)
    return ops.where(_for_images(ops.any(hits, axis=0)), found, pool)


def _for_images(choice: Any) -> Any:
    """Return (count,) as (count, 1, 1, 1)."""
    return ops.reshape(choice, (-1, 1, 1, 1))


def _zeros(shape: tuple[int, ...], dtype: str) -> keras.Variable:
    return keras.Variable(ops.zeros(shape, dtype), trainable=False, dtype=dtype, name="pool")
