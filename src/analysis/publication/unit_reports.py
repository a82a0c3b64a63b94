"""The reports of units and groups: one notebook, executed for each."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from analysis.findings.provenance import dossiers_by_file
from analysis.findings.report import Report, read_report
from analysis.language.texts import N_, Language
from analysis.notebooks.batch import Piece, Task
from analysis.pages import unit_sections
from analysis.pages.page import publish_report
from analysis.pages.rendering import load_templates
from analysis.publication.fingerprints import fingerprints
from analysis.publication.order import ALL
from analysis.reference.groups import PROVINCE
from analysis.storage.places import unit_page


def wanted_codes(report: Report, units: Sequence[str]) -> list[str]:
    """The codes of units and groups among what ``--units`` asks for; all of them for ``all``."""
    known = [code for code in report.of_day if code != PROVINCE]
    return known if ALL in units else [code for code in known if code in units]


def unit_pieces(report: Report, processed: Path, notebook: Path) -> list[Piece]:
    """The report of every unit and group by the ``notebook``; a piece's key is the code."""
    prints = fingerprints(report, processed, notebook)
    return [
        Piece(code, digest, notebook, {"unit": code}, _title(report, code), unit_page(code))
        for code, digest in prints.items()
    ]


def report_task(parameters: Mapping[str, Any], cache: Path, language: Language, jobs: int = 0) -> Task:
    """How a run's reports are made: ``parameters`` are their notebooks', ``cache`` keeps finished pages."""
    warm = partial(_warm, parameters["processed"], parameters["reference"], language)
    return Task(dict(parameters), cache, partial(_publish, language), warm, jobs)


def _publish(language: Language, executed: Any, page: Path, title: str) -> None:
    publish_report(executed, page, language, title, "../")


def _warm(processed: str, reference: str, language: Language) -> None:
    """Read and compile what all reports read and are made by."""
    read_report(processed, reference, language)
    load_templates(language, *unit_sections.TEMPLATES)
    dossiers_by_file(processed)


def _title(report: Report, code: str) -> str:
    """What a browser's tab says: ``Sở Xây dựng – dịch vụ công trực tuyến, tháng 9/2020``."""
    month = report.language.month(report.month)
    return report.language.text(N_("{unit} – online public services, {month}"), unit=report.names[code], month=month)
