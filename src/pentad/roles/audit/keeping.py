"""What the owner process does every few seconds: write the looks that wait and seal what was written."""

from pentad.roles.audit import chain, telling

EVERY_SECONDS = 2.0


def keep() -> None:
    telling.write_waiting()
    chain.seal_waiting()
