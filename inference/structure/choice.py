"""Choose the references of all tables together from the scored candidates.

One parent per column set, no two keys that point to each other as extensions, and the nearest of
several extensions of one thing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import log

from inference.structure.references import Link, by_child

_LEAST_SCORE = 0.0
_SURE = 4.0


def choose_links(links: Sequence[Link]) -> list[Link]:
    """Choose the references that hold together, ordered by child table and columns."""
    grouped = by_child(links)
    best = [
        max(group, key=lambda link: (link.score, -link.parent, link.keys))
        for _, group in sorted(grouped.items())
    ]
    chosen = _without_parts([link for link in best if link.score >= _LEAST_SCORE])
    chosen = _without_mutual(chosen)
    nearest = [_nearest(link, grouped[link.child, link.columns], chosen) for link in chosen]
    return [_with_rival(link, grouped[link.child, link.columns]) for link in nearest]


def _with_rival(link: Link, rivals: Sequence[Link]) -> Link:
    """Keep the best other target of the columns, to say why it lost."""
    others = [rival for rival in rivals if (rival.parent, rival.keys) != (link.parent, link.keys)]
    best = max(others, key=lambda rival: (rival.score, -rival.parent, rival.keys), default=None)
    return replace(link, rival=best)


def _without_parts(links: Sequence[Link]) -> list[Link]:
    """Drop references that a chosen one of more columns to the same table says already."""
    whole = {
        (link.child, column, link.parent, key)
        for link in links
        if len(link.columns) > 1
        for column, key in zip(link.columns, link.keys, strict=True)
    }
    return [
        link
        for link in links
        if len(link.columns) > 1
        or (link.child, link.columns[0], link.parent, link.keys[0]) not in whole
    ]


def _without_mutual(links: Sequence[Link]) -> list[Link]:
    """Drop the weaker of two references between the same two columns."""
    pairs = Counter((link.child, link.parent) for link in links)
    kept = []
    for link in links:
        reverse = next((other for other in links if _is_reverse(link, other)), None)
        if reverse is None or _strength(link, pairs) > _strength(reverse, pairs):
            kept.append(link)
    return kept


def _is_reverse(link: Link, other: Link) -> bool:
    return (other.child, other.columns) == (link.parent, link.keys) and (
        other.parent,
        other.keys,
    ) == (link.child, link.columns)


def _strength(link: Link, pairs: Counter[tuple[int, int]]) -> tuple[float, int]:
    """Score one of two mutual references; a second one between the tables tells the direction."""
    return link.score + 0.5 * pairs[link.child, link.parent], -link.child


def _nearest(link: Link, rivals: Sequence[Link], chosen: Sequence[Link]) -> Link:
    """Prefer the extension of a thing to the thing where only rows that have one are pointed to.

    That all n values are in the extension, which has the share s of the things, has the
    probability s^n by accident.
    """
    if len(link.columns) != 1 or link.coverage < 1:
        return link
    extensions = [
        rival
        for rival in rivals
        if rival.coverage == 1
        and rival.child != rival.parent
        and any(_is_extension(other, rival, link) for other in chosen)
        and rival.distinct * log(link.target_distinct / rival.target_distinct) >= _SURE
    ]
    return min(extensions, key=lambda rival: (rival.target_distinct, rival.parent), default=link)


def _is_extension(other: Link, rival: Link, link: Link) -> bool:
    """Tell whether the key that a rival points to refers to the key that the link points to."""
    return (other.child, other.columns, other.parent, other.keys) == (
        rival.parent,
        rival.keys,
        link.parent,
        link.keys,
    )
