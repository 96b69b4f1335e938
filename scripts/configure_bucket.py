"""Let a bucket's files expire and play in a browser: show the rules for that, and with --apply set them."""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402  # the package is found through ROOT
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from f5tts_worker.errors import LoadError, WorkerError
from f5tts_worker.settings import LINK_MAX_S, Settings, load_settings
from f5tts_worker.storage import open_storage
from f5tts_worker.storage.s3 import ADVICE

Rule = dict[str, Any]

OURS = "f5tts-"
"""Every rule of ours has an ID that begins so; no other is touched."""

EXPIRING = ("output/", "timings/", "incoming/")
DAY_S = 24 * 3600
CORS_CACHED_S = 3600
EXPOSED = ["Content-Length", "Content-Range", "Content-Type", "ETag"]

NEEDED = {
    "lifecycle": "s3:GetLifecycleConfiguration and s3:PutLifecycleConfiguration",
    "CORS": "s3:GetBucketCORS and s3:PutBucketCORS",
}
PERMISSION = (
    "the key may not do this: on AWS it needs {needed}; on B2 a key with access to bucket settings; on R2 a token \
with Admin Read & Write"
)
NO_ABORT = "some stores know no rule for unfinished uploads: try --no-abort"

BY_HAND = {
    "lifecycle": {
        "backblazeb2.com": "set them in B2's console (Bucket Settings, Lifecycle Settings) or with its b2 program: "
        "a rule a prefix, daysFromUploadingToHiding {days}, daysFromHidingToDeleting 1",
        "r2.cloudflarestorage.com": "set them in the bucket's Settings at R2, Object lifecycle rules",
        "": "set them in the provider's console "
        "(MinIO: mc ilm rule add --prefix PREFIX --expire-days {days} ALIAS/BUCKET)",
    },
    "CORS": {
        "backblazeb2.com": "set it in B2's console (Bucket Settings, CORS Rules) or with its b2 program",
        "r2.cloudflarestorage.com": "set it in the bucket's Settings at R2, CORS policy",
        "": "set it in the provider's console (MinIO has one for all buckets: "
        "mc admin config set ALIAS api cors_allow_origin=ORIGIN)",
    },
}
"""What to do where the S3 call is not there, by the end of the host's name."""


@dataclass(frozen=True)
class Part:
    """One of the two configurations of a bucket, in S3's words."""

    name: str
    operation: str
    """What follows get_ and put_."""
    body: str
    rules: str
    none: str
    """The error that stands for no rules."""
    describe: Callable[[Rule], str]
    kept: tuple[str, ...] = ()
    """Fields of the answer that a put resets if they are left out."""


@dataclass
class Outcome:
    """What was found and done in one part."""

    part: str
    result: str = "unchanged"
    """unchanged, would change, changed or failed."""
    changes: list[str] = field(default_factory=list)
    """A line each: + set, - removed, = kept."""
    rules: list[Rule] = field(default_factory=list)
    """Those that are in force, read back after a change."""
    problem: str = ""
    to_do: str = ""


def main() -> int:
    """Show, and with --apply set, the rules; 1 if a part could not be done."""
    options = _options()
    try:
        settings = _settings_of_a_bucket()
        open_storage(settings).check()
    except (LoadError, WorkerError) as e:
        return _report(options, "", [], [], f"{e}")
    client = _client(settings)
    outcomes = [
        arrange(client, settings, LIFECYCLE, _lifecycle(options, _keeps_versions(client, settings)), options),
        arrange(client, settings, CORS, _cors(options), options),
    ]
    warnings = _link_warnings(options.days, settings.url_expires_in) + _voice_warnings(outcomes[0].rules)
    return _report(options, settings.s3_bucket or "", warnings, outcomes)


