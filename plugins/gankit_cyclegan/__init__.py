"""CycleGAN: images of one set become ones of another, without pairs to learn from."""

import gankit


@gankit.hookimpl
def gankit_datasets() -> dict[str, str]:
    """Two sets of images."""
    return {"unpaired": "gankit_cyclegan.dataset:unpaired"}


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """Networks from images to images."""
    return {"cyclegan": "gankit_cyclegan.networks:cyclegan"}


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """Cycle consistency."""
    return {"cyclegan": "gankit_cyclegan.loss:CycleGan"}


@gankit.hookimpl
def gankit_stabilizers() -> dict[str, str]:
    """The pool of generated images."""
    return {"image-pool": "gankit_cyclegan.pool:ImagePool"}
