"""Photos and clips in their store: a folder, or a bucket of S3-compatible storage."""
