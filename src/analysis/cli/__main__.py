"""``python -m analysis.cli``, where ``dvctt`` is not on the path."""

import sys

from analysis.cli import main

if __name__ == "__main__":  # the forkserver's readers load it too
    sys.exit(main())
