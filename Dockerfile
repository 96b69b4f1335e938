# Two images, for linux/amd64:
#   full   every package inside, and the weights too with --build-arg BAKE_WEIGHTS=1; needs no volume
#   slim   the core packages; the others are built once on the network volume
# What changes often comes last, so that a change of the code rebuilds in seconds.

FROM python:3.11-slim-bookworm AS core
ENV PYTHONUNBUFFERED=1
WORKDIR /app
# The font of captions, whose characters are looked up. Debian keeps only the newest version: there is none to pin.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY requirements/core.txt requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements/core.txt


FROM core AS slim
COPY requirements/worker.txt requirements/
COPY LICENSE NOTICE ./
COPY scripts scripts
COPY handler.py ./
COPY f5tts_worker f5tts_worker
CMD ["python", "-m", "f5tts_worker.bootstrap"]


FROM core AS packages
COPY requirements/worker.txt requirements/
RUN uv pip install --system --no-cache --compile-bytecode --no-deps --require-hashes --requirement requirements/worker.txt


FROM packages AS full
# Non-commercial weights (README, Licences); what f5tts_worker/volume.py calls IMAGE_MODELS is where they are found.
ARG BAKE_WEIGHTS=""
RUN if [ -n "$BAKE_WEIGHTS" ]; then \
      hf download SWivid/F5-TTS F5TTS_v1_Base/model_1250000.safetensors F5TTS_v1_Base/vocab.txt \
        --local-dir /models/F5-TTS && \
      hf download charactr/vocos-mel-24khz pytorch_model.bin config.yaml --local-dir /models/vocos-mel-24khz && \
      hf download mobiuslabsgmbh/faster-whisper-large-v3-turbo --local-dir /models/faster-whisper/large-v3-turbo; \
    fi
COPY LICENSE NOTICE ./
COPY scripts scripts
COPY handler.py ./
COPY f5tts_worker f5tts_worker
CMD ["python", "-m", "f5tts_worker.bootstrap"]
