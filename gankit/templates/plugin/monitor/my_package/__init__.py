"""What this plugin gives to gankit; the part itself is imported when a game is watched."""

import gankit


@gankit.hookimpl
def gankit_monitors():
    """Monitors by name."""
    return {"my-part": "my_package.monitor:MyPart"}
