"""Sentences on the portal's service: what decides first, what is only suspected, which files were of no use."""

from collections.abc import Iterator

from analysis.duties.availability import AS_DOWN, DOSSIERS, LEFT_OUT, LOG
from analysis.findings.report import Report
from analysis.findings.service import MonthRow, Watched, is_watched, last_of_logs, monitors, suspected
from analysis.language.texts import N_, Language

_NOTHING = N_(
    "Nothing says so: put the portal's access log (nginx, Apache, IIS; .gz too) or a monitor's list (Uptime Kuma, or "
    "columns of time and state) beside the exports in data/raw."
)
_NOT_THEN = N_("The files that were given say nothing of the time from {first} to {last}.")
_FILES = 10  # of which something is told


def decides(report: Report) -> list[str]:
    """Uptime, outages, filings missed, server errors; one line on what is needed where nothing watched the portal."""
    language, log = report.language, last_of_logs(report)
    if not is_watched(report):
        return [language.text(_NOTHING)]
    told = [words for found in monitors(report) for words in _of_monitor(found, language)]
    told += [_of_logs(log, language)] if log else []
    first, last = language.month(f"{report.decision.valid_from:%Y-%m}"), language.month(report.month)
    return told or [language.text(_NOT_THEN, first=first, last=last)]


def suspicions(report: Report) -> list[str]:
    """What dossiers alone let suspect: a reason to ask, no more."""
    words = N_("{month}: {hours} office hours without an online dossier, although such hours usually have some.")
    language = report.language
    return [
        language.text(words, month=language.month(month), hours=language.number(hours))
        for month, hours in suspected(report)
    ]


def unused(report: Report) -> list[str]:
    """The files of which something was not used, and why."""
    return list(_unused(report))[:_FILES]


def source_words(source: str, language: Language) -> str:
    """Who saw it."""
    if source in (LOG, DOSSIERS):
        return language.text(N_("Access logs") if source == LOG else N_("Dossiers (suspected)"))
    return language.text(N_("Monitor {name}"), name=source.partition(":")[2])


def fine(share: float | None, language: Language) -> str:
    """A share with two decimals; what is not all is never printed as all, nor what is not nothing as nothing."""
    if share is not None and 0 < share < 1:
        share = min(max(share, 0.0001), 0.9999)
    return language.percent(share, 2)


def length(seconds: float, language: Language) -> str:
    """How long something went on: ``2 h 5 min``, ``12 min``, ``40 s``."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return language.text(N_("{seconds} s"), seconds=rest)
    if minutes < 60:
        return language.text(N_("{minutes} min"), minutes=minutes)
    return language.text(N_("{hours} h {minutes} min"), hours=language.number(minutes // 60), minutes=minutes % 60)


def _of_monitor(found: Watched, language: Language) -> Iterator[str]:
    month = language.month(found.month)
    shares = {"left_out": found.uptime[LEFT_OUT], "as_down": found.uptime[AS_DOWN]}
    shares |= {"left_out_to_date": found.to_date[LEFT_OUT], "as_down_to_date": found.to_date[AS_DOWN]}
    words = N_(
        "{source}: up {left_out} of the known time of {month} with maintenance left out, {as_down} with maintenance "
        "as down; to date {left_out_to_date} and {as_down_to_date}."
    )
    told = {name: fine(share, language) for name, share in shares.items()}
    yield language.text(words, source=source_words(found.source, language), month=month, **told)
    if found.longest is None:
        yield language.text(N_("It saw no outage to date."))
        return
    words = N_("Outages to date: {count}, of these {last} in {month}; the longest {longest}.")
    counts = {"count": language.number(found.outages_to_date), "last": language.number(found.outages)}
    yield " ".join(
        [language.text(words, month=month, longest=length(found.longest, language), **counts), *_after(found, language)]
    )


def _after(found: Watched, language: Language) -> Iterator[str]:
    """How soon outages were over, and what was not filed in them."""
    if found.recovery is not None:
        words = N_("Half of those whose end was seen were over within {recovery}.")
        yield language.text(words, recovery=length(found.recovery, language))
    if found.missed is not None and round(found.missed):
        words = N_("In them about {missed} online dossiers fewer came than usual; people may have filed later.")
        yield language.text(words, missed=language.number(round(found.missed)))


def _of_logs(row: MonthRow, language: Language) -> str:
    counts = {"requests": row.requests, "errors": row.errors, "minutes": row.failing_minutes}
    told = {name: language.number(count or 0) for name, count in counts.items()}
    words = N_(
        "Access logs: in {month} {errors} of {requests} requests ({share}) met a server error; minutes in which most "
        "failed: {minutes}."
    )
    share = fine(row.error_share, language)
    answered = N_("95 % of the requests were answered within {time} ms.")
    further = [] if row.p95 is None else [language.text(answered, time=language.number(round(row.p95)))]
    return " ".join([language.text(words, month=language.month(row.month), share=share, **told), *further])


def _unused(report: Report) -> Iterator[str]:
    language = report.language
    for row in report.duties["service_files"].itertuples(index=False):
        if row.problem:
            yield f"{row.file}: {row.problem}"
        elif row.copy_of:
            yield language.text(N_("{file}: a copy of {first}, counted once."), file=row.file, first=row.copy_of)
        elif row.unread:
            counts = {"unread": language.number(row.unread), "lines": language.number(row.lines)}
            yield language.text(N_("{file}: {unread} of {lines} lines could not be read."), file=row.file, **counts)
