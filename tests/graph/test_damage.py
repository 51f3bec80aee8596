"""Damaged files of a dataset: found or repaired, and never a wrong answer."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from graph.changes import ChangeSet
from graph.dataset.dataset import Dataset
from graph.dataset.recovery import export_log, rebuild_store, verify_log
from graph.errors import LogDamaged, MimirError, StoreDamaged
from graph.names import ProjectNames
from graph.projects import Project, Projects
from graph.terms import Literal, Quad

NAMES = ProjectNames("http://example.org/", "shop")
PAST = 8
Damage = Callable[[Path], None]


def said(number: int) -> Quad:
    thing = NAMES.thing("Item", [str(number)])
    return Quad(thing, NAMES.term("says"), Literal(f"value {number}"), NAMES.data)


def flipped(share: float) -> Damage:
    """Damage one bit at a share of the file."""

    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        if content:
            content[min(int(len(content) * share), len(content) - 1)] ^= 0x10
        replaced(path, bytes(content))

    return damage


def replaced(path: Path, content: bytes) -> None:
    # A hard link elsewhere stays as it was, as if each copy had its own place on the disk.
    path.unlink()
    path.write_bytes(content)


def halved(path: Path) -> None:
    replaced(path, path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    replaced(path, b"")


DAMAGES = {
    "deleted": Path.unlink,
    "halved": halved,
    "emptied": emptied,
    **{f"flipped at {share:.0%}": flipped(share) for share in (0.2, 0.7)},
}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, frozenset[str], frozenset[str]]:
    """A dataset with a landed file and small commits: its folder, its quads, those of a past."""
    folder = tmp_path_factory.mktemp("master") / "projects" / "shop"
    Projects(folder.parents[1], "http://example.org/").create("shop").dataset.close()
    dataset = Dataset(folder, NAMES)
    for number in range(6):
        dataset.commit(ChangeSet((said(number),)))
    file = folder / "rows.nq"
    file.write_text("".join(f"{said(number)} .\n" for number in range(100, 400)))
    dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(file)[0]))
    dataset.commit(ChangeSet((said(7),), (said(0),)))
    past = contents(dataset)
    dataset.commit(ChangeSet((said(8),), (said(1), said(100))))
    now = contents(dataset)
    dataset.close()
    # The engine writes what it has in memory when it is opened again.
    Dataset(folder, NAMES).close()
    return folder, now, past


@pytest.fixture
def folder(master: tuple[Path, frozenset[str], frozenset[str]], tmp_path: Path) -> Path:
    """A copy of the dataset to damage."""
    place = tmp_path / "projects" / "shop"
    shutil.copytree(master[0], place, symlinks=True)
    return place


def contents(dataset: Dataset) -> frozenset[str]:
    return frozenset(map(str, dataset.quads(NAMES.data)))


def everything(dataset: Dataset) -> frozenset[str]:
    """Read all by each way there is; they must agree."""
    quads = contents(dataset)
    rows = dataset.reader([NAMES.data]).select("SELECT ?s ?o WHERE { ?s ?p ?o }").rows
    assert len(rows) == dataset.count(NAMES.data) == len(quads)
    return quads


def files_of(folder: Path) -> Iterator[Path]:
    """One file of each kind, and three tables: the largest ones."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    tables = [path for path in files if path.suffix == ".sst"]
    yield from sorted(tables, key=lambda path: path.stat().st_size, reverse=True)[:3]
    yield from (path for path in files if path.suffix != ".sst" and path.name != "LOCK")


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_store_is_found_and_built_anew(
    master: tuple[Path, frozenset[str], frozenset[str]], tmp_path: Path, name: str
) -> None:
    source, now, _ = master
    for victim in files_of((source / "current").resolve()):
        folder = tmp_path / "shop"
        shutil.copytree(source, folder, symlinks=True)
        DAMAGES[name]((folder / "current").resolve() / victim.name)

        dataset = Dataset(folder, NAMES)
        try:
            found = everything(dataset)
        except StoreDamaged:
            dataset.close()
            dataset = Dataset(folder, NAMES)
            found = everything(dataset)
        finally:
            dataset.close()

        assert found == now, victim.name
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_checkpoint_never_shows_another_past(
    master: tuple[Path, frozenset[str], frozenset[str]], tmp_path: Path, name: str
) -> None:
    source, now, past = master
    newest = max(source.glob("checkpoints/*"), key=lambda path: int(path.name))
    for victim in files_of(newest):
        shutil.copytree(source.parents[1], tmp_path / "data", symlinks=True)
        projects = Projects(tmp_path / "data", "http://example.org/")
        project = projects.get("shop")
        for checkpoint in (project.dataset.folder / "checkpoints").iterdir():
            damaged = checkpoint / victim.name
            if damaged.exists():
                DAMAGES[name](damaged)

        try:
            found = seen_at(project, PAST)
        except MimirError:
            found = past
        projects.close()

        assert found == past, victim.name
        again = Projects(tmp_path / "data", "http://example.org/")
        assert everything(again.get("shop").dataset) == now
        again.close()
        shutil.rmtree(tmp_path / "data")


