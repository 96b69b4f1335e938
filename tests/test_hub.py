"""RunPod's Hub is told what is true: .runpod/hub.json and .runpod/tests.json.

The format: https://docs.runpod.io/hub/publishing-guide. The GPUs: https://docs.runpod.io/references/gpu-types.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl
from pydantic.alias_generators import to_camel

from f5tts_worker.dispatch import DEFAULT_ENDPOINT, ENDPOINTS, dispatch
from f5tts_worker.job import Job
from f5tts_worker.settings import Settings, environment_warnings
from f5tts_worker.worker import Worker

FOLDER = Path(__file__).resolve().parent.parent / ".runpod"

POOLS = {"AMPERE_16", "AMPERE_24", "ADA_24", "AMPERE_48", "ADA_48_PRO", "AMPERE_80", "ADA_80_PRO", "HOPPER_141"}
POOL_OF_GPU = {"NVIDIA GeForce RTX 4090": "ADA_24", "NVIDIA RTX A5000": "AMPERE_24", "NVIDIA RTX A4000": "AMPERE_16"}
"""Of each pool that is enough for the models, a GPU that the tests may ask for."""

RUNPODS_OWN = {"RUNPOD_INIT_TIMEOUT"}
"""Variables that RunPod reads, not the worker."""

NOT_OFFERED = {
    "VOLUME_DIR": "RunPod mounts a network volume at /runpod-volume and nowhere else",
    "STORAGE_DIR": "local storage is for trying things; the image has a folder for it",
    "DEVICE": "every worker that the Hub starts has a GPU, and auto takes it",
    "ALLOW_PRIVATE_URLS": "for development only",
}
"""Settings that a deployment from the Hub has no use for."""


def _pools(value: str) -> str:
    unknown = set(value.split(",")) - POOLS
    if unknown:
        raise ValueError(f"unknown GPU pools: {sorted(unknown)}")
    return value


class Shape(BaseModel):
    """A part of a file: exactly the documented fields, of exactly the documented types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


CudaVersions = list[Literal["12.8", "12.9", "13.0"]]
"""Of the versions that RunPod lists, those whose driver runs a CUDA 12.8 build of PyTorch."""


class Option(Shape):
    """A choice."""

    label: str = Field(min_length=1)
    value: str


class Input(Shape):
    """A field of the form that a deployment starts with."""

    name: str = Field(min_length=1)
    type: Literal["string", "number", "boolean"]
    description: str
    options: list[Option] | None = None
    min: int | None = None
    max: int | None = None
    true_value: Literal["true"] | None = None
    false_value: Literal["false"] | None = None
    default: str | int | bool
    required: bool = False
    advanced: bool


class Asked(Shape):
    """A variable that the form asks for."""

    key: str
    input: Input


class Fixed(Shape):
    """A variable with one value."""

    key: str
    value: str


class Preset(Shape):
    """Values that one click fills in."""

    name: str = Field(min_length=1)
    defaults: dict[str, str | int | bool]


class HubConfig(Shape):
    """What the worker runs on, and its environment."""

    runs_on: Literal["GPU"]
    container_disk_in_gb: int = Field(ge=20)  # the image 9, F5-TTS 1.4, the transcriber 1.6, and the work on top
    gpu_count: Literal[1]
    gpu_ids: Annotated[str, AfterValidator(_pools)]
    allowed_cuda_versions: CudaVersions
    presets: list[Preset]
    env: list[Asked | Fixed]


class Hub(Shape):
    """hub.json."""

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    type: Literal["serverless"]
    category: Literal["audio", "embedding", "language", "video", "image"]
    icon_url: HttpUrl
    config: HubConfig