def _settings_of_a_bucket() -> Settings:
    settings = load_settings()
    if settings.storage == "local":
        raise LoadError("STORAGE=local keeps files in a folder, which has no such rules: set STORAGE=s3")
    return settings


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Reads the worker's own variables: S3_BUCKET and AWS_* (CONFIG.md). Only rules whose ID begins with "
        f"{OURS} are set, replaced or removed. S3 removes files at midnight (UTC) after their days are over.",
        allow_abbrev=False,
    )
    parser.add_argument("--apply", action="store_true", help="set the rules; without it they are only shown")
    parser.add_argument(
        "--days", type=_days, default=1, help=f"days after which {', '.join(EXPIRING)} expire (default: 1); voices stay"
    )
    parser.add_argument(
        "--origin",
        action="append",
        type=_origin,
        metavar="ORIGIN",
        help="a site that may play results, again for more (default: *)",
    )
    parser.add_argument(
        "--browser-uploads",
        action="store_true",
        help="a page may PUT to an upload_url too; such links lead to incoming/ only",
    )
    parser.add_argument("--no-abort", action="store_true", help="no rules for unfinished multipart uploads")
    parser.add_argument("--json", action="store_true", help="print an object")
    return parser.parse_args()


def _origin(text: str) -> str:
    if text != "*" and not re.fullmatch(r"https?://[^/\s]+", text):
        raise argparse.ArgumentTypeError("an origin as browsers send it, such as https://example.com, without a path")
    return text


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError("a whole number of days, 1 to 36500")
    return int(text)


def _lifecycle(options: argparse.Namespace, keeps_versions: bool) -> list[Rule]:
    """One rule a folder; the last one ends unfinished uploads of voices, and expires none."""
    abort = {} if options.no_abort else {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
    old = {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}} if keeps_versions else {}
    rules = [
        {**_named(area.rstrip("/"), area), "Expiration": {"Days": options.days}, **old, **abort} for area in EXPIRING
    ]
    return [*rules, {**_named("unfinished-voices", "voices/"), **abort}] if abort else rules


def _named(name: str, prefix: str) -> Rule:
    return {"ID": OURS + name, "Status": "Enabled", "Filter": {"Prefix": prefix}}


def _cors(options: argparse.Namespace) -> list[Rule]:
    """A player asks for ranges of a file and reads how long it is."""
    common = {"AllowedOrigins": options.origin or ["*"], "MaxAgeSeconds": CORS_CACHED_S}
    play = {
        "ID": f"{OURS}play",
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range"],
        "ExposeHeaders": EXPOSED,
    }
    upload = {
        "ID": f"{OURS}upload",
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["Content-Type"],
        "ExposeHeaders": ["ETag"],
    }
    return [rule | common for rule in ([play, upload] if options.browser_uploads else [play])]


def arrange(client: Any, settings: Settings, part: Part, wanted: list[Rule], options: argparse.Namespace) -> Outcome:
    """Compare a part with what is wanted and, with --apply, set it."""
    outcome = Outcome(part.name)
    try:
        answer = _read(client, settings, part)
        outcome.rules = answer.get(part.rules, [])
        after, outcome.changes = _plan(part, outcome.rules, wanted)
        if not any(line[0] in "+-" for line in outcome.changes):
            return outcome
        outcome.result = "would change"
        if options.apply:
            _write(client, settings, part, answer, after)
            outcome.rules = _read(client, settings, part).get(part.rules, [])
            outcome.result = "changed"
            if not _alike(outcome.rules, after):
                outcome.result, outcome.problem = "failed", "the bucket does not show the rules that were set"
                outcome.to_do = "run this again in a minute"
    except (ClientError, BotoCoreError) as e:
        outcome.result = "failed"
        outcome.problem, outcome.to_do = _explained(e, part, settings, options)
    return outcome


def _plan(part: Part, there: list[Rule], wanted: list[Rule]) -> tuple[list[Rule], list[str]]:
    """All rules as they should be, the bucket's own first and as they are, and a line for each difference."""
    others = [rule for rule in there if not _is_ours(rule, wanted)]
    ours = [rule for rule in there if _is_ours(rule, wanted)]
    lines = [f"= {_name(rule)}: {part.describe(rule)} (not ours)" for rule in others]
    lines += [f"- {_name(rule)}: {part.describe(rule)}" for rule in ours if not _among(rule, wanted)]
    lines += [f"{'=' if _among(rule, ours) else '+'} {_name(rule)}: {part.describe(rule)}" for rule in wanted]
    return [*others, *wanted], lines


def _is_ours(rule: Rule, wanted: list[Rule]) -> bool:
    """By its ID, or by what it says where a store keeps no IDs."""
    return str(rule["ID"]).startswith(OURS) if rule.get("ID") else _among(rule, wanted)


