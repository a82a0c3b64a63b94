"""The pages around a month's reports: the overview, a page for each target."""

from collections.abc import Collection, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from analysis.findings import figures
from analysis.findings.ledger import cautions
from analysis.findings.provenance import Sources, sources_of
from analysis.findings.report import Report
from analysis.language.texts import N_, Language
from analysis.pages import overview
from analysis.pages.bundle import policy, searching, table_script
from analysis.pages.front import annexes_of, front_values, published_months
from analysis.pages.page import page_css
from analysis.pages.rendering import render
from analysis.presentation.leads import lead_of_province
from analysis.presentation.tiers import tier_words
from analysis.presentation.words import GROUPS, GROUPS_BESIDE_AREAS, TIER_WORDS
from analysis.reference.groups import PROVINCE
from analysis.storage.places import (
    CHANGES_PAGE,
    METHOD_PAGE,
    OVERVIEW,
    PROVINCE_PAGE,
    criteria_page,
    target_page,
    unit_page,
)
from analysis.storage.writing import write_text

FRONT_PAGE = "index.html"


def publish_site(
    reports: Path,
    month_folder: Path,
    processed: Path,
    report: Report,
    made: Collection[str],
    failed: Mapping[str, str],
) -> None:
    """Write the pages around the reports of ``month_folder``, a folder of ``reports``.

    ``made`` are the codes of units and groups that have a page, ``failed`` those whose page could not be made, with
    the reason. Called last: pages link to the annexes, open data and criteria that stand there by then.
    """
    linked = {*made, *failed}
    earlier = month_before(reports, report.month)
    _write(month_folder / OVERVIEW, _overview(report, month_folder, earlier, linked, failed))
    sources = sources_of(processed, report)
    for page, html in _target_pages(report, sources, linked).items():
        _write(month_folder / page, html)
    for code, reason in failed.items():
        _write(month_folder / unit_page(code), _absent_page(report, code, reason))
    # Reports link to one another: where one was not asked for, its page says so.
    for code in report.of_day:
        if code != PROVINCE and code not in linked:
            _write(month_folder / unit_page(code), _absent_page(report, code))
    _write(reports / FRONT_PAGE, _front_page(reports, report))


def month_before(reports: Path, month: str) -> str:
    """The latest month before ``month`` that has an overview, "" without one."""
    earlier = [known["month"] for known in published_months(reports) if known["month"] < month]
    return next((month for month in earlier if (reports / month / OVERVIEW).is_file()), "")


def _overview(
    report: Report,
    folder: Path,
    earlier: str,
    linked: Collection[str],
    failed: Collection[str],
) -> str:
    script = table_script()
    return _page(
        "overview",
        report,
        lead=lead_of_province(report),
        **cautions(report),
        earlier=earlier,
        links=annexes_of(folder, report.month),
        drafts=_drafts(report, folder),
        linked=linked,
        failed=failed,
        province=overview.province_row(report),
        groups=overview.heat_groups(report),
        rows=overview.standings(report),
        words=_words(report.language),
        names=report.names,
        script=script,
        policy=policy(script),
    )


def _target_pages(report: Report, sources: Sources, linked: Collection[str]) -> dict[str, str]:
    """The page of each target by its place in the month's folder."""
    found = {}
    rows_of = overview.target_rows(report)
    for target in report.decision.targets:
        rows = rows_of[target.id]
        found[target_page(target.id)] = _page(
            "target",
            report,
            base="../",
            target=target,
            default=report.decision.readings_of(target)[0],
            province=rows["groups"][0],
            heads=tier_words(report, GROUPS),
            readings=figures.readings(report, target),
            rows=rows,
            sources=sources,
            linked=linked,
        )
    return found


def _absent_page(report: Report, code: str, reason: str = "") -> str:
    """In the place of a report that failed, or, without a ``reason``, that nobody asked for."""
    name = report.names.get(code, code)
    return _page("failed", report, base="../", code=code, unit=name, reason=reason)


def _front_page(reports: Path, report: Report) -> str:
    script = searching("site/front.js")
    return _page(
        "front",
        report,
        **front_values(reports),
        script=script,
        policy=policy(script),
    )


def _drafts(report: Report, folder: Path) -> list[tuple[str, str]]:
    """Title and page of the drafts of evaluation criteria that have one in a month's folder."""
    pages = [(found, criteria_page(name)) for name, found in report.reference.criteria.items()]
    return [(found.title[report.language.code], page) for found, page in pages if (folder / page).is_file()]


def _words(language: Language) -> dict[str, Any]:
    """DataTables' own texts, and how many rows are shown, in the reader's language."""
    return {
        "emptyTable": language.text(N_("There is no unit.")),
        "zeroRecords": language.text(N_("No unit matches. Shorten the name, or choose “All”.")),
        "shown": language.text(N_("Units shown: {shown} of {all}."), shown="_SHOWN_", all="_ALL_"),
        "aria": {
            "orderable": language.text(N_(": press to sort")),
            "orderableReverse": language.text(N_(": press to sort the other way")),
            "orderableRemove": language.text(N_(": press to sort no more")),
        },
    }


def _page(name: str, report: Report, **values: Any) -> str:
    own = (files("analysis.pages") / "templates" / "site" / "site.css").read_text(encoding="utf-8")
    shared: dict[str, Any] = {
        "css": page_css() + own,
        "policy": policy(),
        "province_page": PROVINCE_PAGE,
        "method_page": METHOD_PAGE,
        "changes_page": CHANGES_PAGE,
        "overview": OVERVIEW,
    }
    shared |= {"shades": overview.SHADE_WORDS, "group_titles": tier_words(report, GROUPS_BESIDE_AREAS)}
    shared["group_titles"]["areas"] = report.language.text(GROUPS_BESIDE_AREAS["areas"])
    shared["tiers"] = tier_words(report, TIER_WORDS)
    shared |= {"shade": overview.shade, "short": partial(overview.short_title, language=report.language)}
    return render(f"{name}_page", report, **(shared | values)).html


def _write(page: Path, html: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    write_text(page, html)
