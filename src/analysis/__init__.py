"""Measures online public services (dịch vụ công trực tuyến) of a province against their targets."""

__version__ = "0.1.0"
