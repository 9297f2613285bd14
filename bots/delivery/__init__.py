"""Outcomes and progress back to the chat: every outcome is seen once, in the message for its job.

An outcome goes from the outbox into the journal, and only then is acknowledged; from there it is
shown by editing the job's placeholder, which may be repeated without harm, and only then recorded
as delivered. A crash between any two of these steps leaves the earlier one to be done again.
"""
