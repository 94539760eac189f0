"""Looks at what a generator learned: each function takes a run, and returns what a notebook shows.

The functions take a run's folder; `Generator.open` opens one for several images.
"""

from gankit.api.explore.arithmetic import arithmetic
from gankit.api.explore.interpolation import interpolate
from gankit.api.explore.neighbours import Neighbours, nearest
from gankit.api.explore.quiz import Grade, Sheet, grade, sheet
from gankit.api.explore.templates import templates
from gankit.api.explore.traversal import traverse
from gankit.api.generator import Generator

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