class Case(Shape):
    """A test: a job's input."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    input: dict[str, Any]
    timeout: int = Field(ge=60_000)  # ms


class HubTestsConfig(Shape):
    """What the tests run on."""

    gpu_type_id: str
    gpu_count: Literal[1]
    env: list[Fixed]
    allowed_cuda_versions: CudaVersions


class HubTests(Shape):
    """tests.json."""

    tests: list[Case] = Field(min_length=1)
    config: HubTestsConfig


HUB = Hub.model_validate_json((FOLDER / "hub.json").read_text())
TESTS = HubTests.model_validate_json((FOLDER / "tests.json").read_text())
ASKED = {entry.key: entry.input for entry in HUB.config.env if isinstance(entry, Asked)}
FIXED = {entry.key: entry.value for entry in HUB.config.env if isinstance(entry, Fixed)}


def settings(given: dict[str, Any]) -> Settings:
    """Settings of an environment."""
    return Settings(**{name.lower(): str(value) for name, value in given.items() if name not in RUNPODS_OWN})


def test_every_setting_is_offered_or_left_out_for_a_reason() -> None:
    """A new setting is offered on the Hub, or stands in the list of those that are not, and never in both."""
    offered = set(ASKED) | (set(FIXED) - RUNPODS_OWN)
    assert offered.isdisjoint(NOT_OFFERED)
    assert offered | set(NOT_OFFERED) == {name.upper() for name in Settings.model_fields}


def test_each_variable_is_asked_for_once() -> None:
    """No variable stands in hub.json twice."""
    keys = [entry.key for entry in HUB.config.env]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("key", sorted(ASKED))
def test_a_form_field_says_what_its_setting_is(key: str) -> None:
    """Each field of the form has its setting's type, default, choices, bounds and meaning."""
    field = Settings.model_fields[key.lower()]
    asked = ASKED[key]
    assert asked.type == {bool: "boolean", int: "number"}.get(field.annotation, "string")
    assert asked.default == ("" if field.default is None else field.default)
    assert type(asked.default) is (str if field.default is None else type(field.default))
    choices = list(get_args(field.annotation)) if get_origin(field.annotation) is Literal else None
    assert (asked.options and [option.value for option in asked.options]) == choices
    bounds = {name: getattr(m, name) for m in field.metadata for name in ("ge", "le") if hasattr(m, name)}
    assert (asked.min, asked.max) == (bounds.get("ge"), bounds.get("le"))
    assert (asked.true_value, asked.false_value) == (("true", "false") if asked.type == "boolean" else (None, None))
    assert asked.description.startswith((field.description or "").replace("`", ""))


def test_form_fields_can_be_told_apart() -> None:
    """No two fields of the form have the same name."""
    assert len({asked.name for asked in ASKED.values()}) == len(ASKED)


def test_no_secret_has_a_value() -> None:
    """A secret's field is empty until its owner fills it."""
    secrets = {key: asked.default for key, asked in ASKED.items() if "KEY" in key}
    assert secrets == {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


def test_a_first_start_has_time() -> None:
    """The Hub gives a worker more than RunPod's 7 minutes to fetch its weights and start, in its own tests too."""
    given = {entry.key: entry.value for entry in TESTS.config.env}
    assert int(FIXED["RUNPOD_INIT_TIMEOUT"]) > 7 * 60
    assert given["RUNPOD_INIT_TIMEOUT"] == FIXED["RUNPOD_INIT_TIMEOUT"]
    assert TESTS.tests[0].timeout >= int(FIXED["RUNPOD_INIT_TIMEOUT"]) * 1000


@pytest.mark.parametrize("preset", HUB.config.presets, ids=lambda preset: preset.name.split(":")[0])
def test_a_preset_deploys(preset: Preset) -> None:
    """What a preset fills in is a field of the form, is valid, and is of use to the worker."""
    assert set(preset.defaults) <= set(ASKED)
    given = {key: asked.default for key, asked in ASKED.items()} | preset.defaults
    warnings = environment_warnings(settings(given), {name: str(value) for name, value in given.items()})
    assert [warning for warning in warnings if warning.endswith("ignores it")] == []


def test_tests_run_on_what_the_hub_deploys() -> None:
    """The tests take a GPU and drivers that hub.json allows."""
    assert POOL_OF_GPU[TESTS.config.gpu_type_id] in HUB.config.gpu_ids.split(",")
    assert TESTS.config.allowed_cuda_versions == HUB.config.allowed_cuda_versions


def test_tests_need_no_account() -> None:
    """The tests' settings are valid, and need neither a bucket nor a network volume."""
    given = {entry.key: entry.value for entry in TESTS.config.env}
    assert set(given) - RUNPODS_OWN <= {name.upper() for name in Settings.model_fields}
    tested = settings(given)
    assert (tested.engine, tested.storage) == ("f5", "local")
    assert environment_warnings(tested, given) == []


@pytest.mark.parametrize("case", TESTS.tests, ids=lambda case: case.name)
def test_a_hub_test_passes(case: Case, worker: Worker) -> None:
    """Each test's input is valid and is answered without an error by a worker that has no voice yet."""
    fields = {name: value for name, value in case.input.items() if name != "endpoint"}
    ENDPOINTS[case.input.get("endpoint", DEFAULT_ENDPOINT)].request.parse(fields)
    answer = dispatch(case.input, worker, Job(case.name))
    assert "error" not in answer, answer
