"""`zoetrope doctor`: what is installed, found and missing, and what mends it."""
