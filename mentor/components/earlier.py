"""Where a person's resources stood in an earlier version, so that a workshop of that version keeps them.

Comes in: the components around them, then. Goes out: an alias.
"""

import pulumi


def below(component: str, between: str, person: str) -> pulumi.Alias:
    """Theirs had a component for each person between; both are named without their module."""
    parents = f"mentor:index:{component}$mentor:index:{between}"
    return pulumi.Alias(parent=f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{parents}::{person}")
