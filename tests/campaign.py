"""The campaign: faults of disks, files and processes, as many as there are cases.

`python tests/campaign.py` tries all cases and prints how many there were and how many failed.
Other arguments go to pytest. Without it, the tests try a few cases of each kind.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

LONG = bool(os.environ.get("GANKIT_CAMPAIGN"))
MODULES = ("test_cache.py", "test_damage.py", "test_disks.py", "test_run.py", "test_signals.py")


def chosen(cases: Sequence, few: int) -> Sequence:
    """Return all cases in the campaign, else a few of them, evenly spread."""
    if LONG or len(cases) <= few:
        return cases
    return [cases[i] for i in np.linspace(0, len(cases) - 1, few).round().astype(int)]


def report(kind: str, cases: int, failed: Sequence[str] = ()) -> None:
    """Print the figures of a kind of case; fail if any has failed."""
    print(f"\ncampaign: {kind}: {cases:,} cases, {len(failed)} failures")
    assert not failed, "\n".join(failed)


if __name__ == "__main__":
    os.environ["GANKIT_CAMPAIGN"] = "1"
    modules = [str(Path(__file__).with_name(name)) for name in MODULES]
    sys.exit(pytest.main([*modules, "-n", "0", "-s", "-q", "-m", "", *sys.argv[1:]]))
