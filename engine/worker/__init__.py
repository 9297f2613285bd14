"""The worker process: claims jobs, makes their clips, reports. One job at a time."""
