"""What cleaning makes of an export's row: a sight of a dossier, or a reject with its reason."""

import pyarrow as pa

from analysis.language.texts import N_

# The reasons for rejection with their words, in the order in which they are tried.
REASONS = {
    "missing_dossier_id": N_("no dossier code"),
    "cut_dossier_id": N_("dossier code cut by a spreadsheet"),
    "unknown_procedure": N_("procedure not known"),
    "unknown_unit": N_("unit not known"),
    "unknown_channel": N_("channel not known"),
    "bad_received_date": N_("day of receipt absent or unreadable"),
    "bad_date": N_("another date unreadable"),
    "completed_before_received": N_("result before receipt"),
    "unknown_value": N_("a value that the vocabulary does not know"),
}
NOT_THERE = "unit_not_there"  # told where units have days
# What the data-quality section counts; one bit each in ``flags``.
CHECKS = (
    "blank_channel",
    "level_disagreement",
    "level_unknown",
    "procedure_not_in_catalogue",
    "applicant_unknown",
    "source_unknown",
    "resolved_without_date",
    "online_below_level_3",
    NOT_THERE,
)
# A row of an export that is valid: a sight of its dossier, which others may supersede.
SIGHTS_SCHEMA = pa.schema(
    [
        ("dossier_key", pa.string()),
        ("key_number", pa.int64()),  # its first half, by which equal keys are found sooner
        ("procedure_code", pa.string()),
        ("unit_code", pa.string()),
        ("tier", pa.string()),
        ("level", pa.int8()),
        ("level_source", pa.string()),
        ("channel", pa.string()),
        ("applicant", pa.string()),
        ("source", pa.string()),
        ("status", pa.string()),
        ("received_at", pa.timestamp("us")),
        ("due_at", pa.timestamp("us")),
        ("completed_at", pa.timestamp("us")),
        ("sheet_index", pa.int16()),
        ("row", pa.int32()),
        ("flags", pa.int16()),
        ("submitted_at", pa.timestamp("us")),
        ("submitted_unread", pa.bool_()),
        ("by_proxy", pa.bool_()),
        ("code_gap", pa.int32()),
        ("received_by", pa.string()),
        ("payment", pa.string()),
        ("digitised", pa.bool_()),
    ]
)
