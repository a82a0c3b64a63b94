"""Which file tells how its online dossiers were filed (``substance_files.csv``): what a signal lacks is found here."""

import pandas as pd
from ibis.expr.types import Table

from analysis.duties.filings import is_timed
from analysis.storage.backends import execute

FILES_TOLD = ("submitted", "submitted_timed", "submitted_unread", "received_timed", "completed", "completed_timed")
SUBSTANCE_FILES_COLUMNS = ["file", "online", *FILES_TOLD, "proxy_told", "by_proxy"]


def substance_files(online: Table) -> pd.DataFrame:
    """One row per file with online dossiers that arose, in ``SUBSTANCE_FILES_COLUMNS``; ``online`` of ``filed_online``.

    ``submitted``: with a day of filing, ``submitted_timed`` with its time, ``submitted_unread`` with one that cannot be
    read; ``proxy_told``: of a file with a proxy mark.
    """
    sums = {
        "submitted": online.submitted_at.notnull(),
        "submitted_timed": online.timed,
        "submitted_unread": online.submitted_unread.fill_null(False),
        "received_timed": is_timed(online.received_at),
        "completed": online.completed_at.notnull(),
        "completed_timed": is_timed(online.completed_at),
        "proxy_told": online.by_proxy.notnull(),
        "by_proxy": online.by_proxy.fill_null(False),
    }
    marked = online.mutate(**sums)
    found = marked.group_by("file").aggregate(online=marked.count(), **{name: marked[name].sum() for name in sums})
    counts = dict.fromkeys(("online", *sums), "int64")
    return execute(found).fillna(dict.fromkeys(counts, 0)).astype(counts).sort_values("file", ignore_index=True)
