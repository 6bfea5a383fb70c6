"""Trying a message out: one part of it, as one customer would get it, sent to a colleague by the queue that sends all."""
