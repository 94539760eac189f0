"""The loss of MAD-GAN."""

from typing import Any, ClassVar

from keras import ops

import gankit
from gankit_madgan.networks import selected


class MadGan(gankit.Loss):
    """The discriminator tells apart real images and the images of each generator.

    The discriminator has one logit for each of k generators and one for real images. It minimises
    the cross-entropy, in which real images have the weight 1 / (k + 1) and generated ones
    k / (k + 1). The generators minimise −E[log p(real)], so each has to find its own images. In the
    paper they minimise E[log(1 − p(real))], whose gradient vanishes when the discriminator is
    confident.

    Reference:
        Ghosh et al. 2018, Multi-Agent Diverse Generative Adversarial Networks, arXiv:1704.02906,
        section 3.
    """

    players: ClassVar = {"discriminator": ("discriminator",), "generator": ("generator",)}

    def __call__(self, turn: gankit.Turn) -> Any:
        """Return the cross-entropy of the player's turn."""
        judgment = turn.judge("discriminator", turn.batch["images"], turn.generate("generator"))
        if turn.player == "generator":
            return -ops.mean(ops.log_softmax(judgment.fake)[:, -1])
        generators = judgment.fake.shape[-1] - 1
        which = selected(turn.noise("generator"), generators)
        real = -ops.mean(ops.log_softmax(judgment.real)[:, -1])
        told = ops.sum(which * ops.log_softmax(judgment.fake)[:, :-1], axis=-1)
        return (real - generators * ops.mean(told)) / (generators + 1)
