"""A plain PyTorch loop of `ring_best`: the relativistic loss, R1 and R2, averaged weights."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus


def build(points: np.ndarray, fused: bool = False) -> Callable[[], tuple[float, float]]:
    """Return the step on a batch of points (batch, 2)."""
    torch.manual_seed(1)
    real = torch.from_numpy(points)
    g, d, average = network(2, 2), network(2, 1), network(2, 2)
    g_adam, d_adam = (
        torch.optim.Adam(n.parameters(), 1e-3, (0.0, 0.9), fused=fused) for n in (g, d)
    )
    schedules = [torch.optim.lr_scheduler.CosineAnnealingLR(a, 4686) for a in (g_adam, d_adam)]

    def step() -> tuple[float, float]:
        x = real.clone().requires_grad_(True)
        fake = g(torch.randn(len(real), 2)).detach().requires_grad_(True)
        d_adam.zero_grad()
        on_real, on_fake = d(x), d(fake)
        d_loss = softplus(on_fake - on_real).mean()
        for images, logits in ((x, on_real), (fake, on_fake)):
            (slope,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
            d_loss = d_loss + 0.05 * slope.square().sum(1).mean()
        d_loss.backward()
        d_adam.step()
        g_adam.zero_grad()
        g_loss = softplus(d(real) - d(g(torch.randn(len(real), 2)))).mean()
        g_loss.backward()
        g_adam.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(g.parameters()), 0.001)
        for schedule in schedules:
            schedule.step()
        return d_loss.item(), g_loss.item()

    return step


def network(inputs: int, outputs: int) -> nn.Module:
    layers = []
    for _ in range(3):
        layers += [nn.Linear(inputs, 128), nn.LeakyReLU(0.2)]
        inputs = 128
    return nn.Sequential(*layers, nn.Linear(128, outputs))
