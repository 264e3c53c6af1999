"""A password that can be read out and typed in a hurry; the operator's cards are made of the same letters."""

import secrets

LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"  # no look-alikes
LENGTH = 12  # 59 bits, behind a rate limit


def generate() -> str:
    """A new one, from the system's randomness."""
    return "".join(secrets.choice(LEGIBLE) for _ in range(LENGTH))
