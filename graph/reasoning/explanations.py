"""Why a triple is there: asserted by which commit, or inferred by which rule from what.

A proof is found by applying the rules backwards on the closed graph, without using a triple to
prove itself; so it needs no record of the reasoning.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from graph.dataset.checkpoints import between
from graph.projects import Project
from graph.reasoning.fixpoint import schema_triples
from graph.reasoning.owl_rules import Atom
from graph.reasoning.reasoner import AUTHOR, asserted_graphs
from graph.reasoning.rules import (
    Binding,
    RuleInstance,
    close_schema,
    fill,
    instantiate,
    schema_instances,
    select_text,
)
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, Quad, Term, Triple, Variable

_SOLUTIONS = 8
_STEPS = 400


@dataclass(frozen=True)
class Explanation:
    """One triple and why it is there.

    Attributes:
        triple: N-Triples form without the dot.
        kind: `asserted`, `inferred` or `absent`; `unproven` when no proof was found in 400 steps.
        graph: of an asserted triple.
        commit: number of the newest commit that added an asserted triple.
        source: IRI of the run or proposal that the commit came from.
        rule: name in OWL 2 Profiles, section 4.3.
        premises: what the rule used, each explained.
    """

    triple: str
    kind: str
    graph: str | None = None
    commit: int | None = None
    author: str | None = None
    reason: str | None = None
    source: str | None = None
    rule: str | None = None
    premises: tuple["Explanation", ...] = ()


def explain(project: Project, triple: Triple) -> Explanation:
    """Explain a triple of the project's default graph."""
    names = project.names
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for graph in names.default_graphs
    ]
    if not any(_holds(project.reader(quad.graph_name), quad.triple) for quad in quads):  # type: ignore[arg-type] # named graphs
        return Explanation(_text(_atom(triple)), "absent")
    return _with_commits(project, _Prover(project).prove(_atom(triple)))


class _Prover:
    """Finds one proof; counts its steps so that it ends."""

    def __init__(self, project: Project) -> None:
        graphs = asserted_graphs(project.names)
        self._asserted = {graph.value: project.reader(graph) for graph in graphs}
        self._all = project.reader(*graphs, project.names.inferred)
        schema, _ = close_schema(schema_triples(project.reader(*graphs)))
        self._rules = [*schema_instances(schema), *instantiate(schema)]
        self._steps = 0

    def prove(self, atom: Atom) -> Explanation:
        """Prove a ground atom, or say that no proof was found."""
        found = self._prove(atom, frozenset())
        return found or Explanation(_text(atom), "unproven")

    def _prove(self, atom: Atom, path: frozenset[Atom]) -> Explanation | None:
        for graph, reader in self._asserted.items():
            if _holds(reader, _triple(atom)):
                return Explanation(_text(atom), "asserted", graph=graph)
        inside = path | {atom}
        for rule, premises in self._ways(atom):
            self._steps += 1
            if self._steps > _STEPS:
                return None
            if not inside.isdisjoint(premises):
                continue
            proofs = self._prove_all(premises, inside)
            if proofs is not None:
                return Explanation(_text(atom), "inferred", rule=rule, premises=proofs)
        return None

    def _prove_all(
        self, premises: tuple[Atom, ...], path: frozenset[Atom]
    ) -> tuple[Explanation, ...] | None:
        proofs = []
        for premise in premises:
            proof = self._prove(premise, path)
            if proof is None:
                return None
            proofs.append(proof)
        return tuple(proofs)

    def _ways(self, atom: Atom) -> Iterator[tuple[str, tuple[Atom, ...]]]:
        for rule in self._rules:
            binding = _unified(rule, atom)
            if binding is None:
                continue
            body = tuple(fill(item, binding) for item in rule.body)
            for solution in self._solutions(body, rule, binding):
                # One atom may stand in a body twice, as both factors of a square.
                found = (*rule.schema, *(fill(item, solution) for item in body))
                yield rule.name, tuple(dict.fromkeys(found))

    def _solutions(
        self, body: tuple[Atom, ...], rule: RuleInstance, binding: Binding
    ) -> list[dict[str, Term]]:
        if any(isinstance(atom[0], Literal) for atom in body):
            return []
        apart = rule.apart if rule.apart and not set(rule.apart) & set(binding) else None
        rows = self._all.select(select_text(body, apart, _SOLUTIONS, ordered=True))
        return [
            {name: term for name, term in zip(rows.variables, row, strict=True) if term is not None}
            for row in rows
        ]


