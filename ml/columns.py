"""From the texts of an attribute to columns that can be learned from.

Numbers and booleans become floats, dates become parts of the calendar, small sets of words stay.
"""

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd

from graph.model import AttributeDef
from ml.tasks import NUMBERS

MOST_VALUES = 200
_DATES = ("date", "dateTime")


def feature_columns(attribute: AttributeDef, texts: pd.Series) -> Iterator[tuple[str, pd.Series]]:
    """Turn the texts of an attribute into feature columns: (suffix of the name, values)."""
    if attribute.datatype in (*NUMBERS, "gYear"):
        yield "", numbers(texts)
    elif attribute.datatype == "boolean":
        yield "", texts.map({"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}).astype(float)
    elif attribute.datatype in _DATES:
        yield from _dates(attribute, texts)
    elif attribute.datatype == "string":
        different = texts[texts != ""].nunique()
        if 2 <= different <= min(MOST_VALUES, max(2, len(texts) // 5)):
            yield "", texts.astype(object)


def _dates(attribute: AttributeDef, texts: pd.Series) -> Iterator[tuple[str, pd.Series]]:
    moments = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
    yield ".year", moments.dt.year.astype(float)
    yield ".month", moments.dt.month.astype(float)
    yield ".weekday", moments.dt.day_of_week.astype(float)
    if attribute.datatype == "dateTime":
        yield ".hour", moments.dt.hour.astype(float)
    epoch = pd.Timestamp(0, tz="UTC")
    yield ".day", (moments - epoch) / pd.Timedelta(days=1)


def numbers(texts: pd.Series) -> pd.Series:
    """Read numbers; what is none, or is not finite, is missing."""
    read = pd.to_numeric(texts, errors="coerce").astype(float)
    return read.where(np.isfinite(read))


def answer_frame(text: bytes) -> pd.DataFrame:
    """Read a SPARQL CSV answer as texts; "" where a variable is unbound."""
    return pd.read_csv(io.BytesIO(text), dtype=object, keep_default_na=False, na_filter=False)
