"""Networks that take images, rebuilt for images of any height and width."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Size = tuple[int, int]

FARTHEST = 64  # pixels that an edge may lack from a size that fits


def of_any_size(network: keras.Model) -> keras.Model | None:
    """Return a network with the same layers and weights for images of any height and width.

    Args:
        network: Its first input has images (batch, height, width, channels).

    Returns:
        None if the network takes one size only, as one that ends with a dense layer.
    """
    if len(network.inputs[0].shape) != 4:
        return None
    try:
        free = _freed(network)
        doubled = _called(free, [2 * edge for edge in network.inputs[0].shape[1:3]])
    except Exception:  # a layer needs to know the size; each backend says so in its own way
        return None
    made = network.outputs[0].shape[1:]
    expected = (*(2 * edge for edge in made[:2]), made[2]) if len(made) == 3 else made
    return free if doubled == tuple(expected) else None


def fitting(network: keras.Model, free: keras.Model, size: Size) -> Size | None:
    """Return the least size that fits a network and is not below a size; None if none is near.

    Sizes that do not fit make outputs of another proportion, or cannot be computed.

    Args:
        network: As it was trained.
        free: The same `of_any_size`.
        size: Height and width, in pixels.
    """
    found = []
    for axis in (0, 1):
        edges = range(size[axis], size[axis] + FARTHEST)
        fits = next((edge for edge in edges if _fits(network, free, axis, edge)), None)
        if fits is None:
            return None
        found.append(fits)
    return found[0], found[1]


def _freed(network: keras.Model) -> keras.Model:
    images, *others = keras.tree.flatten(network.input)
    first = keras.Input((None, None, images.shape[-1]), dtype=images.dtype, name=images.name)
    rest = [keras.Input(x.shape[1:], dtype=x.dtype, name=x.name) for x in others]
    functional = keras.Model(network.input, network.output, name=network.name)
    return keras.models.clone_model(
        functional,
        input_tensors=keras.tree.pack_sequence_as(functional.input, [first, *rest]),
        clone_function=lambda layer: _freed(layer) if isinstance(layer, keras.Model) else layer,
    )


def _called(network: keras.Model, size: list[int]) -> tuple[int, ...]:
    """Return the shape of the output for an image of zeros, without the batch."""
    shapes = [(1, *size, network.inputs[0].shape[-1])]
    shapes += [(1, *x.shape[1:]) for x in network.inputs[1:]]
    zeros = [ops.zeros(s, x.dtype) for s, x in zip(shapes, network.inputs)]
    made: Any = network(zeros if len(zeros) > 1 else zeros[0], training=False)
    return tuple(made.shape[1:])


def _output(network: keras.Model, size: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the output for one image of a size, without the batch."""
    shapes = [(1, *size, network.inputs[0].shape[-1])]
    shapes += [(1, *x.shape[1:]) for x in network.inputs[1:]]
    inputs = [keras.KerasTensor(s, x.dtype) for s, x in zip(shapes, network.inputs)]
    found: Any = network.compute_output_spec(inputs if len(inputs) > 1 else inputs[0])
    return tuple(found.shape[1:])


def _fits(network: keras.Model, free: keras.Model, axis: int, edge: int) -> bool:
    size, made = list(network.inputs[0].shape[1:3]), network.outputs[0].shape[1:3]
    expected = edge * made[axis] / size[axis]
    size[axis] = edge
    try:
        return bool(_output(free, tuple(size))[axis] == expected)
    except ValueError:
        return False
