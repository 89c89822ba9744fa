"""`python -m sandbox.salesforce`."""

from sandbox.salesforce.process import run

if __name__ == "__main__":
    run()