def seen_at(project: Project, commit: int) -> frozenset[str]:
    with project.at(commit) as then:
        return frozenset(map(str, then.quads(NAMES.data)))


@pytest.mark.parametrize("name", [item for item in DAMAGES if item != "emptied"])
def test_a_damaged_landed_file_is_never_loaded(
    master: tuple[Path, frozenset[str], frozenset[str]], folder: Path, name: str
) -> None:
    (blob,) = (folder / "blobs").iterdir()
    DAMAGES[name](blob)

    dataset = Dataset(folder, NAMES)
    assert contents(dataset) == master[1]
    dataset.close()
    assert verify_log(folder).missing_files == (blob.name,)
    with pytest.raises(LogDamaged, match=r"absent or was changed"):
        rebuild_store(folder)
    with pytest.raises(LogDamaged, match=r"absent or was changed"):
        list(export_log(folder))
    runner = CliRunner(env={"MIMIR_DATA": str(folder.parents[1])})
    for command in ("verify", "rebuild", "export"):
        result = runner.invoke(main, ["log", command, "--project", "shop"])
        assert (result.exit_code, blob.name in result.output) == (1, True), result.output
    # What could not be rebuilt is still there, and still right.
    dataset = Dataset(folder, NAMES)
    assert contents(dataset) == master[1]
    dataset.close()


def test_a_log_cut_or_changed_at_any_byte_shows_an_older_state_or_nothing(
    folder: Path,
) -> None:
    log = folder / "log.rdfp"
    whole = log.read_bytes()
    report = verify_log(folder)
    assert (report.records, report.torn_bytes, report.missing_files) == (9, 0, ())
    for size in range(0, len(whole), 41):
        log.write_bytes(whole[:size])
        cut = verify_log(folder)
        assert cut.bytes + cut.torn_bytes == size
        assert whole[: cut.bytes].count(b"\n# sha256 ") == cut.records
    runner = CliRunner(env={"MIMIR_DATA": str(folder.parents[1])})
    for position in range(0, len(whole), 31):
        changed = bytearray(whole)
        changed[position] ^= 0x04
        log.write_bytes(bytes(changed))
        with pytest.raises(LogDamaged, match=r"^Record \d+ "):
            verify_log(folder)
    for command in ("verify", "rebuild", "export"):
        result = runner.invoke(main, ["log", command, "--project", "shop"])
        assert (result.exit_code, "does not match its seal" in result.output) == (1, True)
    with pytest.raises(LogDamaged):
        Dataset(folder, NAMES)
    log.write_bytes(whole[:-1])
    with pytest.raises(LogDamaged, match=r"the log of .* was cut"):
        Dataset(folder, NAMES)
