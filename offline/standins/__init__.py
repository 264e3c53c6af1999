"""Stand-ins for Pulumi plugins that cannot be downloaded; see offline/README.md."""
