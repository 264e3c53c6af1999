"""Who has done what, and who needs somebody.

``collector`` asks the grader and watches the terminals; ``history`` is what must outlive a restart; ``states`` alone
says what stuck means; ``board`` is what pages read; ``table``, ``page`` and ``sheets`` show it.
"""
