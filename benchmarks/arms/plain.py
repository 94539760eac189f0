"""A plain PyTorch loop over S3's networks: real images, fake images, then the generator."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn


def build(levels: np.ndarray) -> Callable[[], tuple[float, float]]:
    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images = torch.from_numpy(levels).to(device).float().permute(0, 3, 1, 2) / 127.5 - 1.0
    images = images.contiguous()
    g, d = generator().to(device), discriminator().to(device)
    g_adam, d_adam = (torch.optim.Adam(n.parameters(), 2e-4, (0.5, 0.999)) for n in (g, d))
    bce = nn.BCEWithLogitsLoss()

    def step() -> tuple[float, float]:
        noise = torch.randn(len(images), 100, 1, 1, device=device)
        ones, zeros = (
            torch.ones(len(images), 1, device=device),
            torch.zeros(len(images), 1, device=device),
        )
        d_adam.zero_grad()
        d_real = bce(d(images), ones - 0.1 * torch.rand_like(ones))
        d_real.backward()
        fake = g(noise)
        d_fake = bce(d(fake.detach()), 0.1 * torch.rand_like(zeros))
        d_fake.backward()
        d_adam.step()
        g_adam.zero_grad()
        g_loss = bce(d(fake), ones)
        g_loss.backward()
        g_adam.step()
        return (d_real + d_fake).item() / 2, g_loss.item()

    return step


def generator() -> nn.Module:
    blocks = []
    for inputs, filters, stride, padding in (
        (100, 512, 1, 0),
        (512, 256, 2, 1),
        (256, 128, 2, 1),
        (128, 64, 2, 1),
    ):
        blocks.append(nn.ConvTranspose2d(inputs, filters, 4, stride, padding, bias=False))
        blocks += [nn.BatchNorm2d(filters, 1e-3), nn.LeakyReLU(0.2)]
    return nn.Sequential(*blocks, nn.ConvTranspose2d(64, 1, 4, 2, 1, bias=False), nn.Tanh())


def discriminator() -> nn.Module:
    blocks, inputs = [], 1
    for filters in (64, 128, 256, 512):
        blocks.append(nn.Conv2d(inputs, filters, 4, 2, 1, bias=False))
        blocks += [nn.BatchNorm2d(filters, 1e-3)] if filters > 64 else []
        blocks += [nn.LeakyReLU(0.2), nn.Dropout(0.3)]
        inputs = filters
    return nn.Sequential(*blocks, nn.Conv2d(512, 1, 4, bias=False), nn.Flatten())
