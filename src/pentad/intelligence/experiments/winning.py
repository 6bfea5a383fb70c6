"""Which message goes to everybody else, once some have had the test. Pure."""

from pentad.intelligence.experiments.results import Results


def decide(results: Results, *, at_end: bool, otherwise: str = "A") -> str | None:
    """The arm to go on with, or None to go on testing. At once when one arm is certainly the best, as the test may be looked
    at any time; at the end (at_end) `otherwise`: the name of an arm, or "best" for the one that is ahead, by chance or not.

    An arm that breaks a guard never wins by itself, nor does any while people are missing from an arm.
    """
    winner = results.winner
    if winner is None:
        return otherwise if at_end and otherwise != "best" else None
    sound = not results.ratio.mismatch and all(one.state != "broken" for one in results.guards)
    if winner.decided and sound:
        return winner.decided
    if not at_end:
        return None
    return winner.ahead if otherwise == "best" else otherwise
