"""An image of a brick, from a random view."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gankit_lego.camera import Camera, Views, look
from gankit_lego.light import reached, shade
from gankit_lego.mesh import Mesh
from gankit_lego.raster import rasterize

SAMPLES = 3  # along each edge of a pixel
Ground = Literal["white", "dark", "mixed"]
GROUNDS = {"white": 1.0, "dark": 0.06}
GREY = (0.86,)
COLOURS = np.array(
    [
        (0.80, 0.10, 0.08),  # red
        (0.98, 0.76, 0.08),  # yellow
        (0.06, 0.34, 0.72),  # blue
        (0.10, 0.56, 0.22),  # green
        (0.95, 0.48, 0.10),  # orange
        (0.55, 0.75, 0.12),  # lime
        (0.85, 0.85, 0.82),  # white
        (0.24, 0.24, 0.26),  # black
        (0.36, 0.64, 0.84),  # azure
        (0.55, 0.34, 0.20),  # brown
    ]
)


@dataclass(frozen=True)
class Style:
    """How images are taken; on mixed ground, an order chooses the ground of each."""

    size: int = 64  # pixels
    views: Views = "all"
    ground: Ground = "white"
    colour: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        return self.size, self.size, 3 if self.colour else 1


def elevation(style: Style, random: np.random.Generator) -> float:
    """The sine of the elevation of the view that `draw` takes with these random numbers."""
    return float(look(random, style.views)[2, 2])


def draw(mesh: Mesh, style: Style, random: np.random.Generator) -> np.ndarray:
    """Take an image, uint8 of `style.shape`, from a random view and in a random colour."""
    points, edge = mesh.triangles.reshape(-1, 3), style.size * SAMPLES
    camera = Camera.facing(points, look(random, style.views), random.uniform(0.86, 0.94), edge)
    colour = random.choice(COLOURS) if style.colour else GREY
    pixels, near, which = rasterize(camera.project(points).reshape(-1, 3, 3), edge)
    light = _light(mesh, camera, pixels, near.astype(np.float32), which)
    image = np.full((edge * edge, style.shape[-1]), GROUNDS[style.ground], np.float32)
    image[pixels] = np.minimum(
        light[0][:, None] * np.asarray(colour, np.float32) + light[1][:, None], 1
    )
    return _downscale(image, style.size)


def _light(
    mesh: Mesh, camera: Camera, pixels: np.ndarray, near: np.ndarray, which: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The matte and glossy light from the triangles `which` at pixels, at a depth of 1 / `near`."""
    rows, columns = np.divmod(pixels, camera.size)
    rays = camera.rays(columns.astype(np.float32) + 0.5, rows.astype(np.float32) + 0.5)
    points = rays / near + camera.eye.astype(np.float32)[:, None]
    normals = mesh.normals(points, which)
    texels = max(96, camera.size // 2)
    lit = reached(mesh.triangles, points, normals, camera.axes, texels)
    return shade(normals, rays, lit, camera.axes)


def _downscale(image: np.ndarray, size: int) -> np.ndarray:
    """The mean of each pixel's samples (samples, channels), as an image of uint8."""
    rows = image.reshape(size, SAMPLES, size * SAMPLES, -1).sum(1)
    means = rows.reshape(size, size, SAMPLES, -1).sum(2) * np.float32(255 / SAMPLES**2)
    return np.asarray(means + np.float32(0.5)).astype(np.uint8)
