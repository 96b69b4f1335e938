"""Storage in an S3 bucket: AWS, Backblaze B2, Cloudflare R2, MinIO."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.exceptions import ConnectionError as EndpointError

from ..errors import LoadError, StorageError
from ..job import heed_stop, pause
from ..settings import Settings
from .base import Item, check_key, check_prefix

NOT_THERE = ("404", "NoSuchKey", "NotFound")

ADVICE = {
    "NoSuchBucket": "there is no such bucket: check S3_BUCKET, AWS_REGION and AWS_ENDPOINT_URL",
    "InvalidAccessKeyId": "the key id is unknown there: check AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL",
    "SignatureDoesNotMatch": "the secret key does not fit the key id: check AWS_SECRET_ACCESS_KEY",
    "AccessDenied": "the key may not do this: it needs to read, write, list and delete in the bucket",
    "403": "the key may not do this, or is wrong: check the AWS_ variables and the bucket's rules",
}

# Standard mode waits with exponential backoff and full jitter between its tries.
_COMMON = {
    "signature_version": "s3v4",
    "request_checksum_calculation": "when_required",  # B2 and R2 refuse the checksums that boto3 adds by itself
    "response_checksum_validation": "when_required",
    "connect_timeout": 5,
}
_PATIENT = {**_COMMON, "read_timeout": 30, "retries": {"mode": "standard", "total_max_attempts": 5}}
_ONCE = {**_COMMON, "read_timeout": 30, "retries": {"mode": "standard", "total_max_attempts": 1}}
_QUICK = {**_ONCE, "read_timeout": 5}

# A file that was made is not given up for a bucket that is away for a moment. botocore's own waits between tries are
# no help: nine tries are over after 2 to 10 s.
SAVING_WAITS_S = (0.5, 1, 2, 4, 8, 8)

PART_BYTES = 16 * 1024 * 1024
"""Of a file that is written in parts; S3 takes 10,000 of them."""

# A body that breaks off is not covered by botocore's retries. It is read again from its start: the file may have been
# replaced meanwhile, and download_fileobj would mix the two (s3transfer 0.19, which also waits for ever on an answer
# whose headers are cut).
READ_ATTEMPTS = 5
_BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


class S3Storage:
    """Files in one bucket. S3 shows a file whole or not at all: one request writes it, or the last of several."""

    name = "s3"

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.s3_bucket or ""
        try:
            session = boto3.session.Session()
            self._client = _client(session, settings, _PATIENT)
            self._once = _client(session, settings, _ONCE)
            self._quick = _client(session, settings, _QUICK)
        except (BotoCoreError, ValueError) as e:
            raise LoadError(
                f"the bucket's settings cannot be used: {e}",
                "check AWS_ENDPOINT_URL and AWS_REGION, and unset AWS_PROFILE",
            ) from e

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """See Storage."""
        with self._translated("write a file"):
            self._saved(self._once.put_object, Key=check_key(key), Body=data, ContentType=content_type)

    def put_file(self, key: str, path: Path, content_type: str) -> None:
        """See Storage; S3 shows the file when all its parts are there."""
        with path.open("rb") as file, self._translated("write a file"):
            part = file.read(PART_BYTES)
            if len(part) < PART_BYTES:
                self._saved(self._once.put_object, Key=check_key(key), Body=part, ContentType=content_type)
                return
            upload = {"Key": check_key(key)}
            begun = self._saved(self._once.create_multipart_upload, **upload, ContentType=content_type)
            _whole(begun, "UploadId")
            upload["UploadId"] = begun["UploadId"]
            try:
                parts = self._upload_parts(upload, part, file)
                self._complete(upload, parts, path.stat().st_size)
            except BaseException:
                with contextlib.suppress(BotoCoreError, ClientError):  # else its parts are kept, unseen and paid for
                    self._once.abort_multipart_upload(Bucket=self._bucket, **upload)
                raise

    def _upload_parts(self, upload: dict[str, Any], part: bytes, file: BinaryIO) -> list[dict[str, Any]]:
        """Write `part` and what is left of the file; R2 takes no part but the last that is shorter."""
        done: list[dict[str, Any]] = []
        while part:
            heed_stop()
            number = len(done) + 1
            answer = self._saved(self._once.upload_part, **upload, PartNumber=number, Body=part)
            _whole(answer, "ETag")
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
            part = file.read(PART_BYTES)
        return done

    def _complete(self, upload: dict[str, Any], parts: list[dict[str, Any]], n_bytes: int) -> None:
        """Put the parts together. Where the answer to that got lost, the bucket knows no such upload any more."""
        try:
            self._saved(self._once.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
        except ClientError as e:
            stored = self.head(upload["Key"]) if _code(e) == "NoSuchUpload" else None
            if stored is None or stored.size != n_bytes:
                raise

    def _saved(self, request: Callable[..., Any], **fields: Any) -> Any:
        """Send a request that writes, again and again while the bucket is away for a moment. Raises Cancelled."""
        for wait_s in SAVING_WAITS_S:
            try:
                return request(Bucket=self._bucket, **fields)
            except (HTTPClientError, EndpointError, ClientError) as e:
                if isinstance(e, ClientError) and not _is_outage(e):
                    raise
                pause(wait_s)
        return request(Bucket=self._bucket, **fields)

    def get(self, key: str) -> bytes | None:
        """See Storage."""
        with self._translated("read a file"):
            for _ in range(READ_ATTEMPTS):
                try:
                    found = self._client.get_object(Bucket=self._bucket, Key=check_key(key))
                except ClientError as e:
                    if _code(e) in NOT_THERE:
                        return None
                    raise
                with contextlib.suppress(*_BROKEN_OFF):
                    if "ContentLength" in found:
                        return bytes(found["Body"].read())
        raise _broken_off()

    def head(self, key: str) -> Item | None:
        """See Storage."""
        with self._translated("look for a file"):
            try:
                found = self._client.head_object(Bucket=self._bucket, Key=check_key(key))
            except ClientError as e:
                if _code(e) in NOT_THERE:
                    return None
                raise
            _whole(found, "ContentLength", "LastModified")
        return Item(key, found["ContentLength"], found["LastModified"])

    def scan(self, prefix: str, after: str = "") -> Iterator[Item]:
        """See Storage; asks for the next 1,000 keys when the last ones are used up."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=check_prefix(prefix), Delimiter="/", **({"StartAfter": after} if after else {})
        )
        with self._translated("list files"):
            for page in pages:
                _whole(page, "IsTruncated")
                for found in page.get("Contents", []):
                    if not found["Key"].endswith("/"):  # what consoles leave for an empty folder
                        yield Item(found["Key"], found["Size"], found["LastModified"])

    def delete(self, key: str) -> None:
        """See Storage."""
        with self._translated("delete a file"):
            self._client.delete_object(Bucket=self._bucket, Key=check_key(key))

    def link(self, key: str, *, expires_in: int, content_type: str, filename: str) -> str:
        """See Storage; a browser plays the file and saves it under `filename`."""
        return self._presign(
            "get_object",
            expires_in,
            Key=check_key(key),
            ResponseContentType=content_type,
            ResponseContentDisposition=f"inline; filename*=UTF-8''{quote(filename, safe='')}",
        )

    def upload_link(self, key: str, *, expires_in: int, content_type: str) -> str:
        """See Storage; the PUT must carry this very Content-Type."""
        return self._presign("put_object", expires_in, Key=check_key(key), ContentType=content_type)

    def check(self) -> None:
        """See Storage."""
        with self._translated("list files"):
            _whole(self._quick.list_objects_v2(Bucket=self._bucket, Prefix="voices/", MaxKeys=1), "IsTruncated")

    def _presign(self, operation: str, expires_in: int, **parameters: Any) -> str:
        with self._translated("sign a link"):
            parameters["Bucket"] = self._bucket
            return str(self._client.generate_presigned_url(operation, Params=parameters, ExpiresIn=expires_in))

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """Turn boto's errors into StorageError: what the bucket said, without addresses or keys."""
        try:
            yield
        except ClientError as e:
            code = _code(e)
            advice = ADVICE.get(code, "if it goes on, look at the provider's status and the bucket's settings")
            raise StorageError(f"the bucket did not {what} ({code}): {advice}", reason=code) from e
        except (BotoCoreError, Boto3Error) as e:
            reason = type(e).__name__
            raise StorageError(
                f"could not {what} in the bucket ({reason}): check AWS_ENDPOINT_URL, or send the job again",
                reason=reason,
            ) from e


def _client(session: Any, settings: Settings, config: dict[str, Any]) -> Any:
    key_id, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    # "auto" signs links for the global s3.amazonaws.com, which newer regions and fresh buckets refuse (boto3 PR 4768).
    addressing = {"addressing_style": "path" if settings.aws_endpoint_url else "virtual"}
    return session.client(
        "s3",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url,
        aws_access_key_id=key_id.get_secret_value() if key_id else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        config=Config(**config, s3=addressing),
    )


def _whole(answer: dict[str, Any], *fields: str) -> None:
    """Raise unless an answer has fields that S3 always sends: to boto3, cut headers and web pages are empty answers."""
    if any(field not in answer for field in fields):
        raise _broken_off()


def _broken_off() -> StorageError:
    return StorageError(
        "the bucket's answer broke off, or it is no bucket that answers: send the job again, or check AWS_ENDPOINT_URL",
        reason="BrokenOff",
    )


def _is_outage(error: ClientError) -> bool:
    """Whether the provider's side failed, and not ours."""
    return bool(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
