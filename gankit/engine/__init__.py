"""The only place that knows a backend: three verbs, and the trainer that Keras calls.

`gradients` of several losses from one forward pass, each for its own variables; the differentiable
`input_gradient` of a network's output; and `when`, which computes a scalar only if it is asked for;
everything else of gankit is written once, in `keras.ops`.
"""

import keras

match keras.backend.backend():
    case "tensorflow":
        from gankit.engine.tensorflow import kernels
        from gankit.engine.tensorflow.device import devices, jit_compile, out_of_memory
        from gankit.engine.tensorflow.trainer import Trainer, apply, gradients, input_gradient, when
    case "jax":
        from gankit.engine.jax import kernels
        from gankit.engine.jax.device import devices, jit_compile, out_of_memory
        from gankit.engine.jax.trainer import Trainer, apply, gradients, input_gradient, when
    case "torch":
        from gankit.engine.torch import kernels
        from gankit.engine.torch.device import devices, jit_compile, out_of_memory
        from gankit.engine.torch.trainer import Trainer, apply, gradients, input_gradient, when
    case other:
        from gankit.errors import GankitError

        raise GankitError(
            f"gankit plays on the backends tensorflow, jax and torch. Received: {other!r}",
            "set KERAS_BACKEND, or type --backend tensorflow",
        )

__all__ = [
    "Trainer",
    "apply",
    "devices",
    "gradients",
    "input_gradient",
    "jit_compile",
    "kernels",
    "out_of_memory",
    "when",
]
