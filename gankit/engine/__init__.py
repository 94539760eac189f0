"""The only package that imports a backend; everything else is written once, in `keras.ops`.

`gradients(losses, targets)` differentiates several losses of one forward pass: `losses()` returns a
list of scalars and a structure of tensors, `targets` has the variables of each scalar.
`input_gradient` differentiates a network's output by its input, and the result can be
differentiated again. `when` computes a scalar only on some steps.
"""

import keras

from gankit.engine.collectives import agree, all_rows, differing, own_rows, tell

match keras.backend.backend():
    case "tensorflow":
        from gankit.engine.collectives import together
        from gankit.engine.per_process import arranged, devices, draw, meet, part, processes, use
        from gankit.engine.tensorflow import (
            compiles,
            compiles_slowly,
            compiling_quickly,
            kernels,
            out_of_memory,
            seed,
            supports,
        )
        from gankit.engine.tensorflow.group import join, leave, places
        from gankit.engine.tensorflow.trainer import (
            Trainer,
            apply,
            gradients,
            input_gradient,
            jit_compile,
            when,
        )
    case "jax":
        from gankit.engine.jax import (
            compiles,
            compiles_slowly,
            compiling_quickly,
            jit_compile,
            kernels,
            out_of_memory,
            seed,
            supports,
        )
        from gankit.engine.jax.parallel import arranged, devices, draw, part, use
        from gankit.engine.jax.processes import join, leave, meet, places, processes, together
        from gankit.engine.jax.trainer import Trainer, apply, gradients, input_gradient, when
    case "torch":
        from gankit.engine.collectives import together
        from gankit.engine.per_process import arranged, devices, draw, meet, part, processes, use
        from gankit.engine.torch import (
            compiles,
            compiles_slowly,
            compiling_quickly,
            jit_compile,
            kernels,
            out_of_memory,
            seed,
            supports,
        )
        from gankit.engine.torch.captured import when
        from gankit.engine.torch.group import join, leave, places
        from gankit.engine.torch.trainer import Trainer, apply, gradients, input_gradient

__all__ = [
    "Trainer",
    "agree",
    "all_rows",
    "apply",
    "arranged",
    "compiles",
    "compiles_slowly",
    "compiling_quickly",
    "devices",
    "differing",
    "draw",
    "gradients",
    "input_gradient",
    "jit_compile",
    "join",
    "kernels",
    "leave",
    "meet",
    "out_of_memory",
    "own_rows",
    "part",
    "places",
    "processes",
    "seed",
    "supports",
    "tell",
    "together",
    "use",
    "when",
]
