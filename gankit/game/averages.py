"""The averaged weights of a game's networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import keras


class Averages(Mapping[str, list[keras.Variable]]):
    """The averaged weights by the name of a network, in the order of its `variables`.

    Each variable has one average, in whichever networks it is: a network that is made of others
    has the averages of their weights. A variable without an average stands for itself.

    Args:
        networks: The networks of the game by name.
    """

    def __init__(self, networks: Mapping[str, keras.Model]):
        self._networks = dict(networks)
        self._of: dict[int, keras.Variable] = {}

    def add(self, variables: Sequence[keras.Variable], averages: Sequence[keras.Variable]) -> None:
        """Add the average of each variable."""
        self._of.update(zip(map(id, variables), averages, strict=True))

    def __getitem__(self, name: str) -> list[keras.Variable]:
        variables = self._networks[name].variables
        if self._of.keys().isdisjoint(map(id, variables)):
            raise KeyError(name)
        return [self._of.get(id(v), v) for v in variables]

    def __iter__(self) -> Iterator[str]:
        for name, network in self._networks.items():
            if not self._of.keys().isdisjoint(map(id, network.variables)):
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)
