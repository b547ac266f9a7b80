"""One module for each family of file formats: bytes to an ``Extract``."""
