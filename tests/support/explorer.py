"""What the tests of the explorer share: the day of its run, and what a problem says in both languages."""

from datetime import date

from analysis.language.problems import Problem
from analysis.language.texts import Language

AS_OF = date(2020, 9, 20)


def told(problem: Problem) -> str:
    return problem.told(Language("vi")) + problem.told(Language("en"))
