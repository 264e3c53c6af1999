"""The operator's programs behind the Makefile: they run the Pulumi CLI and the docker CLI, and talk to a person.

In: the environment that ``make -s env`` prints. Out: a workshop up, down, recovered, its cards printed.
"""
