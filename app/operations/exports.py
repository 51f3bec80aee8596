"""Operations that describe the tables of a project for other tools."""

from dataclasses import dataclass
from typing import Any

from app.operations.registry import described, operation
from app.services import Services
from app.table_files import FILES, table_metadata


@dataclass(frozen=True)
class DescribeTables:
    """Which files to describe."""

    project: str = described("Name of the project.")
    files: str = described("sources: as they were given; tables: as exported.", default="sources")


@dataclass(frozen=True)
class TableMetadata:
    """CSVW metadata: a table group."""

    metadata: dict[str, Any]


@operation(
    "GET",
    "/projects/<project>/csvw",
    f"Describe the CSV files ({' or '.join(FILES)}) as CSVW: types, keys, and IRIs of rows.",
    permission="read",
    request=DescribeTables,
    response=TableMetadata,
    example={"project": "fleet"},
)
def get_csvw(services: Services, request: DescribeTables) -> TableMetadata:
    """Describe the tables of a project."""
    return TableMetadata(table_metadata(services.projects.get(request.project), request.files))
