"""A small recipe on the ring, with a space whose better half is known."""

from pathlib import Path

from rich.console import Console

from gankit.api.sweep import begin_sweep, open_sweep
from gankit.recipe import toml
from gankit.sweep.trials import Sweep

PARTS = Path(__file__).with_name("small_parts.py")
RATE = "players.generator.optimizer.learning_rate"
RECIPE = """
seed = 3
[dataset]
name = "ring"
count = 256
[architecture]
name = "mlp"
latent = 2
generator_widths = [16]
discriminator_widths = [16]
[loss]
name = "bce"
[[stabilizers]]
name = "r1"
gamma = 0.1
[[metrics]]
name = "frechet-distance"
[training]
epochs = 3
batch_size = 16
[scoring]
count = 128
"""
SPACE = f"""
"{RATE}" = [1e-3, 10.0]
architecture.latent = {{ low = 2, high = 4 }}
"""


def write_files(folder: Path, recipe: str = RECIPE, space: str = SPACE) -> tuple[Path, Path]:
    """Write a recipe and a space, and return their paths."""
    paths = folder / "small.toml", folder / "space.toml"
    for path, text in zip(paths, (recipe, space)):
        path.write_text(text, encoding="utf-8")
    return paths


def begin(folder: Path, recipe: str = RECIPE, space: str = SPACE, **settings) -> Sweep:
    """Return a sweep in `folder/sweep` that nobody has played."""
    recipe_file, space_file = write_files(folder, recipe, space)
    quiet = Console(quiet=True)
    settings = {"out": folder / "sweep", "plugins": [PARTS], **settings}
    table = toml.read(recipe_file)
    made = begin_sweep(table, recipe_file, space_file, quiet, **settings)
    return open_sweep(made, quiet, plugins=settings["plugins"])