def _among(rule: Rule, rules: list[Rule]) -> bool:
    return any(_normal(rule) == _normal(other) for other in rules)


def _alike(some: list[Rule], others: list[Rule]) -> bool:
    return sorted(map(_normal, some)) == sorted(map(_normal, others))


def _normal(rule: Rule) -> str:
    """What a rule says, whatever its ID, the order of its lists, and where its prefix stands."""
    said = {name: value for name, value in rule.items() if name not in ("ID", "Prefix") and value not in (None, [])}
    if "Prefix" in rule:  # the way before 2016
        said["Filter"] = {"Prefix": rule["Prefix"]}
    said = {
        name: sorted(value) if isinstance(value, list) and name[0] in "AE" else value for name, value in said.items()
    }
    return json.dumps(said, sort_keys=True, default=str)


def _name(rule: Rule) -> str:
    return str(rule.get("ID") or "without a name")


def _say_lifecycle(rule: Rule) -> str:
    rest = {name: value for name, value in rule.items() if name not in ("ID", "Status", "Prefix", "Filter")}
    prefix = _prefix(rule)
    where = f"files below {prefix}" if prefix else "all files" if prefix == "" else f"files of {_json(rule['Filter'])}"
    said = []
    for name, key, text in (
        ("Expiration", "Days", "expire after {}"),
        ("NoncurrentVersionExpiration", "NoncurrentDays", "replaced and deleted versions go after {}"),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation", "unfinished uploads are dropped after {}"),
    ):
        if list(rest.get(name, {})) == [key]:
            said.append(text.format(_count(rest.pop(name)[key])))
    said += [_json(rest)] if rest else []
    off = "" if rule.get("Status") == "Enabled" else " (switched off)"
    return f"{where}: {', '.join(said)}{off}"


def _say_cors(rule: Rule) -> str:
    known = ("ID", "AllowedMethods", "AllowedOrigins")
    rest = {name: value for name, value in rule.items() if name not in known and value}
    more = "; ".join(
        f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in sorted(rest.items())
    )
    who = "any site" if "*" in rule["AllowedOrigins"] else ", ".join(rule["AllowedOrigins"])
    return f"{' and '.join(rule['AllowedMethods'])} from {who}" + (f" ({more})" if more else "")


def _prefix(rule: Rule) -> str | None:
    """Whose files a rule is for; None if it does not go by the beginning of a name alone."""
    given = rule.get("Filter", {"Prefix": rule.get("Prefix", "")})
    return str(given.get("Prefix", "")) if set(given) <= {"Prefix"} else None


def _json(value: object) -> str:
    return json.dumps(value, default=str)


def _count(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _link_warnings(days: int, url_expires_in: int) -> list[str]:
    """A link ends with its file."""
    end = f"files expire after {_count(days)}, and links die with them"
    if days * DAY_S < url_expires_in:
        return [f"{end}: sooner than URL_EXPIRES_IN={url_expires_in} s; use --days {-(-url_expires_in // DAY_S)}"]
    if days * DAY_S < LINK_MAX_S:
        return [f"{end}: `download` may be asked for links of {_count(LINK_MAX_S // DAY_S)}; for these use --days 7"]
    return []


def _voice_warnings(rules: list[Rule]) -> list[str]:
    """Rules that were there and take voices away."""
    return [
        f"the bucket's rule {_name(rule)} lets voices expire: {_say_lifecycle(rule)}"
        for rule in rules
        if rule.get("Status") == "Enabled"
        and ({"Days", "Date"} & set(rule.get("Expiration", {})))
        and (prefix := _prefix(rule)) is not None
        and ("voices/".startswith(prefix) or prefix.startswith("voices/"))
    ]


def _client(settings: Settings) -> Any:
    """As the worker's own (storage/s3.py), with one try more."""
    key_id, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    client = boto3.session.Session().client(
        "s3",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url,
        aws_access_key_id=key_id.get_secret_value() if key_id else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        config=Config(
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 2},
            s3={"addressing_style": "path" if settings.aws_endpoint_url else "virtual"},
        ),
    )
    for part in (LIFECYCLE, CORS):
        operation = "".join(word.capitalize() for word in f"put_{part.operation}".split("_"))
        client.meta.events.register(f"before-call.s3.{operation}", _add_md5)
    return client


