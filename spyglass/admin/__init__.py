"""What a teacher does about one student: his page and a new password; and the audit log as a page and as CSV."""
