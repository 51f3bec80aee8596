"""Features of GeoJSON as rows: their properties as columns, their geometry as well-known text.

Sources: RFC 7946; OGC 06-103r4, part 7 (well-known text).
"""

from extraction.documents.json_rows import Json, Members

_KINDS = {
    "Point": "POINT",
    "MultiPoint": "MULTIPOINT",
    "LineString": "LINESTRING",
    "MultiLineString": "MULTILINESTRING",
    "Polygon": "POLYGON",
    "MultiPolygon": "MULTIPOLYGON",
}
_FEATURE = ("type", "Feature")
_COLLECTION = ("type", "FeatureCollection")


def is_collection(members: Members) -> bool:
    """Tell whether members are those of a feature collection."""
    return _COLLECTION in members


def as_row(value: Json) -> Json:
    """Give a feature as a row of its properties and its geometry; anything else unchanged."""
    if not isinstance(value, tuple) or _FEATURE not in value:
        return value
    found = dict(value)
    properties, geometry = found.get("properties"), found.get("geometry")
    if "geometry" not in found or not isinstance(properties, tuple | None):
        return value
    text = _text(geometry)
    kept = tuple((n, v) for n, v in value if n not in ("type", "properties", "geometry"))
    return (*kept, *(properties or ()), ("geometry", geometry if text is None else text))


def _text(geometry: Json) -> str | None:
    """Write a geometry as well-known text; None where it is none."""
    if not isinstance(geometry, tuple):
        return None
    found = dict(geometry)
    kind, parts = found.get("type"), found.get("geometries")
    if kind == "GeometryCollection" and isinstance(parts, list):
        texts = [_text(part) for part in parts]
        return None if None in texts else f"GEOMETRYCOLLECTION ({', '.join(map(str, texts))})"
    coordinates = found.get("coordinates")
    if not isinstance(kind, str) or kind not in _KINDS or not isinstance(coordinates, list):
        return None
    if not coordinates:
        return f"{_KINDS[kind]} EMPTY"
    inside = _points(coordinates)
    inside = f"({inside})" if kind == "Point" else inside
    height = " Z" if _dimensions(coordinates) == 3 else ""
    return f"{_KINDS[kind]}{height} {inside}"


def _points(coordinates: list[Json]) -> str:
    if all(isinstance(item, str) for item in coordinates):
        return " ".join(str(item) for item in coordinates)
    return f"({', '.join(_points(item) for item in coordinates if isinstance(item, list))})"


def _dimensions(coordinates: Json) -> int:
    while isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return len(coordinates) if isinstance(coordinates, list) else 0
