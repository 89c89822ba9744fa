"""`python -m sandbox.zoho`."""

from sandbox.zoho.process import run

if __name__ == "__main__":
    run()
