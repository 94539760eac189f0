"""gankit assembles GANs from TOML recipes and trains them with Keras 3.

Everything that the author of a plugin needs is here. A name is imported when it is first used.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
