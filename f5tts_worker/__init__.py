"""An F5-TTS worker for RunPod serverless."""

__version__ = "0.1.0"
