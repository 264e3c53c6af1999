"""The course folder: lab.yaml, material, sample data and images. Knows no Pulumi."""
