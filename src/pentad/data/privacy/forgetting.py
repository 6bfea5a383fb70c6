"""Texts that competencies above this one keep, such as what segments ask: they may quote a customer who is erased."""

from collections.abc import Callable, Collection

Forget = Callable[[Collection[str]], None]
_forgetting: list[Forget] = []


def register(forget: Forget) -> Forget:
    """Have this called in the transaction of each erasure, with what identifies the customer: identifiers, name, e-mail
    address and telephone.
    """
    _forgetting.append(forget)
    return forget


def forget_quotes(values: Collection[str]) -> None:
    for forget in _forgetting:
        forget(values)
