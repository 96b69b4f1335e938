"""F5-TTS inference in plain torch: text and a reference in, mel and samples out.

Names of parameters are those of the published checkpoints; the computation follows the paper (arXiv:2410.06885) and is
held equal to the f5-tts package by tests/test_f5_parity.py.
"""
