"""What the reading of one file may use; known to those who do without the engine of tables."""

from dataclasses import dataclass

_TYPICAL_BYTES = 100_000_000


@dataclass(frozen=True)
class ReadLimits:
    """Limits of the process that reads a file.

    Attributes:
        memory: bytes of address space; 450 MB of them are the program itself.
        seconds: of a file of up to 100 MB; a larger one has more in proportion.
    """

    memory: int = 3 << 30
    seconds: float = 600.0

    def seconds_of(self, size: int) -> float:
        """Give the seconds that a file of this many bytes may take."""
        return self.seconds * max(1.0, size / _TYPICAL_BYTES)
