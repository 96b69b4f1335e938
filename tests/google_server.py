"""Google Speech-to-Text on this machine: its protocol and its messages, for audio in which each word is a tone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import grpc
import numpy as np
from google.cloud.speech import (
    RecognizeRequest,
    RecognizeResponse,
    SpeechClient,
    SpeechRecognitionAlternative,
    SpeechRecognitionResult,
    WordInfo,
)
from google.cloud.speech_v1.services.speech.transports import SpeechGrpcTransport
from sounds import silence, tone

from f5tts_worker.audio import Audio, join, pauses

RATE = 16_000
LIMIT_S = 60
TOO_LONG = "Inline audio exceeds duration limit. Please use a GCS URI."

Heard = tuple[str, int, int]
"""A word, and its from and to in milliseconds."""


def tone_speech(words: list[str], *, word_ms: int = 400, gap_ms: int = 100) -> tuple[Audio, list[Heard]]:
    """Each word as a tone of its own pitch, and when each is; silence before, between and after."""
    parts, heard, at = [silence(gap_ms)], [], gap_ms
    for word in words:
        parts += [tone(word_ms, hz=_pitch(word)), silence(gap_ms)]
        heard.append((word, at, at + word_ms))
        at += word_ms + gap_ms
    return join(parts), heard


def _pitch(word: str) -> float:
    """Hertz, from the word's letters alone."""
    return 300 + 10 * (int.from_bytes(word.encode(), "big") % 251)


def recognise(audio: Audio, vocabulary: list[str]) -> list[Heard]:
    """The words whose tones an audio holds."""
    edges = [0, *(edge for span in pauses(audio, below_db=-50, min_ms=20) for edge in (span.start_ms, span.end_ms))]
    heard = []
    for start, end in zip(edges[::2], [*edges[1::2], round(audio.duration_s * 1000)], strict=False):
        samples = audio.slice_ms(start, end).samples
        if end - start < 100:
            continue
        pitch = np.count_nonzero(np.diff(np.signbit(samples))) / 2 / (len(samples) / audio.rate)
        heard.append((min(vocabulary, key=lambda word: abs(_pitch(word) - pitch)), start, end))
    return heard


def response_of(*results: list[Heard], confidence: float = 0.9) -> RecognizeResponse:
    """An answer: one result for each list of words."""
    return RecognizeResponse(
        results=[
            SpeechRecognitionResult(
                alternatives=[
                    SpeechRecognitionAlternative(
                        transcript=" ".join(word for word, _, _ in words),
                        words=[
                            WordInfo(
                                word=word,
                                start_time=timedelta(milliseconds=start),
                                end_time=timedelta(milliseconds=end),
                                confidence=confidence,
                            )
                            for word, start, end in words
                        ],
                    )
                ]
            )
            for words in results
        ]
    )


class GoogleServer:
    """Answers recognize: what it hears, or what it is told to answer."""

    def __init__(self) -> None:
        self.requests: list[RecognizeRequest] = []
        self.vocabulary: list[str] = []
        self.answer: RecognizeResponse | None = None
        self.failure: tuple[grpc.StatusCode, str] | None = None
        self.failures_left = 10**6
        handler = grpc.unary_unary_rpc_method_handler(
            self._recognize,
            request_deserializer=RecognizeRequest.deserialize,
            response_serializer=RecognizeResponse.serialize,
        )
        methods = {"Recognize": handler}
        self._server = grpc.server(ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("google.cloud.speech.v1.Speech", methods),)
        )
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def connect(self, _credentials: Any = None) -> SpeechClient:
        """Google's own client, talking to this server."""
        channel = grpc.insecure_channel(
            f"127.0.0.1:{self.port}", options=[("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0)]
        )
        return SpeechClient(transport=SpeechGrpcTransport(channel=channel))

    def forget(self) -> None:
        """Be as new."""
        self.requests.clear()
        self.vocabulary, self.answer, self.failure, self.failures_left = [], None, None, 10**6

    def stop(self) -> None:
        """Be gone; whoever asks is refused."""
        self._server.stop(0).wait()

    def _recognize(self, request: RecognizeRequest, context: grpc.ServicerContext) -> RecognizeResponse:
        self.requests.append(request)
        samples = np.frombuffer(request.audio.content, "<i2").astype(np.float32) / 32768
        audio = Audio(samples, request.config.sample_rate_hertz)
        if audio.duration_s > LIMIT_S:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, TOO_LONG)
        if self.failure and self.failures_left:
            self.failures_left -= 1
            context.abort(*self.failure)
        if self.answer is not None:
            return self.answer
        return response_of(recognise(audio, self.vocabulary))


def lengths_s(requests: list[RecognizeRequest]) -> list[float]:
    """How much audio each request held."""
    return [len(request.audio.content) / 2 / RATE for request in requests]
