"""The whole job: the stages' notebooks one after the other, then publication in one step; nothing at all where nothing
changed. Imports nothing heavy, so that this is known at once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from analysis.language.clock import today
from analysis.language.problems import Problem, system_problem
from analysis.notebooks.batch import Made
from analysis.notebooks.executing import spare_grammar
from analysis.notebooks.leftovers import sweep
from analysis.publication.ingredients import Ingredients, ingredients
from analysis.publication.order import OUTPUTS, Order, check_order
from analysis.publication.outcome import Outcome, outcome_of
from analysis.publication.run_facts import Clock, run_facts
from analysis.publication.standing import remember, standing
from analysis.storage.generations import publish, staging


def run(order: Order) -> Outcome:
    """Run the stages and publish what they made; touch nothing where the last run's results are those already.

    Raises a Problem where something fails; what was published before stands then.
    """
    begun, found = today(), _found(order)
    if found and (outcome := standing(order, found)):
        return outcome
    check_order(order)
    sweep()
    spare_grammar()
    with ExitStack() as stack:
        stack.enter_context(_told_problems())
        from analysis.publication import stages  # heavy: only now
        from analysis.publication.keeping import Kept

        stagings = [stack.enter_context(staging(order.processed, OUTPUTS))]
        if any(stage.writes_reports for stage in order.stages):
            stagings.append(stack.enter_context(staging(order.reports, {"index.html"})))
        clock = Clock()
        kept = Kept(order, found, stagings[0])
        executed = stages.execute_stages(order, stagings, clock, kept)
        month, units, criteria = "", Made(), Made()
        if len(stagings) > 1:
            from analysis.publication.month import is_unit, write_month

            parameters = stages.notebook_parameters(order, stagings)
            month, made = write_month(order, parameters, stagings[1], executed, clock)
            units, criteria = made.part(is_unit), made.part(lambda key: not is_unit(key))
        generation = publish(stagings, run_facts(order, stagings[0].folder, units, criteria, clock))
    outcome = outcome_of(order, month, units, criteria, clock.total)
    if found and found == _found(order):  # what changed while it ran may or may not have been read
        with suppress(OSError):  # the publication stands, remembered or not
            kept.keep(executed)
            remember(order, found, begun, generation, outcome)
    return outcome


def _found(order: Order) -> Ingredients | None:
    """What the run depends on; None where that cannot be told: the run itself says what is the matter."""
    with suppress(OSError):
        return ingredients(order)
    return None


@contextmanager
def _told_problems() -> Iterator[None]:
    """What the system refuses, as a Problem that says what to do."""
    try:
        yield
    except OSError as error:
        raise system_problem(error) from None
    except Problem:
        raise
    except Exception as error:
        # A library that writes may wrap what the system refused (xlsxwriter does).
        causes = (*error.args, error.__cause__, error.__context__)
        refused = next((one for one in causes if isinstance(one, OSError)), None)
        if not refused or not refused.errno:
            raise
        raise system_problem(refused) from None
