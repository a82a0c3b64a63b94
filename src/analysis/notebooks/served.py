"""The first module of the process from which notebooks are forked, which can be told what to load and nothing else.

Nobody else loads it: it leaves out of that process what ``spare_grammar`` does.
"""

from analysis.notebooks.executing import spare_grammar

spare_grammar()
