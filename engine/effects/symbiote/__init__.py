"""Black living goo grows over the person and becomes a creature with a maw."""
