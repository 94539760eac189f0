"""The hook of this plugin. The part itself is imported when a run is monitored."""

import gankit


@gankit.hookimpl
def gankit_monitors() -> dict[str, str]:
    """Monitors by name."""
    return {"my-part": "my_package.monitor:MyPart"}
