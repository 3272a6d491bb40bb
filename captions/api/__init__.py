"""The REST operations of captions: reading them, and the consent of a speaker."""
