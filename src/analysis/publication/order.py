"""What a run is asked to do, and the checks at its door."""

import errno
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

from analysis.duties import DUTIES
from analysis.language.problems import UsageProblem, system_problem
from analysis.language.texts import N_, Language
from analysis.notebooks.parameters import is_day
from analysis.outlook import OUTLOOK
from analysis.storage.backends import Engine
from analysis.storage.generations import check_folder


@dataclass(frozen=True)
class Stage:
    """One notebook of the run; ``outputs`` are the files that it leaves in the processed folder."""

    name: str
    title: str
    outputs: tuple[str, ...] = ()
    writes_reports: bool = False


STAGES = (
    Stage(
        "clean",
        N_("Reading and cleaning the exports"),
        (
            *("dossiers.parquet", "filings.parquet", "rejects.csv", "files.csv", "quality.csv", "unit_quality.csv"),
            *("handling.parquet", "handling_files.csv", "satisfaction.csv"),
            *("flaws.csv", "difficulties.csv", "further_files.csv", "clean.json"),
            *("counts.parquet", "counts_files.csv", "counts_refused.csv", "counts_beside_rows.csv"),
        ),
    ),
    Stage("attainment", N_("Computing the attainment"), ("attainment.csv", "unmeasured.csv", "index.csv")),
    Stage(
        "trends_and_gap",
        N_("Trends, the gap and a fair comparison"),
        (*(f"{name}.csv" for name in OUTLOOK),),
    ),
    Stage("duties", N_("Other duties of the decision"), (*(f"{name}.csv" for name in DUTIES),)),
    Stage("report", N_("Writing the report"), writes_reports=True),
)
OUTPUTS = frozenset(name for stage in STAGES for name in stage.outputs)  # in the processed folder
UNIT = "unit"  # the notebook of the units' reports, which the last stage publishes too
CRITERIA = "evaluation_criteria"  # and that of the evaluation criteria
_DESCRIPTORS = 512  # files, pipes and sockets that a run, its kernels and readers have open at once, at most
ALL, NONE, DRAFTS = "all", "none", "criteria"  # of ``units``, beside codes: DRAFTS are the criteria's pages


@dataclass(frozen=True)
class Order:
    """What a run is asked to do; "" for ``decision`` and ``as_of``: the run finds them in the data."""

    raw: Path = Path("data/raw")
    reference: Path = Path("data/reference")
    processed: Path = Path("data/processed")
    reports: Path = Path("reports")
    notebooks: Path = Path("notebooks")
    decision: str = ""
    as_of: str = ""
    until: str = STAGES[-1].name
    jobs: int = 0
    units: tuple[str, ...] = (ALL,)
    language: Language = field(default_factory=Language)
    engine: Engine = field(default_factory=Engine)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages up to ``until``."""
        names = [stage.name for stage in STAGES]
        return STAGES[: names.index(self.until) + 1]

    @property
    def further(self) -> tuple[str, ...]:
        """The notebooks of the reports beside the stages' own: of the criteria and of the units; none for ``none``."""
        wanted = self.units != (NONE,) and any(stage.writes_reports for stage in self.stages)
        return (CRITERIA, UNIT) if wanted else ()

    @property
    def folders(self) -> dict[str, str]:
        """What the run reads, as its notebooks name it: the exports, the reference data, earlier publications."""
        return {"raw": short(self.raw), "reference": short(self.reference), "published": short(self.reports)}

    def notebook(self, name: str) -> Path:
        """Where the notebook of a stage, or of the units, stands."""
        return self.notebooks / f"{name}.ipynb"


def short(path: Path) -> str:
    """Relative where it can be: the executed notebooks are published, the user's folders need not be."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else str(absolute)


def check_order(order: Order) -> None:
    """Raise UsageProblem for an order that cannot be carried out, before anything is begun."""
    if not order.raw.is_dir():
        raise UsageProblem(
            N_("There is no folder {folder}. Put the portal's exports in data/raw, or give their folder with --raw."),
            folder=order.raw,
        )
    decisions = {path.stem for path in (order.reference / "decisions").glob("*.toml")}
    if not decisions:
        raise UsageProblem(
            N_("{folder} is not a folder of reference data: no decisions/*.toml. Give the folder with --reference."),
            folder=order.reference,
        )
    if order.decision and order.decision not in decisions:
        raise UsageProblem(
            N_("There is no decision {wanted}. Known: {known}. A decision is a file in {folder}."),
            wanted=order.decision,
            known=", ".join(sorted(decisions)),
            folder=order.reference / "decisions",
        )
    check_day(order.as_of)
    _open_enough()
    for name in [*(stage.name for stage in order.stages), *order.further]:
        if not order.notebook(name).is_file():
            raise UsageProblem(
                N_("The notebook {path} is missing. Run dvctt in the project's folder."), path=order.notebook(name)
            )
    _check_units(order)
    _check_apart(order)
    check_folder(order.processed, OUTPUTS)
    if any(stage.writes_reports for stage in order.stages):
        check_folder(order.reports)


def _open_enough() -> None:
    """Let the run open as many files as it may need; raise RunProblem where the system allows but a few."""
    with suppress(ImportError, ValueError, OSError):  # no `resource` on Windows
        import resource

        allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if allowed < _DESCRIPTORS and (most > allowed or most == resource.RLIM_INFINITY):
            allowed = _DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, _DESCRIPTORS)
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
        if allowed < _DESCRIPTORS:
            raise system_problem(OSError(errno.EMFILE, ""))


def _check_units(order: Order) -> None:
    """Every code of ``--units`` is a unit's or a group's."""
    if order.units in ((ALL,), (NONE,)):
        return
    from analysis.reference.groups import group_members  # heavy: only now
    from analysis.reference.tables import load_reference

    known = set(group_members(load_reference(order.reference))["group_code"])
    for code in order.units:
        if code not in known | {DRAFTS}:
            near = get_close_matches(code, known, 3) or sorted(known)[:3]
            raise UsageProblem(
                N_("--units {code}: there is no such unit or group. Like it are: {near}. Codes are in {file}."),
                code=code,
                near=", ".join(near),
                file=order.reference / "units.csv",
            )


def check_day(as_of: str) -> None:
    """Raise UsageProblem unless ``as_of`` is "" or a day as ISO writes it."""
    if not is_day(as_of):
        raise UsageProblem(N_("--as-of {value} is not a day. Write it yyyy-mm-dd, such as 2020-09-30."), value=as_of)


def _check_apart(order: Order) -> None:
    """A folder that is swapped as a whole must not hold another, nor the exports."""
    folders = {"--raw": order.raw, "--processed": order.processed, "--reports": order.reports}
    for (one, left), (other, right) in combinations(folders.items(), 2):
        left, right = left.resolve(), right.resolve()
        if left == right or left in right.parents or right in left.parents:
            raise UsageProblem(
                N_("{one} and {other} must be separate folders, neither inside the other."), one=one, other=other
            )
