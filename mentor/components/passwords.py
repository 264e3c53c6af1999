"""Passwords that a person can read from a card, or that only services know; never shown in a log.

Comes in: a name and a length. Goes out: a secret output.
"""

import pulumi
import pulumi_random as random

LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""No look-alikes: a card is read aloud, and typed by somebody in a hurry. 12 of these are 59 bits."""


def password(name: str, length: int, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A random password that can be dictated; a secret output."""
    made = random.RandomPassword(
        name,
        length=length,
        lower=False,
        upper=False,
        numeric=False,
        special=True,
        override_special=LEGIBLE,
        opts=opts,
    )
    return pulumi.Output.secret(made.result)
