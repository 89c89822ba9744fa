"""`python -m sandbox.salesforce`."""

from sandbox.salesforce.process import PROGRAM

if __name__ == "__main__":
    PROGRAM.run()
