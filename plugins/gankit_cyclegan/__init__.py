"""CycleGAN: pictures of one set become ones of another, without pairs to learn from."""

import gankit


@gankit.hookimpl
def gankit_datasets():
    """Two sets of pictures."""
    return {"unpaired": "gankit_cyclegan.dataset:unpaired"}


@gankit.hookimpl
def gankit_architectures():
    """Networks from pictures to pictures."""
    return {"cyclegan": "gankit_cyclegan.networks:cyclegan"}


@gankit.hookimpl
def gankit_losses():
    """Cycle consistency."""
    return {"cyclegan": "gankit_cyclegan.loss:CycleGan"}


@gankit.hookimpl
def gankit_stabilizers():
    """The pool of generated pictures."""
    return {"image-pool": "gankit_cyclegan.pool:ImagePool"}
