"""What a teacher does about one student: his page, resets that save first, a new password; and the audit log."""
