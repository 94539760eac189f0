"""The parts that need no story: folders of images, DCGAN, the losses, the stabilizers."""

import gankit


@gankit.hookimpl
def gankit_datasets():
    """Folders, arrays, and small sets that everybody knows."""
    return {
        "cifar10": "gankit_standard.cifar:cifar10",
        "cifar100": "gankit_standard.cifar:cifar100",
        "fashion-mnist": "gankit_standard.mnist:fashion_mnist",
        "folder": "gankit_standard.folder:folder",
        "mnist": "gankit_standard.mnist:mnist",
        "npz": "gankit_standard.npz:npz",
    }


@gankit.hookimpl
def gankit_architectures():
    """Networks."""
    return {
        "convolutional": "gankit_standard.convolutional:convolutional",
        "dcgan": "gankit_standard.dcgan:dcgan",
        "mlp": "gankit_standard.mlp:mlp",
    }


@gankit.hookimpl
def gankit_losses():
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
def gankit_stabilizers():
    """Stabilizers."""
    return {
        "ema": "gankit_standard.stabilizers:Ema",
        "gradient-penalty": "gankit_standard.stabilizers:GradientPenalty",
        "label-noise": "gankit_standard.stabilizers:LabelNoise",
        "label-smoothing": "gankit_standard.stabilizers:LabelSmoothing",
    }
