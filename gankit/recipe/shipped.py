"""The recipes that come with gankit."""

from pathlib import Path


def shipped_recipes() -> dict[str, Path]:
    """Return their files by name: in a wheel they are inside the package, in a checkout beside."""
    package = Path(__file__).parents[1]
    folders = (package / "recipes", package.parent / "recipes")
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    paths = sorted(folder.rglob("*.toml"))
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}
