"""The only package that imports a backend; everything else is written once, in `keras.ops`.

`gradients(losses, targets)` differentiates several losses of one forward pass: `losses()` returns a
list of scalars and a structure of tensors, `targets` has the variables of each scalar.
`input_gradient` differentiates a network's output by its input, and the result can be
differentiated again. `when` computes a scalar only on some steps.
"""

import keras

match keras.backend.backend():
    case "tensorflow":
        from gankit.engine.one_process import (
            agree,
            all_rows,
            differing,
            join,
            leave,
            meet,
            own_rows,
            processes,
            tell,
            together,
        )
        from gankit.engine.tensorflow import (
            compile_quickly,
            compiles,
            jit_compile,
            kernels,
            out_of_memory,
            seed,
            supports,
        )
        from gankit.engine.tensorflow.parallel import arranged, devices, draw, part, use
        from gankit.engine.tensorflow.trainer import Trainer, apply, gradients, input_gradient, when
    case "jax":
        from gankit.engine.jax import (
            compile_quickly,
            compiles,
            jit_compile,
            kernels,
            out_of_memory,
            seed,
            supports,
        )
        from gankit.engine.jax.parallel import arranged, devices, draw, part, use
        from gankit.engine.jax.processes import (
            agree,
            differing,
            join,
            leave,
            meet,
            processes,
            tell,
            together,
        )
        from gankit.engine.jax.trainer import Trainer, apply, gradients, input_gradient, when
        from gankit.engine.one_process import all_rows, own_rows
    case "torch":
        from gankit.engine.one_process import meet
        from gankit.engine.torch import (
            compile_quickly,
            compiles,
            jit_compile,
            kernels,
            out_of_memory,
            seed,
            supports,
        )
        from gankit.engine.torch.captured import when
        from gankit.engine.torch.collectives import all_rows, own_rows, together
        from gankit.engine.torch.parallel import (
            agree,
            arranged,
            devices,
            differing,
            draw,
            join,
            leave,
            part,
            processes,
            tell,
            use,
        )
        from gankit.engine.torch.trainer import Trainer, apply, gradients, input_gradient
    case other:
        from gankit.errors import GankitError

        raise GankitError(
            f"the Keras backend must be tensorflow, jax or torch. Received: {other!r}",
            "set KERAS_BACKEND, or add --backend tensorflow",
        )

__all__ = [
    "Trainer",
    "agree",
    "all_rows",
    "apply",
    "arranged",
    "compile_quickly",
    "compiles",
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
    "processes",
    "seed",
    "supports",
    "tell",
    "together",
    "use",
    "when",
]
