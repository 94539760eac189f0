"""Images that show what a generator learned.

Each function takes a run's folder, or a generator opened by `Generator.open`, and returns what a
notebook shows.
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
