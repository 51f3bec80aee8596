"""How often a regular expression may repeat its parts, read off its text without compiling it."""

import re

_PART = re.compile(
    r"\\.|\[\^?\]?(?>[^\]\\]++|\\.)*+\]?|[()]|\{(\d{1,9})(?:,(\d{0,9}))?+\}|[*+?]++", re.DOTALL
)


def largest_repeat(pattern: str) -> int:
    """Give the largest product of bounded repeats along the nesting of a regular expression.

    `a{3}` is 3, `(a{10}){20}` is 200. Linear in the text; brackets that do not match are ignored.
    """
    most, newest, end = 1, 1, 0
    outside: list[int] = []
    largest = 1
    for match in _PART.finditer(pattern):
        part = match.group()
        if match.start() > end or part[0] in "\\[":
            newest = 1
        end = match.end()
        if part == "(":
            outside.append(most)
            most = newest = 1
        elif part == ")" and outside:
            newest, most = most, max(most, outside.pop())
        elif part[0] == "{":
            newest *= max(1, int(match.group(1)), int(match.group(2) or 0))
            most = max(most, newest)
        largest = max(largest, most)
    return largest
