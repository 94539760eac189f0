"""The commands as plain functions, for the command line and for notebooks."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["explore"])
