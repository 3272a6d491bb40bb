"""How Django's storages reach the bucket. Settings import it on a site with a bucket only: boto3 takes a tenth of a
second and 20 MB.
"""

from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config


def storage_of(bucket: str, endpoint: str, region: str, *, access_key: str, secret_key: str) -> dict[str, Any]:
    """Return an entry of `STORAGES`. Every request has a deadline and is made once: our tasks repeat it."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},  # one origin for browsers, and no name to resolve for each bucket
        connect_timeout=3,
        read_timeout=10,
        retries={"total_max_attempts": 1},
        # What we upload is read back. The checksums that boto3 would add are refused by some stores.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint,
        "region_name": region,
        "access_key": access_key,
        "secret_key": secret_key,
        "client_config": config,
        "transfer_config": TransferConfig(use_threads=False),  # ten threads would hold 8 MB each
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