def _add_md5(params: dict[str, Any], **_: Any) -> None:
    """Content-MD5 in place of boto3's new CRC32, which other stores do not take for it (botocore issue 3415)."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
    params["context"].pop("checksum", None)


def _read(client: Any, settings: Settings, part: Part) -> dict[str, Any]:
    try:
        answer = getattr(client, f"get_{part.operation}")(Bucket=settings.s3_bucket)
    except ClientError as e:
        if _code(e) == part.none:
            return {}
        raise
    return dict(answer)


def _write(client: Any, settings: Settings, part: Part, answer: dict[str, Any], rules: list[Rule]) -> None:
    kept = {name: answer[name] for name in part.kept if name in answer}
    body = {part.body: {part.rules: rules}}
    getattr(client, f"put_{part.operation}")(Bucket=settings.s3_bucket, **body, **kept)


def _keeps_versions(client: Any, settings: Settings) -> bool:
    """Whether a deleted file stays as an old version; a store that cannot say keeps none."""
    try:
        return "Status" in client.get_bucket_versioning(Bucket=settings.s3_bucket)
    except (ClientError, BotoCoreError):
        return False


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def _explained(
    error: ClientError | BotoCoreError, part: Part, settings: Settings, options: argparse.Namespace
) -> tuple[str, str]:
    """What the bucket said, without addresses or keys, and what to do by hand."""
    if not isinstance(error, ClientError):
        return f"the bucket does not answer ({type(error).__name__})", "check AWS_ENDPOINT_URL, and run this again"
    code, host = _code(error), urlsplit(settings.aws_endpoint_url or "").netloc
    problem = f"the bucket refused {error.operation_name} ({code})"
    if code in ("AccessDenied", "403", "Forbidden"):
        return problem, PERMISSION.format(needed=NEEDED[part.name])
    if code in ADVICE:
        return problem, ADVICE[code]
    template = next(text for end, text in BY_HAND[part.name].items() if host.endswith(end))
    hints = [template.format(days=options.days)]
    if part is LIFECYCLE and not options.no_abort and code not in ("NotImplemented", "MethodNotAllowed"):
        hints.insert(0, NO_ABORT)
    return problem, "; or ".join(hints)


def _report(
    options: argparse.Namespace, bucket: str, warnings: list[str], outcomes: list[Outcome], problem: str = ""
) -> int:
    """Print it all; the exit code."""
    failed = bool(problem) or any(outcome.result == "failed" for outcome in outcomes)
    if options.json:
        parts = [asdict(outcome) for outcome in outcomes]
        found = {"bucket": bucket, "ok": not failed, "problem": problem, "warnings": warnings, "parts": parts}
        print(json.dumps(found, indent=2, default=str, ensure_ascii=False))
        return int(failed)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Bucket {bucket}")
    for outcome in outcomes:
        _print_outcome(outcome)
    for warning in warnings:
        print(f"\nWarning: {warning}")
    if any(outcome.result == "would change" for outcome in outcomes):
        print("\nNothing was changed: run this again with --apply.")
    return int(failed)


def _print_outcome(outcome: Outcome) -> None:
    titles = {"unchanged": "nothing to do", "would change": "would change", "changed": "changed", "failed": "failed"}
    print(f"\n{outcome.part}: {titles[outcome.result]}")
    for line in outcome.changes:
        print(f"  {line}")
    if outcome.problem:
        print(f"  {outcome.problem}\n  -> {outcome.to_do}")
    if outcome.result == "changed":
        describe = LIFECYCLE.describe if outcome.part == LIFECYCLE.name else CORS.describe
        print("  The bucket now says:")
        for rule in outcome.rules:
            print(f"    {_name(rule)}: {describe(rule)}")


LIFECYCLE = Part(
    "lifecycle",
    "bucket_lifecycle_configuration",
    "LifecycleConfiguration",
    "Rules",
    "NoSuchLifecycleConfiguration",
    _say_lifecycle,
    kept=("TransitionDefaultMinimumObjectSize",),
)
CORS = Part("CORS", "bucket_cors", "CORSConfiguration", "CORSRules", "NoSuchCORSConfiguration", _say_cors)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
