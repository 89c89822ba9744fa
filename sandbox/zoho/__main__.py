"""`python -m sandbox.zoho`."""

from sandbox.zoho.process import PROGRAM

if __name__ == "__main__":
    PROGRAM.run()
