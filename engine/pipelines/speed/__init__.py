"""Making a model faster: one switch in a file for each way that there is."""
