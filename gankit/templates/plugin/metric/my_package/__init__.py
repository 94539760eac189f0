"""The hook of this plugin. The part itself is imported when a recipe names it."""

import gankit


@gankit.hookimpl
def gankit_metrics() -> dict[str, str]:
    """Metrics by name."""
    return {"my-part": "my_package.metric:my_part"}
