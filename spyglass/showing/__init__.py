"""One terminal for everybody to see: a teacher's own or, with his yes, a student's. Read-only, and never left on."""
