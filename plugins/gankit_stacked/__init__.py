"""Stacked GANs: a generator for each level of an encoder's features."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """An encoder, and generators that invert it level by level."""
    return {"stacked-gan": "gankit_stacked.networks:stacked_gan"}


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """The encoder learns the classes, then the generators learn to invert it."""
    return {
        "stacked-encoder": "gankit_stacked.losses:StackedEncoder",
        "stacked-gan": "gankit_stacked.losses:StackedGan",
    }
