"""`python -m sandbox`."""

from sandbox.hubspot.process import PROGRAM

if __name__ == "__main__":
    PROGRAM.run()
