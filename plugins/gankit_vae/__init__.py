"""Variational autoencoders, alone and with a discriminator."""

import gankit


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """An encoder, a generator and a discriminator."""
    return {"vae": "gankit_vae.networks:vae"}


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """The evidence lower bound, by pixels or by a discriminator's features."""
    return {"vae": "gankit_vae.losses:Vae", "vae-gan": "gankit_vae.losses:VaeGan"}
