"""Looks at what a generator learned: each function takes a run, and returns what a notebook shows.

The functions take a run's folder; `Generator.open` opens one for several pictures.
"""

from gankit.verbs.explore.arithmetics import arithmetic
from gankit.verbs.explore.centres import templates
from gankit.verbs.explore.judging import Grade, Sheet, grade, sheet
from gankit.verbs.explore.neighbours import Neighbours, nearest
from gankit.verbs.explore.traversal import traverse
from gankit.verbs.explore.walk import interpolate
from gankit.verbs.generator import Generator

__all__ = [
    "Generator",
    "Grade",
    "Neighbours",
    "Sheet",
    "arithmetic",
    "grade",
    "interpolate",
    "nearest",
    "sheet",
    "templates",
    "traverse",
]
