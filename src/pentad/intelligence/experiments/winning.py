"""Which message goes to everybody else, once some have had the test. Pure."""

from pentad.intelligence.experiments.results import Results


def decide(results: Results, *, at_end: bool, otherwise: str = "A") -> str | None:
    """The arm to go on with, or None to go on testing. At once when one arm is certainly the best, as the test may be looked
    at any time; at the end (at_end) `otherwise`: the name of an arm, or "best" for the one that is ahead, by chance or not.

    An arm that breaks a guard is not chosen by its figures while there is another, nor is any before the end while a guard
    is broken by all together or people are missing from an arm.
    """
    winner = results.winner
    if winner is None:
        return otherwise if at_end and otherwise != "best" else None
    barred = {arm for guard in results.guards for arm in guard.broken}
    sound = not results.ratio.mismatch and all(guard.state != "broken" for guard in results.guards)
    if winner.decided and sound and winner.decided not in barred:
        return winner.decided
    if not at_end:
        return None
    fit = [arm for arm in winner.ranked if arm not in barred] or winner.ranked
    return fit[0] if otherwise == "best" else otherwise
