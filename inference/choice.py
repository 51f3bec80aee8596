"""Choose the references of all tables together from the scored candidates.

One parent per column set, and no two keys that point to each other as extensions.
"""

from collections.abc import Sequence

from inference.references import Link, by_child

_LEAST_SCORE = 0.0


def choose_links(links: Sequence[Link]) -> list[Link]:
    """Choose the references that hold together, ordered by child table and columns."""
    best = [
        max(group, key=lambda link: (link.score, -link.parent, link.keys))
        for _, group in sorted(by_child(links).items())
    ]
    chosen = [link for link in best if link.score >= _LEAST_SCORE]
    return _without_mutual(chosen)


def _without_mutual(links: Sequence[Link]) -> list[Link]:
    """Drop the weaker of two references between the same two columns."""
    kept = []
    for link in links:
        reverse = next(
            (
                other
                for other in links
                if (other.child, other.columns) == (link.parent, link.keys)
                and (other.parent, other.keys) == (link.child, link.columns)
            ),
            None,
        )
        if reverse is None or (link.score, -link.child) > (reverse.score, -reverse.child):
            kept.append(link)
    return kept
