"""Opening what people put somewhere: a regular file and nothing else."""

import os
import stat
from io import BufferedReader
from pathlib import Path

# Not to wait for ever for a writer, should the file be a pipe; and on Windows, bytes as they are.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> BufferedReader:
    """The file, to be read; raises IsADirectoryError for a folder, a pipe or a device, and what ``os.open`` raises."""
    file = os.fdopen(os.open(path, _READ), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise IsADirectoryError
    return file
