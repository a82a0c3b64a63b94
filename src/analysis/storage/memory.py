"""Memory that is no longer needed goes back to the system: what allocators keep for later counts as used, too."""

import ctypes
from contextlib import suppress

import pyarrow as pa


def keep_little() -> None:
    """Let Arrow take its memory from the C library, which keeps less than its own allocator; for this process."""
    pa.set_memory_pool(pa.system_memory_pool())


def give_back() -> None:
    """Return what the C library holds of memory that was freed."""
    with suppress(OSError, AttributeError):  # glibc alone can be asked to
        ctypes.CDLL(None).malloc_trim(0)
