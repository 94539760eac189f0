"""The general parts: folders of images, DCGAN, losses, stabilizers, metrics."""

import gankit


@gankit.hookimpl
def gankit_datasets() -> dict[str, str]:
    """Folders, arrays, and small well-known datasets."""
    return {
        "cifar10": "gankit_standard.cifar:cifar10",
        "cifar100": "gankit_standard.cifar:cifar100",
        "fashion-mnist": "gankit_standard.mnist:fashion_mnist",
        "folder": "gankit_standard.folder:folder",
        "mnist": "gankit_standard.mnist:mnist",
        "npz": "gankit_standard.npz:npz",
        "stacked-mnist": "gankit_standard.stacked_mnist:stacked_mnist",
    }


@gankit.hookimpl
def gankit_architectures() -> dict[str, str]:
    """Networks."""
    return {
        "biggan": "gankit_standard.biggan:biggan",
        "convolutional": "gankit_standard.convolutional:convolutional",
        "dcgan": "gankit_standard.dcgan:dcgan",
        "mlp": "gankit_standard.mlp:mlp",
        "r3gan": "gankit_standard.r3gan:r3gan",
        "resnet": "gankit_standard.resnet:resnet",
    }


@gankit.hookimpl
def gankit_losses() -> dict[str, str]:
    """Losses."""
    return {
        "bce": "gankit_standard.losses:Bce",
        "hinge": "gankit_standard.losses:Hinge",
        "least-squares": "gankit_standard.losses:LeastSquares",
        "minimax": "gankit_standard.losses:Minimax",
        "relativistic": "gankit_standard.losses:Relativistic",
        "wasserstein": "gankit_standard.losses:Wasserstein",
    }


@gankit.hookimpl
def gankit_stabilizers() -> dict[str, str]:
    """Stabilizers."""
    return {
        "ada": "gankit_standard.stabilizers.ada:Ada",
        "adaptive-balance": "gankit_standard.stabilizers.balance:AdaptiveBalance",
        "adversarial-perturbation": (
            "gankit_standard.stabilizers.adversarial:AdversarialPerturbation"
        ),
        "consistency": "gankit_standard.stabilizers.consistency:Consistency",
        "diff-augment": "gankit_standard.stabilizers.view:DiffAugment",
        "dragan": "gankit_standard.stabilizers.penalties:Dragan",
        "ema": "gankit_standard.stabilizers.updates:Ema",
        "equalised-learning-rate": "gankit_standard.stabilizers.equalised:EqualisedLearningRate",
        "feature-matching": "gankit_standard.stabilizers.features:FeatureMatching",
        "gradient-penalty": "gankit_standard.stabilizers.penalties:GradientPenalty",
        "historical-averaging": "gankit_standard.stabilizers.updates:HistoricalAveraging",
        "instance-noise": "gankit_standard.stabilizers.view:InstanceNoise",
        "label-flipping": "gankit_standard.stabilizers.targets:LabelFlipping",
        "label-noise": "gankit_standard.stabilizers.targets:LabelNoise",
        "label-smoothing": "gankit_standard.stabilizers.targets:LabelSmoothing",
        "lecam": "gankit_standard.stabilizers.penalties:Lecam",
        "minibatch-discrimination": "gankit_standard.stabilizers.minibatch:MinibatchDiscrimination",
        "minibatch-std": "gankit_standard.stabilizers.minibatch:MinibatchStd",
        "orthogonal": "gankit_standard.stabilizers.orthogonal:Orthogonal",
        "packing": "gankit_standard.stabilizers.packing:Packing",
        "r1": "gankit_standard.stabilizers.penalties:R1",
        "r2": "gankit_standard.stabilizers.penalties:R2",
        "spectral-norm": "gankit_standard.stabilizers.spectral_norm:SpectralNorm",
        "target-clipping": "gankit_standard.stabilizers.targets:TargetClipping",
        "top-k": "gankit_standard.stabilizers.chosen_samples:TopK",
        "virtual-batch-norm": "gankit_standard.stabilizers.virtual_batch_norm:VirtualBatchNorm",
        "weight-clipping": "gankit_standard.stabilizers.updates:WeightClipping",
        "width-aware-learning-rate": (
            "gankit_standard.stabilizers.equalised:WidthAwareLearningRate"
        ),
    }


@gankit.hookimpl
def gankit_monitors() -> dict[str, str]:
    """Monitors."""
    return {
        "diversity": "gankit_standard.monitors.diversity:Diversity",
        "frozen": "gankit_standard.monitors.frozen:Frozen",
        "gradients": "gankit_standard.monitors.gradients:Gradients",
        "losses": "gankit_standard.monitors.losses:Losses",
        "memorisation": "gankit_standard.monitors.memorisation:Memorisation",
        "oscillation": "gankit_standard.monitors.oscillation:Oscillation",
        "overfitting": "gankit_standard.monitors.overfitting:Overfitting",
        "saturation": "gankit_standard.monitors.saturation:Saturation",
        "scores": "gankit_standard.monitors.scores:Scores",
        "targets": "gankit_standard.monitors.targets:Targets",
        "uninformative": "gankit_standard.monitors.uninformative:Uninformative",
    }


@gankit.hookimpl
def gankit_metrics() -> dict[str, str]:
    """Metrics."""
    return {
        "class-accuracy": "gankit_standard.metrics.classes:class_accuracy",
        "clusters": "gankit_standard.metrics.clusters:clusters",
        "frechet-distance": "gankit_standard.metrics.distances:frechet_distance",
        "inception-score": "gankit_standard.metrics.diversity:inception_score",
        "kernel-distance": "gankit_standard.metrics.distances:kernel_distance",
        "memorisation": "gankit_standard.metrics.manifolds:memorisation",
        "memorisation-l1": "gankit_standard.metrics.copies:memorisation_l1",
        "modes": "gankit_standard.metrics.classes:modes",
        "ms-ssim": "gankit_standard.metrics.diversity:ms_ssim",
        "neighbour-distance": "gankit_standard.metrics.manifolds:neighbour_distance",
        "prdc": "gankit_standard.metrics.manifolds:prdc",
    }


@gankit.hookimpl
def gankit_features() -> dict[str, str]:
    """What metrics compare examples by."""
    return {
        "classifier": "gankit_standard.features.classifier:classifier",
        "efficientnet-lite0": "gankit_standard.features.efficientnet:efficientnet_lite0",
        "inception-fid": "gankit_standard.features.inception:inception_fid",
        "keras": "gankit_standard.features.applications:application",
        "pixels": "gankit_standard.features.pixels:pixels",
        "values": "gankit_standard.features.values:values",
    }
