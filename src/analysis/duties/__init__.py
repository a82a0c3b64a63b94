"""The duties of the decision beside the targets: each module makes the table that it is named after."""

DUTIES = (
    *("waiting", "waiting_ages", "waiting_procedures"),
    *("availability", "outages", "service_files"),
    "difficulty_evidence",
    *("catalogue_on_portal", "catalogue_lines", "catalogue_verdicts", "catalogue_timeliness", "catalogue_levels"),
    "catalogue_files",
    *("substance", "substance_effect", "substance_files"),
    *("receiving", "received_for"),
    *("reconciliation", "reconciliation_rules", "reconciliation_sums", "unit_report_files", "unit_report_refused"),
)
