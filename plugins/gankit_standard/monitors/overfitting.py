"""Whether the discriminator memorises its training images."""

from collections.abc import Iterator, Mapping
from typing import Any

from keras import ops

import gankit
from gankit_standard.monitors.remedies import advice

FRACTION = 0.5
RANKED = 0.6  # below it the discriminator cannot tell images apart, and the fraction is noise


class Overfitting(gankit.Monitor):
    """Where the discriminator places held-out images between training and generated ones.

    (E[D(train)] − E[D(held out)]) / (E[D(train)] − E[D(fake)]), r_v of ADA: 0 if it generalises, 1
    if it takes held-out images for generated. It was .9 in a game with 64 images, and at most .25
    in healthy ones. It needs a dataset with `held_out`.

    Reference:
        Karras et al. 2020, Training Generative Adversarial Networks with Limited Data,
        arXiv:2006.06676, equation 1.
    """

    logged = ("overfitting", "overfitting_ranked")

    def watch(self, look: gankit.Look) -> Mapping[str, Any]:
        """Return the fraction, and how often training images rank above generated ones."""
        if not look.held_out:
            return {}
        judgment, held_out = look.judgments[0], look.held_out[0]
        real, fake = judgment.real, judgment.fake
        gap = ops.mean(real) - ops.mean(fake)
        over = ops.where(ops.abs(gap) < 1e-6, 1e-6, gap)
        pairs = ops.reshape(real, (-1, 1)) > ops.reshape(fake, (1, -1))
        return {
            "overfitting": (ops.mean(real) - ops.mean(held_out.real)) / over,
            "overfitting_ranked": ops.mean(ops.cast(pairs, "float32")),
        }

    def judge(self, trace: gankit.Trace) -> Iterator[gankit.Verdict]:
        """Judge the last two points."""
        fractions, ranked = trace.last("overfitting", 2), trace.last("overfitting_ranked", 2)
        if len(trace) > 2 and min(fractions) > FRACTION and min(ranked) > RANKED:
            yield gankit.Verdict(
                "overfitting",
                "warn",
                f"the discriminator places held-out images {fractions[-1]:.0%} of the way from "
                "training images to generated ones: it memorises the training images",
                *advice(
                    trace,
                    "use more data",
                    ("augment it with {}", "ada", "diff-augment"),
                    ("regularise the discriminator with {}", "lecam"),
                ),
                points=2,
            )
