"""How made-up examples are asked of hypothesis: a bounded number, and no time that a busy machine could break."""

from hypothesis import HealthCheck, settings

relaxed = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
