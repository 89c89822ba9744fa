"""`python -m sandbox`."""

from sandbox.process import run

if __name__ == "__main__":
    run()
