"""Sample exports: a made-up year of dossiers, as messy as portals write them (contract §3), with the truth beside."""

from analysis.sample.exports import ALL, write_sample
from analysis.sample.scheme import write_scheme
from analysis.sample.truth import Truth
from analysis.sample.writers import FORMATS, writable

__all__ = ["ALL", "FORMATS", "Truth", "writable", "write_sample", "write_scheme"]
