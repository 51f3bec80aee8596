"""Prints the table of `docs/conformance.md`: `python -m tests.conformance.report [SUITE]`."""

import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.conformance.door import Door
from tests.conformance.manifests import Case, read_cases


def main(only: str = "") -> None:
    """Run the suites whose name starts with `only`."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        door = Door(Path(folder))
        try:
            for version in ("sparql11", "sparql10"):
                cases = [case for case in read_cases(version) if case.suite.startswith(only)]
                _report(version, door, cases)
        finally:
            door.close()
    print(f"{time.monotonic() - started:.0f} s")


def _report(version: str, door: Door, cases: list[Case]) -> None:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    failures = []
    for case in cases:
        counts[case.suite][1] += 1
        try:
            door.run(case)
            counts[case.suite][0] += 1
        except (AssertionError, ValueError, SyntaxError) as error:
            failures.append(f"{case.id}: {error}")
    for suite, (passed, total) in sorted(counts.items()):
        print(f"| {version} | {suite} | {passed} | {total} |")
    sums = [sum(pair[place] for pair in counts.values()) for place in (0, 1)]
    print(f"| {version} | all | {sums[0]} | {sums[1]} |")
    print("\n".join(failures))


if __name__ == "__main__":
    main(*sys.argv[1:2])
