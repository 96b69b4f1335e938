"""Text: from what the caller wrote to what an engine speaks."""
