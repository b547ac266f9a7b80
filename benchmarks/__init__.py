"""Commands that measure and calibrate; nothing here is installed with the package."""
