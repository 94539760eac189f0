"""The user's own data in place of a recipe's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gankit.errors import GankitError
from gankit.messages import shown

# The only datasets that the core knows by name, and the options of the recipe that they keep.
FOLDER, NPZ = "folder", "npz"
_KEPT = {FOLDER: ("size", "flip"), NPZ: ("flip",)}


def with_own_data(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return a recipe that trains on a folder of images or on a `.npz` file.

    The size of the images and `flip` stay. The features go, since they belong to the recipe's data.

    Raises:
        GankitError: There is no such folder or file.
    """
    name = _dataset(path)
    changed = {**table, "dataset": _kept(table.get("dataset"), name, {"path": str(path)})}
    if isinstance(table.get("scoring"), Mapping):
        scoring = table["scoring"]
        changed["scoring"] = {key: scoring[key] for key in scoring if key != "features"}
    if isinstance(table.get("stages"), list):
        changed["stages"] = [_stage(stage, name) for stage in table["stages"]]
    return changed


def _dataset(path: Path) -> str:
    if path.is_dir():
        return FOLDER
    if path.is_file() and path.suffix == ".npz":
        return NPZ
    raise GankitError(
        f"--data must be a folder of images or a .npz file. Received: {shown(str(path))}"
        + ("" if path.exists() else ", which does not exist"),
        "check the path; it is relative to the folder you are in",
    )


def _kept(dataset: Any, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    given = dataset if isinstance(dataset, Mapping) else {}
    return {"name": name, **options, **{key: given[key] for key in _KEPT[name] if key in given}}


def _stage(stage: Any, name: str) -> Any:
    if not isinstance(stage, Mapping) or "dataset" not in stage:
        return stage
    return {**stage, "dataset": _kept(stage["dataset"], name, {})}
