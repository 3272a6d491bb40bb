"""Where pictures and finished sound are kept: on the local disk, and with `S3_BUCKET` in a bucket."""
