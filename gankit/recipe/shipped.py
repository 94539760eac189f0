"""The recipes that come with gankit."""

from pathlib import Path

import gankit


def shipped_recipes() -> dict[str, Path]:
    """Return them by name: in a wheel they lie inside the package, in a checkout beside it."""
    package = Path(gankit.__file__).parent
    folders = (package / "recipes", package.parent / "recipes")
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    paths = sorted(folder.rglob("*.toml"))
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}
