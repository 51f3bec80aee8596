"""All uses of each property name: one property may serve several classes, tables and columns."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.model import ClassDef, KnowledgeModel, LinkDef
from graph.schema import Schema


@dataclass(frozen=True)
class PropertyUses:
    """What a property is, over all its uses; `datatype` is None for an object property.

    Attributes:
        domains, targets: classes that have it; classes that it leads to.
        columns, tables: what fills it: `table.column`; tables of pairs.
        inverse_functional: whether no two individuals of any class share a value.
    """

    label: str
    datatype: str | None
    functional: bool
    inverse_functional: bool
    domains: tuple[str, ...]
    targets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """Say in a sentence where the values come from."""
        if self.tables:
            return f"One edge for each row of {', '.join(self.tables)}."
        kind = f" ({self.datatype})" if self.datatype else ""
        return f"From {', '.join(self.columns)}{kind}."


def property_uses(model: KnowledgeModel, schema: Schema) -> dict[str, PropertyUses]:
    """Collect the uses of every property of a model, by its local name."""
    found: dict[str, list[PropertyUses]] = {}
    for item in model.classes:
        for attribute in item.attributes:
            use = PropertyUses(
                attribute.label,
                attribute.range,
                # a text has a value for each language
                functional=attribute.language is None,
                inverse_functional=False,
                domains=(item.name,),
                columns=(f"{item.table}.{attribute.column}",),
                units=(attribute.unit,) if attribute.unit else (),
            )
            found.setdefault(attribute.name, []).append(use)
        for link in item.links:
            found.setdefault(link.name, []).append(_link_use(item, link, schema))
    for pair in model.junctions:
        use = PropertyUses(
            pair.label,
            None,
            functional=False,
            inverse_functional=False,
            domains=(pair.source.target,),
            targets=(pair.target.target,),
            tables=(pair.table,),
        )
        found.setdefault(pair.name, []).append(use)
    return {name: _merged(uses) for name, uses in found.items()}


def _link_use(item: ClassDef, link: LinkDef, schema: Schema) -> PropertyUses:
    unique = schema.table(item.table).unique_keys
    keys = {item.key, *(key.columns for key in unique if not key.duplicates)}
    return PropertyUses(
        link.label,
        None,
        functional=True,
        # That no two rows seen point to one target is no law; a key is.
        inverse_functional=link.one_to_one and link.columns in keys,
        domains=(item.name,),
        targets=(link.target,),
        columns=tuple(f"{item.table}.{column}" for column in link.columns),
    )


def _merged(uses: list[PropertyUses]) -> PropertyUses:
    return PropertyUses(
        uses[0].label,
        uses[-1].datatype,
        all(use.functional for use in uses),
        # Two classes may each point once to the same individual.
        len(uses) == 1 and uses[0].inverse_functional,
        _joined(use.domains for use in uses),
        _joined(use.targets for use in uses),
        _joined(use.columns for use in uses),
        _joined(use.tables for use in uses),
        _joined(use.units for use in uses),
    )


def _joined(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
