"""A made-up nation: 63 provinces built like the one in ``data/reference``, and their dossiers as partitioned Parquet.

python -m benchmarks.nation DOSSIERS writes ``benchmarks/.data/nation-DOSSIERS`` and its reference folder; the same
number gives the same dossiers.
"""

import shutil
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.language.texts import Language
from analysis.measures.expressions import windows
from analysis.measures.offers import offered, procedure_keys
from analysis.reference.decision import PROCEDURES
from analysis.reference.groups import group_members, group_names
from analysis.reference.tables import load_reference
from analysis.storage.backends import execute

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "data/reference"
PROVINCES = 63
SEED = 766
FIRST, DAYS = np.datetime64("2019-12-15", "us"), 400  # some of it outside the decision's year
DAY = 86_400_000_000  # microseconds
WORDS = {
    "channel": (("online", "counter", "post"), (0.45, 0.50, 0.05)),
    "applicant": (("citizen", "business", "organisation", "agency", None), (0.75, 0.15, 0.03, 0.05, 0.02)),
    "source": (
        ("provincial_portal", "national_portal", "one_stop", "ministry_system", "paper", None),
        (0.50, 0.05, 0.25, 0.10, 0.05, 0.05),
    ),
}


def make_nation(dossiers: int, provinces: int = PROVINCES, home: Path = HERE / ".data") -> tuple[Path, Path]:
    """(dataset, reference): made when they are not there yet. The dataset is partitioned by province."""
    reference, dataset = home / f"nation-reference-{provinces}", home / f"nation-{provinces}-{dossiers}"
    for folder, make in ((reference, _write_reference), (dataset, _write_dossiers)):
        if not folder.exists():
            print(f"making {folder.name}", file=sys.stderr, flush=True)
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            make(unfinished, provinces, dossiers)
            unfinished.rename(folder)
    return dataset, reference


def _code(province: int) -> str:
    """``T01`` and so on: no real province's code begins so."""
    return f"T{province + 1:02d}"


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / name, dtype=str, keep_default_na=False)


def _write_reference(folder: Path, provinces: int, _: int) -> None:
    shutil.copytree(REFERENCE / "decisions", folder / "decisions")
    shutil.copy(REFERENCE / "vocabulary.toml", folder)
    codes = [_code(number) for number in range(provinces)]
    names = pd.DataFrame({"province_code": codes, "province_name": [f"Tỉnh giả định {code}" for code in codes]})
    names.to_csv(folder / "provinces.csv", index=False)
    units, catalogue = _read("units.csv"), _read("catalogue.csv")
    pd.concat([_moved(units, code).assign(province_code=code) for code in codes]).to_csv(
        folder / "units.csv", index=False
    )
    own = catalogue[catalogue["unit_code"] != ""]
    shared = catalogue[catalogue["unit_code"] == ""]  # of a tier: every district or commune of the nation offers it
    pd.concat([shared, *(_moved(own, code) for code in codes)]).to_csv(folder / "catalogue.csv", index=False)
    _write_small(folder)


def _write_small(folder: Path) -> None:
    """What the benchmark's other contenders are given ready made: groups, their names, windows, offers, procedure
    keys.
    """
    known = load_reference(folder)
    decision = known.decision("")
    spans = windows(decision, date(2020, 12, 31))
    of_procedures = [target for target in decision.targets if target.measure == PROCEDURES]
    offers = execute(offered(known, spans, of_procedures))
    levels = offers.pop("levels").map(dict(enumerate(target.level for target in of_procedures)))
    small = {
        "groups": group_members(known),
        "names": group_names(known, Language("vi")),
        "windows": spans.rename(columns={"window": "window_name"}),
        "offers": offers.assign(level=levels),
        "keys": execute(procedure_keys(known)),
    }
    (folder / "small").mkdir()
    for name, table in small.items():
        table.to_parquet(folder / f"small/{name}.parquet", index=False)


def _moved(table: pd.DataFrame, code: str) -> pd.DataFrame:
    """A province's rows with another province's code in theirs."""
    names = [name for name in ("unit_code", "parent_code", "procedure_code") if name in table]
    return table.assign(**{name: table[name].str.replace("H45", code) for name in names}, **_no_aliases(table))


def _no_aliases(table: pd.DataFrame) -> dict[str, str]:
    return {"aliases": ""} if "aliases" in table else {}


