"""The tiers of units (``tiers.csv``): the three of a province with districts, or those that the file names."""

from collections.abc import Iterable
from pathlib import Path

import pandera.pandas as pa

from analysis.reference.csv_files import read_csv

# A unit of the first has procedures of its own; one of the second is an area with the units whose parent it is.
DEPARTMENTS, DISTRICTS = "province", "district"
TIERS = (DEPARTMENTS, DISTRICTS, "commune")
_NAME = pa.Check.str_matches(r"^[^{}]+$")  # braces are of texts to be filled in
_FILE = pa.DataFrameSchema(
    {
        "tier": pa.Column(str, pa.Check.str_matches(r"^[a-z][a-z0-9_]*$"), unique=True, description="Mã cấp"),
        "title_vi": pa.Column(str, _NAME, description="Tên cấp bằng tiếng Việt"),
        "title_en": pa.Column(str, _NAME, description="Tên cấp bằng tiếng Anh"),
    },
    strict=True,
    ordered=True,
)


def load_tiers(folder: Path) -> dict[str, dict[str, str]]:
    """The titles of each tier, by language, in the file's order; without the file of ``TIERS``, which have words of
    their own and no titles.
    """
    path = folder / "tiers.csv"
    if not path.exists():
        return {tier: {} for tier in TIERS}
    found = read_csv(path, _FILE).set_index("tier")
    return {tier: {"vi": row["title_vi"], "en": row["title_en"]} for tier, row in found.to_dict("index").items()}


def with_tiers(schema: pa.DataFrameSchema, tiers: Iterable[str]) -> pa.DataFrameSchema:
    """The schema of a file whose column ``tier`` must name one of these tiers."""
    return schema.update_column("tier", checks=[pa.Check.isin([*tiers])])
