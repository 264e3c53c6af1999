"""The people of the class: from a number, a list or a file to stable ids and networks. Knows no Pulumi."""
