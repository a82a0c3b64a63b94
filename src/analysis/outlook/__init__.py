"""What the figures foretell and what would change it; modules are named as the tables that they write."""

OUTLOOK = (
    *("trends", "gap", "projection", "closers", "comparison", "causes", "conclusions", "priorities"),
    *("delays", "procedures", "changes"),
)
