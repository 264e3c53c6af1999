"""What a student takes home: all of his work as one file."""
