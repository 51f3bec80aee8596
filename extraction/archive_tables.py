"""Archives and compressed files to staged tables: those of every data file inside."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from extraction import archives, sniff
from extraction.grid_tables import join
from extraction.staging import Reject, Source, Staging
from graph.errors import BadInput

ReadPlain = Callable[[sniff.Plain, Source, str], Staging]
"""Reads a file that is no archive: its kind, the file, the base name of its tables."""


@dataclass(frozen=True)
class Unpacking:
    """One file that is being read, with what is packed inside it at any depth.

    Attributes:
        read_plain: reads the files that are no archives.
        allowance: bytes that may still be unpacked.
        depth: archives around the file.
    """

    read_plain: ReadPlain
    allowance: archives.Allowance = field(default_factory=archives.Allowance)
    depth: int = 0

    def stage(self, source: Source, table: str, prefix: str = "") -> Staging:
        """Stage a file of any kind.

        Args:
            source: the file.
            table: base name of its tables, where it is no archive.
            prefix: put before the names of tables, where it is one.

        Raises:
            BadInput: it cannot be read, holds no data file, or goes beyond the limits.
        """
        kind = sniff.kind_of(source.path, source.name)
        inside = replace(self, depth=self.depth + 1)
        with TemporaryDirectory(dir=source.folder, prefix=".") as scratch:
            match kind:
                case "zip" | "tar":
                    inside._guard_depth(source)
                    return inside._stage_members(source, kind, prefix, Path(scratch))
                case "gzip" | "zstd" | "bzip2" | "xz":
                    inside._guard_depth(source)
                    return inside._stage_packed(source, kind, (table, prefix), Path(scratch))
                case _:
                    return self.read_plain(kind, source, table)

    def _guard_depth(self, source: Source) -> None:
        if self.depth > archives.DEPTH_LIMIT:
            raise archives.ArchiveRefused(
                f"{source.name} nests more than {archives.DEPTH_LIMIT} archives. Unpack it first."
            )

    def _stage_packed(
        self, source: Source, kind: archives.Packed, names: tuple[str, str], scratch: Path
    ) -> Staging:
        """Stage what was compressed by itself; it keeps the name that the person knows."""
        plain = scratch / "plain"
        archives.unpack(source.path, source.name, kind, plain, self.allowance)
        inner = replace(source, path=plain)
        if source.name.lower().endswith(sniff.PACKED_ENDS):
            inner = replace(inner, name=str(PurePosixPath(source.name).with_suffix("")))
        staging = self.stage(inner, *names)
        return Staging(
            tuple(replace(t, source=_outer(t.source, inner, source)) for t in staging.tables),
            tuple(replace(r, source=_outer(r.source, inner, source)) for r in staging.rejects),
            staging.readings,
        )

    def _stage_members(
        self, source: Source, kind: archives.Archive, prefix: str, scratch: Path
    ) -> Staging:
        """Stage the data files of an archive; one that cannot be read is told among the rejects."""
        names = archives.names_of(source.path, source.name, kind)
        data = _data_files(names)
        tables = _member_tables(names)
        parts: list[Staging] = []
        refused: list[BadInput] = []
        for member in archives.unpack_members(
            source.path, source.name, kind, scratch, self.allowance
        ):
            inside = replace(source, path=member.path, name=f"{source.name}/{member.name}")
            if member.name not in data:
                parts.append(Staging(rejects=(_not_data(inside),)))
                continue
            table = tables[member.name]
            try:
                parts.append(self.stage(inside, prefix + table, f"{prefix}{table}."))
            except archives.ArchiveRefused:
                raise
            except BadInput as error:
                refused.append(error)
                parts.append(Staging(rejects=(_unreadable(inside, error),)))
        staging = join(parts)
        if not staging.tables:
            raise _no_data(source, refused)
        _refuse_equal_names(source, [table.name for table in staging.tables])
        return staging


def _outer(name: str, inner: Source, source: Source) -> str:
    """Put the name that the person knows in the place of that of the unpacked file."""
    return source.name + name.removeprefix(inner.name)


def _data_files(names: Sequence[str]) -> set[str]:
    """Choose the members that are data: by their names, else documents, else by their content."""
    data = {name for name in names if sniff.kind_of_name(name)}
    documents = {name for name in names if PurePosixPath(name).suffix.lower() in sniff.DOCUMENTS}
    return data or documents or set(names)


def _member_tables(names: Sequence[str]) -> dict[str, str]:
    """Name the table of each member: its stem, with its folders where two stems are equal."""
    stems = {name: sniff.stem_of(name) for name in names}
    count = Counter(stem.casefold() for stem in stems.values())
    return {
        name: stem
        if count[stem.casefold()] == 1
        else ".".join([*PurePosixPath(name).parent.parts, stem])
        for name, stem in stems.items()
    }


def _not_data(inside: Source) -> Reject:
    reason = "not a file of a kind that is read"
    return Reject(inside.name, "", 0, 0, reason, "", f"Mimir reads {sniff.READABLE}.")


def _unreadable(inside: Source, error: BadInput) -> Reject:
    repair = "Repair the file, and send it by itself."
    return Reject(inside.name, "", 0, 0, f"the file was left out: {error}", "", repair)


def _no_data(source: Source, refused: Sequence[BadInput]) -> BadInput:
    why = str(refused[0]) if refused else f"Mimir reads {sniff.READABLE}."
    return BadInput(f"{source.name} holds no data file. {why}")


def _refuse_equal_names(source: Source, names: Sequence[str]) -> None:
    count = Counter(name.casefold() for name in names)
    twice = sorted({name for name in names if count[name.casefold()] > 1})
    if twice:
        raise BadInput(
            f"{source.name} holds more than one table named {', '.join(twice)}. Rename the files."
        )
