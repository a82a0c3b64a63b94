"""The scoring workbook of a set of criteria, its formulas alive."""
