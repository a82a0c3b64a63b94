"""What the sample truly holds: every data row with its fate, every file with its counts."""

from dataclasses import dataclass

import pandas as pd

ROW_COLUMNS = [
    *("file", "sheet", "row", "dossier_id", "procedure_code", "unit_code", "tier", "channel", "blank_channel"),
    *("applicant", "source", "status", "own_level", "received_at", "due_at", "completed_at", "fate"),
]


@dataclass(frozen=True)
class Truth:
    """``rows``: one line per data row, ``ROW_COLUMNS``; text is "" and a moment NaT where the row says nothing valid;
    ``fate`` is accepted, superseded or a reason for rejection. ``row`` is the 1-based row of the sheet (in CSV each
    record, in HTML each ``tr``); ``sheet`` is "" outside workbooks.

    ``files``: file, kind (the key of FORMATS), format (xlsx, xls, html or csv), encoding, export_date, read,
    accepted, rejected, superseded, skipped_lines (lines with something in them), blank_lines (between the
    headings and the last filled line), quarantined.

    ``roles``: which units and procedures play which part in the year.
    """

    rows: pd.DataFrame
    files: pd.DataFrame
    roles: dict[str, list[str]]


def judge(rows: pd.DataFrame, files: pd.DataFrame, roles: dict[str, list[str]]) -> Truth:
    """Let the valid rows of each dossier compete: the latest export wins, ties go to the later row (contract §4).

    ``rows`` come in the order of sheets and rows within a file, with ``sheet_index``.
    """
    dated = rows.merge(files[["file", "export_date"]], on="file", how="left", sort=False)
    dated["key"] = dated["dossier_id"].str.replace(r"\s+", "", regex=True).str.upper()
    valid = dated[dated["fate"] == "accepted"]
    valid = valid.sort_values(["export_date", "file", "sheet_index", "row"], kind="stable")
    lost = valid.index[valid.duplicated("key", keep="last")]
    rows = rows.copy()
    rows.loc[lost, "fate"] = "superseded"
    fates = rows["fate"].where(rows["fate"].isin(["accepted", "superseded"]), "rejected")
    counted = pd.crosstab(rows["file"], fates).reindex(columns=["accepted", "rejected", "superseded"], fill_value=0)
    counted = counted.reindex(files["file"], fill_value=0)
    for name in counted.columns:
        files[name] = counted[name].to_numpy()
    files["read"] = counted.sum(axis=1).to_numpy()
    order = (
        "file kind format encoding export_date read accepted rejected superseded skipped_lines blank_lines quarantined"
    )
    return Truth(rows[ROW_COLUMNS].reset_index(drop=True), files[order.split()], roles)
