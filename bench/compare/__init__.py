"""The same class made by several tools on this machine, each looked at by the same probe: see docs/measurements.md."""
