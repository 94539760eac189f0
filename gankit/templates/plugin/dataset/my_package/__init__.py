"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_datasets() -> dict[str, str]:
    """Datasets by name."""
    return {"my-part": "my_package.dataset:my_part"}
