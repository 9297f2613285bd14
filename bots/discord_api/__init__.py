"""Discord as we speak it: tokens, calls and refusals, and how what the desk shows is drawn."""
