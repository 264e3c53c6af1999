"""What the stack's config may say: models, readers of single values, and how mistakes are told. Knows no Pulumi."""
