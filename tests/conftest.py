"""Settings of every test: child processes find the packages, and Hypothesis repeats itself."""

import os
from pathlib import Path

from hypothesis import settings

_ROOT = str(Path(__file__).parents[1])
_GIVEN = os.environ.get("PYTHONPATH")

os.environ["PYTHONPATH"] = os.pathsep.join([_ROOT, _GIVEN] if _GIVEN else [_ROOT])

settings.register_profile("mimir", derandomize=True, deadline=None)
settings.load_profile("mimir")
