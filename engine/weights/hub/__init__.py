"""Bases and LoRAs from a model hub: fetched once, locked to what was fetched, and checked."""
