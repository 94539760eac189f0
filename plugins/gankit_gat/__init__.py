"""GAT: a generator and a discriminator that are plain transformers."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """Transformers."""
    return {"gat": "gankit_gat.networks:gat"}


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """Pairs of images at several levels."""
    return {"gat": "gankit_gat.losses:Gat"}