def _unified(rule: RuleInstance, atom: Atom) -> dict[str, Term] | None:
    if rule.head is None:
        return None
    binding: dict[str, Term] = {}
    for part, term in zip(rule.head, atom, strict=True):
        if isinstance(part, Variable):
            if binding.setdefault(part.value, term) != term:  # type: ignore[arg-type] # the atom is ground
                return None
        elif part != term:
            return None
    one, other = rule.apart or ("", "")
    same = one in binding and binding.get(one) == binding.get(other)
    return None if same else binding


def _holds(reader: GraphReader, triple: Triple) -> bool:
    terms = {"subject": triple.subject, "predicate": triple.predicate, "object": triple.object}
    return reader.ask(bind(load_query("graph", "holds"), **terms))  # type: ignore[arg-type] # the store has no blank nodes


def _with_commits(project: Project, found: Explanation) -> Explanation:
    """Fill in, for all asserted triples at once, the newest commit that added each."""
    lines = {f"{leaf.triple} <{leaf.graph}> .": leaf for leaf in _leaves(found) if leaf.graph}
    commits: dict[str, Explanation] = {}
    for record in between(project.dataset.log.path, 0, project.sequence):
        lacking = [line for line in lines if f"A {line}\n".encode() in record.text]
        file = _header(record.text, b"added-file")
        if file:
            lacking += _in_file(project.dataset.blobs.path(file), list(lines))
        if not lacking:
            continue
        header = record.patch().header if not file else _headers(record.text)
        for line in lacking:
            if header.get("author") != AUTHOR:
                commits[line] = replace(
                    lines[line],
                    commit=record.sequence,
                    author=header.get("author"),
                    reason=header.get("reason"),
                    source=header.get("source"),
                )
    return _filled(found, commits)


def _filled(found: Explanation, commits: dict[str, Explanation]) -> Explanation:
    if found.kind == "asserted":
        return commits.get(f"{found.triple} <{found.graph}> .", found)
    return replace(found, premises=tuple(_filled(item, commits) for item in found.premises))


def _leaves(found: Explanation) -> Iterator[Explanation]:
    if found.kind == "asserted":
        yield found
    for premise in found.premises:
        yield from _leaves(premise)


def _headers(text: bytes) -> dict[str, str]:
    names = ("author", "reason", "source")
    return {name: value for name in names if (value := _header(text, name.encode()))}


def _header(text: bytes, name: bytes) -> str:
    start = text.find(b"H " + name + b' "')
    if start < 0 or (start and text[start - 1 : start] != b"\n"):
        return ""
    line = text[start : text.index(b"\n", start)]
    return line[len(name) + 4 : line.rindex(b'"')].decode()


def _in_file(path: Path, lines: list[str]) -> list[str]:
    """Find which lines a stored N-Quads file holds; the kernel reads it, no copy is made."""
    if not path.stat().st_size:
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return [line for line in lines if content.find(f"{line}\n".encode()) >= 0]


def _atom(triple: Triple) -> Atom:
    return (triple.subject, triple.predicate, triple.object)


def _triple(atom: Atom) -> Triple:
    subject, predicate, value = atom
    return Triple(subject, predicate, value)  # type: ignore[arg-type] # the atom is ground


def _text(atom: Atom) -> str:
    return " ".join(map(str, atom))