def _write_dossiers(folder: Path, provinces: int, dossiers: int) -> None:
    pairs = _pairs()
    sizes = np.full(provinces, dossiers // provinces)
    sizes[: dossiers % provinces] += 1
    for province, size in enumerate(sizes):
        partition = folder / f"province={_code(province)}"
        partition.mkdir()
        rng = np.random.default_rng([SEED, province])
        pq.write_table(_dossiers(pairs, int(size), _code(province), rng), partition / "part-0.parquet", **_PARQUET)


_PARQUET = {"compression": "zstd", "row_group_size": 250_000}


def _pairs() -> pd.DataFrame:
    """Who offers what, and the level on 1 January and on 1 July 2020; a few procedures change in between."""
    units, catalogue = _read("units.csv"), _read("catalogue.csv")
    own = catalogue[catalogue["unit_code"] != ""]
    of_tier = catalogue[catalogue["unit_code"] == ""].drop(columns="unit_code")
    pairs = pd.concat([own, of_tier.merge(units[["unit_code", "tier"]], on="tier")], ignore_index=True)
    keys = ["unit_code", "procedure_code", "tier"]
    return pairs.groupby(keys, sort=True)["level"].agg(before="first", after="last").reset_index()


def _dossiers(pairs: pd.DataFrame, size: int, code: str, rng: np.random.Generator) -> pa.Table:
    """The columns of ``dossiers.parquet``; some procedures are asked for a thousand times as often as others."""
    weights = rng.lognormal(0, 1.8, len(pairs))
    pair = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(size)).clip(max=len(pairs) - 1)
    received = np.sort(rng.integers(0, DAYS, size)) * DAY + rng.integers(7 * 3600, 17 * 3600, size) * 1_000_000
    took = rng.exponential(9, size) * DAY
    done = rng.random(size) < 0.93
    late = received > np.int64(181 * DAY)  # a little after 1 July
    level = np.where(late, pairs["after"].to_numpy(int)[pair], pairs["before"].to_numpy(int)[pair])
    online_less = (level < 3) & (rng.random(size) < 0.8)
    columns = {name: rng.choice(len(words), size, p=shares) for name, (words, shares) in WORDS.items()}
    columns["channel"] = np.where(online_less, 1, columns["channel"])
    status = np.where(done, rng.choice([0, 1, 4], size, p=[0.94, 0.03, 0.03]), rng.choice([2, 3, 5], size))
    states = ("resolved", "refused", "processing", "supplement", "withdrawn", "not_accepted")
    codes = pairs["procedure_code"]  # those of a tier are the nation's, spelled as in the catalogue
    codes = codes.where(pairs["tier"] != "province", codes.str.replace("H45", code))
    moments = FIRST.astype("int64") + received
    tables = {
        "dossier_key": _keys(rng, size),
        "procedure_code": _worded(codes, pair),
        "unit_code": _worded(pairs["unit_code"].str.replace("H45", code), pair),
        "tier": _worded(pairs["tier"], pair),
        "level": pa.array(level.astype("int8")),
        "level_source": _worded(["catalogue"], np.zeros(size, int)),
        **{name: _worded(WORDS[name][0], chosen) for name, chosen in columns.items()},
        "status": _worded(states, status),
        "received_at": _moments(moments),
        "due_at": _moments(moments + 15 * DAY),
        "completed_at": _moments(moments + took.astype("int64"), ~done | (rng.random(size) < 0.02)),
        "file": _worded([f"{code}.csv"], np.zeros(size, int)),
        "row": pa.array(np.arange(1, size + 1, dtype="int32")),
    }
    return pa.table(tables)


def _keys(rng: np.random.Generator, size: int) -> pa.Array:
    """Thirty-two hexadecimal digits each, as the hashes of the real table."""
    digits = np.frombuffer(b"0123456789abcdef", "u1")[rng.integers(0, 16, size * 32, dtype="u1")]
    offsets = np.arange(0, size * 32 + 1, 32, dtype="int32")
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(digits))


def _worded(words: object, chosen: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(chosen.astype("int32")), pa.array(list(words), pa.string())).cast(
        pa.string()
    )


def _moments(microseconds: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(microseconds, pa.timestamp("us"), mask=missing)


if __name__ == "__main__":
    make_nation(int(sys.argv[1]))
