"""LoRAs: read safely, swapped in slots, or melted in for good."""
