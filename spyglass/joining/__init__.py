"""Late joiners: while a teacher has the door open, whoever has its code takes a free seat under his own name."""
