"""The main job, played by the demo accounts over HTTP against a running server and its worker."""

from metrology.management.story.client import StoryError
from metrology.management.story.plot import Plot, tell

__all__ = ["Plot", "StoryError", "tell"]
