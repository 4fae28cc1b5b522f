"""Start-up checks: what is unsafe or incomplete is refused, naming the variable and the cure."""
