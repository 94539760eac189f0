"""The best PyTorch loop that we can write for S3's networks.

It shares one forward pass between both players, keeps channels last, and has the fused Adam,
`torch.compile` and, with the policy `mixed_bfloat16`, autocast.
"""

from collections.abc import Callable

import keras
import numpy as np
import torch
from arms.plain import discriminator, generator
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def build(levels: np.ndarray) -> Callable[[], tuple[float, float]]:
    """Return the step on a batch of images (batch, 64, 64, 1)."""
    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images = torch.from_numpy(levels).to(device).float().permute(0, 3, 1, 2) / 127.5 - 1.0
    images = images.contiguous(memory_format=torch.channels_last)
    g, d = (n.to(device, memory_format=torch.channels_last) for n in (generator(), discriminator()))
    adams = [torch.optim.Adam(n.parameters(), 2e-4, (0.5, 0.999), fused=True) for n in (g, d)]
    half = keras.config.dtype_policy().compute_dtype == "bfloat16"
    losses = torch.compile(lambda noise: both(g, d, images, noise))

    def step() -> tuple[float, float]:
        with torch.autocast(device, torch.bfloat16, enabled=half):
            g_loss, d_loss = losses(torch.randn(len(images), 100, 1, 1, device=device))
        for network, loss in ((g, g_loss), (d, d_loss)):
            parameters = list(network.parameters())
            gradients = torch.autograd.grad(loss, parameters, retain_graph=network is g)
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient
        for adam in adams:
            adam.step()
        return d_loss.item(), g_loss.item()

    return step


def both(g: nn.Module, d: nn.Module, images: torch.Tensor, noise: torch.Tensor) -> tuple:
    """Return the losses of both players, from one pass."""
    on_fake, on_real = d(g(noise)), d(images)
    low, high = (0.1 * torch.rand_like(on_real) for _ in range(2))
    d_loss = (bce(on_real, 1 - high) + bce(on_fake, low)) / 2
    return bce(on_fake, torch.ones_like(on_fake)), d_loss
