"""Figures as readers see them: shares, gaps and counts, rounded so that no verdict seems wrong."""

from analysis.findings.figures import Figure
from analysis.language.texts import N_, Language
from analysis.reference.decision import PROCEDURES, Target


def percent(figure: Figure, language: Language) -> str:
    """``18,9 %``; with more decimals where one would put the value on the wrong side of the minimum."""
    return language.percent(figure.value, figure.digits())


def gap(figure: Figure, language: Language) -> str:
    """``−41,1``: percentage points to the minimum."""
    return language.points(figure.gap, figure.digits())


def minimum(target: Target, language: Language) -> str:
    """``60 %``, or with as many decimals as the minimum has."""
    return language.percent(target.minimum, minimum_digits(target))


def at_least(target: Target, language: Language) -> str:
    """``≥ 60 %``; ``100 %``, above which there is nothing."""
    return f"{'' if target.minimum == 1 else '≥ '}{minimum(target, language)}"


def minimum_digits(target: Target) -> int:
    """Decimals that the minimum has as a percentage."""
    return next(digits for digits in range(7) if (target.minimum * 100 * 10**digits).denominator == 1 or digits == 6)


def chance(probability: float, language: Language) -> str:
    """A probability as per cent; near 0 and 1 a model cannot tell more than a limit."""
    if probability < 0.01:
        return language.text(N_("under {share}"), share=language.percent(0.01, 0))
    if probability > 0.99:
        return language.text(N_("over {share}"), share=language.percent(0.99, 0))
    return language.percent(probability, 0)


def fraction(figure: Figure, language: Language) -> str:
    """``126/548``."""
    return f"{language.number(figure.numerator)}/{language.number(figure.denominator)}"


def missing(figure: Figure, language: Language) -> str:
    """``1.234 hồ sơ``: how many are missing at least."""
    return counted(figure.shortfall, figure.target, language)


def whole(figure: Figure, language: Language) -> str:
    """``26.899 hồ sơ``: all that are in question."""
    return counted(figure.denominator, figure.target, language)


def counted(count: int, target: Target, language: Language) -> str:
    """``17 thủ tục``, ``1.234 hồ sơ``: so many of what the target counts."""
    words = N_("procedures") if target.measure == PROCEDURES else N_("dossiers")
    return f"{language.number(count)} {language.text(words)}"
