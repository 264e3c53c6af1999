"""The infrastructure program: settings, roster and course in; components and outputs out.

Each module may import only from those above it:

    problems, explain, values, addresses, settings, checks, names, table, subnets, entries, roster, files,
    document, lesson, capacity, workshop, then the components.

Everything up to ``workshop`` is pure: no Pulumi, no network, and no file but those the configuration names.
"""
