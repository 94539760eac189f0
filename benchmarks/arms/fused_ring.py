"""The plain PyTorch loop of `ring_best` with the fused Adam."""

from functools import partial

from arms import plain_ring

build = partial(plain_ring.build, fused=True)
