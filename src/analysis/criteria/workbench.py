"""The criteria workbench: rival sets of criteria, what they make of a run, and every question asked of them once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analysis.criteria.certainty import Certainty, certainty
from analysis.criteria.fairness import Fairness, fairness
from analysis.criteria.gaming import STRATEGIES, Played, play, token_worth
from analysis.criteria.rating import Evidence, Standing, chosen, gather, standing
from analysis.criteria.scoring import Numbers
from analysis.criteria.sensitivity import Sensitivity, sensitivity
from analysis.findings.report import Report
from analysis.reference.criteria import Criteria


@dataclass(frozen=True, eq=False)
class Workbench:
    """``standings``: the draft, then its rivals, all of the same units in the same order."""

    evidence: Evidence
    standings: tuple[Standing, ...]

    @property
    def report(self) -> Report:
        """The run that the figures come from."""
        return self.evidence.report

    @property
    def draft(self) -> Standing:
        """What is to be signed; the analyses of one set of criteria are of this one."""
        return self.standings[0]

    @property
    def criteria(self) -> Criteria:
        """The draft's criteria."""
        return self.draft.criteria

    @cached_property
    def names(self) -> list[str]:
        """The rated units' names."""
        return [self.report.names[code] for code in self.draft.codes]

    @cached_property
    def certainty(self) -> Certainty:
        """How sure the draft's bands are."""
        return certainty(self.draft)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """What the draft's bands hang on."""
        return sensitivity(self.evidence, self.draft)

    @cached_property
    def fairness(self) -> Fairness:
        """What the draft's scores go with."""
        return fairness(self.evidence, self.draft)

    @cached_property
    def played(self) -> list[dict[str, Played]]:
        """Every strategy played against each set of criteria."""
        return [{strategy: play(self.evidence, rival, strategy) for strategy in STRATEGIES} for rival in self.standings]

    @cached_property
    def token_worth(self) -> list[Numbers]:
        """The share of today's scores that tokens alone could fetch, under each set of criteria."""
        return [token_worth(self.evidence, rival) for rival in self.standings]


def workbench(report: Report, processed: Path | str, criteria: str = "", period: str = "") -> Workbench:
    """The workbench on a finished run in ``processed``: ``criteria`` are ids with commas (a draft's id alone brings its
    rivals), ``period`` is ``2020-09``, ``2020-Q3`` or ``2020``; "" for the first draft and the latest month.
    """
    picked = chosen(report, criteria)
    evidence = gather(report, processed, period)
    return Workbench(evidence, tuple(standing(evidence, one) for one in picked))
