"""How the kernels run that execute the pages' examples: where a user's notebook would stand, charts as SVG."""

import os

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # IPython gives it
c.InteractiveShellApp.exec_lines = [f"%cd -q {os.environ['DVCTT_DOCS_PROJECT']}/notebooks"]
c.InlineBackend.figure_formats = {"svg"}
