"""The chat page and the command line."""
